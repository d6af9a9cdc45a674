"""What ground a granule has seen: km² by area, view angle, day and night.

A count of fires is comparable from year to year only with the ground that could be seen. What a
fire mask does not decide (missing input, no background to compare with) is not seen, never clear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.vocab import DayNight
from imagery.masks import FireClass
from imagery.radiometry import NIGHT_FROM_DEG
from imagery.scene import Bools, Bytes, Detection, Scene
from imagery.swath import ground_area_km2

Label: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.integer]]
"""Area codes of (lon, lat) in degrees, 0 outside every area."""
Cropland: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.floating]]
"""Share of cropland, 0..1, at (lon, lat) in degrees."""

VIEW_LIMITS_DEG = (30.0, 50.0)
VIEW_CLASSES = ("0-30", "30-50", "50-90", "unknown")
"""View zenith angle in degrees; the last where the angle is missing."""
GROUND = ("clear", "cloud", "glint", "not_seen", "water")
"""What a pixel tells of its ground; fires count as clear, for they were seen."""
KEY_COLUMNS = ("area_code", "view_class", "day_night")
AREA_COLUMNS = tuple(f"{ground}_km2" for ground in GROUND)
CROPLAND_COLUMNS = tuple(f"cropland_{ground}_km2" for ground in GROUND[:4])
BASIS_COLUMN = "basis"
BASES = ("none", "feed_present", "measured")
"""From the weakest: nothing known; a feed held the granule; areas come from a fire mask."""

_CLEAR, _CLOUD, _GLINT, _NOT_SEEN, _WATER, _LEFT_OUT = range(6)
_DAY_NIGHT = (str(DayNight.NIGHT), str(DayNight.DAY))
_STRIP_ROWS = 256


def _lookup(**exceptions: int) -> NDArray[np.int8]:
    table = np.full(256, _NOT_SEEN, dtype=np.int8)
    table[FireClass.GLINT] = _GLINT
    table[FireClass.WATER] = _WATER
    table[FireClass.CLOUD] = _CLOUD
    table[[FireClass.LAND, *range(FireClass.FIRE_LOW, FireClass.FIRE_HIGH + 1)]] = _CLEAR
    for name, ground in exceptions.items():
        table[FireClass[name]] = ground
    return table


# Deleted on board where another scan shows the same ground: no ground of its own.
_VIIRS_GROUND = _lookup(BOWTIE=_LEFT_OUT)
_GROUND_OF_CLASS = {
    "VIIRS_I": _VIIRS_GROUND,
    "VIIRS_M": _VIIRS_GROUND,
    # Classes 0 to 2 of MOD14 are all missing or not processed.
    "MODIS": _lookup(GLINT=_NOT_SEEN),
}


@dataclass(frozen=True, eq=False)
class Seen:
    """One granule, or some of its lines, as coverage needs it.

    Attributes
    ----------
    family
        "VIIRS_I", "VIIRS_M" or "MODIS": what the classes of the mask mean.
    fire_mask
        (rows, cols), class codes.
    lon, lat, view_zenith_deg
        (rows, cols), degrees; pixels without a position belong to no area.
    pixel_area_km2
        (cols,) or (rows, cols); `imagery.swath.ground_area_km2` leaves overlap of scans out.
    day
        (rows, cols), whether the sun was up.
    water
        (rows, cols) from a land/water mask: water under cloud then is no cloudy land. None:
        only what the fire mask calls water is water.
    cropland
        (rows, cols), share of cropland 0..1, None without a mask; adds `CROPLAND_COLUMNS`.
    """

    family: str
    fire_mask: Bytes
    lon: NDArray[np.floating]
    lat: NDArray[np.floating]
    pixel_area_km2: NDArray[np.floating]
    view_zenith_deg: NDArray[np.floating]
    day: Bools
    water: Bools | None = None
    cropland: NDArray[np.floating] | Bools | None = None

    def __post_init__(self) -> None:
        shape = self.fire_mask.shape
        for name, value in vars(self).items():
            allowed = (shape, shape[1:]) if name == "pixel_area_km2" else (shape,)
            if isinstance(value, np.ndarray) and value.shape not in allowed:
                raise ValueError(f"{name} has shape {value.shape}, expected {shape}")


def seen_by(
    scene: Scene,
    detection: Detection,
    pixel_area_km2: NDArray[np.floating] | None = None,
    cropland: NDArray[np.floating] | Bools | None = None,
) -> Seen:
    """Return what coverage needs of a detection.

    Parameters
    ----------
    pixel_area_km2
        (cols,) or (rows, cols), for images that are no swath; by default the ground of each
        sample of the sensor without the overlap of scans.
    """
    if pixel_area_km2 is None:
        width = len(ground_area_km2(scene.sensor))
        kept = np.ones(width)
        columns = slice(scene.sample0, scene.sample0 + scene.shape[1])
        kept[columns] -= scene.bowtie_deleted.mean(axis=0)
        pixel_area_km2 = ground_area_km2(scene.sensor, kept)[columns]
    return Seen(
        family=scene.sensor,
        fire_mask=detection.fire_mask,
        lon=scene.lon,
        lat=scene.lat,
        pixel_area_km2=pixel_area_km2,
        view_zenith_deg=scene.view_zenith_deg,
        day=scene.solar_zenith_deg < NIGHT_FROM_DEG,
        water=scene.water,
        cropland=cropland,
    )


def coverage(seen: Seen, label: Label, cropland: Cropland | None = None) -> pd.DataFrame:
    """Return the ground seen, by area, view class and day or night.

    Parameters
    ----------
    label
        Area codes of positions; asked only for pixels that have one, some lines at a time.
    cropland
        Share of cropland at positions, for a granule without an array of it.

    Returns
    -------
    pandas.DataFrame
        `KEY_COLUMNS`, `AREA_COLUMNS` in km² (land clear, cloudy, in glint, not seen; water),
        with a cropland mask `CROPLAND_COLUMNS`, and basis "measured"; one row for each
        combination that occurs, in ascending order. Areas the granule does not reach have no row.
    """
    parts = [
        _of_strip(seen, slice(start, start + _STRIP_ROWS), label, cropland)
        for start in range(0, len(seen.fire_mask), _STRIP_ROWS)
    ]
    return summed(parts, cropland=seen.cropland is not None or cropland is not None)


def summed(parts: list[pd.DataFrame], *, cropland: bool = False) -> pd.DataFrame:
    """Return the sum of coverage tables of different ground, such as strips of one granule."""
    columns = [*AREA_COLUMNS, *(CROPLAND_COLUMNS if cropland else ())]
    filled = [part for part in parts if not part.empty]
    if not filled:
        typed: dict[str, str] = {"area_code": "int64", "view_class": "str", "day_night": "str"}
        typed |= dict.fromkeys(columns, "float64") | {BASIS_COLUMN: "str"}
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in typed.items()})
    table = pd.concat(filled, ignore_index=True)
    total = table.groupby(list(KEY_COLUMNS), as_index=False)[columns].sum()
    return total.assign(**{BASIS_COLUMN: "measured"})


def _of_strip(seen: Seen, rows: slice, label: Label, cropland: Cropland | None) -> pd.DataFrame:
    lon, lat = (np.asarray(axis[rows], dtype=float) for axis in (seen.lon, seen.lat))
    ground = _ground(seen, rows)
    there = np.isfinite(lon) & np.isfinite(lat) & (ground != _LEFT_OUT)
    codes = np.zeros(lon.shape, dtype=np.int64)
    if there.any():
        codes[there] = label(lon[there], lat[there])
    there &= codes > 0
    if not there.any():
        return pd.DataFrame()
    area_km2 = seen.pixel_area_km2[rows] if seen.pixel_area_km2.ndim == 2 else seen.pixel_area_km2
    area_km2 = np.broadcast_to(area_km2, lon.shape)[there]
    areas, place = np.unique(codes[there], return_inverse=True)
    view = _view_class(seen.view_zenith_deg[rows][there])
    group = (place * len(VIEW_CLASSES) + view) * 2 + seen.day[rows][there]
    columns = _sums(group, ground[there], area_km2, len(areas), AREA_COLUMNS)
    share = None if seen.cropland is None else seen.cropland[rows][there]
    if share is None and cropland is not None:
        share = cropland(lon[there], lat[there])
    if share is not None:
        cropped = area_km2 * share
        columns |= _sums(group, ground[there], cropped, len(areas), CROPLAND_COLUMNS)
    keys = np.arange(len(areas) * len(VIEW_CLASSES) * 2)
    table = pd.DataFrame(
        {
            "area_code": areas[keys // 2 // len(VIEW_CLASSES)],
            "view_class": np.array(VIEW_CLASSES)[keys // 2 % len(VIEW_CLASSES)],
            "day_night": np.array(_DAY_NIGHT)[keys % 2],
            **columns,
        }
    )
    return table[np.isin(keys, group)]


def _ground(seen: Seen, rows: slice) -> NDArray[np.int8]:
    ground = _GROUND_OF_CLASS[seen.family][seen.fire_mask[rows]]
    if seen.water is not None:
        ground = np.where(seen.water[rows] & (ground != _LEFT_OUT), np.int8(_WATER), ground)
    return ground


def _view_class(view_zenith_deg: NDArray[np.floating]) -> NDArray[np.int64]:
    classes = np.searchsorted(VIEW_LIMITS_DEG, np.abs(view_zenith_deg), side="left")
    unknown = len(VIEW_CLASSES) - 1
    result: NDArray[np.int64] = np.where(np.isnan(view_zenith_deg), unknown, classes)
    return result


def _sums(
    group: NDArray[np.int64],
    ground: NDArray[np.int8],
    area_km2: NDArray[np.floating],
    n_areas: int,
    names: tuple[str, ...],
) -> dict[str, NDArray[np.float64]]:
    size = n_areas * len(VIEW_CLASSES) * 2
    totals = np.bincount(
        group * len(GROUND) + ground, weights=area_km2, minlength=size * len(GROUND)
    ).reshape(size, len(GROUND))
    return {name: np.asarray(totals[:, kind], dtype=float) for kind, name in enumerate(names)}
