"""Failures of a service, told without its keys."""

from __future__ import annotations

from importlib.util import find_spec

from firewatch.core.errors import FirewatchError
from imagery.reading import both, shortened


class FeedError(FirewatchError):
    """A service that cannot be reached, refuses, or has nothing; what was fetched before stays."""


def feed_error(cause: str, where: str = "", found: str = "", **values: object) -> FeedError:
    """Return an error of a feed.

    Parameters
    ----------
    cause
        Key under ``feeds`` in the texts of this room.
    where
        Service or address, without keys.
    found
        The service's own words, without keys.
    """
    what, expected, remedy = (
        both(f"feeds.{cause}.{part}").format(**values) for part in ("what", "expected", "remedy")
    )
    shown = f"{what}: {shortened(found)}" if found else what
    return FeedError(shown, where=where, expected=expected, remedy=remedy)


def need(package: str) -> None:
    """Make sure that a package of the extra `feeds` is installed.

    Raises
    ------
    FeedError
        If it is not; says what to install.
    """
    if find_spec(package) is None:
        raise feed_error("package", package=package)
