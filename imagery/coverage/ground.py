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
from imagery.detection.masks import FireClass, Indices
from imagery.detection.scene import Bools, Bytes, Scene
from imagery.radiometry import NIGHT_FROM_DEG
from imagery.swath import ground_area_km2

Label: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.integer]]
"""Area codes of (lon, lat) in degrees, 0 outside every area."""
CroplandShare: TypeAlias = Callable[
    [NDArray[np.float64], NDArray[np.float64]], NDArray[np.floating]
]
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
BASES = NONE, FEED_PRESENT, MEASURED = ("none", "feed_present", "measured")
"""From the weakest: nothing known; a feed held the granule; areas come from a fire mask."""

_CLEAR, _CLOUD, _GLINT, _NOT_SEEN, _WATER, _LEFT_OUT = range(6)
_DAY_NIGHT = (str(DayNight.NIGHT), str(DayNight.DAY))
_STRIP_ROWS = 128
_ALL = slice(None)


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


def coverage(seen: Seen, label: Label, cropland: CroplandShare | None = None) -> pd.DataFrame:
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
    area_km2 = np.broadcast_to(seen.pixel_area_km2, seen.fire_mask.shape)
    parts = []
    for start in range(0, len(seen.fire_mask), _STRIP_ROWS):
        rows = slice(start, start + _STRIP_ROWS)
        spots, there = _spots(seen, rows, label, cropland)
        parts.append(_table(spots, area_km2[rows][there]))
    return summed(parts, cropland=seen.cropland is not None or cropland is not None)


class GranuleGround:
    """The ground that a granule has seen, piece by piece.

    What ground is a pixel's own depends on how many lines of its sample were deleted on board,
    which is known when all of the granule was looked at. Until then pixels are kept by sample.

    Parameters
    ----------
    label, cropland
        As for `coverage`.
    pixel_area_km2
        (cols,), for images that are no swath; by default the ground of each sample of the sensor
        without the overlap of scans.
    """

    def __init__(
        self,
        label: Label,
        cropland: CroplandShare | None = None,
        pixel_area_km2: NDArray[np.floating] | None = None,
    ) -> None:
        self._label, self._cropland, self._area_km2 = label, cropland, pixel_area_km2
        self._spots: list[_Spots] = []
        self._lines = 0
        self._deleted: NDArray[np.int64] | int = 0

    def add(self, scene: Scene, fire_mask: Bytes, rows: slice = _ALL) -> None:
        """Add some rows of a scene, of which `fire_mask` holds the classes."""
        self._sensor, self._columns = scene.sensor, (scene.sample0, scene.shape[1])
        self._deleted = self._deleted + np.count_nonzero(scene.bowtie_deleted[rows], axis=0)
        self._lines += len(fire_mask)
        seen = Seen(
            family=scene.sensor,
            fire_mask=fire_mask,
            lon=scene.lon[rows],
            lat=scene.lat[rows],
            pixel_area_km2=np.ones(scene.shape[1]),
            view_zenith_deg=scene.view_zenith_deg[rows],
            day=scene.solar_zenith_deg[rows] < NIGHT_FROM_DEG,
            water=scene.water[rows],
        )
        for start in range(0, len(fire_mask), _STRIP_ROWS):
            part = slice(start, start + _STRIP_ROWS)
            spots, _ = _spots(seen, part, self._label, self._cropland)
            self._spots.append(spots.by_sample(scene.shape[1]))

    def table(self) -> pd.DataFrame:
        """Return the coverage of what was added; see `coverage`."""
        sample0, width = self._columns
        area_km2 = self._area_km2
        if area_km2 is None:
            kept = np.ones(len(ground_area_km2(self._sensor)))
            columns = slice(sample0, sample0 + width)
            kept[columns] -= self._deleted / max(self._lines, 1)
            area_km2 = ground_area_km2(self._sensor, kept)[columns]
        parts = [_table(spots, area_km2[spots.sample]) for spots in self._spots]
        return summed(parts, cropland=self._cropland is not None)


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
    return total.assign(**{BASIS_COLUMN: MEASURED})


@dataclass(frozen=True, eq=False)
class _Spots:
    """Pixels in areas, or groups of alike ones: all (n,).

    `number` and `cropland` (None without a mask) are pixels in all and pixels of cropland.
    """

    codes: NDArray[np.int64]
    view: NDArray[np.int64]
    day: Bools
    ground: NDArray[np.int8]
    sample: Indices
    number: NDArray[np.floating]
    cropland: NDArray[np.floating] | None

    def by_sample(self, width: int) -> _Spots:
        """Return one spot for all alike pixels of a sample, `width` samples a line."""
        areas, place = np.unique(self.codes, return_inverse=True)
        alike = ((place * len(VIEW_CLASSES) + self.view) * 2 + self.day) * len(GROUND) + self.ground
        kinds, kind = _occurring(alike, len(areas) * len(VIEW_CLASSES) * 2 * len(GROUND))
        index = kind * width + self.sample
        number = np.bincount(index, minlength=len(kinds) * width)
        found = np.flatnonzero(number)
        cropland = None
        if self.cropland is not None:
            shares = np.bincount(index, weights=self.cropland, minlength=len(number))
            cropland = shares[found].astype(float)
        kind, sample = np.divmod(found, width)
        alike, ground = np.divmod(kinds[kind], len(GROUND))
        alike, day = np.divmod(alike, 2)
        place, view = np.divmod(alike, len(VIEW_CLASSES))
        return _Spots(
            areas[place], view, day.astype(bool), ground.astype(np.int8), sample,
            number[found].astype(float), cropland,
        )  # fmt: skip


def _occurring(codes: Indices, size: int) -> tuple[Indices, Indices]:
    """Return the codes below `size` that occur, and the place of each code among them."""
    there = np.bincount(codes, minlength=size) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]


def _spots(
    seen: Seen, rows: slice, label: Label, cropland: CroplandShare | None
) -> tuple[_Spots, Bools]:
    """Return the pixels of some rows that lie in an area, and where they are."""
    lon, lat = (np.asarray(axis[rows], dtype=float) for axis in (seen.lon, seen.lat))
    ground = _ground(seen, rows)
    there = np.isfinite(lon) & np.isfinite(lat) & (ground != _LEFT_OUT)
    codes = np.zeros(lon.shape, dtype=np.int64)
    if there.any():
        codes[there] = label(lon[there], lat[there])
    there &= codes > 0
    share = None if seen.cropland is None else seen.cropland[rows][there].astype(float)
    if share is None and cropland is not None:
        share = np.zeros(np.count_nonzero(there))
        if len(share):
            share[:] = cropland(lon[there], lat[there])
    spots = _Spots(
        codes=codes[there],
        view=_view_class(seen.view_zenith_deg[rows][there]),
        day=seen.day[rows][there],
        ground=ground[there],
        sample=np.nonzero(there)[1],
        number=np.ones(np.count_nonzero(there)),
        cropland=share,
    )
    return spots, there


def _table(spots: _Spots, area_km2: NDArray[np.floating]) -> pd.DataFrame:
    """Return the sums of spots whose pixels are so large each."""
    if not len(spots.codes):
        return pd.DataFrame()
    areas, place = np.unique(spots.codes, return_inverse=True)
    group = (place * len(VIEW_CLASSES) + spots.view) * 2 + spots.day
    columns = _sums(group, spots.ground, area_km2 * spots.number, len(areas), AREA_COLUMNS)
    if spots.cropland is not None:
        cropped = area_km2 * spots.cropland
        columns |= _sums(group, spots.ground, cropped, len(areas), CROPLAND_COLUMNS)
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
