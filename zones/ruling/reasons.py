"""Why a point was ruled as it was: one line that names zone, notice and date."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from firewatch.core.i18n import Texts, texts
from firewatch.core.time import date_of_day_number, epoch_seconds, local_day_number
from firewatch.core.vocab import Language
from zones.geometry.combinations import SEPARATOR, text_column
from zones.register.periods import hours_written, months_written
from zones.register.register import NEVER, OPEN_END, Register

# Stands for the day in a zone's line, which is made once for all its days.
_DAY = "\x00"
# Shares are kept to 0.01 %.
_WHOLE = 0.99995


def reasons(
    points: pd.DataFrame,
    register: Register,
    language: Language,
    clauses: pd.Series | None = None,
) -> pd.Series:
    """Return one line a point, for example ``位于…划定的禁烧区“…”内，2020-11-05 在有效期…内``.

    Parameters
    ----------
    points
        Ruled fire points: acquired_utc, county_adcode, ruling_zone_id, marks, ruling_share,
        near_boundary.
    register
        The register that ruled them. Lines of illustrative zones say so.
    clauses
        What is to be said of each point's burn permit, "" for nothing.
    """
    lines = _lines(points, register, language)
    sure = _certainty_clauses(points, texts("zones", language))
    return lines + clauses + sure if clauses is not None else lines + sure


def _lines(points: pd.DataFrame, register: Register, language: Language) -> pd.Series:
    say = texts("zones", language)
    cases = pd.DataFrame(
        {
            "day": local_day_number(epoch_seconds(points["acquired_utc"])),
            "inside": points["county_adcode"].to_numpy() != 0,
            "zone_id": points["ruling_zone_id"].to_numpy(),
            "marks": points["marks"].to_numpy(),
        }
    )
    cases.loc[~cases["inside"], "day"] = 0
    # The lines repeat: thousands of points of one zone and day share one.
    number = cases.groupby(list(cases.columns), sort=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    distinct = cases.iloc[first]
    of_zone = _zone_lines(say, register, distinct["zone_id"])
    of_marks = {marks: _mark_text(say, marks) for marks in distinct["marks"].unique()}
    of_day = {day: str(date_of_day_number(day)) for day in distinct["day"].unique()}
    lines = [
        (of_zone[zone_id] + of_marks[marks]).replace(_DAY, of_day[day])
        if inside
        else say("reason.outside")
        for day, inside, zone_id, marks in distinct.itertuples(index=False, name=None)
    ]
    return text_column(lines, number).set_axis(points.index)


def _certainty_clauses(points: pd.DataFrame, say: Texts) -> pd.Series:
    """Return what is said of points near which another ruling would follow."""
    share = points["ruling_share"].to_numpy(dtype=float)
    near = points["near_boundary"].to_numpy(dtype=bool)
    # 99.6 % must not read as the whole of a pixel that a boundary cuts.
    percent = np.clip(np.round(100 * np.nan_to_num(share, nan=0)), 1, 99).astype(int)
    unzoned, whole = np.isnan(share), share >= _WHOLE
    number = np.select([~near, unzoned, whole], [0, 1, 2], percent + 2)
    clauses = [say("certainty.share", percent=value) for value in range(1, 100)]
    known = ["", say("certainty.unzoned"), say("certainty.reached"), *clauses]
    return text_column(known, number).set_axis(points.index)


def _zone_lines(say: Texts, register: Register, zone_ids: pd.Series) -> dict[str, str]:
    """Return zone_id → line with `_DAY` where the day goes; "" stands for no zone."""
    zones = register.zones[register.zones["zone_id"].isin(zone_ids)]
    lines = {str(zone["zone_id"]): _zone_line(say, zone) for zone in zones.to_dict("records")}
    gone = {
        zone_id: say("reason.other_register", zone_id=zone_id)
        for zone_id in zone_ids.unique()
        if zone_id not in lines
    }
    return {**gone, "": say("reason.unzoned", day=_DAY), **lines}


def _mark_text(say: Texts, marks: str) -> str:
    if not marks:
        return ""
    labels = [say.label("zone_kind", kind) for kind in marks.split(SEPARATOR)]
    return say("reason.marks", marks=say("reason.marks_separator").join(labels))


def _zone_line(say: Texts, zone: Mapping[Hashable, Any]) -> str:
    line = say(
        "reason.zone",
        kind=say.label("zone_kind", zone["kind"]),
        name=zone["name"],
        notice=_notice(say, zone["authority"], zone["notice"]),
        day=_DAY,
        valid=validity(say, zone),
    )
    if zone["illustrative"]:
        line += say("reason.illustrative", label=say("illustrative"))
    return line


def _notice(say: Texts, authority: str, notice: str) -> str:
    number = notice or say("notice.unnumbered")
    return say("notice", authority=authority, notice=number) if authority else number


def validities(register: Register, language: Language) -> list[str]:
    """Return when each zone of a register counts, as text."""
    say = texts("zones", language)
    return [validity(say, zone) for zone in register.zones.to_dict("records")]


def validity(say: Texts, zone: Mapping[Hashable, Any]) -> str:
    """Return when a zone counts: days, months and hours, and what took its place."""
    first, last = int(zone["valid_from"]), int(zone["valid_to"])
    retired_from = int(zone["retired_from"])
    last = min(last, retired_from - 1)
    start = date_of_day_number(first)
    if last >= OPEN_END:
        parts = [say("valid.open", first=start)]
    else:
        parts = [say("valid.closed", first=start, last=date_of_day_number(last))]
    months = months_written(int(zone["months"]))
    hours = hours_written(int(zone["hours_from_min"]), int(zone["hours_to_min"]))
    parts += [say("valid.months", months=months)] if months else []
    parts += [say("valid.hours", hours=hours)] if hours else []
    parts += [say("valid.retired", notice=zone["retired_by"])] if retired_from < NEVER else []
    return say("valid.separator").join(parts)
