"""What is said of the zones beside their shape: who issued them, by which notice, for when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from firewatch.core.time import date_of_day_number, day_number
from zones.check.common_time import months_ever
from zones.check.finding import Found
from zones.check.subject import Subject
from zones.geometry.arrays import Bools
from zones.notes import Note
from zones.register.in_force import last_days
from zones.register.periods import MINUTES_A_DAY
from zones.register.register import NEVER, OPEN_END

# 文号: the issuer's short name, the year in tortoise-shell brackets, the running number, such as
# 南府规〔2025〕3号 (GB/T 9704-2012, 7.2.5); public notices write 第 before the number.
_USUAL_NOTICE = r"^[^\d\s〔\[（(【]{1,30}〔((?:19|20)\d{2})〕第?\d{1,5}号$"
_YEAR_IN_NOTICE = r"[〔\[（(【［]((?:19|20)\d{2})[〕\]）)】］]"
# The first national rules on straw burning: 秸秆禁烧和综合利用管理办法, 1999-04-16.
_FIRST_RULES = day_number(date(1999, 4, 16))
_FAR_FUTURE = day_number(date(2100, 1, 1))
# A notice takes effect within months of its number; by then it is another year's at most.
_YEARS_AFTER_NOTICE = 2
# Episodes of pollution last days, and a notice that counts for generations has no end date.
_SHORT_DAYS = 2
_LONG_YEARS = 30
_SHORT_MINUTES = 60
_YEAR_DAYS = 365


def no_authority(subject: Subject) -> Iterator[Found]:
    """Yield the zones of which the file does not say who issued them."""
    yield from _all_of((subject.zones["authority"].str.strip() == "").to_numpy(dtype=bool))


def unusual_notice(subject: Subject) -> Iterator[Found]:
    """Yield, a notice, the zones whose notice number has not the usual form."""
    notices = subject.zones["notice"].str.strip()
    usual = notices.str.match(_USUAL_NOTICE).to_numpy(dtype=bool)
    for notice in notices[~usual].unique().tolist():
        yield from _all_of((notices == notice).to_numpy(dtype=bool), notice=notice)


def year_of_notice(subject: Subject) -> Iterator[Found]:
    """Yield, a notice and first day, zones in force before the notice's year or long after it."""
    zones = subject.zones
    written = zones["notice"].str.extract(_YEAR_IN_NOTICE)[0].astype("float").to_numpy()
    starts = zones["valid_from"].to_numpy()
    year = starts.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    odd = (year < written) | (year > written + _YEARS_AFTER_NOTICE)
    keys = zones.loc[odd, ["notice", "valid_from"]].drop_duplicates()
    for notice, start in keys.itertuples(index=False, name=None):
        rows = odd & (zones["notice"] == notice).to_numpy(dtype=bool) & (starts == start)
        yield from _all_of(rows, notice=notice, day=_day(start))


def far_dates(subject: Subject) -> Iterator[Found]:
    """Yield the zones that begin before there were rules on burning, or in another century."""
    starts = subject.zones["valid_from"].to_numpy()
    far = (starts < _FIRST_RULES) | (starts > _FAR_FUTURE)
    days = sorted(set(starts[far].tolist()))
    yield from _all_of(far, day="、".join(_day(day) for day in days[:3]))


def odd_length(subject: Subject) -> Iterator[Found]:
    """Yield the zones in force for a day or two, or with an end after generations."""
    starts, ends = subject.zones["valid_from"].to_numpy(), last_days(subject.zones)
    days = ends - starts + 1
    long = (days > _LONG_YEARS * _YEAR_DAYS) & (ends < OPEN_END)
    yield from _all_of((days <= _SHORT_DAYS) | long, years=_LONG_YEARS, days=_SHORT_DAYS)


def never_in_force(subject: Subject) -> Iterator[Found]:
    """Yield the zones none of whose months lies between their first and last day.

    One that a correction retired on its first day is no mistake: registers that are handed on
    have such zones.
    """
    yield from _all_of(months_ever(subject.zones.assign(retired_from=NEVER)) == 0)


def short_hours(subject: Subject) -> Iterator[Found]:
    """Yield the zones in force for less than an hour a day."""
    start = subject.zones["hours_from_min"].to_numpy()
    end = subject.zones["hours_to_min"].to_numpy()
    length = np.where(end > start, end - start, end - start + MINUTES_A_DAY)
    yield from _all_of(length < _SHORT_MINUTES, minutes=_SHORT_MINUTES)


def remarks(subject: Subject) -> Iterator[Found]:
    """Yield what the reader had to say of the file."""
    for note in subject.remarks:
        told = Note(note.key, {"where": subject.path.name, **note.values})
        yield Found((), values={"note": told})


def _all_of(chosen: Bools, **values: object) -> Iterator[Found]:
    rows = tuple(np.flatnonzero(chosen).tolist())
    if rows:
        yield Found(rows, values={"count": len(rows), **values})


def _day(number: int) -> str:
    return str(date_of_day_number(int(number)))
