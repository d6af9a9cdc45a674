"""What a redecision says it changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.changes import changed_points, changed_values, rulings_by_city
from firewatch.core.time import day_number, parse_day
from firewatch.decide import Outcome
from firewatch.pipeline import redecide
from firewatch.rulebook import rulebook
from firewatch.settings import Settings
from firewatch.views import area_names
from zones.permits.air_quality import air_quality_from
from zones.permits.permits import permits_from
from zones.register.register import Register, register_from

NOW_S = 1_767_000_000
INSIDE, BESIDE, GUILIN = (108.32, 22.82), (108.50, 23.00), (110.29, 25.27)
DAY = day_number(parse_day("2020-11-05"))


def register(*zones: tuple[str, shapely.Geometry]) -> Register:
    table = pd.DataFrame({"kind": [kind for kind, _ in zones], "name": "", "notice": "n"})
    shapes = np.array([shape for _, shape in zones], dtype=object)
    return register_from(table.assign(valid_from=day_number(parse_day("2019-01-01"))), shapes)


BAN = ("ban", shapely.box(108.2, 22.7, 108.4, 22.9))
RESTRICTED = ("restricted", shapely.box(108.0, 22.5, 108.7, 23.2))


@pytest.fixture
def changed(office: Any, line: Callable[..., str]) -> Callable[..., Outcome]:
    """Take three points in under a restricted area, then decide again under other rules."""
    office.with_zones(register(RESTRICTED))
    office.take_in(office.file("a.csv", [line(*INSIDE), line(*BESIDE), line(*GUILIN)]))

    def decided_again(**rules: Any) -> Outcome:
        office.rules = replace(office.rules, **rules)
        return redecide(office.ledger, office.rules, NOW_S, "test")

    return decided_again


def test_a_new_ban_area_is_reported_by_value_city_and_point(
    changed: Callable[..., Outcome], office: Any
) -> None:
    outcome = changed(register=register(RESTRICTED, BAN))
    values = changed_values(outcome)
    ruling = values[values["column"] == "ruling"]
    assert ruling[["before", "after", "points"]].to_numpy().tolist() == [
        ["restricted_unpermitted", "ban_violation", 1]
    ]
    names = area_names(office.rules.areas)
    assert rulings_by_city(outcome, names).to_numpy().tolist() == [
        ["南宁市", "ban_violation", 0, 1],
        ["南宁市", "restricted_unpermitted", 1, 0],
    ]
    with office.ledger.reading() as connection:
        points = changed_points(connection, outcome, names)
    assert points[["lon", "lat", "city", "ruling_before", "ruling_after"]].to_numpy().tolist() == [
        [*INSIDE, "南宁市", "restricted_unpermitted", "ban_violation"]
    ]


def test_nothing_changed_is_reported_as_nothing(
    changed: Callable[..., Outcome], office: Any
) -> None:
    outcome = changed()
    assert outcome.run_id == 0
    assert changed_values(outcome).empty
    assert rulings_by_city(outcome, area_names(office.rules.areas)).empty


def test_a_permit_and_then_foul_air_turn_the_ruling_and_back(
    changed: Callable[..., Outcome], office: Any
) -> None:
    plot = np.array([shapely.box(108.48, 22.98, 108.52, 23.02)], dtype=object)
    row = {"number": "1", "valid_from": DAY, "valid_to": DAY, "max_aqi": 100.0}
    permits = permits_from(pd.DataFrame([row]), plot)
    changed(permits=permits)
    assert office.current("ruling")["ruling"].tolist().count("restricted_permitted") == 1
    (reason,) = office.current("ruling", "reason").query("ruling == 'restricted_permitted'")[
        "reason"
    ]
    assert "1" in reason
    foul = {"day": DAY, "area_adcode": 450100, "aqi": 150.0, "wind_m_s": np.nan}
    changed(air=air_quality_from(pd.DataFrame([foul])))
    current = office.current("ruling", "reason", "permit_id")
    assert "restricted_permitted" not in current["ruling"].tolist()
    (line,) = current.loc[current["permit_id"] != "", "reason"]
    assert "150" in line and "100" in line
    runs = office.table("runs")
    assert runs["permits_version"].nunique() == len(runs) == 3


def test_a_point_near_a_zones_edge_says_so(changed: Callable[..., Outcome], office: Any) -> None:
    at_edge = ("ban", shapely.box(108.2, 22.7, INSIDE[0] + 0.001, 22.9))
    changed(register=register(RESTRICTED, at_edge))
    current = office.current().set_index("ruling").loc["ban_violation"]
    half_km = 0.001 * 111.195 * np.cos(np.radians(INSIDE[1]))
    assert current["ruling_share"] == pytest.approx(0.5 + half_km / 0.4, abs=1e-3)
    assert bool(current["near_boundary"])
    assert "邻近边界" in current["reason"]


def test_the_users_own_table_of_precedence_rules(
    office: Any, line: Callable[..., str], tmp_path: Any
) -> None:
    own = tmp_path / "precedence.csv"
    own.write_text("kind,effect,ruling,rank\nwetland,ruling,ban_violation,1\nban,mark,,\n")
    settings = Settings(zones={"precedence": own})
    wetland = ("wetland", shapely.box(108.4, 22.9, 108.6, 23.1))
    office.rules = replace(rulebook(office.ledger, settings), register=register(BAN, wetland))
    office.take_in(office.file("a.csv", [line(*INSIDE), line(*BESIDE)]))
    current = office.current().set_index("lon")
    assert current.loc[BESIDE[0], "ruling"] == "ban_violation"
    assert (current.loc[INSIDE[0], "ruling"], current.loc[INSIDE[0], "marks"]) == ("unzoned", "ban")
    stated = json.loads(office.table("runs")["parameters"].iloc[-1])
    assert stated["precedence"] == {"wetland": "1 ban_violation"}
