"""When farmland burns and when works are hot: the tables of the simulated year.

A campaign year runs from 1 October to 30 September. The months follow Guangxi's farming year
(late rice cut in October and November, early rice in July, sugarcane crushed from November to
April); the numbers are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from firewatch.core.time import Period

SIMULATED_PERIOD = Period(date(2019, 10, 1), date(2021, 2, 28))
CAMPAIGN_YEAR_STARTS = (date(2019, 10, 1), date(2020, 10, 1))


@dataclass(frozen=True)
class Crop:
    """A crop whose residues burn between two days, most of them near the peak.

    Days count from 1 October. `frp_median_mw` is the median radiative power of one fire.
    """

    name: str
    first_day: int
    peak_day: int
    last_day: int
    frp_median_mw: float


CROPS = (
    Crop("sugarcane", first_day=38, peak_day=100, last_day=200, frp_median_mw=8.0),
    Crop("late_rice", first_day=0, peak_day=36, last_day=70, frp_median_mw=6.0),
    Crop("early_rice", first_day=276, peak_day=290, last_day=316, frp_median_mw=6.0),
)


@dataclass(frozen=True)
class HourGroup:
    """A share of the fires, lit round an hour of the Beijing clock (25: one in the morning)."""

    share: float
    mean_h: float
    spread_h: float


LIGHTING_HOURS = (
    HourGroup(share=0.66, mean_h=14.3, spread_h=1.7),
    HourGroup(share=0.20, mean_h=18.6, spread_h=1.4),
    HourGroup(share=0.08, mean_h=10.5, spread_h=1.5),
    HourGroup(share=0.06, mean_h=25.0, spread_h=1.2),
)

BURNING_MEDIAN_MIN = 80.0
BURNING_LOG_SPREAD = 0.55
FRP_LOG_SPREAD = 0.85


@dataclass(frozen=True)
class WorksKind:
    """How a kind of works shows: the months it is hot and how often a pass can see it."""

    name: str
    months: tuple[int, ...]
    day_chance: float
    night_chance: float


_ALL_YEAR = tuple(range(1, 13))
_CRUSHING = (11, 12, 1, 2, 3, 4)

WORKS_KINDS = (
    WorksKind("steel", _ALL_YEAR, 0.10, 0.26),
    WorksKind("ferroalloy", _ALL_YEAR, 0.05, 0.16),
    WorksKind("aluminium", _ALL_YEAR, 0.05, 0.14),
    WorksKind("cement", (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1), 0.05, 0.12),
    WorksKind("sugar_mill", _CRUSHING, 0.10, 0.20),
    WorksKind("ceramics", _ALL_YEAR, 0.05, 0.12),
    WorksKind("brick_kiln", (3, 4, 5, 6, 9, 10, 11, 12), 0.06, 0.10),
    WorksKind("flare", _ALL_YEAR, 0.08, 0.26),
)
