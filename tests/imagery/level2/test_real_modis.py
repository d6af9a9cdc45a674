"""The official MOD14 file of 2018-11-08, recomputed from what it carries.

This shows that the file is understood, not that the product is right.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagery.detection.masks import FireClass
from imagery.level2.consistency import (
    COLLECTION_4_RAMPS,
    COLLECTION_61_RAMPS,
    day_confidence_percent,
    fire_power_mw,
    passed_tests,
)
from imagery.level2.granule import Level2
from imagery.level2.read import read_level2
from imagery.open import read

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def path(realdata: Path) -> Path:
    found = realdata / "l2_products" / "MOD14.A2018312.1950.061.2021344091856.hdf"
    if not found.is_file():
        pytest.skip(f"no {found.name} in {found.parent}")
    return found


@pytest.fixture(scope="module")
def granule(path: Path) -> Level2:
    return read_level2(path)


def _bit(granule: Level2, bit: int) -> np.ndarray:
    assert granule.algorithm_qa is not None
    return (granule.algorithm_qa >> bit & 1).astype(bool)


def test_all_53_fire_pixels_are_points(path: Path) -> None:
    reading = read(path, 1_700_000_000)
    assert (reading.rows, len(reading.points), len(reading.rejections)) == (53, 53, 0)
    classes = reading.points["confidence"].value_counts()
    assert (classes["low"], classes["nominal"], classes["high"]) == (2, 23, 28)
    assert set(reading.points["day_night"]) == {"D"}
    assert set(reading.points["provider_type"]) == {""}


def test_the_class_of_the_mask_follows_from_the_percentage(path: Path, granule: Level2) -> None:
    fires = granule.fires.astype({"line": int, "sample": int})
    classes = granule.fire_mask[fires["line"], fires["sample"]]
    words = {7: "low", 8: "nominal", 9: "high"}
    assert read(path, 1_700_000_000).points["confidence"].tolist() == [words[c] for c in classes]


def test_all_fire_pixels_pass_the_contextual_tests(granule: Level2) -> None:
    tests = passed_tests(granule.fires)
    assert tests["fire"].all()
    line, sample = (granule.fires[name].astype(int) for name in ("line", "sample"))
    bits = {"absolute": 11, "dt_relative": 12, "dt_absolute": 13, "t4_relative": 14, "t11": 15}
    for name, bit in bits.items():
        assert tests[name].tolist() == _bit(granule, bit)[line, sample].tolist(), name
    assert int(tests["absolute"].sum()) == 23


def test_some_fire_pixels_lie_below_the_fixed_candidate_limit(granule: Level2) -> None:
    t4_k = granule.fires["bt_mir_k"]
    assert int((t4_k < 310).sum()) == 9
    assert t4_k.min() == pytest.approx(301.896, abs=0.001)


def test_fire_power_agrees_and_the_rest_is_the_spread_of_the_background(granule: Level2) -> None:
    stated = granule.fires["frp_mw"].to_numpy()
    plain = fire_power_mw(granule) / stated
    spread = fire_power_mw(granule, background_spread=True) / stated
    assert np.median(plain) == pytest.approx(1, abs=0.01)
    assert np.median(spread) == pytest.approx(1, abs=0.005)
    # Measured: 0.998 to 1.062 and 0.992 to 1.038.
    assert np.abs(plain - 1).max() < 0.062
    assert np.abs(spread - 1).max() < 0.04
    quiet = granule.fires["mad_mir_k"] < 3
    assert np.abs(spread - 1)[quiet].max() < 0.01


def test_confidence_is_reproduced_by_other_ramps_than_the_published(granule: Level2) -> None:
    stated = granule.fires["confidence"].to_numpy()
    np.testing.assert_array_equal(
        day_confidence_percent(granule.fires, COLLECTION_61_RAMPS), stated
    )
    older = day_confidence_percent(granule.fires, COLLECTION_4_RAMPS) - stated
    assert int((np.abs(older) <= 1).sum()) < 20
    assert np.abs(older).max() > 50


def test_the_stated_counts_follow_from_mask_and_quality_bits(granule: Level2) -> None:
    mask, stated = granule.fire_mask, granule.heading.declared
    assert granule.algorithm_qa is not None
    surface = granule.algorithm_qa & 3
    cloud, fire = mask == FireClass.CLOUD, mask >= FireClass.FIRE_LOW
    counted = {
        "FirePix": fire,
        "LandFirePix": fire & (surface == 2),
        "MissingPix": mask == 0,
        "LandPix": surface == 2,
        "CoastPix": surface == 1,
        "WaterPix": surface == 0,
        "LandCloudPix": cloud & (surface == 2),
        "WaterCloudPix": cloud & (surface != 2),
        "DayPix": _bit(granule, 4),
        "CloudAdjacentFirePix": fire & _bit(granule, 20),
        "WaterAdjacentFirePix": fire & _bit(granule, 21),
        "CoastRejectedLandPix": _bit(granule, 26),
        "UnknownLandPix": mask == FireClass.UNCLASSIFIED,
    }
    assert {name: int(pixels.sum()) for name, pixels in counted.items()} == {
        name: stated[name] for name in counted
    }


def test_the_quality_bits_decide_exactly_the_fires_of_the_mask(granule: Level2) -> None:
    absolute, dt_relative, dt_absolute, t4, t11, background = (
        _bit(granule, bit) for bit in (11, 12, 13, 14, 15, 16)
    )
    passed = absolute | (dt_relative & dt_absolute & t4 & (t11 | background))
    rejected = np.any([_bit(granule, bit) for bit in range(24, 29)], axis=0)
    candidates = _bit(granule, 5)
    assert int(candidates.sum()) == 86
    assert int((candidates & passed).sum()) == 57
    np.testing.assert_array_equal(
        candidates & passed & ~rejected, granule.fire_mask >= FireClass.FIRE_LOW
    )
