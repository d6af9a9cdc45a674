"""Asking a service again and again, with pauses, until it answers or has had its chances."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from imagery.feeds.errors import feed_error

if TYPE_CHECKING:
    from requests import Response

Result = TypeVar("Result")
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


class PassingFault(Exception):
    """A fault that may be gone at the next attempt.

    Parameters
    ----------
    fault
        What happened; no address and no key in it.
    limited
        Whether the service asks for fewer requests.
    wait_s
        The pause it asks for; 0 where it says none.
    """

    def __init__(self, fault: str, limited: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(fault)
        self.fault, self.limited, self.wait_s = fault, limited, wait_s


def persistently(
    work: Callable[[], Result], service: str, sleep: Sleep, patience: Patience
) -> Result:
    """Do work again, with growing pauses, while it raises `PassingFault`.

    Parameters
    ----------
    service
        What to call the service in an error; no key in it.
    sleep
        Waits for some seconds.

    Raises
    ------
    FeedError
        If the patience is at its end; it names no address, for keys stand in addresses.
    """
    failures = limited = 0
    while True:
        try:
            return work()
        except PassingFault as passing:
            if passing.limited:
                limited += 1
                if limited > patience.limited_waits:
                    raise feed_error("limited", service) from None
                sleep(passing.wait_s or patience.pause_s(limited))
                continue
            failures += 1
            if failures >= patience.attempts:
                found = passing.fault
                raise feed_error("unanswered", service, found, attempts=failures) from None
            sleep(patience.pause_s(failures))


def patiently(
    ask: Callable[[], Response],
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
    check
        Raises `IncompleteAnswer` for an answer that is cut off.

    Raises
    ------
    FeedError
        If the service does not answer in time.
    """
    return persistently(lambda: _asked_once(ask, patience, check), service, sleep, patience)


def _asked_once(
    ask: Callable[[], Response], patience: Patience, check: Callable[[Response], None]
) -> Response:
    import requests

    try:
        response = ask()
        raise_if_passing(response, patience)
        check(response)
        return response
    except (
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
        IncompleteAnswer,
    ) as error:
        # Without its cause, whose words hold the address.
        raise PassingFault(_FAULTS.get(type(error).__name__, type(error).__name__)) from None


def raise_if_passing(response: Response, patience: Patience) -> None:
    """Raise `PassingFault` for a server's fault and for a refusal for haste."""
    if response.status_code == TOO_MANY_REQUESTS:
        raise PassingFault("HTTP 429", True, _asked_to_wait_s(response, patience))
    if response.status_code >= _SERVER_FAULT:
        raise PassingFault(f"HTTP {response.status_code}")


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
