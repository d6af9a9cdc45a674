"""Each algorithm is its published equations, and every threshold counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from imagery.detection.parameters import with_overrides
from imagery.fire20m.detect import ALGORITHMS, HighresFires, detect_fires
from imagery.fire20m.parameters import Biome, Fire20mParameters, hu_line, shipped
from imagery.highres.scene import HighresScene

# Where a single pixel counts, a fire is nothing but the vote or the combination.
ALONE = with_overrides(shipped(), {"least_pixels_contextual": 1})
SEEDS = range(9)

# Another value of each threshold, as good as none.
OLI_CHANGES: dict[str, object] = {
    "sun_correct": False,
    "votes": 1,
    "unambiguous_ratio": 1.0,
    # The other two imply 0.3: only a stricter one can be told.
    "unambiguous_difference": 0.6,
    "unambiguous_swir2": 0.0,
    "folded_swir1": 0.2,
    "folded_coastal": 9.0,
    "folded_nir": 9.0,
    "folded_swir2": -9.0,
    "potential_ratio": 1.0,
    "potential_difference": 0.0,
    "potential_swir_ratio": 1.0,
    "water_difference": -9.0,
    "schroeder_window": 5,
    "context_sigmas": 0.0,
    "context_ratio": 0.0,
    "context_swir2": 0.0,
    "seed_slope": 1.0,
    "seed_offset": 0.0,
    "grown_slope": 1.0,
    "grown_offset": 0.0,
    "red_slope": 1.0,
    "red_offset": 0.0,
    "swir_slope": 2.0,
    "swir_offset": 0.0,
    "kumar_roy_window_first": 21,
    "kumar_roy_window_last": 5,
    "kumar_roy_min_share": 0.9,
    "murphy_swir_ratio": 1.0,
    "murphy_nir_ratio": 0.5,
    "murphy_swir2": 0.0,
    "murphy_near_ratio": 0.0,
    "murphy_near_swir1": 0.0,
}
MSI_CHANGES: dict[str, object] = {
    "sun_correct": False,
    "murphy_swir_ratio": 1.0,
    "murphy_nir_ratio": 0.5,
    "murphy_swir2": 0.0,
    "murphy_near_ratio": 0.0,
    "murphy_near_swir1": 0.0,
    "tai_window": 3,
    "tai_contrast": 2.0,
    "tai_buffer": 3,
    "tai_least": 0.1,
    "tai_swir2": 0.0,
    "tai_near_swir1": 0.0,
    "tai_near_swir2": 0.0,
    "tai_dark_swir1": -9.0,
    "tai_dark_nir": -9.0,
    "combined_tai": 0.0,
    **{f"biome={name}": name for name in get_args(Biome)[1:]},
}
# Beyond pixels: clusters, night and the guard have tests of their own.
ELSEWHERE = {
    "biome", "least_sun_elevation_deg", "least_pixels_unambiguous", "least_pixels_contextual",
    "guard_ratio", "guard_bright", "guard_looks", "guard_days",
}  # fmt: skip


def literal(oracle: Any, scene: HighresScene, p: Fire20mParameters) -> dict[str, Any]:
    plain = oracle(scene, p, hu_line(p.biome))
    if scene.sensor == "OLI":
        found = {
            "schroeder": plain.schroeder()[0],
            "kumar_roy": plain.kumar_roy()[0],
            "murphy": plain.murphy(),
        }
        fire = sum(mask.astype(int) for mask in found.values()) >= p.votes
    else:
        found = {"hu": plain.hu(), "tai": plain.tai(), "murphy": plain.murphy()}
        fire = plain.combined()
    return {**found, "fire": fire}


def fast(scene: HighresScene, p: Fire20mParameters) -> dict[str, Any]:
    found: HighresFires = detect_fires(scene, p)
    by_name = {
        name: (found.votes >> bit & 1).astype(bool)
        for bit, name in enumerate(ALGORITHMS[scene.sensor])
    }
    return {**by_name, "fire": found.fire}


def same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    return all(np.array_equal(ours[name], theirs[name]) for name in theirs)


@pytest.fixture(scope="module")
def cases(scenes: Any, oracle: Any) -> dict[str, list[tuple[HighresScene, dict[str, Any]]]]:
    """Return scenes with what the literal equations find in them."""
    result = {}
    for sensor in ("OLI", "MSI"):
        drawn = [
            *(scenes.drawn(sensor, seed) for seed in SEEDS),
            scenes.lake(sensor),
            scenes.sparks(sensor),
        ]
        result[sensor] = [(scene, literal(oracle, scene, ALONE)) for scene in drawn]
    return result


@pytest.mark.parametrize("sensor", ["OLI", "MSI"])
def test_each_algorithm_is_its_equations(sensor: str, cases: Any) -> None:
    for scene, expected in cases[sensor]:
        found = fast(scene, ALONE)
        for name, mask in expected.items():
            np.testing.assert_array_equal(found[name], mask, err_msg=name)
    for name in expected:
        assert any(masks[name].any() for _, masks in cases[sensor]), name


@pytest.mark.parametrize(
    ("sensor", "name", "value"),
    [("OLI", *change) for change in OLI_CHANGES.items()]
    + [("MSI", *change) for change in MSI_CHANGES.items()],
)
def test_every_threshold_counts_where_the_equations_have_it(
    sensor: str, name: str, value: object, cases: Any, oracle: Any
) -> None:
    p = with_overrides(ALONE, {name.partition("=")[0]: value})
    for scene, shipped_finds in cases[sensor]:
        expected = literal(oracle, scene, p)
        assert same(fast(scene, p), expected)
        if not same(expected, shipped_finds):
            return
    raise AssertionError("no scene tells the difference")


@pytest.mark.parametrize("sensor", ["OLI", "MSI"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), lines=st.integers(1, 9), columns=st.integers(1, 9))
@example(seed=385_126_845, lines=5, columns=7)
def test_any_numbers_at_all_give_what_the_equations_give(
    sensor: str, scenes: Any, oracle: Any, seed: int, lines: int, columns: int
) -> None:
    rng = np.random.default_rng(seed)
    scene = scenes.of(sensor, {role: np.zeros((lines, columns)) for role in scenes.land})
    numbers = {
        role: np.where(
            rng.random((lines, columns)) < 0.1,
            rng.choice(np.array([0, 1, 65534, 65535]), (lines, columns)),
            rng.integers(0, 10 ** rng.uniform(3.5, 4.8), (lines, columns)),
        ).astype(np.uint16)
        for role in scene.numbers
    }
    scene = replace(scene, numbers=numbers)
    if all(np.any(band) for band in numbers.values()):
        assert same(fast(scene, ALONE), literal(oracle, scene, ALONE))


def test_one_algorithm_may_do_where_one_vote_is_enough(scenes: Any) -> None:
    scene = scenes.drawn("OLI", 0)
    numbers = {role: scene.numbers[role] for role in ("nir", "swir1", "swir2", "red")}
    alone = detect_fires(replace(scene, numbers=numbers), replace(ALONE, votes=1))
    assert alone.version == "1/murphy"
    np.testing.assert_array_equal(alone.fire, alone.votes == 4)


def test_every_value_of_the_set_is_tested() -> None:
    named = set(OLI_CHANGES) | {name.partition("=")[0] for name in MSI_CHANGES} | ELSEWHERE
    assert named == set(Fire20mParameters.__dataclass_fields__)


def test_the_hash_knows_the_biome() -> None:
    from imagery.fire20m.parameters import hash_in_force

    assert hash_in_force(shipped()) != hash_in_force(replace(shipped(), biome="savanna"))
