"""Locating, ruling and saying how sure the ruling is, against `geopandas` and `shapely` doing it.

Each way runs in a forked process of its own. Prints seconds, ratio and memory; asserts only that
the answers agree. 1,000,000 points with ``FIREWATCH_BENCHMARK=full``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.footprint import boxes
from firewatch.core.time import epoch_seconds, local_day_number
from zones.places.areas import Areas, load_areas
from zones.places.locate import locate
from zones.register.register import Register, register_from
from zones.ruling.certainty import certainty
from zones.ruling.precedence import default_precedence
from zones.ruling.rule import rule

ZONES = 5_000
SEED = 20_201_001
REPEATS = 3
SIZES = (100_000, 1_000_000) if os.environ.get("FIREWATCH_BENCHMARK") == "full" else (5_000,)
KINDS = ("ban", "restricted", "sugarcane_base", "scenic", "cane_leaf_ban")
FIRST_DAY = 18_170  # 2019-10-01
MONTHS = (0xFFF, 0xFFF, 0b1100_0000_0111, 0b1110_0000_0011)  # all, November–March, October–February
CORNERS = 200


def fire_points(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    seconds = (FIRST_DAY * 86_400 + rng.integers(0, 516 * 86_400, count)).astype("datetime64[s]")
    return pd.DataFrame(
        {
            "lon": rng.uniform(104.4, 112.1, count),
            "lat": rng.uniform(20.9, 26.4, count),
            "scan_km": rng.uniform(0.38, 0.8, count),
            "track_km": rng.uniform(0.37, 0.8, count),
            "acquired_utc": pd.Series(seconds).dt.tz_localize("UTC"),
        }
    )


def dated_zones() -> Register:
    """Overlapping zones 1–9 km across their middle, in force 1–26 months, some in winter only."""
    rng = np.random.default_rng(SEED + 1)
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    waves = sum(
        rng.normal(0, 0.2 / k, (ZONES, 1)) * np.sin(k * angle + rng.uniform(0, 6, (ZONES, 1)))
        for k in range(2, 9)
    )
    radius = rng.uniform(0.01, 0.08, (ZONES, 1)) * np.clip(1 + waves, 0.3, 2)
    x = rng.uniform(104.6, 112.0, (ZONES, 1)) + radius * np.cos(angle)
    y = rng.uniform(21.0, 26.3, (ZONES, 1)) + radius * np.sin(angle)
    first = FIRST_DAY + rng.integers(-200, 500, ZONES)
    table = pd.DataFrame(
        {
            "kind": rng.choice(KINDS, ZONES),
            "name": [f"区{number}" for number in range(ZONES)],
            "notice": "测试",
            "valid_from": first,
            "valid_to": first + rng.integers(30, 800, ZONES),
            "months": rng.choice(MONTHS, ZONES),
        }
    )
    return register_from(table, shapely.polygons(np.stack([x, y], axis=-1)))


def ours(points: pd.DataFrame, areas: Areas, register: Register) -> pd.DataFrame:
    return rule(locate(points, areas), register)


def ours_without_pixels(points: pd.DataFrame, areas: Areas, register: Register) -> pd.DataFrame:
    return ours(points.assign(scan_km=np.nan, track_km=np.nan), areas, register)


def sjoin(points: pd.DataFrame, areas: Areas, register: Register) -> pd.DataFrame:
    """The plain way: two spatial joins, a date filter, the best zone a point.

    "within" is the fastest predicate that geopandas has for points (it prepares the polygons);
    that it leaves out points on edges makes no difference here, where no point lies on one.
    """
    import geopandas as gpd

    places = gpd.GeoDataFrame(
        points[[]], geometry=gpd.points_from_xy(points["lon"], points["lat"]), crs=4326
    )
    counties = gpd.GeoDataFrame(areas.counties[["adcode"]], geometry=areas.geometry, crs=4326)
    within = places.sjoin(counties, predicate="within")["adcode"]
    county = within.reindex(points.index, fill_value=0)
    table = register.zones[["zone_id", "kind", "valid_from", "valid_to", "months"]]
    zones = gpd.GeoDataFrame(table, geometry=register.geometry, crs=4326)
    hits = places[county > 0].sjoin(zones, predicate="within")
    day = local_day_number(epoch_seconds(points["acquired_utc"]))[hits.index.to_numpy()]
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    in_force = (hits["valid_from"] <= day) & (hits["valid_to"] >= day)
    hits = hits[in_force & (hits["months"].to_numpy() >> month & 1 == 1)]
    hits = hits.assign(rank=hits["kind"].map(default_precedence().rank)).dropna(subset="rank")
    hits = hits.sort_values(["rank", "valid_from", "zone_id"], ascending=[True, False, True])
    best = hits[~hits.index.duplicated()]["zone_id"].reindex(points.index, fill_value="")
    return pd.DataFrame({"county_adcode": county, "ruling_zone_id": best})


def ours_with_certainty(points: pd.DataFrame, areas: Areas, register: Register) -> pd.DataFrame:
    ruled = ours(points, areas, register)
    return ruled.join(certainty(ruled, register))


def certainty_alone(ruled: pd.DataFrame, areas: Areas, register: Register) -> pd.DataFrame:
    return ruled.join(certainty(ruled, register))


def shares_by_shapely(ruled: pd.DataFrame, areas: Areas, register: Register) -> pd.DataFrame:
    """The plain way to the share alone: cut each pixel with the zone that decided."""
    zone = pd.Index(register.zones["zone_id"]).get_indexer(ruled["ruling_zone_id"])
    some = np.flatnonzero(zone >= 0)
    few = ruled.iloc[some]
    ground = boxes(few["lon"], few["lat"], few["scan_km"], few["track_km"])
    share = np.full(len(ruled), np.nan)
    share[some] = shapely.area(shapely.intersection(ground, register.geometry[zone[some]]))
    share[some] /= shapely.area(ground)
    return ruled.assign(ruling_share=share)


@dataclass(frozen=True)
class Way:
    """What is measured, and what is done to the points before the clock starts."""

    run: Callable[[pd.DataFrame, Areas, Register], pd.DataFrame]
    prepare: Callable[[pd.DataFrame, Areas, Register], pd.DataFrame] | None = None


WAYS = {
    "geopandas.sjoin": Way(sjoin),
    "locate and rule": Way(ours),
    "locate and rule, points without pixels": Way(ours_without_pixels),
    "locate, rule and certainty": Way(ours_with_certainty),
    "certainty alone": Way(certainty_alone, ours),
    "shapely.intersection, shares alone": Way(shares_by_shapely, ours),
}
COMPARED = ["county_adcode", "ruling_zone_id", "ruling_share"]


def memory_mb(entry: str) -> float:
    """Return this program's own memory now (VmRSS) or at its peak (VmHWM); getrusage would count
    the program that it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(entry)).split()[1]) / 1024


