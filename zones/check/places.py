"""The places of findings as a layer for a GIS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from firewatch.core.errors import UsageError
from firewatch.core.files import atomic_layer
from firewatch.core.vocab import Language
from zones.check.report import CheckReport
from zones.geometry.arrays import Geometries

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON"}
LAYER = "findings"
# Joining the pieces of a gap of more vertices than this would take seconds; it is left in pieces.
_MOST_JOINED = 20_000


def write_places(report: CheckReport, path: Path, language: Language = Language.ZH) -> None:
    """Write one feature a finding that has a place; the file is whole or as before.

    Overlaps, gaps and slivers are polygons, crossings of a ring are points; EPSG:4326. The columns
    are those of `CheckReport.table`.

    Raises
    ------
    UsageError
        If the ending is of no format that is written.
    """
    import pyogrio

    driver = DRIVERS.get(Path(path).suffix.lower())
    if driver is None:
        raise UsageError(
            f"不支持的格式 {Path(path).suffix!r} / this format is not written",
            str(path),
            expected=" ".join(DRIVERS),
            remedy="改用 .gpkg / use .gpkg",
        )
    shapes = np.array([_shape(f.found.shapes, f.lon, f.lat) for f in report.findings], dtype=object)
    placed = ~shapely.is_empty(shapes)
    table = report.table(language)[placed]
    with atomic_layer(Path(path)) as temporary:
        pyogrio.raw.write(
            temporary,
            shapely.to_wkb(shapes[placed]),
            [table[name].to_numpy(dtype=object if table[name].dtype == "str" else None)
             for name in table],
            list(table),
            layer=LAYER,
            driver=driver,
            crs="EPSG:4326",
            geometry_type="Unknown",
        )  # fmt: skip


def _shape(shapes: Geometries, lon: float, lat: float) -> shapely.Geometry:
    if len(shapes) == 0:
        return shapely.Point() if np.isnan(lon) else shapely.Point(lon, lat)
    if shapely.get_num_coordinates(shapes).sum() > _MOST_JOINED:
        pieces: shapely.Geometry = shapely.GeometryCollection(shapes.tolist())
        return pieces
    # Pieces of a gap were cut at the cells of a grid; together they are one polygon again.
    whole: shapely.Geometry = shapely.union_all(shapes)
    return whole
