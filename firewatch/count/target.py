"""The target of the campaign plan, in integers: fire points fall by 10 % or more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.vocab import Verdict


@dataclass(frozen=True)
class Target:
    """This season may hold at most num/den of the base: 9/10 for a fall by 10 %.

    Integers, because ``0.9 * base`` in floating point puts 90 of 100 on the wrong side.
    """

    num: int = 9
    den: int = 10

    @property
    def fall_percent(self) -> float:
        return round((self.den - self.num) / self.den * 100, 2)

    def largest_allowed(self, base: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return floor(num · base / den)."""
        return self.num * base // self.den

    def verdicts(self, base: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.object_]:
        """Judge each pair: met when den · now ≤ num · base; a base of 0 has words of its own."""
        met = np.where(self.den * now <= self.num * base, str(Verdict.MET), str(Verdict.MISSED))
        from_zero = np.where(now == 0, str(Verdict.HELD_AT_ZERO), str(Verdict.ROSE_FROM_ZERO))
        return np.where(base == 0, from_zero, met).astype(object)

    def judged(
        self, counts: pd.DataFrame, decidable: bool | NDArray[np.bool_] = True
    ) -> pd.DataFrame:
        """Add change, change_pct, target_max, allowance, verdict and small_base to base and now.

        Parameters
        ----------
        counts
            Integer columns base and now.
        decidable
            False where a season holds no data, of all rows or row by row: zero is then unknown,
            not zero.
        """
        base = counts["base"].to_numpy(dtype=np.int64)
        now = counts["now"].to_numpy(dtype=np.int64)
        with np.errstate(divide="ignore", invalid="ignore"):
            change_pct = np.where(base > 0, (now - base) / base * 100.0, np.nan)
        largest = self.largest_allowed(base)
        verdict = np.where(decidable, self.verdicts(base, now), str(Verdict.UNKNOWN))
        return counts.assign(
            change=now - base,
            change_pct=change_pct,
            target_max=largest,
            allowance=largest - now,
            verdict=verdict,
            # Below this base a single point is more than the fall that is asked for.
            small_base=(base > 0) & (base < self.den / max(self.den - self.num, 1)),
        )
