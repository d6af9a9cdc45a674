"""Which fire points a burn permit permits.

Rules
-----
- A permit covers a point that lies in its area, edges included, within its days and hours. A
  window over midnight, with its conditions and a revocation, belongs to the day it begins on.
- A covering permit holds unless it was revoked or the day's index or wind is above its ceiling
  (`zones.permits.state`). Where the day's value is not at hand it holds, and the clause says so.
- Of several permits one whose conditions are met goes first, then one that holds unverified, then
  one whose conditions are not met, then a revoked one; among equals the earlier number.
- Only a restricted area's ruling changes, and only where the permit holds. In a ban area a permit
  changes nothing and is told as a conflict; without a zone there is nothing to permit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from firewatch.core.time import DAY_S, epoch_seconds
from firewatch.core.vocab import Ruling
from zones.geometry.arrays import Indices
from zones.geometry.combinations import text_column
from zones.geometry.grid import cells_over, grid_points, points_in
from zones.permits.air_quality import AirQuality
from zones.permits.clauses import permit_clauses
from zones.permits.conflicts import conflicts
from zones.permits.permits import Permits
from zones.permits.state import PermitState, permit_states, window_days
from zones.register.in_force import Moments, in_force
from zones.register.periods import ALL_MONTHS
from zones.register.register import NEVER

__all__ = ["conflicts", "permit_clauses", "permitted"]

_RULINGS = pd.CategoricalDtype(pd.Index([str(ruling) for ruling in Ruling], dtype="str"))
_CODE = {ruling: code for code, ruling in enumerate(Ruling)}


def permitted(points: pd.DataFrame, permits: Permits, air: AirQuality) -> pd.DataFrame:
    """Add permit_id to ruled fire points, and permit those of restricted areas that one covers.

    Parameters
    ----------
    points
        lon, lat (WGS-84, degrees), acquired_utc (aware), county_adcode (0 outside the region),
        ruling.
    permits, air
        The permits, and the index and wind of each day.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order. permit_id is that of the deciding permit, also where it
        does not hold or changes nothing, and "" where none covers the point or the point lies
        outside the region.
    """
    covering = _covering(points, permits)
    county = points["county_adcode"].to_numpy(dtype=np.int64)[covering.point]
    state = permit_states(permits, covering.permit, covering.day, county, air)
    # Permits stand by number, so that a lower position is an earlier number.
    order = np.lexsort((covering.permit, state, covering.point))
    first = order[np.diff(covering.point[order], prepend=-1) != 0]
    decided = covering.point[first]
    permit = np.full(len(points), len(permits), dtype=np.intp)
    permit[decided] = covering.permit[first]
    holds = np.zeros(len(points), dtype=bool)
    holds[decided] = state[first] <= PermitState.UNVERIFIED
    ids = text_column([*permits.permits["permit_id"].tolist(), ""], permit)
    ruling = _permitted_rulings(points["ruling"], holds)
    return points.assign(ruling=ruling, permit_id=ids.set_axis(points.index))


def _permitted_rulings(ruling: pd.Series, holds: NDArray[np.bool_]) -> pd.Series:
    codes = ruling.astype(_RULINGS).cat.codes.to_numpy(copy=True)
    restricted = codes == _CODE[Ruling.RESTRICTED_UNPERMITTED]
    codes[restricted & holds] = _CODE[Ruling.RESTRICTED_PERMITTED]
    return pd.Series(pd.Categorical.from_codes(codes, dtype=_RULINGS), index=ruling.index)


@dataclass(frozen=True, eq=False)
class _Covering:
    """Pairs of a point and a permit that covers it, and the day on which its window begins."""

    point: Indices
    permit: Indices
    day: NDArray[np.int64]


def _covering(points: pd.DataFrame, permits: Permits) -> _Covering:
    near = _near(points, permits)
    if not len(near):
        nothing = np.array([], dtype=np.intp)
        return _Covering(nothing, nothing, nothing.astype(np.int64))
    lon, lat = points["lon"].to_numpy()[near], points["lat"].to_numpy()[near]
    grid = grid_points(lon, lat, cells_over(permits.geometry))
    place = near[grid.order]
    moments = Moments.of(epoch_seconds(points["acquired_utc"]))[place]
    # A revoked permit is found too, so that the clause can tell of it.
    windows = permits.permits.assign(months=ALL_MONTHS, retired_from=NEVER)
    permit, point = points_in(grid, permits.geometry, in_force(windows, moments))
    return _Covering(place[point], permit, window_days(permits, permit, moments[point]))


def _near(points: pd.DataFrame, permits: Permits) -> Indices:
    """Return the points of the region in the box, and roughly in the days, of all permits."""
    if not len(permits):
        return np.array([], dtype=np.intp)
    west, south, east, north = shapely.total_bounds(permits.geometry).tolist()
    lon, lat = points["lon"].to_numpy(), points["lat"].to_numpy()
    seconds = epoch_seconds(points["acquired_utc"])
    near = Extent(west, south, east, north).contains(lon, lat)
    near &= points["county_adcode"].to_numpy() != 0
    near &= seconds >= (int(permits.permits["valid_from"].min()) - 1) * DAY_S
    near &= seconds < (int(permits.permits["valid_to"].max()) + 2) * DAY_S
    return np.flatnonzero(near)
