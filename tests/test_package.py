"""What is installed is what the checkout holds: tables, texts and pages go along with the code."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("imagery", "zones", "firewatch", "alerts", "maps")


def test_every_data_file_of_the_rooms_is_installed() -> None:
    declared = ConfigParser()
    declared.read(ROOT / "setup.cfg", encoding="utf-8")
    patterns = [each.strip() for each in declared["options.package_data"]["*"].split(",")]
    packages = [made.parent for room in ROOMS for made in (ROOT / room).rglob("__init__.py")]
    installed = {
        path for package in packages for pattern in patterns for path in package.glob(pattern)
    }
    held = {
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert len(held) > 50
    assert held - installed == set()
