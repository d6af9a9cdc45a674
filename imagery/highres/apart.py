"""Files of high-resolution scenes that lie among others, scene by scene, readable or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from imagery.highres.files import HighresFiles
from imagery.highres.find import highres_among
from imagery.highres.mtl import SUFFIXES
from imagery.highres.products import LANDSAT_PRODUCT, MSI_PRODUCT

_TIFF = (".tif", ".tiff")
_METADATA = ("MTD_MSIL1C.xml", "MTD_MSIL2A.xml")
_SAFE = ".safe"
# Lists of fires may carry the name of the scene they were found in; its truth is no such list.
_LISTS = (".csv", ".csv.gz", ".txt.gz", ".geojson", ".xlsx", ".gpkg")
_TRUTH = "_truth.csv"
_Key: TypeAlias = tuple[Path, str]
"""Folder of a scene, and how the names of its files start; "" for all of the folder."""


@dataclass(frozen=True)
class SceneApart:
    """One scene: what to call it by, and all its files in the order given."""

    name: str
    paths: tuple[Path, ...]


def scenes_apart(paths: Sequence[Path]) -> list[SceneApart]:
    """Return the high-resolution scenes among files.

    What makes up a scene are bands, masks, metadata, pictures and the truth of a simulation:
    everything in a SAFE folder, and elsewhere what is called after the scene. Only TIFFs and
    metadata are opened, and nothing is where no name looks like a scene's.
    """
    if not any(_looks_like_scene(path) for path in paths):
        return []
    names = {_key(scene): scene.name for scene in highres_among(paths).found}
    names |= {(path.parent, ""): path.parent.name for path in paths if path.name in _METADATA}
    groups: dict[_Key, list[Path]] = {}
    for path in paths:
        if (key := _key_of(path, names)) is not None:
            groups.setdefault(key, []).append(path)
    return [
        SceneApart(names.get(key) or key[1] or key[0].name, tuple(files))
        for key, files in groups.items()
    ]


def _looks_like_scene(path: Path) -> bool:
    name = path.name
    return (
        name.lower().endswith(_TIFF)
        or name.endswith(SUFFIXES)
        or name in _METADATA
        or _product(name) != ""
        or any(up.suffix.lower() == _SAFE for up in path.parents)
    )


def _product(name: str) -> str:
    """Return the start of a name up to the end of an official product name, else ""."""
    match = LANDSAT_PRODUCT.search(name) or MSI_PRODUCT.search(name)
    return name[: match.end()] if match else ""


def _key(scene: HighresFiles) -> _Key:
    first = scene.paths[0]
    if scene.kind == "safe":
        return first.parent, ""
    if product := _product(first.name):
        return first.parent, product
    suffix = next((suffix for suffix in SUFFIXES if first.name.endswith(suffix)), first.suffix)
    return first.parent, first.name.removesuffix(suffix)


def _key_of(path: Path, names: dict[_Key, str]) -> _Key | None:
    """Return the scene that a file is of; None for a file of none."""
    for up in path.parents:
        if up.suffix.lower() == _SAFE or (up, "") in names:
            return up, ""
    lower = path.name.lower()
    if lower.endswith(_LISTS) and not lower.endswith(_TRUTH):
        return None
    if product := _product(path.name):
        return path.parent, product
    starts = (key for key in names if key[0] == path.parent and key[1])
    return next((key for key in starts if _is_called_after(path.name, key[1])), None)


def _is_called_after(name: str, start: str) -> bool:
    return name.startswith(start) and name[len(start) : len(start) + 1] in (".", "_")
