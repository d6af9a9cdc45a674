"""Packages that only some file formats need, and what to say where one is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imagery.reading import unreadable


@contextmanager
def needed_for(path: Path) -> Iterator[None]:
    """Turn the absence of a package into an error about a file that says what to install.

    Raises
    ------
    UnreadableFileError
        If a package imported within is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise unreadable(path, "package", name=error.name) from error
