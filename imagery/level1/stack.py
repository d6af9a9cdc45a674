"""Calibrated VIIRS I bands as GeoTIFFs on one grid: imagery without swath geometry.

What a swath file tells and a stack does not: view angles, quality flags, the land/water mask and
M13. The sun's angles are computed from the time of the image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from firewatch.core.geo import Extent
from imagery.detection.scene import NO_CLOUD_CLASS, Bytes, Scene
from imagery.level1.stack_image import ImageGrid, grid_of, sample_of, tags_of, values_of
from imagery.level1.window import Window
from imagery.radiometry import NIGHT_FROM_DEG, Singles, sun_factor
from imagery.reading import unreadable
from imagery.sun import solar_angles_deg

MISSING = ("view_geometry", "quality_flags", "land_water_mask")
"""What a scene from a stack has not, as `Scene.missing`."""
MARGIN_PX = 250
"""Half the window of the scene-dependent threshold of Schroeder et al. (2014)."""
DEFAULT_PLATFORM = "S-NPP"

_BAND = re.compile(r"(?:^|[^a-z0-9]|sv)i0?([1-5])(?=[^0-9]|$)", re.IGNORECASE)
_CLOUD = re.compile(r"mvcm|cloud", re.IGNORECASE)
_SUFFIXES = (".tif", ".tiff")
# How names write a time: A2020312.0605 (NASA), d20201107_t0605 (NOAA), 20201107T0605 and the like.
_TIMES = (
    (re.compile(r"(?<![A-Za-z0-9])A(\d{7})[._T-]?(\d{4})(?!\d)"), "%Y%j%H%M"),
    (re.compile(r"(?<![A-Za-z0-9])d(\d{8})_t(\d{4})"), "%Y%m%d%H%M"),
    (
        re.compile(
            r"(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})[T_ .-]?"
            r"(\d{2})[-_]?(\d{2})(?:[-_]?\d{2})?(?!\d)"
        ),
        "%Y%m%d%H%M",
    ),
)
_PLATFORMS = (
    ("S-NPP", re.compile(r"(?<![a-z])(?:suomi|s?-?npp|vnp)(?![a-z])", re.IGNORECASE)),
    ("NOAA-20", re.compile(r"(?<![a-z0-9])(?:noaa[-_ ]?20|jpss[-_ ]?1|j01|vj1)", re.IGNORECASE)),
    ("NOAA-21", re.compile(r"(?<![a-z0-9])(?:noaa[-_ ]?21|jpss[-_ ]?2|j02|vj2)", re.IGNORECASE)),
)
_PLATFORM_TAGS = re.compile("platform|satellite|spacecraft|description", re.IGNORECASE)
_TIME_TAG = "TIFFTAG_DATETIME"
_PERCENT = 100.0
_PERCENT_UNITS = {"%": True, "percent": True, "1": False}
# A hundredth of a daylit scene is always brighter than 2 % and never than 200 %.
_BRIGHT_QUANTILE, _BRIGHT_PERCENT = 0.99, 2.0
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
    platform: str = DEFAULT_PLATFORM

    @property
    def family(self) -> str:
        """Return the product family: calibrated I bands."""
        return "VIIRS_I"

    @property
    def image(self) -> Path:
        """Return the image that the pass is called by."""
        return self.i4

    @property
    def name(self) -> str:
        """Return what to call the pass by: bands of every pass may have the same names."""
        return f"{self.i4.parent.name}/{self.i4.name}"

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return all images, I4 first."""
        every = (self.i4, self.i5, self.i1, self.i2, self.i3, self.cloud)
        return tuple(path for path in every if path is not None)


def stack_files(paths: Iterable[Path], platform: str = DEFAULT_PLATFORM) -> StackFiles | None:
    """Return the stack among GeoTIFFs by the band in their names, None without I4 and I5.

    Names say the band as ``i04`` or ``I4`` set off by other letters, the cloud mask as ``mvcm``
    or ``cloud``.
    """
    found: dict[str, Path] = {}
    for path in sorted(paths):
        if (role := _role(path)) is not None:
            found.setdefault(role, path)
    if not {"i4", "i5"} <= found.keys():
        return None
    return StackFiles(**found, platform=platform)


