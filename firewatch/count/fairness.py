"""Whether two seasons were watched alike, and what to say where they were not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Integer, case, cast, func, select

from firewatch.core.i18n import Texts, texts
from firewatch.core.time import Period
from firewatch.core.vocab import Language, Source, Status
from firewatch.count.alike import days_with_data, looks_on_record, seen_alike
from firewatch.count.names import AreaNames
from firewatch.count.rule import CountingRule
from firewatch.count.seasons import SeasonPair
from firewatch.count.tally import (
    count_excluded_causes,
    count_statuses,
    counted_points,
    from_satellite,
    platforms_on_record,
)
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
    unseen
        City adcodes of which one of the seasons has seen nothing.
    no_baseline
        Those cities of which only the season before holds no data at all.
    """

    rule: CountingRule
    notes: tuple[str, ...]
    decidable: bool
    unseen: frozenset[int]
    no_baseline: frozenset[int]


def treatment(
    connection: Connection,
    rule: CountingRule,
    pair: SeasonPair,
    names: AreaNames,
    language: Language,
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
    if Source.SATELLITE not in alike.sources:
        unwatched = frozenset(names.cities if days["now"] and not days["base"] else ())
        return Treatment(alike, tuple(notes), all(days.values()), frozenset(), unwatched)
    seen = seen_alike(connection, pair, alike.platforms, names, say)
    return Treatment(
        alike, (*notes, *seen.notes), all(days.values()), seen.unseen, seen.no_baseline
    )


def _same_satellites(
    connection: Connection, rule: CountingRule, pair: SeasonPair, say: Texts
) -> tuple[CountingRule, list[str]]:
    base = _platforms(connection, pair.base)
    now = _platforms(connection, pair.now)
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


def _platforms(connection: Connection, period: Period) -> frozenset[str]:
    """Return the satellites that found something, or that measurably looked and found nothing."""
    looks = looks_on_record(connection, period)
    return platforms_on_record(connection, period) | frozenset(
        looks.loc[looks["with_fires"], "platform"]
    )


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
