"""How a city stands to its target, as maps and bulletins show it."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from firewatch.core.i18n import texts
from firewatch.core.vocab import Language, TargetState, Verdict
from firewatch.count.compare import Comparison

_STATE_OF_VERDICT = {
    str(Verdict.MET): str(TargetState.MET),
    str(Verdict.HELD_AT_ZERO): str(TargetState.MET),
    str(Verdict.MISSED): str(TargetState.MISSED),
    str(Verdict.ROSE_FROM_ZERO): str(TargetState.MISSED),
    str(Verdict.UNKNOWN): str(TargetState.UNSEEN),
}


def target_states(compared: Comparison) -> pd.Series:
    """Return the state (`firewatch.core.vocab.TargetState`) of each row of `compared.cities`.

    Met and missed are the verdict's; of a base of 0 "held" is met and "rose" is missed. At risk is
    a city that has met a target above 0 so far, in a season in progress, and has little left to
    it (`state.json`). Without a verdict a city has no baseline where only the season before is
    without data of it, and is unseen elsewhere.
    """
    cities, limits = compared.cities, _limits()
    verdict = cities["verdict"].astype("str")
    left, allowed = cities["allowance"], cities["target_max"]
    # In integers, like the verdict itself.
    little = 100 * left <= int(limits["at_risk_percent"]) * allowed
    little |= left <= int(limits["at_risk_least"])
    at_risk = compared.in_progress & (verdict == str(Verdict.MET)) & little
    unknown = verdict == str(Verdict.UNKNOWN)
    no_baseline = unknown & cities["city_adcode"].isin(compared.no_baseline)
    states = np.select(
        [at_risk, no_baseline],
        [str(TargetState.AT_RISK), str(TargetState.NO_BASELINE)],
        verdict.map(_STATE_OF_VERDICT),
    )
    return pd.Series(states, index=cities.index, dtype="str", name="state")


def at_risk_note(language: Language) -> str:
    """Return one sentence: from where on a city is at risk, and who says so."""
    core, count = texts("firewatch.core", language), texts("firewatch.count", language)
    state = core.label("target_state", TargetState.AT_RISK)
    return count("at_risk", state=state, reason=_limits()[f"reason_{language}"])


@cache
def _limits() -> dict[str, Any]:
    text = files("firewatch.count").joinpath("state.json").read_text(encoding="utf-8")
    limits: dict[str, Any] = json.loads(text)
    return limits
