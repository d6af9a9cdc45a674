"""Mapping files: which column of a file is what, and which written value is which kind.

TOML, every section may be left out::

    [columns]                # zone column = heading in the file
    kind = "LX"
    name = "MC"
    notice = "WH"

    [kinds]                  # value in the file = kind
    "1" = "ban"
    "2" = "restricted"

    [all]                    # holds for all zones of the file
    authority = "南宁市人民政府"
    valid_from = 2019-10-01
    months = "11-3"
    hours = "06:00-22:00"

    [file]
    layer = "禁烧区"          # where the file has several layers
    crs = "EPSG:4524"        # where it declares none or a wrong one

Zone columns may also be called by their Chinese names (``"类型" = "LX"``). A CSV or Excel table
with the columns ``column,heading`` says what ``[columns]`` says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from firewatch.core.errors import FirewatchError, ZoneFileError
from firewatch.core.time import date_of_day_number
from zones.formats.content import decoded, read_bytes
from zones.register.declared import MAPPED, Declared
from zones.register.kinds import kind_code
from zones.register.periods import parse_hours, parse_months
from zones.tables.dates import written_days
from zones.tables.headings import find_columns, known_headings, matching_heading
from zones.tables.sheets import read_grids

_TOML = ".toml"
_SECTIONS = ("columns", "kinds", "all", "file")
_FILE_KEYS = ("crs", "layer")
_TABLE_HEADINGS = (("column", "heading"), ("列", "列名"))


@dataclass(frozen=True)
class ColumnMapping:
    """How to read the files of one sender.

    Parameters
    ----------
    path
        The mapping file, for messages.
    columns
        Zone column → heading in the file.
    kinds
        Value in the file → kind. If there are any, other values must be kinds that are known.
    declared
        What holds for all zones.
    crs, layer
        Coordinate system and layer of the file; None: its own, the only one.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    declared: Declared = field(default_factory=Declared)
    crs: str | None = None
    layer: str | None = None

    def found_in(self, headings: Sequence[str]) -> dict[str, str]:
        """Return zone column → heading as it stands in a layer.

        Raises
        ------
        ZoneFileError
            If the layer has no such heading; names the key and the closest heading.
        """
        found = {column: matching_heading(name, headings) for column, name in self.columns.items()}
        for column, heading in found.items():
            if heading is None:
                raise _no_heading(self, column, headings)
        return {column: heading for column, heading in found.items() if heading is not None}


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping file: TOML, or a CSV or Excel table with ``column,heading``.

    Raises
    ------
    ZoneFileError
        Naming the file, the section and the key that is wrong.
    """
    path = Path(path)
    sections = _sections(path)
    columns = _by_zone_column(path, "columns", sections["columns"])
    said = _by_zone_column(path, "all", sections["all"])
    for column in columns.keys() & said.keys():
        raise _wrong(
            path, f"[all] {column}", column, "[columns] 或 [all]，二者之一 / one of the two"
        )
    of_file = sections["file"]
    _require_known(path, "file", of_file, _FILE_KEYS)
    kinds = {str(written).strip(): kind for written, kind in sections["kinds"].items()}
    return ColumnMapping(
        path,
        {column: _text(path, f"[columns] {column}", name) for column, name in columns.items()},
        {word: kind_code(_text(path, f"[kinds] {word}", kind)) for word, kind in kinds.items()},
        _declared(path, said),
        *(_text(path, f"[file] {k}", of_file[k]) if k in of_file else None for k in _FILE_KEYS),
    )


def _sections(path: Path) -> dict[str, dict[str, object]]:
    given = _toml(path) if path.suffix.lower() == _TOML else {"columns": _table(path)}
    _require_known(path, "", given, _SECTIONS)
    sections: dict[str, dict[str, object]] = {name: {} for name in _SECTIONS}
    for name, section in given.items():
        if not isinstance(section, dict):
            raise _wrong(path, name, repr(section), f"[{name}]")
        sections[name] = section
    return sections


def _toml(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise ZoneFileError(
            "文件不存在 / no such file", str(path), _TOML, "检查路径 / check the path"
        )
    try:
        return tomllib.loads(decoded(read_bytes(path, str(path))))
    except tomllib.TOMLDecodeError as error:
        raise ZoneFileError(
            f"不是完整的 TOML / not whole TOML: {error}",
            str(path),
            expected='[columns]\nkind = "LX"',
            remedy="改正该行；中文键要加引号 / correct this line; quote Chinese keys",
        ) from error


def _table(path: Path) -> dict[str, object]:
    grids = read_grids(path)
    head = tuple(cell.lower() for cell in grids[0].rows[0][:2])
    if head not in _TABLE_HEADINGS:
        raise _wrong(path, "第 1 行 / line 1", ",".join(head), "column,heading")
    columns: dict[str, object] = {}
    for number, row in enumerate(grids[0].rows[1:], 2):
        cells = [cell for cell in row[:2] if cell]
        if len(cells) == 1 or (cells and cells[0] in columns):
            raise _wrong(
                path, f"第 {number} 行 / line {number}", ",".join(row),
                "每行一列和它的列名，不重复 / a column and its heading, each column once",
            )  # fmt: skip
        if cells:
            columns[cells[0]] = cells[1]
    return columns


def _by_zone_column(path: Path, section: str, given: Mapping[str, object]) -> dict[str, object]:
    """Return the section by zone column; its keys may be any heading known for the column."""
    named = {key: next(iter(find_columns([key], MAPPED)), key) for key in given}
    _require_known(path, section, dict.fromkeys(named.values()), MAPPED)
    if len(set(named.values())) < len(named):
        twice = next(key for key in named if list(named.values()).count(named[key]) > 1)
        raise _wrong(path, f"[{section}] {twice}", twice, "每列一次 / each column once")
    return {named[key]: value for key, value in given.items()}


def _require_known(
    path: Path, section: str, given: Mapping[str, object], known: Sequence[str]
) -> None:
    for key in given:
        if key not in known:
            words = [*known, *(h for c in known for h in known_headings(c).split(" / "))]
            close = get_close_matches(key, words, n=1)
            place = f"[{section}] {key}" if section else f"[{key}]"
            raise _wrong(path, place, key, ", ".join(known), close)


def _text(path: Path, place: str, value: object) -> str:
    if isinstance(value, str | int | float) and str(value).strip():
        return str(value).strip()
    raise _wrong(path, place, repr(value), "文字 / a text")


def _day(path: Path, place: str, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    number = written_days(pd.Series([str(value)]))[0]
    if pd.isna(number):
        raise _wrong(path, place, repr(value), "2020-11-05")
    return date_of_day_number(int(number))


def _declared(path: Path, said: Mapping[str, object]) -> Declared:
    values: dict[str, Any] = {}
    for column, value in said.items():
        if column not in _READERS:
            raise _wrong(path, f"[all] {column}", column, ", ".join(_READERS))
        try:
            values[column] = _READERS[column](path, f"[all] {column}", value)
        except FirewatchError as error:
            raise ZoneFileError(
                error.what, error.where or f"{path} [all] {column}", error.expected, error.remedy
            ) from error
    return Declared(**values)


_READERS: Mapping[str, Callable[[Path, str, object], object]] = {
    "kind": lambda path, place, value: kind_code(_text(path, place, value)),
    "notice": _text,
    "authority": _text,
    "crop": _text,
    "valid_from": _day,
    "valid_to": _day,
    "months": lambda path, place, value: parse_months(_text(path, place, value)),
    "hours": lambda path, place, value: parse_hours(_text(path, place, value)),
}


def _no_heading(mapping: ColumnMapping, column: str, headings: Sequence[str]) -> ZoneFileError:
    wanted = mapping.columns[column]
    return _wrong(
        mapping.path,
        f"[columns] {column}",
        wanted,
        "、".join(headings) or "无 / none",
        get_close_matches(wanted, headings, n=1, cutoff=0.4),
    )


def _wrong(
    path: Path, place: str, found: str, expected: str, close: Sequence[str] = ()
) -> ZoneFileError:
    remedy = f"是否为 {close[0]!r}？/ did you mean {close[0]!r}?" if close else ""
    return ZoneFileError(
        f"对照文件中 {found} 不可用 / not usable in a mapping file",
        f"{path} {place}",
        expected=expected,
        remedy=remedy or "改正对照文件的这一项 / correct this entry of the mapping file",
    )
