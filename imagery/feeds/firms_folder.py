"""The folder in which FIRMS's answers are kept, and what it remembers of each.

Every answer is one file, as it came. A hidden list beside them says of which product, box and days
each is: a run that was stopped goes on where it was, and what reads the files knows where and when
they looked, also where they hold no fire.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from firewatch.core.files import atomic_path, sha256_of_file, short_hash, write_text_atomically
from firewatch.core.geo import Extent
from firewatch.core.time import DAY_S, day_number
from imagery.feeds.firms_sources import SOURCES, FirmsSource
from imagery.lists.codes import product_rank
from imagery.lists.formats.firms import VERSIONS
from imagery.reading import Look, unreadable

LIST_NAME: Final = ".firms.json"
_VERSION = 1


@dataclass(frozen=True)
class Piece:
    """One answer of FIRMS, kept as a file.

    Parameters
    ----------
    first, last
        UTC days asked for, both included.
    settled
        Whether its days were over, and their data in, when it was asked for.
    silent
        Days on which the product has no row anywhere it always has some: missing, not fireless.
    """

    name: str
    source: str
    extent: Extent
    first: date
    last: date
    rows: int
    sha256: str
    asked_s: int
    settled: bool
    silent: tuple[date, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        return days_between(self.first, self.last)

    def periods_s(self) -> list[tuple[int, int]]:
        """Return the closed intervals of days it has data of, in UTC epoch seconds."""
        periods: list[tuple[int, int]] = []
        for day in self.days:
            first_s = midnight_s(day)
            if day in self.silent:
                continue
            if periods and periods[-1][1] == first_s - 1:
                first_s, _ = periods.pop()
            periods.append((first_s, midnight_s(day) + DAY_S - 1))
        return periods


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Return the days from first to last, both included."""
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def midnight_s(day: date) -> int:
    """Return when a UTC day begins, epoch seconds."""
    return day_number(day) * DAY_S


def piece_name(source: str, extent: Extent, first: date, last: date) -> str:
    """Return the name of a file; it tells one box from another, and holds no key."""
    return f"firms_{source}_{first}_{last}_{short_hash(repr(extent), 6)}.csv"


@dataclass(frozen=True)
class FirmsFolder:
    """The pieces in one folder."""

    path: Path

    def pieces(self) -> dict[str, Piece]:
        """Return what is on the list.

        Raises
        ------
        UnreadableFileError
            If the list is damaged.
        """
        listed = self.path / LIST_NAME
        if not listed.is_file():
            return {}
        return dict(_read_list(listed, listed.stat().st_mtime_ns))

    def whole(self, source: str, extent: Extent) -> list[Piece]:
        """Return the pieces of a product and box whose files are as they came."""
        return [
            piece
            for piece in self.pieces().values()
            if (piece.source, piece.extent) == (source, extent) and self._is_whole(piece)
        ]

    def keep(self, piece: Piece, body: bytes) -> Piece:
        """Write one answer, and put it on the list; pieces go whose days came anew."""
        self.path.mkdir(parents=True, exist_ok=True)
        with atomic_path(self.path / piece.name) as temporary:
            temporary.write_bytes(body)
        kept = {**self.pieces(), piece.name: piece}
        outgrown = [other for other in kept.values() if _is_outgrown(other, kept.values())]
        for other in outgrown:
            del kept[other.name]
        self._write(kept.values())
        for other in outgrown:
            (self.path / other.name).unlink(missing_ok=True)
        return piece

    def _is_whole(self, piece: Piece) -> bool:
        file = self.path / piece.name
        return file.is_file() and sha256_of_file(file) == piece.sha256

    def _write(self, pieces: Iterable[Piece]) -> None:
        ordered = sorted(pieces, key=lambda piece: piece.name)
        document = {"version": _VERSION, "pieces": [_as_json(piece) for piece in ordered]}
        text = json.dumps(document, ensure_ascii=False, indent=1)
        write_text_atomically(self.path / LIST_NAME, text)


def statement(path: Path, sha256: str) -> str:
    """Return what a folder says that one of its files covers; "" where it says nothing."""
    piece = _settled(path, sha256)
    return "" if piece is None else json.dumps([piece.source, *_box(piece), *piece.periods_s()])


def looks_of(path: Path, sha256: str, points: pd.DataFrame) -> tuple[Look, ...]:
    """Return where and when the satellites of a kept answer looked; none while its days grow.

    Parameters
    ----------
    points
        Its fire points, schema stage "read".
    """
    piece = _settled(path, sha256)
    if piece is None or piece.source not in SOURCES:
        return ()
    source = SOURCES[piece.source]
    return tuple(
        look for platform in source.platforms for look in _looks(piece, source, platform, points)
    )


def _looks(piece: Piece, source: FirmsSource, platform: str, points: pd.DataFrame) -> list[Look]:
    version, rank = source.version, product_rank(VERSIONS)(source.version) or 0
    seen = points[points["platform"] == platform]
    if len(seen):
        best = int(seen["product_rank"].to_numpy().argmax())
        version, rank = (
            str(seen["product_version"].iloc[best]),
            int(seen["product_rank"].iloc[best]),
        )
    product = (platform, source.sensor, source.family, version, rank)
    return [Look(*product, piece.extent, *period) for period in piece.periods_s()]


def _settled(path: Path, sha256: str) -> Piece | None:
    piece = FirmsFolder(path.parent).pieces().get(path.name)
    return piece if piece and piece.settled and piece.sha256 == sha256 else None


def _is_outgrown(piece: Piece, kept: Iterable[Piece]) -> bool:
    """Return whether all days of a piece, which still grew then, came later in other pieces."""
    later = {
        day
        for other in kept
        if (other.source, other.extent) == (piece.source, piece.extent)
        and other.asked_s > piece.asked_s
        for day in other.days
    }
    return not piece.settled and set(piece.days) <= later


def _box(piece: Piece) -> tuple[float, float, float, float]:
    extent = piece.extent
    return extent.west, extent.south, extent.east, extent.north


def _as_json(piece: Piece) -> dict[str, Any]:
    days = {"first": str(piece.first), "last": str(piece.last), "silent": _texts(piece.silent)}
    return {**asdict(piece), "extent": _box(piece), **days}


@lru_cache(maxsize=8)
def _read_list(path: Path, _changed_ns: int) -> dict[str, Piece]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {entry["name"]: _piece(entry) for entry in document["pieces"]}
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(path, "firms_list") from error


def _piece(entry: dict[str, Any]) -> Piece:
    days = {name: date.fromisoformat(entry[name]) for name in ("first", "last")}
    silent = tuple(date.fromisoformat(day) for day in entry["silent"])
    return Piece(**{**entry, "extent": Extent(*entry["extent"]), **days, "silent": silent})


def _texts(days: Iterable[date]) -> list[str]:
    return [str(day) for day in days]


def sha256_of(body: bytes) -> str:
    """Return the hexadecimal SHA-256 of an answer."""
    return hashlib.sha256(body).hexdigest()
