"""Which files belong together: the image of a granule and its geolocation, by official name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from firewatch.core.errors import UnreadableFileError
from imagery.reading import SIMULATED_PREFIX, unreadable


@dataclass(frozen=True)
class Product:
    """A level-1 product: its short name and the platform it belongs to."""

    short_name: str
    platform: str
    family: str
    role: str


def _products() -> dict[str, Product]:
    viirs = (("VNP", "S-NPP"), ("VJ1", "NOAA-20"), ("VJ2", "NOAA-21"))
    modis = (("MOD", "Terra"), ("MYD", "Aqua"))
    rows = [
        Product(prefix + role, platform, "VIIRS_I", role)
        for prefix, platform in viirs
        for role in ("02IMG", "03IMG", "02MOD", "03MOD")
    ]
    rows += [
        Product(prefix + role, platform, "MODIS", role)
        for prefix, platform in modis
        for role in ("021KM", "03")
    ]
    return {row.short_name: row for row in rows}


PRODUCTS = _products()
IMAGE_ROLES = {"VIIRS_I": "02IMG", "MODIS": "021KM"}
# Role of a companion file, and whether the granule cannot be used without it.
COMPANIONS = {
    "VIIRS_I": (("03IMG", True), ("02MOD", False), ("03MOD", False)),
    "MODIS": (("03", True),),
}
_Key: TypeAlias = tuple[str, str, bool, str]
"""Platform, time, simulated and role of a file."""
_SUFFIX = {"VIIRS_I": "nc", "MODIS": "hdf"}
# VNP02IMG.A2020312.0605.002.2020313123456.nc; near-real-time files put _NRT after the product.
_NAME = re.compile(
    r"(?P<simulated>SIMULATED_)?(?P<product>[A-Z0-9]+?)(?P<nrt>_NRT)?\.A(?P<time>\d{7}\.\d{4})"
    r"\.(?P<collection>\d{3})(?:\.\w+)*\.(?:nc|hdf)$"
)


@dataclass(frozen=True)
class GranuleName:
    """An official file name, taken apart; `started_utc_s` is to the minute."""

    path: Path
    product: Product
    time: str
    started_utc_s: int
    collection: str
    simulated: bool

    @property
    def granule(self) -> tuple[str, str, bool]:
        """Return what all files of a granule have in common."""
        return self.product.platform, self.time, self.simulated

    @property
    def is_image(self) -> bool:
        return self.product.role == IMAGE_ROLES[self.product.family]

    def partner(self, role: str) -> str:
        """Return the name of another file of this granule, ``*`` for its time of production."""
        prefix = SIMULATED_PREFIX if self.simulated else ""
        short = self.product.short_name.removesuffix(self.product.role) + role
        suffix = _SUFFIX[self.product.family]
        return f"{prefix}{short}.A{self.time}.{self.collection}.*.{suffix}"


@dataclass(frozen=True)
class GranuleFiles:
    """The files of one granule; `image` is the 02IMG or 021KM, `geo` the 03IMG or 03."""

    family: str
    image: Path
    geo: Path
    mod02: Path | None = None
    mod03: Path | None = None

    @property
    def name(self) -> str:
        """Return what to call the granule by."""
        return self.image.name

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return all files of the granule, the image first."""
        return tuple(
            path for path in (self.image, self.geo, self.mod02, self.mod03) if path is not None
        )


@dataclass(frozen=True)
class Grouped:
    """Files sorted into granules, files of granules that are not whole, and other files.

    Attributes
    ----------
    granules
        In order of time.
    faults
        For each file whose granule lacks its image or its geolocation: the error that names the
        file to fetch.
    others
        Files of no level-1 product, in the order given.
    """

    granules: tuple[GranuleFiles, ...]
    faults: dict[Path, UnreadableFileError]
    others: tuple[Path, ...]


def granule_name(path: Path) -> GranuleName | None:
    """Return what an official VIIRS or MODIS level-1 name says; None for any other name."""
    match = _NAME.fullmatch(path.name)
    if match is None or match["product"] not in PRODUCTS:
        return None
    try:
        started = datetime.strptime(match["time"], "%Y%j.%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return GranuleName(
        path,
        PRODUCTS[match["product"]],
        match["time"],
        int(started.timestamp()),
        match["collection"],
        bool(match["simulated"]),
    )


