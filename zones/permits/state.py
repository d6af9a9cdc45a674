"""Whether a permit that covers a point holds at that moment."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.geometry.arrays import Indices
from zones.permits.air_quality import AirQuality
from zones.permits.permits import Permits
from zones.register.in_force import Moments


class PermitState(IntEnum):
    """What became of a permit's conditions; of several permits the lowest goes first."""

    MET = 0
    UNVERIFIED = 1
    EXCEEDED = 2
    REVOKED = 3

    @property
    def holds(self) -> bool:
        """Whether burning is permitted. It is so too where a day's value is not at hand: a farmer
        with a permit must not become a violator because a table is late."""
        return self <= PermitState.UNVERIFIED


def window_days(permits: Permits, permit: Indices, moments: Moments) -> NDArray[np.int64]:
    """Return the Beijing day on which the window began that is open at each moment.

    Parameters
    ----------
    permit
        Position of a permit, one a moment.
    moments
        Moments at which that permit's window is open.
    """
    start = permits.permits["hours_from_min"].to_numpy()[permit]
    end = permits.permits["hours_to_min"].to_numpy()[permit]
    began_before = (start > end) & (moments.minute < end)
    days: NDArray[np.int64] = moments.day.astype(np.int64) - began_before
    return days


def permit_states(
    permits: Permits,
    permit: Indices,
    day: NDArray[np.int64],
    county_adcode: NDArray[np.int64],
    air: AirQuality,
) -> NDArray[np.int8]:
    """Return the `PermitState` of permits on the days on which their windows begin.

    A value equal to its ceiling is within it. A ceiling that is exceeded outweighs one that is not
    verified, and a revocation outweighs both.
    """
    table = permits.permits
    aqi, wind = air.of_points(county_adcode, day)
    of_aqi = _judged(table["max_aqi"].to_numpy()[permit], aqi)
    of_wind = _judged(table["max_wind_m_s"].to_numpy()[permit], wind)
    state: NDArray[np.int8] = np.maximum(of_aqi, of_wind)
    state[day >= table["revoked_from"].to_numpy()[permit]] = PermitState.REVOKED
    return state


def _judged(most: Floats, value: Floats) -> NDArray[np.int8]:
    state: NDArray[np.int8] = np.select(
        [np.isnan(most), np.isnan(value), value > most],
        [PermitState.MET, PermitState.UNVERIFIED, PermitState.EXCEEDED],
        PermitState.MET,
    ).astype(np.int8)
    return state
