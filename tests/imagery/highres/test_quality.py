"""Quality bands and our own tests of what a pixel shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagery.highres.clouds import ground_of
from imagery.highres.quality import BQA, QA_PIXEL, ground_of_flags
from imagery.highres.scene import Ground, Role


def _collection_2(number: int) -> Ground:
    """QA_PIXEL read bit by bit, the worst first."""

    def bit(place: int) -> bool:
        return bool(number >> place & 1)

    if bit(0):
        return Ground.NO_DATA
    if bit(3) or bit(1) or bit(2) or (bit(14) and bit(15)):
        return Ground.CLOUD
    if bit(4):
        return Ground.SHADOW
    if bit(5):
        return Ground.SNOW
    return Ground.WATER if bit(7) else Ground.CLEAR


@given(st.integers(0, 65_535))
def test_quality_of_collection_2_is_read_bit_by_bit(number: int) -> None:
    found = ground_of_flags(np.array([[number]], dtype=np.uint16), QA_PIXEL)
    assert found[0, 0] == _collection_2(number)


@pytest.mark.parametrize(
    ("number", "ground"),
    [
        # Numbers that the official tables of pixel values list.
        (1, Ground.NO_DATA),
        (2720, Ground.CLEAR),
        (2800, Ground.CLOUD),
        (2976, Ground.SHADOW),
        (6896, Ground.CLOUD),
        (3744, Ground.SNOW),
    ],
)
def test_quality_of_collection_1(number: int, ground: Ground) -> None:
    found = ground_of_flags(np.array([[number]], dtype=np.uint16), BQA)
    assert found[0, 0] == ground


@pytest.mark.parametrize(
    ("number", "ground"),
    [
        (21824, Ground.CLEAR),
        (21952, Ground.WATER),
        (22280, Ground.CLOUD),
        (23888, Ground.SHADOW),
        (30048, Ground.SNOW),
        (54596, Ground.CLOUD),
        (1, Ground.NO_DATA),
    ],
)
def test_quality_numbers_of_the_collection_2_handbook(number: int, ground: Ground) -> None:
    found = ground_of_flags(np.array([[number]], dtype=np.uint16), QA_PIXEL)
    assert found[0, 0] == ground


SURFACES: dict[str, tuple[dict[Role, float], Ground]] = {
    "paddy stubble": (
        {"blue": 0.11, "green": 0.11, "nir": 0.25, "swir1": 0.30, "swir2": 0.22},
        Ground.CLEAR,
    ),
    "fresh char": (
        {"blue": 0.09, "green": 0.08, "nir": 0.09, "swir1": 0.13, "swir2": 0.14},
        Ground.CLEAR,
    ),
    "bare red soil": (
        {"blue": 0.10, "green": 0.12, "nir": 0.28, "swir1": 0.38, "swir2": 0.33},
        Ground.CLEAR,
    ),
    "cane": (
        {"blue": 0.09, "green": 0.10, "nir": 0.38, "swir1": 0.20, "swir2": 0.10},
        Ground.CLEAR,
    ),
    "reservoir": (
        {"blue": 0.11, "green": 0.09, "nir": 0.04, "swir1": 0.01, "swir2": 0.01},
        Ground.WATER,
    ),
    "thick cloud": (
        {"blue": 0.62, "green": 0.60, "nir": 0.65, "swir1": 0.50, "swir2": 0.35},
        Ground.CLOUD,
    ),
    "thin cloud": (
        {"blue": 0.26, "green": 0.24, "nir": 0.35, "swir1": 0.30, "swir2": 0.20},
        Ground.CLOUD,
    ),
    "shadow of a cloud": (
        {"blue": 0.07, "green": 0.05, "nir": 0.08, "swir1": 0.04, "swir2": 0.02},
        Ground.SHADOW,
    ),
    "flame": (
        {"blue": 0.11, "green": 0.11, "nir": 0.30, "swir1": 0.60, "swir2": 1.20},
        Ground.CLEAR,
    ),
}


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_is_told_by_its_reflectance(name: str) -> None:
    rho, ground = SURFACES[name]
    arrays = {role: np.full((1, 1), value, dtype=np.float32) for role, value in rho.items()}
    assert ground_of(arrays, np.ones((1, 1), dtype=bool))[0, 0] == ground


def test_high_cirrus_is_cloud_whatever_lies_below() -> None:
    rho, _ = SURFACES["cane"]
    arrays = {role: np.full((1, 1), value, dtype=np.float32) for role, value in rho.items()}
    arrays["cirrus"] = np.full((1, 1), 0.03, dtype=np.float32)
    assert ground_of(arrays, np.ones((1, 1), dtype=bool))[0, 0] == Ground.CLOUD


def test_no_data_is_never_seen() -> None:
    rho, _ = SURFACES["thick cloud"]
    arrays = {role: np.full((1, 1), value, dtype=np.float32) for role, value in rho.items()}
    assert ground_of(arrays, np.zeros((1, 1), dtype=bool))[0, 0] == Ground.NO_DATA