def checked_platform(path: Path, stated: str, title: str) -> str:
    """Return whose a file is by its content, else by its official name.

    Parameters
    ----------
    stated
        The platform in the file, "" where it states none that is known.
    title
        What errors call the format.

    Raises
    ------
    UnreadableFileError
        If content and name contradict each other, or neither tells.
    """
    name = granule_name(path)
    named = name.product.platform if name else ""
    if not stated and not named:
        raise unreadable(path, "granule_missing", place="platform", format=title)
    if stated and named and stated != named:
        raise unreadable(path, "granule_renamed", stated=stated, named=named)
    return stated or named


def grouped(paths: Iterable[Path]) -> Grouped:
    """Sort files into granules with their companions, by their names.

    Companions are looked for among the files given, then in the folder of the file and, if it is
    a link, of its target; so is the image of a companion that was given without it.
    """
    given: list[GranuleName] = []
    others: list[Path] = []
    for path in paths:
        name = granule_name(path)
        if name is None:
            others.append(path)
        else:
            given.append(name)
    shelf = _Shelf(given)
    images, faults = _images(given, shelf)
    found = []
    for image in sorted(images, key=_order):
        files = _granule_files(image, shelf)
        if isinstance(files, UnreadableFileError):
            faults[image.path] = files
        else:
            found.append(files)
    return Grouped(tuple(found), faults, tuple(others))


def granules(paths: Iterable[Path]) -> list[GranuleFiles]:
    """Return the granules among files, in order of time; see `grouped`.

    Raises
    ------
    UnreadableFileError
        If an image or its geolocation is missing; the error names the file to fetch.
    """
    found = grouped(paths)
    for fault in found.faults.values():
        raise fault
    return list(found.granules)


class _Shelf:
    """Finds the files of a granule among those given, then in a folder."""

    def __init__(self, given: Iterable[GranuleName]) -> None:
        self._given = _by_granule(given)
        self._folders: dict[Path, dict[_Key, list[GranuleName]]] = {}

    def partner(self, name: GranuleName, role: str) -> GranuleName | None:
        """Return another file of the granule, the newest production of the same collection."""
        key = (*name.granule, role)
        folders = beside(name.path)
        fits = self._given.get(key) or next(
            (found for folder in folders if (found := self._beside(folder).get(key))), None
        )
        if not fits:
            return None
        same = [fit for fit in fits if fit.collection == name.collection]
        # Names sort by time of production.
        return max(same or fits, key=lambda fit: fit.path.name)

    def _beside(self, folder: Path) -> dict[_Key, list[GranuleName]]:
        if folder not in self._folders:
            self._folders[folder] = _by_granule(_names(_files(folder)))
        return self._folders[folder]


def beside(path: Path) -> tuple[Path, ...]:
    """Return the folders where companions of a file may lie: its own, and that of its target."""
    return tuple(dict.fromkeys((path.parent, path.resolve().parent)))


def _by_granule(names: Iterable[GranuleName]) -> dict[_Key, list[GranuleName]]:
    found: dict[_Key, list[GranuleName]] = {}
    for name in names:
        found.setdefault((*name.granule, name.product.role), []).append(name)
    return found


def _names(paths: Iterable[Path]) -> Iterator[GranuleName]:
    return (name for path in paths if (name := granule_name(path)) is not None)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _images(
    given: Iterable[GranuleName], shelf: _Shelf
) -> tuple[list[GranuleName], dict[Path, UnreadableFileError]]:
    """Return the images of the files given, and the error for each file without one."""
    images = list(dict.fromkeys(name for name in given if name.is_image))
    known = {name.granule for name in images}
    faults: dict[Path, UnreadableFileError] = {}
    for name in given:
        if name.granule in known:
            continue
        role = IMAGE_ROLES[name.product.family]
        image = shelf.partner(name, role)
        if image is None:
            faults[name.path] = _lonely(name, role)
        else:
            images.append(image)
            known.add(image.granule)
    return images, faults


def _granule_files(image: GranuleName, shelf: _Shelf) -> GranuleFiles | UnreadableFileError:
    family = image.product.family
    found: dict[str, Path | None] = {}
    for role, needed in COMPANIONS[family]:
        partner = shelf.partner(image, role)
        if partner is None and needed:
            return _lonely(image, role)
        found[role] = None if partner is None else partner.path
    geo = found["03IMG" if family == "VIIRS_I" else "03"]
    assert geo is not None
    return GranuleFiles(family, image.path, geo, found.get("02MOD"), found.get("03MOD"))


def _lonely(name: GranuleName, role: str) -> UnreadableFileError:
    return unreadable(name.path, "granule_partner", fetch=name.partner(role))


def _order(name: GranuleName) -> tuple[int, str]:
    return name.started_utc_s, name.path.name
