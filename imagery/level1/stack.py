"""Calibrated VIIRS I bands as GeoTIFFs on one grid: imagery without swath geometry.

What a swath file tells and a stack does not: view angles, quality flags, the land/water mask and
M13. The sun's angles are computed from the time of the image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from firewatch.core.geo import KM_PER_DEGREE
from imagery.libraries import needed_for
from imagery.radiometry import Singles, sun_factor
from imagery.reading import unreadable
from imagery.scene import NO_CLOUD_CLASS, Bytes, Scene
from imagery.sun import solar_angles_deg

if TYPE_CHECKING:
    import rasterio

MISSING = ("view_geometry", "quality_flags", "land_water_mask")
"""What a scene from a stack has not, as `Scene.missing`."""

_BAND = re.compile(r"(?:^|[^a-z0-9])i0?([1-5])(?=[^0-9]|$)", re.IGNORECASE)
_CLOUD = re.compile(r"mvcm|cloud", re.IGNORECASE)
_FOLDER_TIME = re.compile(r"A(\d{7}\.\d{4})")
_SUFFIXES = (".tif", ".tiff")
_PERCENT = 100.0
# A brightness temperature of anything on Earth, K.
_PLAUSIBLE_K = (150.0, 420.0)
_CLOUD_CLASSES = 4


@dataclass(frozen=True)
class StackFiles:
    """The images of one pass; I4 and I5 are needed, the rest adds to them.

    `cloud` holds classes 0 cloudy, 1 uncertain, 2 probably clear, 3 clear.
    """

    i4: Path
    i5: Path
    i1: Path | None = None
    i2: Path | None = None
    i3: Path | None = None
    cloud: Path | None = None


def stack_files(paths: Iterable[Path]) -> StackFiles | None:
    """Return the stack among GeoTIFFs by the band in their names, None without I4 and I5.

    Names say the band as ``i04`` or ``I4`` set off by other letters, the cloud mask as ``mvcm``
    or ``cloud``.
    """
    found: dict[str, Path] = {}
    for path in sorted(paths):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        band = _BAND.search(path.stem)
        if band is not None:
            found.setdefault(f"i{band[1]}", path)
        elif _CLOUD.search(path.stem):
            found.setdefault("cloud", path)
    return StackFiles(**found) if {"i4", "i5"} <= found.keys() else None


def read_stack(
    files: StackFiles,
    platform: str = "S-NPP",
    started_utc_s: int | None = None,
    *,
    percent: bool = True,
    divide_by_cos_sza: bool = True,
) -> Scene:
    """Return a stack as a scene in the order of its rows and columns.

    Parameters
    ----------
    platform
        Whose image it is; GeoTIFFs do not say.
    started_utc_s
        Epoch seconds of the pass; None takes TIFFTAG_DATETIME (UTC) of I4, else the name of its
        folder, ``Ayyyyddd.hhmm``.
    percent
        Whether reflectance is in percent rather than 0..1.
    divide_by_cos_sza
        Whether reflectance still carries the factor cos(SZA), as level-1B bands do that no
        modifier has touched.

    Raises
    ------
    UnreadableFileError
        If an image is damaged, on another grid, uncalibrated, or without a time.
    """
    mir, grid = _image(files.i4)
    started = _started_utc_s(files.i4, grid) if started_utc_s is None else started_utc_s
    tir = _alike(files.i5, files.i4, grid)
    for path, values in ((files.i4, mir), (files.i5, tir)):
        _check_kelvin(path, values)
    lon, lat = _positions(grid)
    zenith, _ = solar_angles_deg(started, lon, lat)
    unknown = np.full(mir.shape, np.nan, dtype=np.float32)
    no = np.zeros(mir.shape, dtype=bool)
    factor = sun_factor(zenith) if divide_by_cos_sza else np.where(zenith < 90, 1, np.nan)
    factor = (factor / (_PERCENT if percent else 1)).astype(np.float32)
    bands = {"rho_red": files.i1, "rho_nir": files.i2, "rho_swir": files.i3}
    rho: dict[str, Any] = {
        key: None if path is None else _alike(path, files.i4, grid) * factor
        for key, path in bands.items()
    }
    scan_km, track_km = _cell_km(grid, lat)
    return Scene(
        sensor="VIIRS_I",
        platform=platform,
        granule=_name(files),
        started_utc_s=started,
        ended_utc_s=started,
        lon=lon,
        lat=lat,
        solar_zenith_deg=zenith,
        view_zenith_deg=unknown,
        relative_azimuth_deg=unknown,
        bt_mir_k=mir,
        bt_tir_k=tir,
        bt_12_k=None,
        **rho,
        mir_saturated=no,
        mir_nominal=np.isfinite(mir),
        tir_nominal=np.isfinite(tir),
        bowtie_deleted=no,
        water=no,
        coast=no,
        fire_radiance=None,
        scan_km=np.full(mir.shape[1], scan_km, dtype=np.float32),
        track_km=np.full(mir.shape[1], track_km, dtype=np.float32),
        cloud_class=None if files.cloud is None else _classes(files.cloud, files.i4, grid),
        missing=MISSING,
    )


@dataclass(frozen=True)
class _Grid:
    """Projection and cells of an image, and its tags."""

    crs: Any
    transform: Any
    shape: tuple[int, int]
    tags: dict[str, str]


def _image(path: Path) -> tuple[Singles, _Grid]:
    with needed_for(path):
        import rasterio
        from rasterio.errors import RasterioError

    if not path.is_file():
        raise unreadable(path, "unopened")
    try:
        with rasterio.open(path) as image:
            values = _without_nodata(image)
            grid = _Grid(image.crs, image.transform, image.shape, image.tags())
    except RasterioError as error:
        raise unreadable(path, "granule_damaged", place="band 1", format="GeoTIFF") from error
    if grid.crs is None:
        raise unreadable(path, "granule_missing", place="CRS", format="GeoTIFF")
    return values, grid


def _without_nodata(image: rasterio.DatasetReader) -> Singles:
    values: Singles = image.read(1).astype(np.float32)
    if image.nodata is not None and not np.isnan(image.nodata):
        values[values == np.float32(image.nodata)] = np.nan
    return values


def _alike(path: Path, first: Path, grid: _Grid) -> Singles:
    """Return an image that must lie on the grid of the first."""
    values, own = _image(path)
    same = own.shape == grid.shape and own.crs == grid.crs
    if not (same and own.transform.almost_equals(grid.transform)):
        raise unreadable(path, "stack_grid", place=path.name, other=first.name)
    return values


def _classes(path: Path, first: Path, grid: _Grid) -> Bytes:
    values = _alike(path, first, grid)
    known = (values >= 0) & (values < _CLOUD_CLASSES)
    return np.where(known, values, NO_CLOUD_CLASS).astype(np.uint8)


def _check_kelvin(path: Path, values: Singles) -> None:
    low, high = _PLAUSIBLE_K
    finite = values[np.isfinite(values)]
    if len(finite) and not low <= float(np.median(finite)) <= high:
        raise unreadable(path, "stack_unit", place=path.name, unit="K")


def _positions(grid: _Grid) -> tuple[Singles, Singles]:
    from pyproj import Transformer

    columns, rows = np.meshgrid(np.arange(grid.shape[1]) + 0.5, np.arange(grid.shape[0]) + 0.5)
    cell = grid.transform
    x = cell.a * columns + cell.b * rows + cell.c
    y = cell.d * columns + cell.e * rows + cell.f
    to_wgs84 = Transformer.from_crs(grid.crs.to_wkt(), "EPSG:4326", always_xy=True)
    lon, lat = to_wgs84.transform(x, y)
    return lon.astype(np.float32), lat.astype(np.float32)


def _cell_km(grid: _Grid, lat: Singles) -> tuple[float, float]:
    """Return width and height of a cell; of the middle one where the grid is in degrees."""
    width, height = abs(grid.transform.a), abs(grid.transform.e)
    if not grid.crs.is_geographic:
        factor = float(grid.crs.linear_units_factor[1]) / 1000.0
        return width * factor, height * factor
    shrink = float(np.cos(np.radians(np.median(lat))))
    return width * KM_PER_DEGREE * shrink, height * KM_PER_DEGREE


def _started_utc_s(path: Path, grid: _Grid) -> int:
    folder = _FOLDER_TIME.search(path.parent.name)
    candidates = [(grid.tags.get("TIFFTAG_DATETIME", ""), "%Y:%m:%d %H:%M:%S")]
    candidates += [(folder[1], "%Y%j.%H%M")] if folder else []
    for text, form in candidates:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    raise unreadable(path, "stack_time")


def _name(files: StackFiles) -> str:
    folder = files.i4.parent.name
    return folder if _FOLDER_TIME.search(folder) else files.i4.stem
