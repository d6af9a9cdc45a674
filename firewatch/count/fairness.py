"""Whether two seasons were watched alike, and what to say where they were not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection, Integer, case, cast, func, select

from firewatch.core.i18n import Texts, texts
from firewatch.core.time import Period, local_day_number
from firewatch.core.vocab import Language, Status
from firewatch.count.rule import CountingRule
from firewatch.count.seasons import SeasonPair
from firewatch.count.tally import (
    count_excluded_causes,
    count_statuses,
    counted_points,
    from_satellite,
    platforms_on_record,
)
from firewatch.ledger.claims import claims_within
from firewatch.ledger.tables import points_current as current
from firewatch.ledger.tables import products
from firewatch.supersession import STANDARD_RANK


@dataclass(frozen=True)
class Treatment:
    """The rule both seasons are counted by, what differs all the same, and whether to judge.

    Parameters
    ----------
    decidable
        False if one of the seasons holds no data at all: no point may then be read as zero.
    """

    rule: CountingRule
    notes: tuple[str, ...]
    decidable: bool


def treatment(
    connection: Connection, rule: CountingRule, pair: SeasonPair, language: Language
) -> Treatment:
    """Restrict a rule to the satellites of both seasons and list every other difference."""
    say = texts("firewatch.count", language)
    alike, notes = _same_satellites(connection, rule, pair, say)
    days = {
        "base": days_with_data(connection, pair.base),
        "now": days_with_data(connection, pair.now),
    }
    notes.append(say("days_with_data", **days, base_days=pair.base.days, now_days=pair.now.days))
    notes += [say("no_data", which=say(f"{which}_season")) for which in days if days[which] == 0]
    notes += _version_notes(connection, alike, pair, say)
    rejected = [
        count_statuses(connection, alike, period).get(str(Status.REJECTED), 0)
        for period in (pair.base, pair.now)
    ]
    not_straw = [
        sum(count_excluded_causes(connection, alike, period).values())
        for period in (pair.base, pair.now)
    ]
    for key, (base, now) in {"statuses_differ": rejected, "causes_left_out": not_straw}.items():
        notes += [say(key, base=base, now=now)] if base or now else []
    return Treatment(alike, tuple(notes), all(days.values()))


def days_with_data(connection: Connection, period: Period) -> int:
    """Return on how many local days of a period any file claims to have looked."""
    first_s, after_s = period.epoch_bounds_s()
    first_day, last_day = period.day_numbers()
    covered = np.zeros(period.days, dtype=bool)
    for claim in claims_within(connection, first_s, after_s - 1):
        begin, end = local_day_number(np.array([claim.first_s, claim.last_s]))
        covered[max(begin, first_day) - first_day : min(end, last_day) - first_day + 1] = True
    return int(covered.sum())


def _same_satellites(
    connection: Connection, rule: CountingRule, pair: SeasonPair, say: Texts
) -> tuple[CountingRule, list[str]]:
    base = platforms_on_record(connection, pair.base)
    now = platforms_on_record(connection, pair.now)
    if base == now or rule.platforms is not None:
        return rule, []
    common, left_out = sorted(base & now), sorted(base ^ now)
    if not base or not now:
        return rule, []
    if not common:
        listed: Mapping[str, str] = {
            "base": ", ".join(sorted(base)),
            "now": ", ".join(sorted(now)),
        }
        return rule, [say("platforms_disjoint", **listed)]
    note = say("platforms_differ", common=", ".join(common), left_out=", ".join(left_out))
    return replace(rule, platforms=tuple(common)), [note]


def _version_notes(
    connection: Connection, rule: CountingRule, pair: SeasonPair, say: Texts
) -> list[str]:
    shares = [_standard_share(connection, rule, period) for period in (pair.base, pair.now)]
    if None in shares or abs((shares[0] or 0) - (shares[1] or 0)) < 0.01:
        return []
    return [say("versions_differ", base=f"{shares[0]:.0%}", now=f"{shares[1]:.0%}")]


def _standard_share(connection: Connection, rule: CountingRule, period: Period) -> float | None:
    standards_only = select(products.c.product_key).where(products.c.product_rank >= STANDARD_RANK)
    standard = case((current.c.product_key.in_(standards_only), 1), else_=0)
    query = select(func.count(), cast(func.coalesce(func.sum(standard), 0), Integer)).where(
        counted_points(rule, period), from_satellite()
    )
    total, standards = connection.execute(query).one()
    return standards / total if total else None
