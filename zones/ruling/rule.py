"""The ruling of each fire point by the zones in force on its local day.

Rules
-----
- When a zone counts is `zones.register.in_force`'s to say.
- A point on a zone's edge lies in the zone.
- Of the zones at a point the kind with the lowest rank in the precedence table decides; among
  equal ranks the zone that came into force later, then the lower zone_id.
- Kinds that are marks never decide; they are listed beside the ruling.
- A point outside the region has no ruling of this region: `unzoned`, no zones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.time import epoch_seconds
from zones.geometry.combinations import SEPARATOR, Combinations, combine, text_column
from zones.geometry.grid import cells_over, grid_points, points_in
from zones.register.in_force import Moments, in_force
from zones.register.register import Register
from zones.ruling.decisive import NO_PLACE, RULINGS, UNZONED, decisive
from zones.ruling.precedence import Precedence, default_precedence


def rule(
    points: pd.DataFrame, register: Register, precedence: Precedence | None = None
) -> pd.DataFrame:
    """Add ruling, ruling_zone_id, zones_hit and marks to located fire points.

    Parameters
    ----------
    points
        lon, lat (WGS-84, degrees), acquired_utc (aware), county_adcode (0 outside the region).
    register
        The zones; those not in force on a point's Beijing day do not count for it.
    precedence
        What each kind leads to; by default the table that ships with firewatch.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order. zones_hit and marks are joined by ``;``.
    """
    sets = zone_sets(points, register)
    decided = _decide(sets, register, precedence or default_precedence())
    number = sets.of_point
    added = {
        "ruling_zone_id": text_column(decided.zone_id, number),
        "zones_hit": text_column(sets.texts(register.zones["zone_id"].tolist()), number),
        "marks": text_column(decided.marks, number),
    }
    ruling = pd.Categorical.from_codes(decided.ruling[number], pd.Index(RULINGS, dtype="str"))
    columns = {name: column.set_axis(points.index) for name, column in added.items()}
    return points.assign(ruling=ruling, **columns)


def zone_sets(points: pd.DataFrame, register: Register) -> Combinations:
    """Return the set of zones in force at each point."""
    inside = np.flatnonzero(points["county_adcode"].to_numpy() != 0)
    polygon, point = np.array([], dtype=np.intp), np.array([], dtype=np.intp)
    if len(register) and len(inside):
        lon, lat = points["lon"].to_numpy()[inside], points["lat"].to_numpy()[inside]
        grid = grid_points(lon, lat, cells_over(register.geometry))
        place = inside[grid.order]
        moments = Moments.of(epoch_seconds(points["acquired_utc"]))[place]
        polygon, point = points_in(grid, register.geometry, in_force(register.zones, moments))
        point = place[point]
    return combine(point, polygon, len(points), len(register))


@dataclass(frozen=True, eq=False)
class _Decided:
    """One entry a set of zones."""

    zone_id: list[str]
    ruling: NDArray[np.int8]
    marks: list[str]


def _decide(sets: Combinations, register: Register, precedence: Precedence) -> _Decided:
    """Decide each set of zones once: the best zone of the smaller set, or the one added to it."""
    kinds = register.zones["kind"].tolist()
    ids = [*register.zones["zone_id"].tolist(), ""]
    order = decisive(register, precedence)
    best = np.full(len(sets), NO_PLACE)
    for level in sets.levels():
        best[level] = np.minimum(best[sets.parent[level]], order.place[sets.last[level]])
    winner = np.append(order.best_first, -1)[np.minimum(best, len(register))]
    zone_id = [ids[zone] for zone in winner.tolist()]
    codes = np.append(order.ruling, np.int8(UNZONED))
    return _Decided(zone_id, codes[winner], _marks(sets, kinds, precedence))


def _marks(sets: Combinations, kinds: list[str], precedence: Precedence) -> list[str]:
    marks: list[tuple[str, ...]] = [()]
    for parent, last in zip(sets.parent[1:].tolist(), sets.last[1:].tolist(), strict=True):
        kind, known = kinds[last], marks[parent]
        new = precedence.is_mark(kind) and kind not in known
        marks.append(tuple(sorted((*known, kind))) if new else known)
    return [SEPARATOR.join(kinds_of_set) for kinds_of_set in marks]
