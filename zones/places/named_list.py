"""A list of whole areas by name, as notices have it: a sheet, or names in running text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from firewatch.core.errors import ZoneFileError
from firewatch.core.vocab import ZoneKind
from zones.register.kinds import kind_codes
from zones.tables.encoding import marked_encoding, text_encoding
from zones.tables.headings import find_columns, known_headings
from zones.tables.sheets import Grid, read_grids

SHEETS = (".csv", ".tsv", ".xlsx")
TEXTS = (".txt",)
PLACES = ("county", "township", "village", "name")

_SEPARATORS = re.compile(r"[、，,;；。\s]+")
_LABEL = re.compile(r"^([^:：]*)[:：](.*)$")
# 1. (1) （一） 一、 ① and bullets before a line.
_NUMBERING = re.compile(
    r"^\s*(?:[(（][\d一二三四五六七八九十]+[)）]|\d+[.．、)）]|[一二三四五六七八九十]+、|[①-⑳•·▪*\-—]+)\s*"
)
_MOST_TITLE_ROWS = 10


@dataclass(frozen=True, eq=False)
class NamedList:
    """What a list says, before any name is looked up.

    Parameters
    ----------
    entries
        One row a name: row (number in the file, from 1), county, township, village and name as
        written, "" where not given. `name` holds names whose level is not said.
    attributes
        The columns that name no place, as written, one row an entry.
    """

    entries: pd.DataFrame
    attributes: pd.DataFrame


def is_named_list(path: Path) -> bool:
    """Say by its ending whether a file is a list of names rather than a layer of polygons."""
    return path.suffix.lower() in (*SHEETS, *TEXTS)


def read_named_list(path: Path) -> NamedList:
    """Read a list of areas by name.

    In a sheet (CSV, Excel) the columns say the level: county, township, village, or a name by
    itself; a cell may hold several names. In a text, names stand one a line or between 、 and
    commas, and a label before a colon holds for its line: a county, or a kind of zone.

    Raises
    ------
    ZoneFileError
        If the file cannot be read, has several sheets, or no column of names.
    """
    if path.suffix.lower() in TEXTS:
        found = _of_text(_lines(path))
    else:
        grids = read_grids(path)
        if len(grids) != 1:
            raise ZoneFileError(
                f"应恰有一张工作表，实有：{'、'.join(grid.title for grid in grids)}"
                " / exactly one sheet is needed",
                str(path),
                remedy="每张工作表另存为一个文件 / save each sheet as a file of its own",
            )
        found = _of_grid(grids[0], path)
    if len(found.entries) == 0:
        raise ZoneFileError(
            "名单中没有地名 / the list holds no name",
            str(path),
            remedy="每行写一个县、乡镇或村 / write one county, township or village a line",
        )
    return found


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
        return content.decode(marked_encoding(content) or text_encoding(content)).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ZoneFileError(
            f"无法读取 / cannot be read: {error}",
            str(path),
            expected="UTF-8, GBK",
            remedy="另存为 UTF-8 文本 / save it as text in UTF-8",
        ) from error


def _of_text(lines: list[str]) -> NamedList:
    rows: list[dict[str, object]] = []
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            continue
        text = _NUMBERING.sub("", line)
        labelled = _LABEL.match(text)
        label, names = (labelled[1].strip(), labelled[2]) if labelled else ("", text)
        rows += [{"row": number, "label": label, "name": name} for name in _split(names)]
    table = pd.DataFrame(rows, columns=["row", "label", "name"])
    kinds = kind_labels(table["label"])
    entries = pd.DataFrame(
        {
            "row": table["row"].astype("int64"),
            "county": table["label"].where(kinds == "", ""),
            "township": "",
            "village": "",
            "name": table["name"],
        }
    )
    attributes = pd.DataFrame({"kind": kinds}) if (kinds != "").any() else pd.DataFrame()
    return NamedList(entries, attributes.reindex(entries.index))


def kind_labels(labels: pd.Series) -> pd.Series:
    """Return the kind of zone that a label means, "" where it is none."""
    plain = labels.astype("str").str.strip()
    codes = kind_codes(plain)
    known = (codes != plain) | plain.isin([str(kind) for kind in ZoneKind])
    return codes.where(known, "").astype("str")


def _split(text: str) -> list[str]:
    return [name for name in _SEPARATORS.split(text) if name]


def _of_grid(grid: Grid, path: Path) -> NamedList:
    for number, row in enumerate(grid.rows[:_MOST_TITLE_ROWS], start=1):
        found = find_columns(row, ("county", "township", "village", "place_name"))
        if found:
            return _of_rows(grid.rows[number:], number + 1, row, found)
    filled = [[cell for cell in row if cell] for row in grid.rows]
    if all(len(cells) <= 1 for cells in filled):
        return _of_text(["".join(cells) for cells in filled])
    raise ZoneFileError(
        "没有地名列 / no column of names",
        str(path),
        expected="; ".join(known_headings(c) for c in ("county", "township", "village")),
        remedy="在第一行写列名 / write the headings into the first row",
    )


def _of_rows(
    rows: list[list[str]], first: int, headings: list[str], found: dict[str, str]
) -> NamedList:
    width = max(len(headings), *(len(row) for row in rows)) if rows else len(headings)
    titles = [heading or f"column {i + 1}" for i, heading in enumerate(headings)]
    titles += [f"column {i + 1}" for i in range(len(titles), width)]
    cells = [row + [""] * (width - len(row)) for row in rows]
    table = pd.DataFrame(cells, columns=titles, dtype="str")
    table = table.loc[:, ~table.columns.duplicated()]
    # Beside columns of their own, a name is the zone's and not the place's.
    used = dict(found)
    if "township" in used or "village" in used:
        used.pop("place_name", None)
    columns = {column: used.get("place_name" if column == "name" else column) for column in PLACES}
    entries = pd.DataFrame(
        {c: table.get(heading, "") if heading else "" for c, heading in columns.items()},
        index=table.index,
    )
    entries.insert(0, "row", range(first, first + len(entries)))
    filled = (entries[list(PLACES)] != "").any(axis=1)
    attributes = table.drop(columns=sorted(set(used.values())))
    return _one_name_a_row(entries[filled], attributes[filled])


def _one_name_a_row(entries: pd.DataFrame, attributes: pd.DataFrame) -> NamedList:
    """Split cells with several names; only the finest level of a row can have several."""
    finest = pd.Series("county", index=entries.index)
    for column in ("township", "village", "name"):
        finest = finest.mask(entries[column] != "", column)
    split = entries
    for column in PLACES:
        several = (finest == column) & split[column].str.contains(_SEPARATORS)
        names = split[column].astype("object").mask(several, split[column].map(_split))
        split = split.assign(**{column: names})
    for column in PLACES:
        split = split.explode(column)
    split = split.astype(dict.fromkeys(PLACES, "str"))
    return NamedList(
        split.reset_index(drop=True), attributes.loc[split.index].reset_index(drop=True)
    )
