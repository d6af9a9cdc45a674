"""Chromium without any network, and what a page does in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _skip_or_fail(reason: str) -> None:
    if os.environ.get("FIREWATCH_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium_alone(folder: Path) -> Iterator[Any]:
    """Chromium in a network namespace of its own, which has no network at all."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _skip_or_fail("playwright is not installed: pip install playwright")
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        _skip_or_fail(f"no {' or '.join(_NAMES)} on the path: apt-get install chromium")
    alone = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        _skip_or_fail("no right to a network namespace: allow unprivileged user namespaces")
    wrapper = folder / "chromium-alone"
    wrapper.write_text(f'#!/bin/sh\nexec {" ".join(alone)} "{program}" "$@"\n')
    wrapper.chmod(0o755)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(wrapper),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did: its requests and everything it complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def counts(page: Any) -> list[int]:
    """Return points shown, count, and count of last season, as the page tells them."""
    told: list[int] = page.evaluate(
        "JSON.parse(document.getElementById('fw-counts').dataset.counts)"
    )
    return told
