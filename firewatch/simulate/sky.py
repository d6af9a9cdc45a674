"""Clouds: a smooth random field a day, hiding a share of the region that differs by season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from firewatch.core.time import BEIJING_OFFSET_S, DAY_S, day_number
from firewatch.simulate.calendar import CAMPAIGN_YEAR_STARTS, SIMULATED_PERIOD

# Mean share of the region under cloud in each campaign year.
MEAN_COVER = (0.37, 0.43)
_WAVES = 7
_WAVE_LENGTH_DEG = (2.5, 9.0)
_SHAPE = 0.9


@dataclass(frozen=True)
class Sky:
    """One cloud field a Beijing day.

    `cover` is the expected share under cloud of each day from `first_day`; the wave arrays have
    one row a day.
    """

    first_day: int
    cover: Floats
    wave_x: Floats
    wave_y: Floats
    phase: Floats

    def hides(self, lon: Floats, lat: Floats, epoch_s: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether cloud hides each place at each time."""
        result: NDArray[np.bool_] = self.depth(lon, lat, epoch_s) > 0
        return result

    def depth(self, lon: Floats, lat: Floats, epoch_s: NDArray[np.int64]) -> Floats:
        """Return how far inside a cloud each place lies at each time; above 0 is cloud."""
        day = (epoch_s + BEIJING_OFFSET_S) // DAY_S - self.first_day
        angle = self.wave_x[day] * lon[:, None] + self.wave_y[day] * lat[:, None] + self.phase[day]
        height = np.cos(angle).sum(axis=1) / np.sqrt(_WAVES / 2)
        result: Floats = self._threshold()[day] - height
        return result

    def _threshold(self) -> Floats:
        # The sum of many waves is nearly normal; this is the logistic form of its quantile.
        result: Floats = np.log(self.cover / (1 - self.cover)) / 1.702
        return result


def draw_sky(rng: np.random.Generator) -> Sky:
    """Return the clouds of every simulated day."""
    first, last = SIMULATED_PERIOD.day_numbers()
    days = np.arange(first, last + 1)
    second = days >= day_number(CAMPAIGN_YEAR_STARTS[1])
    mean = np.where(second, MEAN_COVER[1], MEAN_COVER[0])
    shape = (len(days), _WAVES)
    length = rng.uniform(*_WAVE_LENGTH_DEG, shape)
    direction = rng.uniform(0, 2 * np.pi, shape)
    return Sky(
        first_day=first,
        cover=np.clip(rng.beta(_SHAPE * mean, _SHAPE * (1 - mean)), 0.01, 0.99),
        wave_x=2 * np.pi / length * np.cos(direction),
        wave_y=2 * np.pi / length * np.sin(direction),
        phase=rng.uniform(0, 2 * np.pi, shape),
    )
