"""The format of an output file is chosen by its suffix."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from firewatch.core.errors import UsageError


def suffix_of(path: Path, known: Iterable[str]) -> str:
    """Return the suffix of a path in lower case.

    Raises
    ------
    UsageError
        If it is none of the known ones.
    """
    suffix = path.suffix.lower()
    if suffix in known:
        return suffix
    raise UsageError(
        f"无法按后缀 {path.suffix!r} 选择格式 / no format has this suffix",
        where=str(path),
        expected=" ".join(known),
        remedy="改用上述后缀之一 / use one of these suffixes",
    )