def stacks(paths: Iterable[Path], platform: str = DEFAULT_PLATFORM) -> list[StackFiles]:
    """Return the stacks among files, one for each folder and pass.

    Passes in one folder are told apart by the time in the names of their images or, where names
    have none, by their TIFFTAG_DATETIME. An image without a time belongs to the pass of its
    folder if there is only one. GeoTIFFs that are in no stack's `paths` belong to none.

    Parameters
    ----------
    platform
        Whose images they are where neither tags nor names say so.
    """
    folders: dict[Path, list[Path]] = {}
    for path in sorted(set(paths)):
        if _role(path) is not None:
            folders.setdefault(path.parent, []).append(path)
    found = (
        stack_files(images, platform)
        for folder in sorted(folders)
        for images in _passes(folders[folder])
    )
    return [_with_platform(stack) for stack in found if stack is not None]


def _role(path: Path) -> str | None:
    if path.suffix.lower() not in _SUFFIXES:
        return None
    band = _BAND.search(path.stem)
    if band is not None:
        return f"i{band[1]}"
    return "cloud" if _CLOUD.search(path.stem) else None


def _passes(images: list[Path]) -> list[list[Path]]:
    """Return the images of one folder by pass."""
    times = {path: _moment(path.stem) for path in images}
    roles = [_role(path) for path in images]
    if not any(times.values()) and len(set(roles)) < len(roles):
        times = {path: _tagged_moment(tags_of(path)) for path in images}
    known = sorted({time for time in times.values() if time is not None})
    if len(known) < 2:
        return [images]
    return [[path for path in images if times[path] == time] for time in known]


def _with_platform(files: StackFiles) -> StackFiles:
    said = " ".join(v for k, v in tags_of(files.i4).items() if _PLATFORM_TAGS.search(k))
    for text in (said, files.i4.name, files.i4.parent.name):
        for platform, name in _PLATFORMS:
            if name.search(text):
                return replace(files, platform=platform)
    return files


def read_stack(
    files: StackFiles,
    platform: str | None = None,
    started_utc_s: int | None = None,
    *,
    region: Extent | None = None,
    margin_px: int = MARGIN_PX,
    percent: bool | None = None,
    divide_by_cos_sza: bool = True,
) -> Scene:
    """Return a stack as a scene in the order of its rows and columns.

    Parameters
    ----------
    platform
        Whose image it is; None takes that of `files`.
    started_utc_s
        Epoch seconds of the pass; None takes TIFFTAG_DATETIME (UTC) of I4, else the time in its
        name, else in the name of its folder.
    region
        Degrees; only the part over it is read. None reads the whole images.
    margin_px
        Pixels around the region.
    percent
        Whether reflectance is in percent rather than 0..1. None takes the unit that the image
        states, else decides by the values: percent if the brightest hundredth of the daylit
        pixels of any band is above 2.
    divide_by_cos_sza
        Whether reflectance still carries the factor cos(SZA), as level-1B bands do that no
        modifier has touched.

    Raises
    ------
    OutsideRegionError
        If no pixel lies over the region.
    UnreadableFileError
        If an image is damaged, on another grid, uncalibrated, or without a time.
    """
    grid = grid_of(files.i4)
    started = _started_utc_s(grid) if started_utc_s is None else started_utc_s
    window = grid.whole() if region is None else grid.window(region, margin_px)
    placed = _geometry(grid, window, started)
    zenith = placed["solar_zenith_deg"]
    return Scene(
        sensor="VIIRS_I",
        platform=platform or files.platform,
        granule=_name(files),
        started_utc_s=started,
        ended_utc_s=started,
        **placed,
        **_temperatures(files, grid, window),
        **_reflectances(files, grid, window, zenith, started, percent, divide_by_cos_sza),
        fire_radiance=None,
        cloud_class=_classes(files.cloud, grid, window),
        missing=MISSING,
    )


def _geometry(grid: ImageGrid, window: Window, started_utc_s: int) -> dict[str, Any]:
    """Return where the pixels of a window lie, how large they are, and the sun's height there."""
    lon, lat = grid.positions(
        np.arange(window.line0, window.line1), np.arange(window.sample0, window.sample1)
    )
    if not np.isfinite(lat).any():
        raise unreadable(grid.path, "granule_nowhere")
    unknown = np.full(window.shape, np.nan, dtype=np.float32)
    scan_km, track_km = grid.cell_km(float(np.nanmedian(lat)))
    return {
        "lon": lon,
        "lat": lat,
        "solar_zenith_deg": solar_angles_deg(started_utc_s, lon, lat)[0],
        "view_zenith_deg": unknown,
        "relative_azimuth_deg": unknown,
        "scan_km": np.full(window.shape[1], scan_km, dtype=np.float32),
        "track_km": np.full(window.shape[1], track_km, dtype=np.float32),
        "sample0": window.sample0,
        "line0": window.line0,
    }


