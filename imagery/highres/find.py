"""Which high-resolution scenes lie among files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firewatch.core.errors import UnreadableFileError
from imagery.highres.files import HighresFiles
from imagery.highres.geotiff import geotiff_files
from imagery.highres.landsat import landsat_files, metadata_first
from imagery.highres.mtl import SUFFIXES
from imagery.highres.products import LANDSAT_PRODUCT, MSI_PRODUCT
from imagery.highres.safe import PRODUCT_METADATA
from imagery.highres.sentinel2 import safe_files
from imagery.reading import unreadable

_TIFF = (".tif", ".tiff")
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".zip")
_LEVEL2_METADATA = "MTD_MSIL2A.xml"
_SAFE = ".SAFE"


@dataclass(frozen=True)
class HighresAmong:
    """Files sorted into scenes.

    Attributes
    ----------
    found
        Scenes in order of time.
    faults
        Files that are of a scene, but of none that can be read, and why.
    others
        Files that are of no scene.
    """

    found: tuple[HighresFiles, ...]
    faults: Mapping[Path, UnreadableFileError]
    others: tuple[Path, ...]


@dataclass
class _Sorting:
    found: dict[Path, HighresFiles] = field(default_factory=dict)
    faults: dict[Path, UnreadableFileError] = field(default_factory=dict)
    taken: set[Path] = field(default_factory=set)

    def take(self, path: Path, describe: Callable[[Path], HighresFiles | None]) -> None:
        """Keep the scene that a file describes, or why it cannot be read."""
        try:
            files = describe(path)
        except UnreadableFileError as error:
            self.faults[path] = error
            self.taken.add(path)
            return
        if files is not None:
            self.found[path] = files
            self.taken |= {path, *files.paths}


def highres_among(paths: Iterable[Path]) -> HighresAmong:
    """Return the scenes among files and folders, which are searched to every depth.

    A Landsat scene is told by its MTL, a Sentinel-2 scene by its SAFE folder (also where a file
    within is given), and a scene in one GeoTIFF by its bands. Archives are refused by name.
    """
    files, folders = _flat(paths)
    sorting = _Sorting()
    for folder in folders:
        sorting.take(folder, safe_files)
    every = [path for path in files if not any(folder in path.parents for folder in folders)]
    metadata = [path for path in every if path.name.endswith(SUFFIXES)]
    stacks = {path.stem for path in every if path.suffix.lower() in _TIFF}
    for path in metadata_first(metadata):
        # The MTL of a stack stands for no folder of bands.
        if not _is_of_stack(path, stacks):
            sorting.take(path, landsat_files)
    for path in every:
        if path not in sorting.taken:
            _take_single(path, sorting)
    named = set(metadata)
    others = [path for path in every if path not in sorting.taken and path not in named]
    ordered = sorted(sorting.found.values(), key=lambda scene: (scene.acquired_utc_s, scene.name))
    return HighresAmong(tuple(ordered), sorting.faults, tuple(others))


def _take_single(path: Path, sorting: _Sorting) -> None:
    name = path.name
    if name.lower().endswith(_ARCHIVES) and (
        LANDSAT_PRODUCT.search(name) or MSI_PRODUCT.search(name)
    ):
        sorting.faults[path] = unreadable(path, "scene_archive")
        sorting.taken.add(path)
    elif name == _LEVEL2_METADATA:
        sorting.faults[path] = unreadable(path, "scene_level", found="Level-2A", wanted="Level-1C")
        sorting.taken.add(path)
    elif path.suffix.lower() in _TIFF and _may_be_scene(path, sorting):
        sorting.take(path, geotiff_files)


def _may_be_scene(path: Path, sorting: _Sorting) -> bool:
    """Return whether a TIFF may be a scene: no band of a Landsat folder, whose MTL is missing."""
    match = LANDSAT_PRODUCT.search(path.name)
    if match is None or not path.stem[match.end() :].startswith(("_B", "_QA", "_SR", "_ST")):
        return True
    mtl = f"{match[0]}_MTL.txt"
    known = any(fault.parent == path.parent for fault in sorting.faults)
    if path.stem.endswith("_B7") and not known:
        sorting.faults[path] = unreadable(path, "granule_partner", fetch=mtl)
    sorting.taken.add(path)
    return False


def _is_of_stack(path: Path, stacks: set[str]) -> bool:
    start = next(
        path.name.removesuffix(suffix) for suffix in SUFFIXES if path.name.endswith(suffix)
    )
    return start in stacks


def _flat(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Return all files, and the SAFE folders they lie in."""
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            files.update(dict.fromkeys(sorted(file for file in path.rglob("*") if file.is_file())))
        else:
            files[path] = None
    folders = {file.parent for file in files if file.name == PRODUCT_METADATA}
    for file in files:
        folders |= {up for up in file.parents if (up / PRODUCT_METADATA).is_file()}
    return list(files), sorted(folders)
