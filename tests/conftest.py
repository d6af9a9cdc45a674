"""Fixtures every room's tests share."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from examples import examples
from hypothesis import settings

# Machines that run the tests differ in speed; a failing example prints how to repeat it. Properties
# are tried on 30 examples at most, on all that they ask for with FIREWATCH_BENCHMARK=full.
settings.register_profile("firewatch", deadline=None, print_blob=True, max_examples=examples(100))
settings.load_profile("firewatch")

_PROJECT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Give whole files out in their order: sorted by size, the longest single tests came last."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_finish() -> None:
    """Spare every later collection of garbage what imports left behind, a tenth of all time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Return the folder of real files, or skip the test with the reason."""
    folder = Path(os.environ.get("FIREWATCH_REALDATA", _PROJECT.parent / "shared" / "data"))
    if not (folder / "firms").is_dir():
        pytest.skip(f"no real data at {folder}; set FIREWATCH_REALDATA")
    return folder
