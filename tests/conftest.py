"""Fixtures every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Return the folder of real files, or skip the test with the reason."""
    folder = Path(os.environ.get("FIREWATCH_REALDATA", _PROJECT.parent / "shared" / "data"))
    if not (folder / "firms").is_dir():
        pytest.skip(f"no real data at {folder}; set FIREWATCH_REALDATA")
    return folder
