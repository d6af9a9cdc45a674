"""Why a point was ruled as it was: one line that names zone, notice and date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firewatch.core.i18n import Texts, texts
from firewatch.core.time import date_of_day_number, epoch_seconds, local_day_number
from firewatch.core.vocab import Language
from zones.combinations import SEPARATOR, text_column
from zones.register import OPEN_END, Register


def reasons(points: pd.DataFrame, register: Register, language: Language) -> pd.Series:
    """Return one line a point, for example ``位于…划定的禁烧区“…”内，2020-11-05 在有效期…内``.

    Parameters
    ----------
    points
        Ruled fire points: acquired_utc, county_adcode, ruling_zone_id, marks.
    register
        The register that ruled them. Lines of illustrative zones say so.
    """
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
    lines = [
        _line(say, register, day, inside, zone_id, marks)
        for day, inside, zone_id, marks in distinct.itertuples(index=False, name=None)
    ]
    return text_column(lines, number).set_axis(points.index)


def _line(say: Texts, register: Register, day: int, inside: bool, zone_id: str, marks: str) -> str:
    if not inside:
        return say("reason.outside")
    if zone_id in register.row_of:
        line = _zone_line(say, register.zones.iloc[register.row_of[zone_id]], day)
    elif zone_id:
        line = say("reason.other_register", zone_id=zone_id)
    else:
        line = say("reason.unzoned", day=date_of_day_number(day))
    if not marks:
        return line
    labels = [say.label("zone_kind", kind) for kind in marks.split(SEPARATOR)]
    return line + say("reason.marks", marks=say("reason.marks_separator").join(labels))


def _zone_line(say: Texts, zone: pd.Series, day: int) -> str:
    line = say(
        "reason.zone",
        kind=say.label("zone_kind", zone["kind"]),
        name=zone["name"],
        notice=_notice(say, zone["authority"], zone["notice"]),
        day=date_of_day_number(day),
        valid=_validity(say, int(zone["valid_from"]), int(zone["valid_to"])),
    )
    if zone["illustrative"]:
        line += say("reason.illustrative", label=say("illustrative"))
    return line


def _notice(say: Texts, authority: str, notice: str) -> str:
    number = notice or say("notice.unnumbered")
    return say("notice", authority=authority, notice=number) if authority else number


def _validity(say: Texts, first: int, last: int) -> str:
    start = date_of_day_number(first)
    if last >= OPEN_END:
        return say("valid.open", first=start)
    return say("valid.closed", first=start, last=date_of_day_number(last))
