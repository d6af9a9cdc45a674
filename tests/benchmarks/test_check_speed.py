"""Reading and checking a file of zones against the geopandas way, each in a process of its own.

Prints seconds and ratio; asserts only that both find the same. 5,000 polygons of 200 vertices with
``FIREWATCH_BENCHMARK=full``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

VERTICES = 200
SEED = 20_201_001
SIZES = (500, 5_000) if os.environ.get("FIREWATCH_BENCHMARK") == "full" else (60,)
TYPES = ("禁烧区", "限烧区")
EVERY = 50  # one polygon in so many crosses itself
LEAST_KM2 = 0.5
EQUAL_AREA = "EPSG:6933"


def write_zones(count: int, outline: str, path: Path) -> None:
    """Write zones 2–18 km across: smooth outlines, or every vertex at random."""
    rng = np.random.default_rng(SEED)
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    radius = rng.uniform(0.01, 0.08, (count, 1)) * np.ones((1, VERTICES))
    if outline == "smooth":
        for wave in range(1, 6):
            height, turn = rng.uniform(0, 0.25 / wave, (count, 1)), rng.uniform(0, 6, (count, 1))
            radius = radius * (1 + height * np.cos(wave * angle + turn))
    else:
        radius = radius * rng.uniform(0.8, 1.2, (count, VERTICES))
    side = np.sqrt(count / 5_000)
    x = rng.uniform(105.2, 105.2 + 6.0 * side, (count, 1)) + radius * np.cos(angle)
    y = rng.uniform(22.5, 22.5 + 2.8 * side, (count, 1)) + radius * np.sin(angle)
    rings = np.stack([x, y], axis=-1)
    rings[::EVERY, [3, VERTICES // 2]] = rings[::EVERY, [VERTICES // 2, 3]]
    columns = {
        "类型": rng.choice(TYPES, count).astype(object),
        "名称": np.array([f"区{number}" for number in range(count)], dtype=object),
        "文号": np.full(count, "南府规〔2025〕3号", dtype=object),
        "生效日期": np.full(count, "2025-01-01", dtype=object),
    }
    shapes = shapely.to_wkb(shapely.polygons(rings))
    pyogrio.raw.write(
        path, shapes, list(columns.values()), list(columns), crs="EPSG:4490",
        geometry_type="Polygon",
    )  # fmt: skip


def firewatch(path: Path) -> dict[str, dict[str, float]]:
    from zones.check import check_zones
    from zones.places.areas import load_areas
    from zones.register.read import read_zones
    from zones.register.register import Register

    report = check_zones(read_zones(path), load_areas(), Register.empty())
    told = {"ring": {}, "overlap": {}}
    for finding in report.findings:
        if finding.code.startswith("invalid"):
            told["ring"][str(finding.features[0])] = float(finding.found.values["after_km2"])
        if finding.code == "overlap":
            told["overlap"]["-".join(map(str, finding.features))] = finding.area_km2
    return told


def geopandas_way(path: Path) -> dict[str, dict[str, float]]:
    """Rings and the overlay of ban and restricted only: no other check has one call for it."""
    import geopandas as gpd

    zones = gpd.read_file(path).to_crs("EPSG:4326")
    zones["number"] = np.arange(1, len(zones) + 1)
    invalid = zones[~zones.geometry.is_valid]
    reasons = invalid.geometry.is_valid_reason()
    zones["geometry"] = zones.geometry.make_valid(method="structure", keep_collapsed=False)
    mended_km2 = zones.geometry[reasons.index].to_crs(EQUAL_AREA).area / 1e6
    bans, restricted = (zones[zones["类型"] == kind][["number", "geometry"]] for kind in TYPES)
    overlaps = gpd.overlay(bans, restricted, how="intersection", keep_geom_type=True)
    overlap_km2 = overlaps.geometry.to_crs(EQUAL_AREA).area / 1e6
    pairs = zip(overlaps["number_1"], overlaps["number_2"], strict=True)
    return {
        "ring": dict(zip(map(str, zones["number"][reasons.index]), mended_km2, strict=True)),
        "overlap": {f"{a}-{b}": km2 for (a, b), km2 in zip(pairs, overlap_km2, strict=True)},
    }


WAYS: dict[str, Callable[[Path], dict[str, dict[str, float]]]] = {
    "geopandas, rings and overlay": geopandas_way,
    "firewatch, all checks": firewatch,
}


def measure(way: str, path: str) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    told = WAYS[way](Path(path))
    seconds = {"seconds": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}
    print(json.dumps({**seconds, **told}))


@pytest.mark.benchmark
@pytest.mark.parametrize("outline", ["smooth", "ragged"])
@pytest.mark.parametrize("count", SIZES)
def test_checking_a_file_finds_what_geopandas_finds(
    count: int, outline: str, tmp_path: Path
) -> None:
    path = tmp_path / "zones.gpkg"
    write_zones(count, outline, path)
    done = {}
    for way in WAYS:
        paths = os.pathsep.join(part for part in sys.path if part)
        answer = subprocess.run(
            [sys.executable, __file__, way, str(path)],
            check=True, capture_output=True, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        done[way] = json.loads(answer.stdout)
    base = done["geopandas, rings and overlay"]
    print(f"\n{count:,} polygons of {VERTICES} vertices, {outline}")
    for way, row in done.items():
        ratio = base["seconds"] / row["seconds"]
        print(f"  {way:30} {row['seconds']:7.2f} s  {row['cpu_s']:7.2f} s cpu  {ratio:5.2f} x")
    ours = done["firewatch, all checks"]
    assert ours["ring"] == pytest.approx(base["ring"], rel=1e-3)
    expected = {pair: km2 for pair, km2 in base["overlap"].items() if km2 > LEAST_KM2}
    found = {pair: km2 for pair, km2 in ours["overlap"].items() if km2 > LEAST_KM2}
    both = expected.keys() & found.keys()
    assert {p: found[p] for p in both} == pytest.approx({p: expected[p] for p in both}, rel=1e-3)
    # Only what lies at the limit itself may be told by one and not by the other.
    for pair in expected.keys() ^ found.keys():
        assert {**base["overlap"], **ours["overlap"]}[pair] == pytest.approx(LEAST_KM2, rel=1e-2)


if __name__ == "__main__":
    measure(sys.argv[1], sys.argv[2])
