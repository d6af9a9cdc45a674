"""Reading FIRMS text against bare `pandas.read_csv` of the same file, taken turn by turn.

Prints seconds, rows per second and the ratio (the aim is at most 2); asserts only that both
read the same values. 1,000,000 rows with ``FIREWATCH_BENCHMARK=full``. From 5 MB on, pandas 3.1
itself reads on every core.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imagery.open import read
from imagery.reading import Reading

SEED = 20_201_001
REPEATS = 3
SIZES = (
    (100_000, 1_000_000) if os.environ.get("FIREWATCH_BENCHMARK") == "full" else (20_000, 100_000)
)
NOW_S = 1_767_225_600  # 2026-01-01
SAME = {
    "lon": "longitude",
    "lat": "latitude",
    "scan_km": "scan",
    "track_km": "track",
    "bt_mir_k": "bright_ti4",
    "bt_tir_k": "bright_ti5",
    "frp_mw": "frp",
}


def write_viirs(path: Path, count: int) -> Path:
    """Write VIIRS rows of two satellites over a season, as FIRMS delivers them."""
    rng = np.random.default_rng(SEED)
    days = pd.date_range("2020-10-01", "2021-02-28").strftime("%Y-%m-%d").to_numpy()
    minutes = np.array([f"{hour:02d}{minute:02d}" for hour in range(24) for minute in range(60)])
    pd.DataFrame(
        {
            "latitude": rng.uniform(20, 27, count).round(5),
            "longitude": rng.uniform(104, 113, count).round(5),
            "bright_ti4": rng.uniform(295, 367, count).round(2),
            "scan": rng.uniform(0.32, 0.8, count).round(2),
            "track": rng.uniform(0.36, 0.8, count).round(2),
            "acq_date": rng.choice(days, count),
            "acq_time": rng.choice(minutes, count),
            "satellite": rng.choice(["N", "N20"], count),
            "instrument": "VIIRS",
            "confidence": rng.choice(["l", "n", "h"], count),
            "version": "2.0NRT",
            "bright_ti5": rng.uniform(270, 300, count).round(2),
            "frp": rng.uniform(0, 50, count).round(2),
            "daynight": rng.choice(["D", "N"], count),
        }
    ).to_csv(path, index=False)
    return path


def best_of(*actions: Callable[[], object]) -> list[float]:
    """Return the shortest time of each action in seconds, measured in turns."""
    seconds = [np.inf] * len(actions)
    for _ in range(REPEATS):
        for i, action in enumerate(actions):
            start = time.perf_counter()
            action()
            seconds[i] = min(seconds[i], time.perf_counter() - start)
    return seconds


def assert_same(reading: Reading, bare: pd.DataFrame) -> None:
    assert reading.rejections.empty
    assert reading.rows == len(reading.points) == len(bare)
    for ours, theirs in SAME.items():
        assert np.array_equal(reading.points[ours], bare[theirs]), ours
    clock = bare["acq_time"].astype(int)
    expected = pd.to_datetime(bare["acq_date"], utc=True)
    expected += pd.to_timedelta(clock // 100 * 60 + clock % 100, unit="min")
    assert (reading.points["acquired_utc"] == expected).all()
    assert (reading.points["confidence_raw"].astype(str) == bare["confidence"]).all()
    assert (reading.points["day_night"].astype(str) == bare["daynight"]).all()


@pytest.mark.benchmark
def test_reading_gives_the_values_of_bare_pandas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{'rows':>10}{'pandas s':>10}{'read s':>9}{'read rows/s':>13}{'ratio':>7}"]
    for count in SIZES:
        path = write_viirs(tmp_path / f"{count}.csv", count)
        assert_same(read(path, NOW_S), pd.read_csv(path))
        bare_s, read_s = best_of(lambda p=path: pd.read_csv(p), lambda p=path: read(p, NOW_S))
        lines.append(
            f"{count:>10,}{bare_s:>10.3f}{read_s:>9.3f}{count / read_s:>13,.0f}"
            f"{read_s / bare_s:>7.2f}"
        )
    with capsys.disabled():
        print("\n" + "\n".join(lines))
