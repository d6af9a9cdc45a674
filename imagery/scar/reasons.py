"""Why a finding is what it is, as facts to keep and as words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from firewatch.core.i18n import texts
from firewatch.core.time import local_text
from firewatch.core.vocab import Finding, Language
from imagery.scar.values import Moment, Reason, SceneLook

_ALSO = ("new", "bright", "cloudy")
"""Counts that are told beside the finding wherever they are not 0."""


@dataclass(frozen=True)
class Facts:
    """What was found at a footprint, before it is weighed.

    Attributes
    ----------
    clusters, flame_m2
        Clusters of flame within days of the fire, and their area.
    bright
        Clusters that earlier scenes show as well: roofs, no flame.
    cloudy
        Clusters at clouds, whose rims can look like flame.
    new
        Clusters at places that no earlier scene shows: flame or roof, nobody knows.
    hectares
        Scar between the scenes before and after.
    clear_share
        Share of the footprint seen clear before and soon enough after.
    wanted_share
        Share from which on clear ground tells that there is no trace.
    window_days, trace_days
        How far before and after the fire was looked, and how soon is soon enough.
    """

    clusters: int
    flame_m2: float
    bright: int
    cloudy: int
    new: int
    hectares: float
    clear_share: float
    wanted_share: float
    window_days: float
    trace_days: float


def reason_for(facts: Facts, decided: Mapping[Moment, SceneLook | None]) -> tuple[Finding, Reason]:
    """Return the strongest finding that the facts carry, and why."""
    values: dict[str, Any] = asdict(facts)
    for moment, look in decided.items():
        if look is not None:
            values[f"{moment}_scene"] = look.scene_id
            values[f"{moment}_time"] = local_text(look.acquired_utc_s)
            values[f"{moment}_share"] = look.clear_share
    finding, key = _weighed(facts, decided)
    return finding, Reason(key, values)


def _weighed(facts: Facts, decided: Mapping[Moment, SceneLook | None]) -> tuple[Finding, str]:
    if facts.clusters:
        return Finding.CONFIRMED_ACTIVE, "flame_and_scar" if facts.hectares else "flame"
    if facts.hectares:
        return Finding.BURN_SCAR, "scar"
    if facts.clear_share >= facts.wanted_share:
        return Finding.NO_TRACE_CLEAR, "no_trace"
    absent = [moment for moment in ("before", "after") if decided[moment] is None]
    return Finding.NOT_SEEN, f"not_seen_{absent[0] if absent else 'cloud'}"


def reason_text(reason: Reason, language: Language) -> str:
    """Return a reason in words: scenes, their Beijing time, and what share they show clear."""
    words = texts("imagery", language)
    told = words(f"evidence.{reason.key}", **reason.values)
    also = [key for key in _ALSO if reason.values.get(key)]
    return told + "".join(words(f"evidence.{key}", **reason.values) for key in also)
