"""The columns of zones from a layer's attributes: by heading, by mapping, or declared for all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.errors import FirewatchError, ZoneFileError
from firewatch.core.time import day_number
from zones.formats.layer import Layer
from zones.geometry.combinations import SEPARATOR
from zones.geometry.polygons import features
from zones.notes import Note
from zones.register.declared import Declared
from zones.register.kinds import closest_kind_word, is_known_kind, kind_codes
from zones.register.mapping import ColumnMapping
from zones.register.periods import ALL_MONTHS, WHOLE_DAY, parse_hours, parse_months
from zones.register.register import NEVER, OPEN_END
from zones.tables.dates import is_open, written_days
from zones.tables.headings import find_columns, known_headings

_COLUMNS = (
    "kind", "name", "notice", "authority", "valid_from", "valid_to", "months", "hours", "crop",
    "illustrative", "retired_from", "retired_by",
)  # fmt: skip
# Where a drawing or KML puts the word that a column would hold elsewhere.
_CONTAINERS = ("folder", "layer")
_TRUE_WORDS = ("1", "true", "yes", "是", "1.0")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_DATES = {
    "valid_to": ("失效日期不可读", "end date not read"),
    "retired_from": ("废止日期不可读", "date of retirement not read"),
}
_WHOLE_NUMBER = re.compile(r"^(\d+)\.0+$")
_MOST_SHOWN = 40


@dataclass(frozen=True, eq=False)
class Source:
    """A layer's attributes with what is said of them.

    Parameters
    ----------
    own
        Zone columns that the layer has, as written; the index counts features from 1.
    """

    layer: Layer
    own: pd.DataFrame
    declared: Declared
    mapping: ColumnMapping | None

    def texts(self, column: str, declared: str = "") -> pd.Series:
        """Return a column as clean texts, "" where nothing is written."""
        if declared or column not in self.own:
            return pd.Series(declared, index=self.own.index, dtype="str")
        return clean_texts(self.own[column])

    def refuse(
        self, wrong: NDArray[np.bool_], what_zh: str, what_en: str, column: str, argument: str
    ) -> None:
        """Raise an error that names the features where `wrong` is true and what stands there."""
        if not wrong.any():
            return
        said = getattr(self.declared, column, None) not in (None, "")
        found = "" if said else str(self.texts(column)[wrong].iloc[0])[:_MOST_SHOWN]
        shown = f"（{found!r}）" if found else ""
        raise ZoneFileError(
            f"{features(wrong)}{what_zh}{shown} / {what_en}",
            str(self.layer.path),
            expected=f"列 / column: {known_headings(column)}",
            remedy=f"在文件中补上该列，或导入时给出 {argument}"
            " / add the column or give the argument, or name the column in a mapping file",
        )


def source_of(layer: Layer, declared: Declared, mapping: ColumnMapping | None) -> Source:
    """Return a layer's zone columns.

    A mapping's columns win over headings that are known, and a heading that it uses is used once.

    Raises
    ------
    ZoneFileError
        If the mapping names a heading that the layer has not.
    """
    headings = [str(name) for name in layer.attributes]
    mapped = mapping.found_in(headings) if mapping else {}
    free = [heading for heading in headings if heading not in mapped.values()]
    found = {**find_columns(free, _COLUMNS), **mapped}
    own = pd.DataFrame(
        {column: layer.attributes[heading].to_numpy() for column, heading in found.items()},
        index=range(1, len(layer.geometry) + 1),
    )
    said = declared.over(mapping.declared) if mapping else declared
    return Source(layer, own, said, mapping)


def zone_table(source: Source) -> pd.DataFrame:
    """Return the zones of a layer, one row a feature in the file's order.

    Raises
    ------
    ZoneFileError
        Naming the features of which something needed is missing or cannot be read.
    """
    declared = source.declared
    months = _parsed(source, "months", declared.months, parse_months, ALL_MONTHS)
    hours = _parsed(source, "hours", declared.hours, parse_hours, WHOLE_DAY)
    zones = pd.DataFrame(
        {
            "kind": _kinds(source),
            "name": _names(source),
            "notice": source.texts("notice", declared.notice or ""),
            "authority": source.texts("authority", declared.authority),
            "crop": source.texts("crop", declared.crop),
            "valid_from": _first_days(source),
            "valid_to": _open_days(source, "valid_to", declared.valid_to, OPEN_END),
            "months": months.astype("int64"),
            "hours_from_min": hours.str[0].astype("int64"),
            "hours_to_min": hours.str[1].astype("int64"),
            "retired_from": _open_days(source, "retired_from", None, NEVER),
            "retired_by": source.texts("retired_by"),
            "illustrative": source.texts("illustrative").str.lower().isin(_TRUE_WORDS),
            "source_file": source.layer.path.name,
            "source_sha256": source.layer.sha256,
        }
    )
    unnumbered = (zones["notice"] == "").to_numpy()
    source.refuse(unnumbered, "没有文号", "no notice number", "notice", "notice=文号")
    reversed_ = (zones["valid_to"] < zones["valid_from"]).to_numpy()
    source.refuse(reversed_, "失效早于生效", "ends before it starts", "valid_to", "核对后的日期")
    return zones


def clean_texts(written: pd.Series) -> pd.Series:
    """Return texts without blanks around them, control and invisible characters; "" for none.

    Whole numbers of a column of fractions (as tables with gaps are read) lose their ``.0``.
    """
    if written.dtype.kind == "f":
        whole = written.dropna()
        if (whole == whole.round()).all():
            written = written.astype("Int64")
    texts = written.astype("object").where(written.notna(), "").map(str)
    texts = texts.str.replace(_CONTROL, " ", regex=True).str.replace(_INVISIBLE, "", regex=True)
    return texts.str.strip().astype("str")


def unlisted_kinds(kinds: pd.Series) -> tuple[Note, ...]:
    """Return a note for each kind that is the user's own: it may be a slip of the pen."""
    notes = []
    for kind in sorted(set(kinds)):
        if not is_known_kind(kind):
            close = closest_kind_word(kind)
            key = "note.own_kind_close" if close else "note.own_kind"
            notes.append(Note(key, {"kind": kind, "close": close or ""}))
    return tuple(notes)


