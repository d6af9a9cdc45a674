"""Product versions: near-real-time, and the standard product that later replaces some of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from firewatch.core.geo import KM_PER_DEGREE
from firewatch.core.time import DAY_S, day_number

_SHIFT_KM = 0.035
_DROPPED_SHARE = 0.03
_ADDED_SHARE = 0.02


@dataclass(frozen=True)
class Batch:
    """UTC days that go into one file, first and last included."""

    start: date
    end: date


BATCHES = (
    Batch(date(2019, 9, 30), date(2019, 12, 31)),
    Batch(date(2020, 1, 1), date(2020, 2, 29)),
    Batch(date(2020, 3, 1), date(2020, 9, 30)),
    Batch(date(2020, 10, 1), date(2020, 12, 31)),
    Batch(date(2021, 1, 1), date(2021, 2, 28)),
)
# Overpasses that also come as standard product: (platform index, batch index).
REPROCESSED = ((0, 0), (2, 0), (3, 1))


def rows_of(pixels: pd.DataFrame, platform: int, batch: Batch) -> pd.DataFrame:
    """Return the pixels of a platform in the UTC days of a batch."""
    first, last = day_number(batch.start), day_number(batch.end)
    day = pixels["epoch_s"] // DAY_S
    return pixels[(pixels["platform"] == platform) & day.between(first, last)]


def reprocessed(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the standard product of near-real-time rows.

    Geolocation improves by tens of metres, a few doubtful pixels go and a few weak neighbours
    come, as in real reprocessing.
    """
    kept = rows[rng.random(len(rows)) >= _DROPPED_SHARE]
    twins = kept[rng.random(len(kept)) < _ADDED_SHARE]
    lines = np.where(rng.random(len(twins)) < 0.5, -1, 1) * twins["track_km"].to_numpy()
    added = twins.assign(
        lat=twins["lat"] + lines / KM_PER_DEGREE,
        frp_mw=twins["frp_mw"] * 0.4,
        certainty=twins["certainty"] * 0.5,
    )
    shift = rng.normal(0, _SHIFT_KM / KM_PER_DEGREE, (len(kept), 2))
    moved = kept.assign(lon=kept["lon"] + shift[:, 0], lat=kept["lat"] + shift[:, 1])
    return pd.concat([moved, added]).sort_values(["epoch_s", "lat", "lon"], ignore_index=True)
