"""What a point's reason says of the burn permit that covers it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from firewatch.core.i18n import Texts, texts
from firewatch.core.time import date_of_day_number, epoch_seconds
from firewatch.core.vocab import Language, Ruling
from zones.air_quality import AirQuality
from zones.combinations import text_column
from zones.in_force import Moments
from zones.periods import hours_written
from zones.permit_state import PermitState, permit_states, window_days
from zones.permits import Permits

_Case = Mapping[Hashable, Any]
# (ruling, whether the permit holds) → the text of that outcome. A pair that is not here was
# decided by values other than those now at hand.
_OUTCOMES = {
    (Ruling.RESTRICTED_PERMITTED, True): "permit.permitted",
    (Ruling.RESTRICTED_UNPERMITTED, False): "permit.not_held",
    (Ruling.BAN_VIOLATION, True): "permit.conflict",
    (Ruling.BAN_VIOLATION, False): "permit.conflict",
    (Ruling.UNZONED, True): "permit.unzoned",
    (Ruling.UNZONED, False): "permit.unzoned",
}
_CEILINGS = (("max_aqi", "aqi"), ("max_wind_m_s", "wind_m_s"))


def permit_clauses(
    points: pd.DataFrame, permits: Permits, air: AirQuality, language: Language
) -> pd.Series:
    """Return what is said of the permit in each point's reason, "" where none covers it.

    Parameters
    ----------
    points
        What `zones.permitting.permitted` returned: acquired_utc, county_adcode, ruling, permit_id.
    permits, air
        Those by which it was decided. A permit that is not among them is named by its id.

    Returns
    -------
    pandas.Series
        Clauses that begin with their own separator, to be set behind the reason.
    """
    say = texts("zones", language)
    covered = np.flatnonzero((points["permit_id"] != "").to_numpy(dtype=bool))
    cases = _cases(points.iloc[covered], permits, air)
    # The clauses repeat: the points of one permit and day share one.
    number = cases.groupby(list(cases.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    rows = permits.permits.to_dict("records")
    lines = [_clause(say, rows, case) for case in cases.iloc[first].to_dict("records")]
    of_point = np.zeros(len(points), dtype=np.intp)
    of_point[covered] = number + 1
    return text_column(["", *lines], of_point).set_axis(points.index)


def _cases(points: pd.DataFrame, permits: Permits, air: AirQuality) -> pd.DataFrame:
    """Return all that a clause is made of, one row a point; unknown permits have row -1."""
    row = pd.Index(permits.permits["permit_id"]).get_indexer(points["permit_id"])
    known = np.flatnonzero(row >= 0)
    permit = row[known]
    moments = Moments.of(epoch_seconds(points["acquired_utc"]))[known]
    county = points["county_adcode"].to_numpy(dtype=np.int64)[known]
    day = window_days(permits, permit, moments)
    aqi, wind = air.of_points(county, day)
    found = pd.DataFrame(
        {
            "day": day,
            "state": permit_states(permits, permit, day, county, air),
            "aqi": aqi,
            "wind_m_s": wind,
        },
        index=known,
    )
    cases = pd.DataFrame({"permit": row, "permit_id": points["permit_id"].to_numpy()})
    return cases.assign(ruling=points["ruling"].astype("str").to_numpy()).join(found)


def _clause(say: Texts, permits: list[dict[Hashable, Any]], case: _Case) -> str:
    if case["permit"] < 0:
        return say("permit.other_list", permit_id=case["permit_id"])
    permit = permits[case["permit"]]
    state = PermitState(int(case["state"]))
    name = _name(say, permit)
    outcome = _OUTCOMES.get((Ruling(case["ruling"]), state.holds))
    if outcome is None:
        return say("permit.other_values", name=name)
    if outcome in ("permit.conflict", "permit.unzoned"):
        return say(outcome, name=name)
    if state == PermitState.REVOKED:
        day = date_of_day_number(permit["revoked_from"])
        return say("permit.revoked", name=name, day=day)
    figures = say("permit.figures_separator").join(_figures(say, permit, case))
    day = date_of_day_number(int(case["day"]))
    if figures:
        figures = say("permit.figures", day=day, figures=figures)
    return say(outcome, name=name, figures=figures)


def _name(say: Texts, permit: _Case) -> str:
    first, last = (date_of_day_number(permit[name]) for name in ("valid_from", "valid_to"))
    parts = [permit["issuer"]] if permit["issuer"] else []
    parts.append(say("valid.closed", first=first, last=last))
    hours = hours_written(permit["hours_from_min"], permit["hours_to_min"])
    parts += [say("valid.hours", hours=hours)] if hours else []
    about = say("valid.separator").join(parts)
    return say("permit.name", number=permit["number"], about=about)


def _figures(say: Texts, permit: _Case, case: _Case) -> list[str]:
    """Return one phrase a ceiling: the day's value beside it."""
    phrases = []
    for ceiling, measure in _CEILINGS:
        most, value = permit[ceiling], case[measure]
        if np.isnan(most):
            continue
        key = "unknown" if np.isnan(value) else "above" if value > most else "within"
        phrases.append(
            say(
                f"permit.figure.{key}",
                measure=say(f"permit.{measure}"),
                value=f"{value:g}",
                most=f"{most:g}",
                unit=say(f"permit.unit.{measure}"),
            )
        )
    return phrases
