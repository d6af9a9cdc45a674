"""The area API of NASA FIRMS, asked with one key.

FIRMS, "API: area" (version 4): `/api/area/csv/[MAP_KEY]/[SOURCE]/[WEST,SOUTH,EAST,NORTH]/
[DAY_RANGE]/[DATE]` gives DAY_RANGE days of UTC from DATE on; 5,000 transactions a key in 10
minutes, of which a long range takes several. The server allows 1 to 5 days ("Invalid day range.
Expects [1..5]."), where older documentation says 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from firewatch.core.geo import Extent
from imagery.feeds.errors import FeedError, feed_error, need
from imagery.feeds.firms_answers import (
    Quota,
    Table,
    availability_of,
    is_table,
    most_days,
    quota_of,
    refusal_of,
    table_of,
)
from imagery.feeds.firms_folder import days_between
from imagery.feeds.firms_sources import Availability
from imagery.feeds.web import Patience, Sleep, discreet, patiently

if TYPE_CHECKING:
    from requests import Response

FIRMS_URL: Final = "https://firms.modaps.eosdis.nasa.gov"
KEY_VARIABLE: Final = "FIREWATCH_FIRMS_MAP_KEY"
SERVICE: Final = "FIRMS"
GULF_FLARES: Final = Extent(46.5, 25.0, 54.0, 31.5)
_HIDDEN = "***"


@dataclass(frozen=True)
class FirmsSettings:
    """How FIRMS is asked.

    Parameters
    ----------
    url
        Its address without a path.
    days_per_request
        Longest day range of one request; if FIRMS allows fewer, it is obeyed.
    settled_after_h
        Hours after the end of a UTC day from which on its near-real-time data count as complete;
        until then the day is asked for again.
    quota_margin
        Transactions of the key that are left for others.
    quota_wait_s, quota_waits
        Pause while the key has none left, and the number of pauses; the quota is of 10 minutes.
    quota_every
        Requests after which the quota is looked at again.
    control
        A box in which every sensor finds heat on every day: gas flares around the Persian Gulf.
        Days without a row there and in the box that is wanted are missing at FIRMS, which answers
        for them as for days without a fire (own design).
    """

    url: str = FIRMS_URL
    days_per_request: int = 5
    settled_after_h: float = 48.0
    quota_margin: int = 100
    quota_wait_s: float = 60.0
    quota_waits: int = 20
    quota_every: int = 50
    control: Extent = GULF_FLARES
    patience: Patience = field(default_factory=Patience)


class TooManyDaysError(Exception):
    """FIRMS allows fewer days a request."""

    def __init__(self, most: int) -> None:
        self.most = most


class FirmsClient:
    """FIRMS's API with one key; the key is in no error, name or log."""

    def __init__(self, key: str, settings: FirmsSettings, sleep: Sleep) -> None:
        self._key = key.strip()
        self._settings = settings
        self._sleep = sleep
        self._accepted = False
        self._asked = 0
        need("requests")
        if not self._key:
            raise feed_error("firms_no_key", SERVICE, variable=KEY_VARIABLE)

    def availability(self) -> Availability:
        """Return the days that FIRMS has of each product.

        Raises
        ------
        FeedError
            If the key is refused, or FIRMS cannot be reached.
        """
        body = self._answer(
            lambda body: bool(availability_of(body)), "api/data_availability/csv", "ALL"
        )
        self._accepted = True
        return availability_of(body)

    def area(self, source: str, extent: Extent, first: date, days: int) -> tuple[bytes, Table]:
        """Return the answer for some days, as it came, and what is in it.

        Raises
        ------
        FeedError
            If FIRMS refuses, or answers for other days.
        """
        sides = (extent.west, extent.south, extent.east, extent.north)
        box = ",".join(f"{side:.6f}".rstrip("0").rstrip(".") for side in sides)
        self._watch_quota()
        self._asked += 1
        body = self._answer(
            is_table, "api/area/csv", source, box, str(days), first.isoformat(), days=days
        )
        return body, _of_days(body, source, first, days)

    def quota(self) -> Quota | None:
        """Return what the key has used; None where FIRMS does not say."""
        response = self._get("mapserver/mapkey_status/", query={"MAP_KEY": self._key})
        return quota_of(response.content) if response.ok else None

    def _watch_quota(self) -> None:
        if self._asked % self._settings.quota_every:
            return
        for _ in range(self._settings.quota_waits):
            quota = self.quota()
            if quota is None or quota.left() > min(self._settings.quota_margin, quota.limit // 2):
                return
            self._sleep(self._settings.quota_wait_s)
        raise feed_error("firms_quota", SERVICE)

    def _answer(
        self, is_answer: Callable[[bytes], bool], path: str, *parts: str, days: int = 0
    ) -> bytes:
        """Return what is an answer; wait while the key has no transactions left."""
        for _ in range(self._settings.quota_waits):
            response = self._get(path, self._key, *parts)
            if response.ok and is_answer(response.content):
                return response.content
            refusal = refusal_of(response.content)
            most = most_days(response.content)
            if refusal == "days" and most and most < days:
                raise TooManyDaysError(most)
            denied = refusal == "key" or response.status_code in (401, 403)
            # A key in use is called invalid, too, when it is hard at its limit.
            if refusal != "quota" and denied and not self._accepted:
                raise feed_error("firms_key", SERVICE, variable=KEY_VARIABLE)
            if refusal not in ("quota", "key"):
                raise self._refused(response)
            self._sleep(self._settings.quota_wait_s)
        raise feed_error("firms_quota", SERVICE)

    def _get(self, path: str, *parts: str, query: dict[str, str] | None = None) -> Response:
        import requests

        tail = "/".join(quote(part, safe=",") for part in parts)
        address = f"{self._settings.url.rstrip('/')}/{path}" + (f"/{tail}" if tail else "")

        def ask() -> Response:
            return requests.get(address, params=query, timeout=self._settings.patience.timeout_s)

        with discreet():
            return patiently(ask, SERVICE, self._sleep, self._settings.patience, _check_whole)

    def _refused(self, response: Response) -> FeedError:
        said = response.text.replace(self._key, _HIDDEN).replace(quote(self._key, safe=""), _HIDDEN)
        return feed_error("firms_refused", SERVICE, found=f"HTTP {response.status_code} {said}")


def _check_whole(response: Response) -> None:
    if response.ok and is_table(response.content):
        table_of(response.content)


def _of_days(body: bytes, source: str, first: date, days: int) -> Table:
    table = table_of(body)
    asked = days_between(first, first + timedelta(days=days - 1))
    if not set(table.days) <= set(asked):
        found = ", ".join(str(day) for day in table.days)
        raise feed_error("firms_days", SERVICE, found=found, source=source, first=first, days=days)
    return table
