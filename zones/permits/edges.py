"""Points of restricted areas near which a burn permit begins or ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.time import epoch_seconds
from firewatch.core.vocab import Ruling
from zones.geometry.arrays import Indices
from zones.geometry.grid import Eligible
from zones.permits.air_quality import AirQuality
from zones.permits.permits import Permits
from zones.permits.state import PermitState, permit_states, window_days
from zones.register.in_force import Moments, in_force
from zones.register.periods import ALL_MONTHS
from zones.register.register import NEVER
from zones.ruling.certainty import crossed

_RESTRICTED = (Ruling.RESTRICTED_UNPERMITTED, Ruling.RESTRICTED_PERMITTED)


def near_permit_edge(points: pd.DataFrame, permits: Permits, air: AirQuality) -> NDArray[np.bool_]:
    """Tell which points would be permitted, or no longer be, within half a pixel.

    Parameters
    ----------
    points
        Ruled and permitted: lon, lat, scan_km, track_km, acquired_utc, county_adcode, ruling.
    """
    result = np.zeros(len(points), dtype=bool)
    place = np.flatnonzero(points["ruling"].isin(_RESTRICTED).to_numpy())
    if len(permits) and len(place):
        restricted = points.iloc[place]
        result[place] = crossed(restricted, permits.geometry, _holding(restricted, permits, air))
    return result


def _holding(points: pd.DataFrame, permits: Permits, air: AirQuality) -> Eligible:
    moments = Moments.of(epoch_seconds(points["acquired_utc"]))
    county = points["county_adcode"].to_numpy(dtype=np.int64)
    windows = permits.permits.assign(months=ALL_MONTHS, retired_from=NEVER)
    within = in_force(windows, moments)

    def holding(permit: Indices, point: Indices) -> NDArray[np.bool_]:
        holds = within(permit, point)
        met = np.flatnonzero(holds)
        day = window_days(permits, permit[met], moments[point[met]])
        state = permit_states(permits, permit[met], day, county[point[met]], air)
        holds[met] = state <= PermitState.UNVERIFIED
        return holds

    return holding
