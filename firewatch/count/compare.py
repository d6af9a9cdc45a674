"""One season against another: per city, with the verdict on the target and what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from firewatch.core.i18n import texts
from firewatch.core.time import Period
from firewatch.core.vocab import CountUnit, Language, Ruling, ZoneKind
from firewatch.count.fairness import treatment
from firewatch.count.names import AreaNames
from firewatch.count.rule import CountingRule
from firewatch.count.seasons import SeasonPair
from firewatch.count.tally import (
    count_marks,
    count_sources,
    count_statuses,
    tally,
)
from firewatch.count.target import Target

_ZONE_KIND_OF_RULING = {
    str(Ruling.BAN_VIOLATION): str(ZoneKind.BAN),
    str(Ruling.RESTRICTED_UNPERMITTED): str(ZoneKind.RESTRICTED),
    str(Ruling.RESTRICTED_PERMITTED): str(ZoneKind.RESTRICTED),
    str(Ruling.UNZONED): "unzoned",
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything a year-on-year report says.

    Parameters
    ----------
    cities, total
        city_adcode, city, base, now, change, change_pct (%, NaN for a base of 0), target_max,
        allowance, verdict, small_base, leap_flips, and `{unit}_base`, `{unit}_now` for each unit.
    counties
        city_adcode, city, county_adcode, county, base, now, change, change_pct.
    breakdowns
        "zone_kind", "source", "status": columns code, base, now.
    notes
        Sentences that stand under every table.
    no_baseline
        City adcodes without a verdict because the season before holds no data of them.
    """

    rule: CountingRule
    now: Period
    base: Period
    season_name: str
    base_name: str
    in_progress: bool
    target_num: int
    target_den: int
    cities: pd.DataFrame
    total: pd.DataFrame
    counties: pd.DataFrame
    breakdowns: dict[str, pd.DataFrame]
    notes: tuple[str, ...]
    simulated: bool
    illustrative: bool
    language: Language
    no_baseline: frozenset[int] = frozenset()


def compare(
    connection: Connection,
    rule: CountingRule,
    pair: SeasonPair,
    target: Target,
    names: AreaNames,
    language: Language,
    simulated: bool = False,
    illustrative: bool = False,
) -> Comparison:
    """Compare two seasons by one rule, with the same satellites, screens and statuses in both."""
    fair = treatment(connection, rule, pair, names, language)
    rule = fair.rule
    counties = _both(connection, rule, pair, names)
    flips = _leap_flips(connection, rule, pair, counties, target)
    cities = _by_city(counties, names)
    for unit in CountUnit:
        same = (
            counties
            if unit == rule.unit
            else _both(connection, replace(rule, unit=unit), pair, names)
        )
        sums = same.groupby("city_adcode")[["base", "now"]].sum().add_prefix(f"{unit}_")
        cities = cities.join(sums, on="city_adcode").fillna(dict.fromkeys(sums, 0))
        cities = cities.astype(dict.fromkeys(sums, "int64"))
    say = texts("firewatch.count", language)
    total = cities.select_dtypes("int64").drop(columns="city_adcode").sum().to_frame().T
    total.insert(0, "city_adcode", 0)
    total.insert(1, "city", say("whole_region"))
    seen = ~cities["city_adcode"].isin(fair.unseen).to_numpy()
    judged = target.judged(cities, fair.decidable & seen).assign(
        leap_flips=cities["city_adcode"].isin(flips.cities)
    )
    return Comparison(
        rule=rule,
        now=pair.now,
        base=pair.base,
        season_name=pair.now_name,
        base_name=pair.base_name,
        in_progress=pair.in_progress,
        target_num=target.num,
        target_den=target.den,
        cities=judged,
        total=target.judged(total, fair.decidable).assign(leap_flips=False),
        counties=target.judged(counties)[_COUNTY_COLUMNS],
        breakdowns=_breakdowns(connection, rule, pair),
        notes=(
            rule.describe(language),
            *_period_notes(pair, target, language),
            *_leap_notes(flips, names, language),
            *_small_base_notes(judged, target, language),
            *fair.notes,
            say("cloud_note"),
        ),
        simulated=simulated,
        illustrative=illustrative,
        language=language,
        no_baseline=fair.no_baseline,
    )


_COUNTY_COLUMNS = [
    "city_adcode",
    "city",
    "county_adcode",
    "county",
    "base",
    "now",
    "change",
    "change_pct",
]


