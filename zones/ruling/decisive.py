"""Which zones decide a ruling, in which order, and what each leads to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firewatch.core.vocab import Ruling
from zones.geometry.arrays import Indices
from zones.register.register import Register
from zones.ruling.precedence import Precedence

RULINGS = [str(ruling) for ruling in Ruling]
UNZONED = RULINGS.index(Ruling.UNZONED)
NO_PLACE = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Decisive:
    """The order of decision among the zones of a register.

    Parameters
    ----------
    best_first
        The zones from most to least decisive.
    place
        Each zone's place in that order; `NO_PLACE` if it is only a mark.
    ruling
        Number in `RULINGS` of what each zone leads to; `UNZONED` for marks.
    """

    best_first: Indices
    place: NDArray[np.int64]
    ruling: NDArray[np.int8]

    @property
    def zones(self) -> Indices:
        """The zones that decide at all."""
        return np.flatnonzero(self.place != NO_PLACE)


def decisive(register: Register, precedence: Precedence) -> Decisive:
    """Return the order of decision: rank, then the later valid_from, then the lower zone_id."""
    zones = register.zones
    rank = zones["kind"].map(precedence.rank).to_numpy(dtype=float)
    later_first = -zones["valid_from"].to_numpy()
    best_first = np.lexsort((np.arange(len(zones)), later_first, rank))
    place = np.empty(len(zones), dtype=np.int64)
    place[best_first] = np.arange(len(zones))
    place[np.isnan(rank)] = NO_PLACE
    kinds = zones["kind"].tolist()
    codes = [RULINGS.index(precedence.ruling.get(kind, Ruling.UNZONED)) for kind in kinds]
    return Decisive(best_first, place, np.array(codes, dtype=np.int8))