def measure(way: Way, points: pd.DataFrame, areas: Areas, register: Register, path: Path) -> None:
    if way.prepare:
        points = way.prepare(points, areas, register)
    # Forgets the peak until now.
    Path("/proc/self/clear_refs").write_text("5")
    before_mb, seconds = memory_mb("VmRSS"), []
    start = time.perf_counter()
    way.run(points.iloc[:1000], areas, register)
    first = time.perf_counter() - start
    for _ in range(REPEATS):
        start = time.perf_counter()
        answer = way.run(points, areas, register)
        seconds.append(time.perf_counter() - start)
    more_mb = memory_mb("VmHWM") - before_mb
    answer.reindex(columns=COMPARED).to_pickle(path.with_suffix(".pkl"))
    text = json.dumps({"seconds": min(seconds), "first": first, "memory_mb": more_mb})
    path.with_suffix(".json").write_text(text)


def measure_all(count: int, folder: Path) -> None:
    areas, register, points = load_areas(), dated_zones(), fire_points(count)
    for number, way in enumerate(WAYS.values()):
        child = os.fork()
        if child == 0:
            measure(way, points, areas, register, folder / str(number))
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0


@pytest.mark.benchmark
@pytest.mark.parametrize("count", SIZES)
def test_rulings_and_shares_agree_with_spatial_joins_and_intersections(
    count: int, tmp_path: Path
) -> None:
    # A fresh process, because a fork of this one would carry what other tests have left behind.
    paths = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, __file__, str(count), str(tmp_path)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": paths})
    files = {way: tmp_path / str(number) for number, way in enumerate(WAYS)}
    measured = {way: json.loads(files[way].with_suffix(".json").read_text()) for way in WAYS}
    answers = {way: pd.read_pickle(files[way].with_suffix(".pkl")) for way in WAYS}
    base = measured["geopandas.sjoin"]["seconds"]
    print(f"\n{count:,} points, 111 counties, {ZONES:,} dated zones of {CORNERS} corners")
    print(f"  {'':40}  seconds  ratio   memory  first 1,000 points")
    for way, row in measured.items():
        times, memory = base / row["seconds"], row["memory_mb"]
        text = f"{row['seconds']:7.3f} s  {times:4.1f} x  +{memory:4.0f} MB  {row['first']:7.3f} s"
        print(f"  {way:40}{text}")
    ruled = answers["geopandas.sjoin"][COMPARED[:2]]
    for way in ("locate and rule", "locate and rule, points without pixels"):
        pd.testing.assert_frame_equal(answers[way][COMPARED[:2]], ruled, check_dtype=False)
    shares = answers["shapely.intersection, shares alone"]["ruling_share"]
    assert shares.between(0.001, 0.999).mean() > 0.005
    for way in ("locate, rule and certainty", "certainty alone"):
        found = answers[way]["ruling_share"]
        np.testing.assert_allclose(found, shares, rtol=0, atol=1e-6)


if __name__ == "__main__":
    measure_all(int(sys.argv[1]), Path(sys.argv[2]))
