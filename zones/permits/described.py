"""Burn permits as a map or list shows them to people: no names of persons."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from firewatch.core.i18n import Texts, texts
from firewatch.core.time import date_of_day_number
from firewatch.core.vocab import Language
from zones.permits.permits import Permits
from zones.register.periods import hours_written
from zones.register.register import NEVER

DESCRIBED_COLUMNS = ("permit_id", "number", "issuer", "name", "valid", "conditions")
_CEILINGS = (("max_aqi", "aqi"), ("max_wind_m_s", "wind_m_s"))


def described(permits: Permits, language: Language) -> pd.DataFrame:
    """Return what people may know of each permit, as texts (`DESCRIBED_COLUMNS`)."""
    say = texts("zones", language)
    rows = permits.permits.to_dict("records")
    told = {
        "valid": [_validity(say, row) for row in rows],
        "conditions": [_conditions(say, row) for row in rows],
    }
    table = permits.permits.assign(**told)[list(DESCRIBED_COLUMNS)]
    return table.astype("str")


def _validity(say: Texts, permit: Mapping[Hashable, Any]) -> str:
    first, last = (date_of_day_number(permit[name]) for name in ("valid_from", "valid_to"))
    hours = hours_written(int(permit["hours_from_min"]), int(permit["hours_to_min"]))
    parts = [say("valid.closed", first=first, last=last)]
    parts += [say("valid.hours", hours=hours)] if hours else []
    if permit["revoked_from"] < NEVER:
        parts.append(say("valid.revoked", day=date_of_day_number(permit["revoked_from"])))
    return say("valid.separator").join(parts)


def _conditions(say: Texts, permit: Mapping[Hashable, Any]) -> str:
    parts = [
        say(
            "permit.condition",
            measure=say(f"permit.{measure}"),
            most=f"{permit[name]:g}",
            unit=say(f"permit.unit.{measure}"),
        )
        for name, measure in _CEILINGS
        if not np.isnan(permit[name])
    ]
    parts = parts or [say("permit.no_condition")]
    if not np.isnan(permit["straw_area_ha"]):
        parts.append(say("permit.straw_area", hectares=f"{permit['straw_area_ha']:g}"))
    return say("permit.figures_separator").join(parts)