def _kinds(source: Source) -> pd.Series:
    written = source.texts("kind", source.declared.kind or "")
    absent = (written == "").to_numpy()
    source.refuse(absent, "没有分区类型", "no zone kind", "kind", _kind_argument(source))
    kinds = kind_codes(written)
    if source.mapping and source.mapping.kinds and not source.declared.kind:
        kinds = _mapped_kinds(written, kinds, source.mapping, source.layer)
    unusable = kinds.str.contains(SEPARATOR, regex=False).to_numpy()
    source.refuse(
        unusable, f"类型含“{SEPARATOR}”", f"kind holds a {SEPARATOR}", "kind", "改名后的类型"
    )
    return kinds


def _kind_argument(source: Source) -> str:
    """Return what to give where there is no kind: the folders' or drawing layers' names, if any."""
    for container in _CONTAINERS:
        if container in source.layer.attributes:
            names = clean_texts(source.layer.attributes[container])
            if (names != "").all() and all(is_known_kind(kind) for kind in kind_codes(names)):
                return f'对照文件 / mapping file [columns] kind = "{container}"'
    return "kind=ban|restricted|…"


def _mapped_kinds(
    written: pd.Series, kinds: pd.Series, mapping: ColumnMapping, layer: Layer
) -> pd.Series:
    written = written.str.replace(_WHOLE_NUMBER, r"\1", regex=True)
    result = written.map(mapping.kinds).where(written.isin(mapping.kinds), kinds)
    listed = written.isin(mapping.kinds) | kinds.map(is_known_kind)
    if not listed.all():
        found = written[~listed].iloc[0]
        raise ZoneFileError(
            f"{features(~listed.to_numpy())}类型 {found!r} 不在 [kinds] 中 / kind not in [kinds]",
            f"{layer.path}（{mapping.path} [kinds]）",
            expected=", ".join(mapping.kinds),
            remedy=f'在 [kinds] 中加上 "{found}" = "…" / add it to [kinds]',
        )
    return result.astype("str")


def _names(source: Source) -> pd.Series:
    names = source.texts("name")
    numbered = [f"{source.layer.path.stem}-{number}" for number in names.index]
    return names.where(names != "", pd.Series(numbered, index=names.index, dtype="str"))


def _parsed(
    source: Source,
    column: str,
    declared: object | None,
    parse: Callable[[str], object],
    default: object,
) -> pd.Series:
    """Return what each cell says; each distinct text is read once."""
    index = source.own.index
    if declared is not None or column not in source.own:
        value = default if declared is None else declared
        return pd.Series([value] * len(index), index=index, dtype=object)
    texts = source.texts(column)
    values: dict[str, object] = {}
    for text in texts.unique():
        try:
            values[text] = parse(text)
        except FirewatchError as error:
            raise ZoneFileError(
                f"{features((texts == text).to_numpy())}{error.what}",
                str(source.layer.path),
                expected=error.expected,
                remedy=error.remedy,
            ) from error
    return pd.Series([values[text] for text in texts], index=index, dtype=object)


def _first_days(source: Source) -> pd.Series:
    days = _days(source, "valid_from", source.declared.valid_from)
    absent = days.isna().to_numpy()
    source.refuse(absent, "没有可读的生效日期", "no start date", "valid_from", "valid_from=日期")
    return days.astype("int64")


def _open_days(source: Source, column: str, declared: date | None, never: int) -> pd.Series:
    days = _days(source, column, declared)
    if declared is None and column in source.own:
        days = days.mask(is_open(source.texts(column)), never)
        unread = days.isna().to_numpy()
        source.refuse(unread, *_DATES[column], column, f"{column}=日期")
    return days.fillna(never).astype("int64")


def _days(source: Source, column: str, declared: date | None) -> pd.Series:
    if declared is not None:
        return pd.Series(float(day_number(declared)), index=source.own.index)
    if column not in source.own:
        return pd.Series(np.nan, index=source.own.index)
    return written_days(source.texts(column))