def _both(
    connection: Connection, rule: CountingRule, pair: SeasonPair, names: AreaNames
) -> pd.DataFrame:
    """Return base and now of every county of the region, zero where nothing was found."""
    counts = pd.DataFrame({"county_adcode": sorted(names.counties)})
    for column, period in (("base", pair.base), ("now", pair.now)):
        found = _per_county(connection, rule, period)
        counts[column] = counts["county_adcode"].map(found).fillna(0).astype("int64")
    city = counts["county_adcode"].map(names.city_of_county)
    return counts.assign(
        city_adcode=city,
        city=city.map(names.cities),
        county=counts["county_adcode"].map(names.counties),
    )


def _per_county(connection: Connection, rule: CountingRule, period: Period) -> pd.Series:
    counts = tally(connection, rule, period, "county_adcode")
    return counts.set_index("county_adcode")["count"].astype("int64")


def _by_city(counties: pd.DataFrame, names: AreaNames) -> pd.DataFrame:
    sums = counties.groupby("city_adcode", as_index=False)[["base", "now"]].sum()
    return sums.assign(city=sums["city_adcode"].map(names.cities))[
        ["city_adcode", "city", "base", "now"]
    ]


@dataclass(frozen=True)
class _LeapFlips:
    """The leap days of two seasons, their points, and the cities whose verdict they turn."""

    days: tuple[date, ...]
    count: int
    cities: tuple[int, ...]


def _leap_flips(
    connection: Connection,
    rule: CountingRule,
    pair: SeasonPair,
    counties: pd.DataFrame,
    target: Target,
) -> _LeapFlips:
    """Find the cities whose verdict would change if 29 February were counted."""
    with_leap = counties[["city_adcode", "county_adcode", "base", "now"]].copy()
    count = 0
    for day in pair.leap_days:
        found = _per_county(connection, rule, Period(day, day))
        column = "base" if day < pair.now.start else "now"
        with_leap[column] += with_leap["county_adcode"].map(found).fillna(0).astype("int64")
        count += int(found.sum())
    sums = counties.groupby("city_adcode")[["base", "now"]].sum()
    sums_with = with_leap.groupby("city_adcode")[["base", "now"]].sum()
    changed = target.judged(sums)["verdict"] != target.judged(sums_with)["verdict"]
    return _LeapFlips(pair.leap_days, count, tuple(int(code) for code in sums.index[changed]))


def _breakdowns(
    connection: Connection, rule: CountingRule, pair: SeasonPair
) -> dict[str, pd.DataFrame]:
    def zone_kinds(period: Period) -> dict[str, int]:
        kinds: Counter[str] = Counter()
        for ruling, count in tally(connection, rule, period, "ruling").to_numpy().tolist():
            kinds[_ZONE_KIND_OF_RULING[ruling]] += int(count)
        return {**kinds, **count_marks(connection, rule, period)}

    def sources(period: Period) -> dict[str, int]:
        return count_sources(connection, rule, period)

    def statuses(period: Period) -> dict[str, int]:
        return count_statuses(connection, rule, period)

    found = {"zone_kind": zone_kinds, "source": sources, "status": statuses}
    return {name: _side_by_side(count(pair.base), count(pair.now)) for name, count in found.items()}


def _side_by_side(base: Mapping[str, int], now: Mapping[str, int]) -> pd.DataFrame:
    codes = list(dict.fromkeys([*base, *now]))
    return pd.DataFrame(
        {
            "code": codes,
            "base": [base.get(code, 0) for code in codes],
            "now": [now.get(code, 0) for code in codes],
        }
    )


def _period_notes(pair: SeasonPair, target: Target, language: Language) -> list[str]:
    say = texts("firewatch.count", language)
    key = "in_progress" if pair.in_progress else "complete"
    return [
        say(key, now=pair.now, base=pair.base),
        say("target", percent=f"{target.fall_percent:g}", num=target.num, den=target.den),
    ]


def _leap_notes(flips: _LeapFlips, names: AreaNames, language: Language) -> list[str]:
    if not flips.days:
        return []
    say = texts("firewatch.count", language)
    days = ", ".join(str(day) for day in flips.days)
    listed = say("list_separator").join(names.cities[code] for code in flips.cities)
    verdicts = say("leap_flips", cities=listed) if flips.cities else say("leap_same")
    return [say("leap", days=days, count=flips.count) + " " + verdicts]


def _small_base_notes(cities: pd.DataFrame, target: Target, language: Language) -> list[str]:
    small = cities.loc[cities["small_base"], "city"]
    if small.empty:
        return []
    say = texts("firewatch.count", language)
    return [say("small_base", den=target.den, cities=say("list_separator").join(small))]
