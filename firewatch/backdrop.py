"""What lies under the map if the user has it: rivers and a shaded relief."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Extent

if TYPE_CHECKING:
    import geopandas as gpd

    from firewatch.settings import MapSettings
    from maps.inputs import Backdrop

_FORMATS = "GeoPackage, shapefile, GeoJSON"
# Tried from the finest on until the rivers are light enough for a page.
_TOLERANCES_DEG = (0.001, 0.002, 0.004, 0.008, 0.016)
_MOST_CORNERS = 40_000


def backdrop_of(settings: MapSettings, region: Extent) -> Backdrop:
    """Return the rivers and the relief of the settings within a region's box.

    Raises
    ------
    ZoneFileError, UnreadableFileError
        If a file that the settings name cannot be used.
    """
    from maps.inputs import Backdrop

    rivers = rivers_within(settings.rivers, region) if settings.rivers else None
    relief = b""
    if settings.dem:
        from imagery.relief import relief_png

        relief = relief_png(settings.dem, region)
    box = ((region.south, region.west), (region.north, region.east))
    nothing = np.empty(0, dtype=object)
    return Backdrop(
        rivers=nothing if rivers is None else rivers,
        relief_png=relief,
        relief_box=box if relief else None,
    )


def rivers_within(path: Path, region: Extent) -> NDArray[np.object_]:
    """Return the lines and areas of a layer within a box, simplified, in WGS-84 degrees.

    Parameters
    ----------
    path
        Any layer that GDAL reads, in any declared coordinate system; of a large one only what
        lies in the box is read.

    Raises
    ------
    ZoneFileError
        If it cannot be read, declares no coordinate system, or holds no line or area there.
    """
    box = (region.west, region.south, region.east, region.north)
    layer = _read(path, box)
    shapes = shapely.force_2d(np.asarray(layer.geometry.to_crs("EPSG:4326"), dtype=object))
    shapes = shapely.clip_by_rect(shapes[~shapely.is_missing(shapes)], *box)
    shapes = shapes[(shapely.get_dimensions(shapes) > 0) & ~shapely.is_empty(shapes)]
    if not len(shapes):
        raise ZoneFileError(
            "图层在监测区内没有线或面 / the layer holds no line or area in the region",
            str(path),
            expected=f"{region.west:g}–{region.east:g} E, {region.south:g}–{region.north:g} N",
            remedy="换用覆盖监测区的水系图层，并核对其坐标系"
            " / give a layer of rivers that covers the region, and check its coordinate system",
        )
    for tolerance_deg in _TOLERANCES_DEG:
        light = shapely.simplify(shapes, tolerance_deg)
        light = light[~shapely.is_empty(light)]
        if shapely.get_num_coordinates(light).sum() <= _MOST_CORNERS:
            break
    return np.asarray(light, dtype=object)


def _read(path: Path, box: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    from pyogrio import read_info
    from pyogrio.errors import DataLayerError, DataSourceError

    if not path.exists():
        raise ZoneFileError(
            "找不到水系图层 / layer of rivers not found",
            str(path),
            expected=_FORMATS,
            remedy="检查设置 [map] rivers / check the setting [map] rivers",
        )
    try:
        if read_info(path).get("crs") is None:
            raise ZoneFileError(
                "水系图层没有声明坐标系 / the layer of rivers declares no coordinate system",
                str(path),
                expected="EPSG:4490, EPSG:4326 …",
                remedy="补上 .prj，或另存为写明坐标系的 GeoPackage"
                " / add its .prj, or save it as GeoPackage with its system",
            )
        mask = gpd.GeoSeries([shapely.box(*box)], crs="EPSG:4326")
        return gpd.read_file(path, bbox=mask, columns=[])
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise ZoneFileError(
            f"无法读取水系图层：{str(error)[:120]} / the layer of rivers cannot be read",
            str(path),
            expected=_FORMATS,
            remedy="核对文件，或另存为 GeoPackage / check the file, or save it as GeoPackage",
        ) from error
