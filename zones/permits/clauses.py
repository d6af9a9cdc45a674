"""What a point's reason says of the burn permit that covers it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.i18n import Texts, texts
from firewatch.core.time import date_of_day_number, epoch_seconds
from firewatch.core.vocab import Language, Ruling
from zones.geometry.combinations import text_column
from zones.permits.air_quality import AirQuality
from zones.permits.permits import Permits
from zones.permits.state import PermitState, permit_states, window_days
from zones.register.in_force import Moments
from zones.register.periods import hours_written

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
        What `permitting.permitted` returned: acquired_utc, county_adcode, ruling, permit_id.
    permits, air
        Those by which it was decided. A permit that is not among them is named by its id.

    Returns
    -------
    pandas.Series
        Clauses that begin with their own separator, to be set behind the reason.
    """
    covered = np.flatnonzero((points["permit_id"] != "").to_numpy(dtype=bool))
    if not len(covered):
        return text_column([""], np.zeros(len(points), dtype=np.intp)).set_axis(points.index)
    say = texts("zones", language)
    distinct, number = _distinct_cases(points.iloc[covered], permits)
    rows = permits.permits.to_dict("records")
    names = {row: _name(say, rows[row]) for row in distinct["permit"].unique() if row >= 0}
    cases = _with_air(distinct, permits, air).to_dict("records")
    lines = [
        _clause(say, names[case["permit"]], rows[case["permit"]], case)
        if case["permit"] >= 0
        else say("permit.other_list", permit_id=case["permit_id"])
        for case in cases
    ]
    of_point = np.zeros(len(points), dtype=np.intp)
    of_point[covered] = number + 1
    return text_column(["", *lines], of_point).set_axis(points.index)


def _distinct_cases(
    points: pd.DataFrame, permits: Permits
) -> tuple[pd.DataFrame, NDArray[np.integer]]:
    """Return what clauses are made of, and the case of each point.

    Thousands of points of one permit, county and day share one clause. Permits that are not known
    have the row -1.
    """
    id_number, ids = pd.factorize(points["permit_id"])
    row = pd.Index(permits.permits["permit_id"]).get_indexer(ids)[id_number]
    moments = Moments.of(epoch_seconds(points["acquired_utc"]))
    known = np.flatnonzero(row >= 0)
    day = np.zeros(len(points), dtype=np.int64)
    day[known] = window_days(permits, row[known], moments[known])
    county = points["county_adcode"].to_numpy(dtype=np.int64)
    ruling_number, rulings = pd.factorize(points["ruling"].astype("str"))
    cases = pd.DataFrame(
        {"permit": row, "id": id_number, "day": day, "county": county, "ruling": ruling_number}
    )
    number = cases.groupby(list(cases.columns), sort=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    distinct = cases.iloc[first].reset_index(drop=True)
    names = {"permit_id": ids[distinct["id"]], "ruling": rulings[distinct["ruling"]]}
    return distinct.assign(**names), number


def _with_air(cases: pd.DataFrame, permits: Permits, air: AirQuality) -> pd.DataFrame:
    """Add aqi, wind_m_s and state; of unknown permits they mean nothing."""
    known = cases.index[cases["permit"] >= 0]
    permit, day, county = (
        cases.loc[known, name].to_numpy(dtype=np.int64) for name in ("permit", "day", "county")
    )
    aqi, wind = air.of_points(county, day)
    state = permit_states(permits, permit, day, county, air)
    return cases.join(pd.DataFrame({"aqi": aqi, "wind_m_s": wind, "state": state}, index=known))


def _clause(say: Texts, name: str, permit: _Case, case: _Case) -> str:
    state = PermitState(int(case["state"]))
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
