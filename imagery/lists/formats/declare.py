"""How a file format is declared: columns, aliases, units and codes, without code of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from firewatch.core.vocab import Confidence, Source

Kind = Literal["number", "angle", "code"]
Role = str

_DECORATION = re.compile(r"[\s_\-*·:.'’‘\"“”]+")


def fold(text: str) -> str:
    """Return a text without case, width, spaces, hyphens, underscores and stars.

    ``"Acq_Date "``, ``"ACQ-DATE"`` and full-width letters thus name one thing.
    """
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True)
class Unit:
    """How a file's unit becomes the unit of the schema: ``value * scale + offset``."""

    scale: float = 1.0
    offset: float = 0.0


UNITS = {
    "degree": Unit(),
    "km": Unit(),
    "m": Unit(scale=0.001),
    "K": Unit(),
    "degC": Unit(offset=273.15),
    "MW": Unit(),
    "W": Unit(scale=1e-6),
    "": Unit(),
}


@dataclass(frozen=True)
class FileColumn:
    """One column that a format declares.

    Parameters
    ----------
    role
        What the column says: a number column of the schema, or one of ``date``, ``clock``,
        ``moment`` (date and clock together), ``product``, ``version``, ``confidence``,
        ``day_night``, ``provider_type``, ``simulated``, ``datum``; of our own detection also
        ``algorithm``, ``parameter_hash``, ``missing``, ``water``.
    aliases
        Headings that name it, the preferred first; compared after `fold`.
    kind
        ``number``, ``angle`` (decimal degrees or degrees-minutes-seconds) or ``code``.
    required
        Whether a file without it is another format.
    unit
        Key of `UNITS`.
    fills
        Numbers that the provider writes where it has no value.
    """

    role: Role
    aliases: tuple[str, ...]
    kind: Kind = "code"
    required: bool = True
    unit: str = ""
    fills: tuple[float, ...] = ()


@dataclass(frozen=True)
class Product:
    """What one satellite code or means of supervision stands for.

    `since` is the day before which no such observation can exist (launch).
    """

    codes: tuple[str, ...]
    platform: str
    sensor: str
    family: str
    since: date = date(1999, 12, 18)


@dataclass(frozen=True)
class VersionScheme:
    """How a version text becomes `product_rank` = 100·level + collection order.

    Parameters
    ----------
    levels
        Processing level by the letters after the number.
    collections
        Collection order by the number as written.
    order_step
        Added to the collection order, so that two ways in which a provider gives one collection
        supersede one another instead of adding up.
    """

    levels: tuple[tuple[str, int], ...]
    collections: tuple[tuple[str, int], ...]
    order_step: int = 0


@dataclass(frozen=True)
class ConfidenceScale:
    """How a file's confidence becomes a class.

    Parameters
    ----------
    words
        Class by letter or word.
    nominal_from, high_from
        Lower bounds of the classes on the scale 0–100; None where numbers mean nothing.
    """

    words: tuple[tuple[str, Confidence], ...]
    nominal_from: float | None = None
    high_from: float | None = None


@dataclass(frozen=True)
class Format:
    """A file format, recognised by its heading alone.

    Parameters
    ----------
    time_alternatives
        Sets of time roles of which one must be there.
    utc_offset_s
        Seconds by which the file's clock is ahead of UTC unless a column says otherwise.
    own
        Whether it is our own detection's, whose version is put together of several columns.
    """

    name: str
    title: str
    source: Source
    columns: tuple[FileColumn, ...]
    products: tuple[Product, ...]
    confidence: ConfidenceScale
    versions: VersionScheme | None = None
    time_alternatives: tuple[tuple[Role, ...], ...] = ()
    utc_offset_s: int = 0
    own: bool = False

    def column(self, role: Role) -> FileColumn:
        return next(column for column in self.columns if column.role == role)


def folded(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {fold(key): value for key, value in pairs}
