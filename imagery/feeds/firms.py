"""Fire points of NASA FIRMS: what is missing of a request is fetched and kept, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from firewatch.core.geo import Extent
from firewatch.core.time import DAY_S, Period
from imagery.feeds.firms_answers import Table
from imagery.feeds.firms_client import FirmsClient, FirmsSettings, TooManyDaysError
from imagery.feeds.firms_folder import (
    FirmsFolder,
    Piece,
    days_between,
    midnight_s,
    piece_name,
    sha256_of,
)
from imagery.feeds.firms_sources import GROUPS, FirmsSource, choose, sources_of


@dataclass(frozen=True)
class FirmsRequest:
    """What is wanted: Beijing days over a box, from products or sensors of FIRMS."""

    extent: Extent
    period: Period
    sources: tuple[str, ...] = GROUPS

    def utc_days(self) -> tuple[date, ...]:
        """Return the UTC days that the Beijing days touch: the first begins at 16:00 UTC."""
        return days_between(self.period.start - timedelta(days=1), self.period.end)


@dataclass(frozen=True)
class FirmsOutcome:
    """What there is now.

    Parameters
    ----------
    pieces
        Every file that serves the request, old and new.
    asked
        Names of those that were fetched now.
    without
        UTC days that FIRMS does not have, by sensor or product; days inside its archive, too.
    """

    pieces: tuple[Piece, ...]
    asked: frozenset[str]
    without: dict[str, tuple[date, ...]]


Progress = Callable[[Piece, int, int], None]


def fetch_firms(
    client: FirmsClient,
    request: FirmsRequest,
    folder: Path,
    now_s: int,
    settings: FirmsSettings,
    progress: Progress = lambda _piece, _done, _total: None,
) -> FirmsOutcome:
    """Fetch what of a request is not in a folder yet; each answer is kept at once.

    Parameters
    ----------
    now_s
        The clock, UTC epoch seconds: days that were not over long enough are asked for again.
    progress
        Called after each answer with its piece, and how many of how many are done.

    Raises
    ------
    FeedError
        If FIRMS cannot be reached or refuses; what was fetched before stays.
    """
    wanted = sources_of(request.sources)
    chosen = choose(wanted, request.utc_days(), client.availability())
    kept = FirmsFolder(folder)
    asked: list[str] = []
    longest = settings.days_per_request
    while True:
        plan = []
        for source, days in chosen.days.items():
            missing = _missing(kept, source, request.extent, days, asked)
            plan += [(source, run) for run in _runs(missing, longest, now_s, settings)]
        try:
            for number, (source, run) in enumerate(plan, 1):
                piece = _fetch(client, kept, request.extent, source, run, now_s, settings)
                asked.append(piece.name)
                progress(piece, number, len(plan))
        except TooManyDaysError as limit:
            longest = limit.most
        else:
            break
    serving = _serving(kept, request.extent, chosen.days)
    without = dict(chosen.without)
    for piece in serving:
        gaps = set(without.get(piece.source, ())) | (set(piece.silent) & set(request.utc_days()))
        if gaps:
            without[piece.source] = tuple(sorted(gaps))
    return FirmsOutcome(serving, frozenset(asked), without)


def _fetch(
    client: FirmsClient,
    kept: FirmsFolder,
    extent: Extent,
    source: FirmsSource,
    run: Sequence[date],
    now_s: int,
    settings: FirmsSettings,
) -> Piece:
    body, table = client.area(source.name, extent, run[0], len(run))
    name = piece_name(source.name, extent, run[0], run[-1])
    settled = _is_settled(source, run[-1], now_s, settings)
    silent = _silent(client, source, run, table, settings) if settled else ()
    piece = Piece(
        name=name,
        source=source.name,
        extent=extent,
        first=run[0],
        last=run[-1],
        rows=table.rows,
        sha256=sha256_of(body),
        asked_s=now_s,
        settled=settled,
        silent=silent,
    )
    return kept.keep(piece, body)


def _silent(
    client: FirmsClient,
    source: FirmsSource,
    run: Sequence[date],
    table: Table,
    settings: FirmsSettings,
) -> tuple[date, ...]:
    """Return the days that FIRMS has no data of, among those without a row."""
    empty = [day for day in run if day not in table.days]
    if not empty:
        return ()
    _, control = client.area(source.name, settings.control, run[0], len(run))
    return tuple(day for day in empty if day not in control.days)


def _missing(
    kept: FirmsFolder, source: FirmsSource, extent: Extent, days: Sequence[date], asked: list[str]
) -> list[date]:
    """Return the days that are not in the folder, or were still growing when they came."""
    there = {
        day
        for piece in kept.whole(source.name, extent)
        if piece.settled or piece.name in asked
        for day in piece.days
    }
    return [day for day in days if day not in there]


def _runs(
    days: Sequence[date], longest: int, now_s: int, settings: FirmsSettings
) -> list[list[date]]:
    """Return days in runs that one request can ask for; settled and growing days apart."""
    runs: list[list[date]] = []
    for day in days:
        last = runs[-1] if runs else []
        grows = midnight_s(day) > _settled_until_s(now_s, settings)
        if (
            last
            and len(last) < longest
            and day - last[-1] == timedelta(days=1)
            and grows == (midnight_s(last[-1]) > _settled_until_s(now_s, settings))
        ):
            last.append(day)
        else:
            runs.append([day])
    return runs


def _is_settled(source: FirmsSource, last: date, now_s: int, settings: FirmsSettings) -> bool:
    return source.name.endswith("_SP") or midnight_s(last) <= _settled_until_s(now_s, settings)


def _settled_until_s(now_s: int, settings: FirmsSettings) -> float:
    return now_s - DAY_S - settings.settled_after_h * 3600


def _serving(
    kept: FirmsFolder, extent: Extent, chosen: Mapping[FirmsSource, tuple[date, ...]]
) -> tuple[Piece, ...]:
    found = [
        piece
        for source, days in chosen.items()
        for piece in kept.whole(source.name, extent)
        if set(days) & set(piece.days)
    ]
    return tuple(sorted(found, key=lambda piece: (piece.source, piece.first, piece.name)))
