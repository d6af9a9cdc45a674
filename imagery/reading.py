"""What reading one file gives: its fire points, and every row that could not be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from firewatch.core.i18n import texts
from firewatch.core.vocab import Language

REJECTION_COLUMNS = ("source_row", "field", "found", "expected", "remedy")
FOUND_LIMIT = 80
SIMULATED_PREFIX = "SIMULATED_"
"""With which the names of simulated files begin."""


@dataclass(frozen=True)
class Look:
    """One product of one satellite that looked at a place for a time, whether it found fire or not.

    Parameters
    ----------
    extent
        Box of the ground looked at, degrees.
    first_s, last_s
        First and last acquisition, UTC epoch seconds.
    """

    platform: str
    sensor: str
    product_family: str
    product_version: str
    product_rank: int
    extent: Extent
    first_s: int
    last_s: int


@dataclass(frozen=True)
class OwnVersion:
    """The version of our own detection that made the points of a reading.

    Parameters
    ----------
    text
        Algorithm, version and hash of its parameters.
    complete
        Whether every band was at hand that the algorithm uses.
    """

    text: str
    complete: bool


@dataclass(frozen=True, eq=False)
class Reading:
    """The content of one file of fire points, or of one granule of imagery.

    Parameters
    ----------
    format_name
        Name of the declared format.
    points
        Accepted rows, schema stage "read". `source_row` is the line of the file, or the row of
        the sheet; rows of further sheets start at `imagery.lists.workbook.SHEET_STEP`.
    rejections
        One row a rejected row: `source_row`, `field`, `found`, `expected`, `remedy`.
    rows
        Data rows of the file: accepted and rejected.
    extent
        Box of the accepted rows in degrees; None without rows.
    period_utc_s
        First and last acquisition in UTC epoch seconds; None without rows.
    simulated
        Whether the file declares itself simulated.
    looks
        What the file says of where it looked, beyond its points.
    coverage
        Ground seen, columns of `imagery.coverage.table`; None where the file tells nothing.
    own
        If the points are of our own detection: its versions by product family and product version.
    remark
        What the user should know of a file without points, in Chinese and English.
    """

    path: Path
    format_name: str
    points: pd.DataFrame
    rejections: pd.DataFrame
    rows: int
    extent: Extent | None
    period_utc_s: tuple[int, int] | None
    simulated: bool
    looks: tuple[Look, ...] = ()
    coverage: pd.DataFrame | None = None
    own: Mapping[tuple[str, str], OwnVersion] | None = None
    remark: str = ""


@dataclass(frozen=True)
class Rejection:
    """One row of a file that is not a fire point, and what to do about it."""

    source_row: int
    field: str
    found: str
    expected: str
    remedy: str


def rejection_table(rejections: list[Rejection]) -> pd.DataFrame:
    """Return rejections as a table, in the order of the file's rows."""
    ordered = sorted(rejections, key=lambda rejection: rejection.source_row)
    table = {
        name: [getattr(rejection, name) for rejection in ordered] for name in REJECTION_COLUMNS
    }
    dtypes = {name: "int64" if name == "source_row" else "str" for name in REJECTION_COLUMNS}
    return pd.DataFrame(table).astype(dtypes)


def shortened(text: str) -> str:
    """Return a text on one line, cut to `FOUND_LIMIT` characters."""
    line = "".join(letter if letter.isprintable() else "�" for letter in text.strip())
    return line if len(line) <= FOUND_LIMIT else line[: FOUND_LIMIT - 1] + "…"


@cache
def both(key: str) -> str:
    """Return a text of this room in Chinese and English."""
    chinese, english = (texts("imagery", language)(key) for language in Language)
    return chinese if chinese == english else f"{chinese} / {english}"


def unreadable(path: Path, cause: str, found: str = "", **values: object) -> UnreadableFileError:
    """Return the error for a file that as a whole cannot be read.

    Parameters
    ----------
    cause
        Key under ``unreadable`` in the texts of this room.
    found
        What stands in the file, if it may be shown.
    values
        What the texts' placeholders stand for.
    """
    what, expected, remedy = (
        both(f"unreadable.{cause}.{part}").format(**values)
        for part in ("what", "expected", "remedy")
    )
    shown = f"{what}: {shortened(found)}" if found else what
    return UnreadableFileError(shown, where=str(path), expected=expected, remedy=remedy)


class OutsideRegionError(UnreadableFileError):
    """An image without a pixel over the region: not seen, which is not the same as no fire."""


def outside_region(path: Path, region: Extent) -> OutsideRegionError:
    """Return the error for an image that does not look at a region."""
    shown = f"{region.west:g}–{region.east:g}°E, {region.south:g}–{region.north:g}°N"
    error = unreadable(path, "granule_outside", region=shown)
    return OutsideRegionError(error.what, error.where, error.expected, error.remedy)
