"""Burned ground of a county by season, beside the count of its fire points.

Scars stay when a fire was lit after the satellite had passed, so that burned ground checks the
count. Ground that no two clear scenes show is unknown, not unburned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from firewatch.core.time import Period
from firewatch.count.rule import CountingRule
from firewatch.count.tally import tally
from imagery.coverage.cropland import Cropland
from imagery.feeds.offers import COLLECTIONS
from imagery.highres.grid import Grid
from imagery.highres.scene import HighresScene
from imagery.reading import OutsideRegionError
from imagery.scar.outline import M2_PER_HA, within
from imagery.scar.parameters import ScarParameters
from imagery.scar.season import BurnedGround, burned_ground

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

    from imagery.feeds.offers import Offer, SceneSource

_CROPLAND_STEP_PX = 10
_CROPLAND_STEP_DEG = 0.003
_FINEST = COLLECTIONS["MSI"]


@dataclass(frozen=True, eq=False)
class BurnedSeason:
    """One season of a county.

    Attributes
    ----------
    ground
        Of the part that scenes are offered of; None where no scene shows any of it.
    area_ha, cropland_ha
        Of the county; cropland is NaN without a map of it.
    counted
        Fire points that the ledger counts in the same days.
    unreadable
        What is wrong with scenes that could not be read.
    """

    name: str
    period: Period
    ground: BurnedGround | None
    area_ha: float
    cropland_ha: float
    counted: int
    unreadable: tuple[str, ...]

    @property
    def seen_days(self) -> float:
        """Return the mean over the county of the days that lie between two clear looks."""
        return self.ground.seen_days * self.ground.area_ha / self.area_ha if self.ground else 0.0


@dataclass(frozen=True, eq=False)
class BurnedInquiry:
    """What is asked about a county in every season.

    Attributes
    ----------
    outline
        The county, WGS-84.
    counties
        Its adcode; of a city those of its counties.
    longest_days
        Longest time between the two scenes of a pair.
    """

    outline: BaseGeometry
    counties: Sequence[int]
    source: SceneSource
    rule: CountingRule
    parameters: ScarParameters
    longest_days: float
    cropland: Cropland | None = None


def burned_season(
    inquiry: BurnedInquiry,
    connection: Connection,
    name: str,
    period: Period,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> BurnedSeason:
    """Return what burned in a county in a period, and how many fire points were counted.

    Both scenes of a pair lie within the period: what burned before it is not in it.
    """
    extent = Extent(*map(float, inquiry.outline.bounds))
    first_s, after_s = period.epoch_bounds_s()
    offers = inquiry.source.search(extent, first_s, after_s - 1)
    offers = sorted(offers, key=lambda offer: (offer.acquired_utc_s, offer.scene_id))
    faults: list[str] = []
    ground = _ground(inquiry, offers, extent, faults, progress)
    counts = tally(connection, inquiry.rule, period, "county_adcode", inquiry.counties)
    area_ha, cropland_ha = _county_ha(inquiry)
    counted = int(counts["count"].sum())
    return BurnedSeason(name, period, ground, area_ha, cropland_ha, counted, tuple(faults))


def _county_ha(inquiry: BurnedInquiry) -> tuple[float, float]:
    """Return the area of the county, and of the cropland in it, in hectares."""
    from pyproj import Geod

    area_m2, _ = Geod(ellps="WGS84").geometry_area_perimeter(inquiry.outline)
    area_ha = abs(area_m2) / M2_PER_HA
    if inquiry.cropland is None:
        return area_ha, float("nan")
    west, south, east, north = inquiry.outline.bounds
    lon, lat = np.meshgrid(
        np.arange(west, east, _CROPLAND_STEP_DEG), np.arange(south, north, _CROPLAND_STEP_DEG)
    )
    inside = shapely.contains_xy(inquiry.outline, lon, lat)
    return area_ha, area_ha * float(inquiry.cropland(lon[inside], lat[inside]).mean())


def _ground(
    inquiry: BurnedInquiry,
    offers: Sequence[Offer],
    extent: Extent,
    faults: list[str],
    progress: Callable[[int, int], None],
) -> BurnedGround | None:
    # Hectares are counted on the finest pixels there are.
    fine = sorted(offers, key=lambda offer: offer.collection != _FINEST)
    extent = _shown(offers, extent)
    first = next(_scenes(inquiry.source, fine, extent, []), None)
    if first is None:
        for _ in _scenes(inquiry.source, offers, extent, faults):
            pass
        return None
    grid = first.grid.covering(extent)
    ground = burned_ground(
        _scenes(inquiry.source, offers, extent, faults, progress),
        grid,
        within(inquiry.outline, grid),
        inquiry.parameters,
        longest_days=inquiry.longest_days,
        cropland=_cropland(inquiry.cropland, grid),
    )
    return ground if ground.scenes else None


def _shown(offers: Sequence[Offer], extent: Extent) -> Extent:
    """Return the part of a box that scenes are offered of: the rest is unknown anyway."""
    if not offers:
        return extent
    boxes = [offer.extent for offer in offers]
    return Extent(
        max(extent.west, min(box.west for box in boxes)),
        max(extent.south, min(box.south for box in boxes)),
        min(extent.east, max(box.east for box in boxes)),
        min(extent.north, max(box.north for box in boxes)),
    )


def _scenes(
    source: SceneSource,
    offers: Sequence[Offer],
    extent: Extent,
    faults: list[str],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[HighresScene]:
    for number, offer in enumerate(offers):
        progress(number, len(offers))
        try:
            yield source.scene(offer, extent)
        except OutsideRegionError:
            continue
        except UnreadableFileError as error:
            faults.append(str(error))


def _cropland(cropland: Cropland | None, grid: Grid) -> NDArray[np.float32] | None:
    """Return the share of cropland of each pixel, worked out some pixels apart."""
    if cropland is None:
        return None
    step = _CROPLAND_STEP_PX
    lines, columns = (np.arange(step / 2, size + step, step) for size in grid.shape)
    lon, lat = grid.lon_lat(*np.meshgrid(lines, columns, indexing="ij"))
    share = cropland(lon, lat).astype(np.float32)
    every = np.repeat(np.repeat(share, step, axis=0), step, axis=1)
    return every[: grid.lines, : grid.columns]


def season_table(seasons: Sequence[BurnedSeason]) -> pd.DataFrame:
    """Return one row a season; what no scene shows is NaN.

    Returns
    -------
    pandas.DataFrame
        season, first_day, last_day, counted, scenes, area_ha, seen_ha, seen_share (of the area),
        seen_days, seen_time_share (of area and days together), burned_ha, burned_share (of the
        ground seen), and of cropland seen_cropland_ha, seen_cropland_share, burned_cropland_ha.
    """
    return pd.DataFrame([_row(season) for season in seasons])


def _row(season: BurnedSeason) -> dict[str, object]:
    ground, period = season.ground, season.period
    row: dict[str, object] = {
        "season": season.name,
        "first_day": str(period.start),
        "last_day": str(period.end),
        "counted": season.counted,
        "scenes": ground.scenes if ground else 0,
    }
    if ground is None:
        return row | dict.fromkeys(_MEASURES, np.nan)
    seen = ground.seen_ha > 0
    days = season.seen_days
    measures = (
        season.area_ha,
        ground.seen_ha,
        _share(ground.seen_ha, season.area_ha),
        days,
        days / period.days,
        ground.burned_ha if seen else np.nan,
        _share(ground.burned_ha, ground.seen_ha),
        ground.seen_cropland_ha,
        _share(ground.seen_cropland_ha, season.cropland_ha),
        ground.burned_cropland_ha if ground.seen_cropland_ha else np.nan,
    )
    return row | dict(zip(_MEASURES, measures, strict=True))


_MEASURES = (
    "area_ha", "seen_ha", "seen_share", "seen_days", "seen_time_share", "burned_ha",
    "burned_share", "seen_cropland_ha", "seen_cropland_share", "burned_cropland_ha",
)  # fmt: skip


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def change_pct(base: float, now: float) -> float:
    """Return the change in per cent; NaN where either is unknown or the base is 0."""
    return (now - base) / base * 100 if base else float("nan")


def outline_of(
    counties: Sequence[int], adcodes: Sequence[int], geometry: np.ndarray
) -> BaseGeometry:
    """Return the outline of counties together, WGS-84."""
    chosen = np.isin(np.asarray(adcodes), list(counties))
    return shapely.union_all(geometry[chosen])
