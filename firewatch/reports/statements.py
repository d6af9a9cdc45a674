"""The sentences around the tables: what is compared, what was counted, who is behind. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from firewatch.core.i18n import Texts
from firewatch.core.time import Period
from firewatch.core.vocab import Verdict

if TYPE_CHECKING:
    from firewatch.count.compare import Comparison

# Cities that the internal reminder names.
BEHIND = (Verdict.MISSED, Verdict.ROSE_FROM_ZERO)
# Order in which the summary goes through the verdicts.
SUMMARY_ORDER = (
    Verdict.MET,
    Verdict.HELD_AT_ZERO,
    Verdict.MISSED,
    Verdict.ROSE_FROM_ZERO,
    Verdict.UNKNOWN,
)


def title(comparison: Comparison, words: Texts) -> str:
    return words(
        "title", region=words("region"), now=comparison.season_name, base=comparison.base_name
    )


def banners(comparison: Comparison, words: Texts) -> tuple[str, ...]:
    """Return what must stand before everything else: simulated data, illustrative zones."""
    simulated = (words("simulated"),) if comparison.simulated else ()
    return simulated + ((words("illustrative"),) if comparison.illustrative else ())


def period_sentence(comparison: Comparison, words: Texts) -> str:
    """Say which days are compared with which, and the target."""
    sentence = words(
        "period",
        now=_period(comparison.now, words),
        base=_period(comparison.base, words),
        target=target_fall(comparison.target_num, comparison.target_den),
    )
    return (sentence + (words("in_progress") if comparison.in_progress else "")).strip()


def target_fall(numerator: int, denominator: int) -> str:
    """Return the fall that the target asks for, in percent: 9/10 → "10"."""
    return f"{100 * (denominator - numerator) / denominator:g}"


def counted_lines(comparison: Comparison, words: Texts) -> tuple[str, ...]:
    """Say what was counted, and every note that belongs under the table, each once."""
    described = comparison.rule.describe(comparison.language)
    return tuple(dict.fromkeys([described, *comparison.notes, words("rounding_note")]))


def verdict_lines(comparison: Comparison, words: Texts) -> tuple[str, ...]:
    """Return one line a verdict that occurs: how many cities, and which."""
    cities = comparison.cities
    found = {verdict: _names(cities, (verdict,)) for verdict in SUMMARY_ORDER}
    return tuple(
        words(
            "verdict_line",
            verdict=words.label("verdict", verdict),
            count=len(names),
            cities=words("list_separator").join(names),
        )
        for verdict, names in found.items()
        if names
    )


def reminder(comparison: Comparison, words: Texts) -> str:
    """Return the internal reminder: the cities behind the target, or that there are none.

    The campaign plan hangs no consequence on fire counts, so this list is for internal use.
    """
    names = _names(comparison.cities, BEHIND)
    if not names:
        return words("reminder_none")
    return words("reminder", count=len(names), cities=words("list_separator").join(names))


def _names(cities: pd.DataFrame, verdicts: tuple[Verdict, ...]) -> list[str]:
    chosen = cities["verdict"].astype(str).isin([str(verdict) for verdict in verdicts])
    return [str(name) for name in cities.loc[chosen, "city"]]


def _period(period: Period, words: Texts) -> str:
    return words(
        "from_to", start=period.start.isoformat(), end=period.end.isoformat(), days=period.days
    )
