"""Locating and ruling against `geopandas.sjoin` doing both, each in a process of its own.

Prints seconds, ratio and memory; asserts only that both give the same answer. 1,000,000 points
with ``FIREWATCH_BENCHMARK=full``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.time import epoch_seconds, local_day_number
from zones.areas import Areas, load_areas
from zones.locate import locate
from zones.precedence import default_precedence
from zones.register import Register, register_from
from zones.ruling import rule

ZONES = 5_000
SEED = 20_201_001
REPEATS = 3
SIZES = (
    (100_000, 1_000_000) if os.environ.get("FIREWATCH_BENCHMARK") == "full" else (20_000, 100_000)
)
KINDS = ("ban", "restricted", "sugarcane_base", "scenic", "cane_leaf_ban")
FIRST_DAY = 18_170  # 2019-10-01


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
    """Star-shaped polygons of 30 vertices, 1–9 km across their middle, in force 1–26 months."""
    rng = np.random.default_rng(SEED + 1)
    angle = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    radius = rng.uniform(0.01, 0.08, (ZONES, 1)) * rng.uniform(0.6, 1.2, (ZONES, 30))
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
    table = register.zones[["zone_id", "kind", "valid_from", "valid_to"]]
    zones = gpd.GeoDataFrame(table, geometry=register.geometry, crs=4326)
    hits = places[county > 0].sjoin(zones, predicate="within")
    day = local_day_number(epoch_seconds(points["acquired_utc"]))[hits.index.to_numpy()]
    hits = hits[(hits["valid_from"] <= day) & (hits["valid_to"] >= day)]
    hits = hits.assign(rank=hits["kind"].map(default_precedence().rank)).dropna(subset="rank")
    hits = hits.sort_values(["rank", "valid_from", "zone_id"], ascending=[True, False, True])
    best = hits[~hits.index.duplicated()]["zone_id"].reindex(points.index, fill_value="")
    return pd.DataFrame({"county_adcode": county, "ruling_zone_id": best})


WAYS: dict[str, Callable[[pd.DataFrame, Areas, Register], pd.DataFrame]] = {
    "geopandas.sjoin": sjoin,
    "firewatch": ours,
    "firewatch, points without pixels": ours_without_pixels,
}


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def highest_mb() -> float:
    """Return this program's own peak; getrusage would count the parent it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def measure(way: str, count: int, result: str) -> None:
    areas, register, points = load_areas(), dated_zones(), fire_points(count)
    WAYS[way](points.iloc[:1000], areas, register)
    before_mb = resident_mb()
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        ruled = WAYS[way](points, areas, register)
        seconds.append(time.perf_counter() - start)
    peak_mb = highest_mb()
    ruled[["county_adcode", "ruling_zone_id"]].to_pickle(result)
    print(json.dumps({"seconds": min(seconds), "memory_mb": peak_mb - before_mb}))


@pytest.mark.benchmark
@pytest.mark.parametrize("count", SIZES)
def test_locating_and_ruling_agrees_with_two_spatial_joins(count: int, tmp_path: Path) -> None:
    measured, answers = {}, {}
    for way in WAYS:
        result = tmp_path / f"{len(answers)}.pkl"
        command = [sys.executable, __file__, way, str(count), str(result)]
        paths = os.pathsep.join(path for path in sys.path if path)
        done = subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": paths}
        )
        measured[way] = json.loads(done.stdout)
        answers[way] = pd.read_pickle(result)
    base = measured["geopandas.sjoin"]["seconds"]
    print(f"\n{count:,} points, 111 counties, {ZONES:,} dated zones")
    for way, row in measured.items():
        times, memory = base / row["seconds"], row["memory_mb"]
        print(f"  {way:34} {row['seconds']:7.3f} s  {times:5.1f} x  +{memory:5.0f} MB")
    expected = answers["geopandas.sjoin"]
    for way in ("firewatch", "firewatch, points without pixels"):
        pd.testing.assert_frame_equal(answers[way], expected, check_dtype=False)


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]), sys.argv[3])
