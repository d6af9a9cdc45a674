"""Metadata of Landsat level-1 products: the MTL file, as text, JSON or XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from imagery.content import check_start
from imagery.reading import SIMULATED_PREFIX, unreadable

FORMAT = "Landsat Level-1 MTL"
SUFFIXES: Final = ("_MTL.txt", "_MTL.json", "_MTL.xml")
"""In the order in which one is taken where several lie side by side."""

_LARGEST_BYTES = 2_000_000
_LINE = re.compile(r"\s*(\w+)\s*=\s*(.*?)\s*$")
_LEVEL2_GROUPS = ("LEVEL2_", "PRODUCT_CONTENTS_L2")
_TIME_DIGITS = 26


@dataclass(frozen=True)
class Mtl:
    """The values of one MTL file by name, whatever group they stand in.

    Groups on level 2 products are left out: they repeat names of level 1.
    """

    path: Path
    values: Mapping[str, str]

    def text(self, *names: str) -> str:
        """Return the value of the first of several names, which collections call differently.

        Raises
        ------
        UnreadableFileError
            If there is none of them.
        """
        for name in names:
            if self.values.get(name):
                return self.values[name]
        raise unreadable(self.path, "granule_missing", place=names[0], format=FORMAT)

    def number(self, *names: str) -> float:
        """Return a value as a number.

        Raises
        ------
        UnreadableFileError
            If it is missing or no number.
        """
        text = self.text(*names)
        try:
            return float(text)
        except ValueError as error:
            raise unreadable(self.path, "mtl_value", found=text, name=names[0]) from error

    @property
    def product_id(self) -> str:
        return self.text("LANDSAT_PRODUCT_ID")

    @property
    def collection(self) -> int:
        return int(self.number("COLLECTION_NUMBER"))

    @property
    def level(self) -> str:
        """L1TP, L1GT or L1GS; of level-2 products L2SP or L2SR."""
        return self.text("PROCESSING_LEVEL", "DATA_TYPE")

    @property
    def simulated(self) -> bool:
        """Return whether a scene says that it is simulated: in its name, or in its origin."""
        named = self.path.name.startswith(SIMULATED_PREFIX)
        return named or "SIMULATED" in self.values.get("ORIGIN", "").upper()

    @property
    def acquired_utc_s(self) -> int:
        """Epoch seconds of the scene's centre.

        Raises
        ------
        UnreadableFileError
            If date or time cannot be read.
        """
        text = f"{self.text('DATE_ACQUIRED')}T{self.text('SCENE_CENTER_TIME').rstrip('Z')}"
        try:
            moment = datetime.fromisoformat(text[:_TIME_DIGITS]).replace(tzinfo=UTC)
        except ValueError as error:
            raise unreadable(
                self.path, "mtl_value", found=text, name="SCENE_CENTER_TIME"
            ) from error
        return int(moment.timestamp())


def read_mtl(path: Path) -> Mtl:
    """Read an MTL file.

    Raises
    ------
    UnreadableFileError
        If it is absent, cut short, or no MTL.
    """
    check_start_of_metadata(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        values = dict(_PARSERS[path.suffix.lower()](text))
    except (ValueError, KeyError, AttributeError, ElementTree.ParseError) as error:
        raise unreadable(path, "granule_damaged", place=str(error)[:60], format=FORMAT) from error
    if not values:
        raise unreadable(path, "granule_damaged", place="GROUP", format=FORMAT)
    return Mtl(path, values)


def check_start_of_metadata(path: Path) -> None:
    """Refuse a metadata file that is absent, empty, or larger than any."""
    if path.suffix.lower() != ".xml":
        check_start(path)
    elif not path.is_file() or not path.stat().st_size:
        raise unreadable(path, "empty_granule")
    if path.stat().st_size > _LARGEST_BYTES:
        raise unreadable(path, "granule_damaged", place="size", format=FORMAT)


def _from_text(text: str) -> Iterator[tuple[str, str]]:
    groups: list[str] = []
    for line in text.splitlines():
        if line.strip() == "END":
            return
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match[1], match[2].strip('"')
        if name == "GROUP":
            groups.append(value)
        elif name == "END_GROUP":
            groups.pop()
        elif groups and not _of_level2(groups):
            yield name, value
    # A whole file ends with END; what was cut off may have held the calibration.
    raise ValueError("END")


def _from_json(text: str) -> Iterator[tuple[str, str]]:
    return _leaves(json.loads(text), [])


def _leaves(node: Mapping[str, Any], groups: list[str]) -> Iterator[tuple[str, str]]:
    for name, value in node.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, [*groups, name])
        elif not _of_level2(groups):
            yield name, str(value)


def _from_xml(text: str) -> Iterator[tuple[str, str]]:
    root = ElementTree.fromstring(text)
    for group in root:
        for entry in group:
            if entry.text and not _of_level2([group.tag]):
                yield entry.tag, entry.text.strip()


def _of_level2(groups: list[str]) -> bool:
    return any(group.startswith(_LEVEL2_GROUPS) for group in groups)


_PARSERS = {".txt": _from_text, ".json": _from_json, ".xml": _from_xml}
