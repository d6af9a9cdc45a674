"""The import arrows between the rooms, and the one clock."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("firewatch", "zones", "imagery", "alerts", "maps")
MAY_IMPORT = {
    "firewatch.core": {"firewatch.core"},
    "imagery": {"imagery", "firewatch.core"},
    "zones": {"zones", "firewatch.core"},
    "alerts": {"alerts", "firewatch.core"},
    "maps": {"maps", "firewatch.core"},
    "firewatch": {"firewatch", "firewatch.core", *ROOMS},
}
SYSTEM_TIME = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"),
               ("date", "today"), ("time", "time")}  # fmt: skip


def _room_of(module: str) -> str:
    if module == "firewatch.core" or module.startswith("firewatch.core."):
        return "firewatch.core"
    return module.split(".")[0]


def _modules() -> Iterator[tuple[str, Path]]:
    for room in ROOMS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            yield ".".join(path.relative_to(PROJECT).with_suffix("").parts), path


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            module = node.module or ""
            # `from firewatch import core` names a module too.
            yield from {module, *(f"{module}.{a.name}" for a in node.names if module in ROOMS)}


@pytest.mark.parametrize(("module", "path"), list(_modules()))
def test_a_room_imports_only_what_its_arrows_allow(module: str, path: Path) -> None:
    allowed = MAY_IMPORT[_room_of(module)]
    ours = {name for name in _imports(path) if name.split(".")[0] in ROOMS}
    forbidden = {name for name in ours if _room_of(name) not in allowed and name != "firewatch"}
    assert not forbidden


@pytest.mark.parametrize(("module", "path"), list(_modules()))
def test_only_the_clock_asks_the_system_for_the_time(module: str, path: Path) -> None:
    if module == "firewatch.core.time":
        return
    calls = [
        (node.func.value.id, node.func.attr)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    ]
    assert not SYSTEM_TIME & set(calls)


def test_help_needs_no_heavy_library() -> None:
    program = (
        "import sys\nfrom firewatch.cli.main import run\nrun(['--help'])\n"
        "heavy = {'pandas', 'numpy', 'shapely', 'sqlalchemy', 'folium'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_both_languages_have_the_same_texts() -> None:
    import json

    for folder in (path.parent for path in PROJECT.glob("*/**/lang/zh.json")):
        zh, en = (json.loads((folder / f"{lang}.json").read_text("utf-8")) for lang in ("zh", "en"))
        assert set(zh) == set(en), folder