def _temperatures(files: StackFiles, grid: ImageGrid, window: Window) -> dict[str, Any]:
    """Return the thermal bands and the masks that a stack has nothing to fill with."""
    mir, tir = (_kelvin(path, grid, window) for path in (files.i4, files.i5))
    no = np.zeros(window.shape, dtype=bool)
    return {
        "bt_mir_k": mir,
        "bt_tir_k": tir,
        "bt_12_k": None,
        "mir_nominal": np.isfinite(mir),
        "tir_nominal": np.isfinite(tir),
        **dict.fromkeys(("mir_saturated", "bowtie_deleted", "water", "coast"), no),
    }


def _kelvin(path: Path, grid: ImageGrid, window: Window) -> Singles:
    values = values_of(_alike(path, grid), window)
    low, high = _PLAUSIBLE_K
    finite = values[np.isfinite(values)]
    if len(finite) and not low <= float(np.median(finite)) <= high:
        raise unreadable(path, "stack_unit", place=path.name, unit="K")
    return values


def _reflectances(
    files: StackFiles,
    grid: ImageGrid,
    window: Window,
    zenith: Singles,
    started_utc_s: int,
    percent: bool | None,
    divide: bool,
) -> dict[str, Any]:
    """Return the reflective bands as 0..1, NaN at night; None without the band."""
    bands = {"rho_red": files.i1, "rho_nir": files.i2, "rho_swir": files.i3}
    grids = {key: _alike(path, grid) for key, path in bands.items() if path is not None}
    if percent is None:
        percent = _in_percent(grids.values(), started_utc_s, divide)
    factor = _day_factor(zenith, divide) / np.float32(_PERCENT if percent else 1)
    return {key: values_of(grids[key], window) * factor if key in grids else None for key in bands}


def _day_factor(zenith: Singles, divide: bool) -> Singles:
    if divide:
        return sun_factor(zenith)
    return np.where(zenith < NIGHT_FROM_DEG, np.float32(1), np.float32(np.nan))


def _in_percent(grids: Iterable[ImageGrid], started_utc_s: int, divide: bool) -> bool:
    """Tell percent from fractions by the whole images, so that no region changes the answer."""
    brightest = []
    for grid in grids:
        if grid.unit in _PERCENT_UNITS:
            return _PERCENT_UNITS[grid.unit]
        values, lon, lat = sample_of(grid)
        lit = values * _day_factor(solar_angles_deg(started_utc_s, lon, lat)[0], divide)
        if len(lit := lit[np.isfinite(lit)]):
            brightest.append(float(np.quantile(lit, _BRIGHT_QUANTILE)))
    return not brightest or max(brightest) > _BRIGHT_PERCENT


def _alike(path: Path, first: ImageGrid) -> ImageGrid:
    """Return the grid of an image, which must be that of the first."""
    own = first if path == first.path else grid_of(path)
    if not own.same_cells(first):
        raise unreadable(path, "stack_grid", place=path.name, other=first.path.name)
    return own


def _classes(path: Path | None, grid: ImageGrid, window: Window) -> Bytes | None:
    if path is None:
        return None
    values = values_of(_alike(path, grid), window)
    known = (values >= 0) & (values < _CLOUD_CLASSES)
    return np.where(known, values, NO_CLOUD_CLASS).astype(np.uint8)


def _started_utc_s(grid: ImageGrid) -> int:
    moments = (
        _tagged_moment(grid.tags), _moment(grid.path.stem), _moment(grid.path.parent.name)
    )  # fmt: skip
    for moment in moments:
        if moment is not None:
            return moment
    raise unreadable(grid.path, "stack_time")


def _tagged_moment(tags: Mapping[str, str]) -> int | None:
    return _parsed(tags.get(_TIME_TAG, ""), "%Y:%m:%d %H:%M:%S")


def _moment(name: str) -> int | None:
    """Return the time in a name in epoch seconds, None without one."""
    for pattern, form in _TIMES:
        found = pattern.search(name)
        moment = _parsed("".join(found.groups()), form) if found else None
        if moment is not None:
            return moment
    return None


def _parsed(text: str, form: str) -> int | None:
    try:
        return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _name(files: StackFiles) -> str:
    folder = files.i4.parent.name
    return folder if _moment(folder) is not None else files.i4.stem
