"""Granules under a user's own name: what they are by their content, and the name to restore.

The files of a granule are matched by their official names, so that a renamed one is of no use.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firewatch.core.errors import UnreadableFileError
from imagery.level1.apart import FileApart, Kind
from imagery.level1.pairs import PRODUCTS, granule_name
from imagery.level2.products import product_named
from imagery.reading import SIMULATED_PREFIX, unreadable

_KINDS: tuple[tuple[bytes, Kind, str], ...] = (
    (b"\x89HDF\r\n\x1a\n", "hdf5", "NetCDF-4"),
    (b"\x0e\x03\x13\x01", "hdf4", "HDF4"),
)
_MAGIC_BYTES = 8
# How files state their own official name, their product and their beginning.
_OWN_NAMES = (
    "product_name", "LocalGranuleID", "LOCALGRANULEID", "local_granule_id", "ProducerGranuleID",
    "granule_id", "GranuleID", "id",
)  # fmt: skip
_SHORT_NAMES = ("ShortName", "SHORTNAME", "short_name", "shortname")
_STARTS = ("time_coverage_start", "StartTime", "RangeBeginning")
_PLATFORMS = ("platform", "ASSOCIATEDPLATFORMSHORTNAME", "Satellite")
# What only this kind of file holds: data sets, role of the product, suffix of its name.
_TELLING = (
    ({"observation_data/I04"}, "02IMG", "nc"),
    ({"observation_data/M13"}, "02MOD", "nc"),
    ({"geolocation_data/latitude", "geolocation_data/land_water_mask"}, "03IMG|03MOD", "nc"),
    ({"EV_1KM_Emissive"}, "021KM", "hdf"),
    ({"Latitude", "SensorZenith"}, "03", "hdf"),
)
_PREFIXES = {
    "suominpp": "VNP", "snpp": "VNP", "npp": "VNP", "jpss1": "VJ1", "noaa20": "VJ1",
    "jpss2": "VJ2", "noaa21": "VJ2", "terra": "MOD", "aqua": "MYD",
}  # fmt: skip
_ODL = re.compile(r'\bOBJECT\s*=\s*(\w+)\s.*?VALUE\s*=\s*\(?\s*"?([^"\n)]*)', re.DOTALL)


@dataclass(frozen=True)
class Content:
    """What a granule is by its content.

    Parameters
    ----------
    product
        Short name of a level-1 or level-2 product.
    official
        The name it must have, ``*`` for what the content does not tell.
    readable
        Whether it is read all the same: a level-2 product that states its short name.
    """

    product: str
    official: str
    readable: bool = False


def unnamed_fault(path: Path) -> UnreadableFileError | None:
    """Return the error for a file that is a granule by its content and not by its name.

    None for any other file: the readers of other formats say what they think of it.
    """
    if granule_name(path) or product_named(path.name.removeprefix(SIMULATED_PREFIX)):
        return None
    try:
        found = content_of(path)
    except UnreadableFileError:
        return None
    if found is None or found.readable:
        return None
    return unreadable(path, "granule_unnamed", product=found.product, official=found.official)


def content_of(path: Path) -> Content | None:
    """Return what a NetCDF-4 or HDF4 file is by its content, None for what is no granule.

    Raises
    ------
    UnreadableFileError
        If it is damaged.
    """
    kind = _kind(path)
    if kind is None:
        return None
    with FileApart(path, *kind) as file:
        stated = _texts(file.global_attributes)
        names = frozenset(file.names)
    return _by_own_name(stated) or _by_short_name(stated, names) or _by_data(stated, names)


def _kind(path: Path) -> tuple[Kind, str] | None:
    try:
        with path.open("rb") as stream:
            start = stream.read(_MAGIC_BYTES)
    except OSError:
        return None
    return next(((kind, title) for magic, kind, title in _KINDS if start.startswith(magic)), None)


def _texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return global attributes as texts, those of an HDF-EOS file's metadata among them."""
    core = "".join(str(attributes[name]) for name in attributes if name.startswith("CoreMeta"))
    stated = {name: value.strip() for name, value in _ODL.findall(core)}
    return {**stated, **{name: str(value).strip() for name, value in attributes.items()}}


def _first(stated: Mapping[str, str], names: Collection[str]) -> str:
    return next((stated[name] for name in names if stated.get(name)), "")


def _by_own_name(stated: Mapping[str, str]) -> Content | None:
    for text in (stated[name] for name in _OWN_NAMES if name in stated):
        name = Path(text.replace("\\", "/")).name
        if found := granule_name(Path(name)):
            return Content(found.product.short_name, name)
        if level2 := product_named(name.removeprefix(SIMULATED_PREFIX)):
            return Content(level2.short_name, name, bool(_first(stated, _SHORT_NAMES)))
    return None


def _by_short_name(stated: Mapping[str, str], names: Collection[str]) -> Content | None:
    short_name = _first(stated, _SHORT_NAMES)
    if level2 := product_named(short_name):
        return Content(level2.short_name, _pattern(stated, level2.short_name, "*"), readable=True)
    product = PRODUCTS.get(short_name.removesuffix("_NRT"))
    if product is None:
        return None
    suffix = "hdf" if product.family == "MODIS" else "nc"
    return Content(product.short_name, _pattern(stated, short_name, suffix))


def _by_data(stated: Mapping[str, str], names: Collection[str]) -> Content | None:
    for telling, role, suffix in _TELLING:
        if telling <= set(names):
            platform = re.sub(r"[^a-z0-9]", "", _first(stated, _PLATFORMS).lower())
            prefix = _PREFIXES.get(platform, "M?D" if suffix == "hdf" else "V??")
            product = "|".join(prefix + one for one in role.split("|"))
            return Content(product, _pattern(stated, product, suffix))
    return None


def _pattern(stated: Mapping[str, str], product: str, suffix: str) -> str:
    prefix = SIMULATED_PREFIX if stated.get("simulated", "").upper() == "SIMULATED" else ""
    return f"{prefix}{product}.A{_time(stated)}.*.{suffix}"


def _time(stated: Mapping[str, str]) -> str:
    date, clock = (stated.get(f"RANGEBEGINNING{part}", "") for part in ("DATE", "TIME"))
    text = f"{date}T{clock}" if date else _first(stated, _STARTS)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return "*"
    return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%Y%j.%H%M")
