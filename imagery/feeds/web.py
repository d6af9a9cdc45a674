"""Asking a service again and again, with pauses, until it answers or has had its chances."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from imagery.feeds.errors import feed_error

if TYPE_CHECKING:
    from requests import Response

Sleep: TypeAlias = Callable[[float], None]
TOO_MANY_REQUESTS = 429
_SERVER_FAULT = 500
# Their lines hold addresses with keys in them, client secrets and tokens.
_TALKATIVE = ("urllib3.connectionpool", "requests_oauthlib.oauth2_session")


@dataclass(frozen=True)
class Patience:
    """How long a service is given.

    Parameters
    ----------
    attempts
        Times that one request is sent before it counts as failed.
    first_wait_s, longest_wait_s
        Pause after the first failure, doubled after each further one, and its bound.
    timeout_s
        Longest silence of the service.
    limited_waits
        Times that "too many requests" is waited out for one request; it is no failure.
    retry_after_unit_s
        Unit of the header Retry-After: seconds by the standard, milliseconds at Sentinel Hub.
    """

    attempts: int = 5
    first_wait_s: float = 2.0
    longest_wait_s: float = 120.0
    timeout_s: float = 120.0
    limited_waits: int = 30
    retry_after_unit_s: float = 1.0

    def pause_s(self, failures: int) -> float:
        return float(min(self.first_wait_s * 2 ** (failures - 1), self.longest_wait_s))


class IncompleteAnswer(Exception):
    """What came is no whole answer; it is asked for again."""


Answer: TypeAlias = "Callable[[], Response]"


def patiently(
    ask: Answer,
    service: str,
    sleep: Sleep,
    patience: Patience,
    check: Callable[[Response], None] = lambda _response: None,
) -> Response:
    """Ask until there is an answer that is neither a server's fault nor a refusal for haste.

    Parameters
    ----------
    ask
        Sends the request once.
    service
        What to call the service in an error; no key in it.
    sleep
        Waits for some seconds.
    check
        Raises `IncompleteAnswer` for an answer that is cut off.

    Raises
    ------
    FeedError
        If the service does not answer in time; it names no address, for keys stand in addresses.
    """
    import requests

    failures = limited = 0
    while True:
        try:
            response = ask()
            if response.status_code == TOO_MANY_REQUESTS:
                limited += 1
                if limited > patience.limited_waits:
                    raise feed_error("limited", service)
                sleep(_asked_to_wait_s(response, patience) or patience.pause_s(limited))
                continue
            if response.status_code < _SERVER_FAULT:
                check(response)
                return response
            fault = f"HTTP {response.status_code}"
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
            IncompleteAnswer,
        ) as error:
            fault = _FAULTS.get(type(error).__name__, type(error).__name__)
        failures += 1
        if failures >= patience.attempts:
            raise feed_error("unanswered", service, found=fault, attempts=failures)
        sleep(patience.pause_s(failures))


_FAULTS = {
    "IncompleteAnswer": "answer cut off",
    "ChunkedEncodingError": "answer cut off",
    "ReadTimeout": "no answer in time",
    "ConnectTimeout": "no connection in time",
    "ConnectionError": "no connection",
}


def _asked_to_wait_s(response: Response, patience: Patience) -> float:
    """Return the pause that the service asks for, 0 where it says none."""
    said = response.headers.get("Retry-After", "")
    # A date would need a clock; the usual pause does as well.
    waits = float(said) * patience.retry_after_unit_s if said.strip().isdigit() else 0.0
    return min(waits, 10 * patience.longest_wait_s)


class _OnlyErrors(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR


@contextmanager
def discreet() -> Iterator[None]:
    """Keep the libraries below from writing keys into a log."""
    silence = _OnlyErrors()
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    for logger in loggers:
        logger.addFilter(silence)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(silence)
