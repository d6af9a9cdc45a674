"""Which files belong together: the image of a granule and its geolocation, by official name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from imagery.reading import unreadable

SIMULATED_PREFIX = "SIMULATED_"


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


def is_level1(path: Path) -> bool:
    """Return whether a file is named like one of a level-1 granule."""
    return granule_name(path) is not None


def granules(paths: Iterable[Path]) -> list[GranuleFiles]:
    """Return the granules among files, in order of time, each with its companions.

    Companions are looked for among the files given, then in the folder of the image. Files of
    no level-1 product are left alone.

    Raises
    ------
    UnreadableFileError
        If an image has no geolocation file; the error names the file to fetch.
    """
    names = [name for path in paths if (name := granule_name(path)) is not None]
    images = [name for name in names if name.product.role == IMAGE_ROLES[name.product.family]]
    images += _images_beside(names, images)
    return [granule_files(name, names) for name in sorted(images, key=_order)]


def granule_files(image: GranuleName, given: Iterable[GranuleName] = ()) -> GranuleFiles:
    """Return the files of the granule of an image; see `granules`."""
    found: dict[str, Path | None] = {}
    for role, needed in COMPANIONS[image.product.family]:
        path = _companion(image, role, given)
        if path is None and needed:
            raise unreadable(image.path, "granule_partner", fetch=image.partner(role))
        found[role] = path
    geo = found["03IMG" if image.product.family == "VIIRS_I" else "03"]
    assert geo is not None
    return GranuleFiles(
        image.product.family, image.path, geo, found.get("02MOD"), found.get("03MOD")
    )


def _order(name: GranuleName) -> tuple[int, str]:
    return name.started_utc_s, name.path.name


def _same_granule(a: GranuleName, b: GranuleName) -> bool:
    return (a.product.platform, a.time, a.simulated) == (b.product.platform, b.time, b.simulated)


def _companion(image: GranuleName, role: str, given: Iterable[GranuleName]) -> Path | None:
    beside = (name for path in _siblings(image.path) if (name := granule_name(path)) is not None)
    for source in (given, beside):
        fits = [name for name in source if name.product.role == role and _same_granule(image, name)]
        same = [name for name in fits if name.collection == image.collection]
        if same or fits:
            # The newest production of the same collection; names sort by time of production.
            return max((name.path for name in same or fits), key=lambda path: path.name)
    return None


def _siblings(path: Path) -> list[Path]:
    return sorted(path.parent.iterdir()) if path.parent.is_dir() else []


def _images_beside(names: list[GranuleName], images: list[GranuleName]) -> list[GranuleName]:
    """Return images in the folders of geolocation files that were given without their image."""
    found: list[GranuleName] = []
    for name in names:
        role = IMAGE_ROLES[name.product.family]
        if name.product.role == role or any(_same_granule(name, image) for image in images + found):
            continue
        path = _companion(name, role, ())
        image = None if path is None else granule_name(path)
        if image is None:
            raise unreadable(name.path, "granule_partner", fetch=name.partner(role))
        found.append(image)
    return found
