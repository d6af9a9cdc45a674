"""Files that are either whole or absent."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firewatch.core.errors import NotWrittenError

_HASH_BLOCK_BYTES = 1 << 20
_LONGEST_REASON = 120


def sha256_of_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def short_hash(text: str, digits: int = 12) -> str:
    """Return the first `digits` hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target`; on success it replaces `target` in one step.

    A reader therefore sees the old file or the new one, never half of one, and a failure
    leaves nothing behind. The temporary name keeps the suffix, because writers choose their
    format by it.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent
    )
    os.close(handle)
    temporary = Path(name)
    # Drivers such as GeoPackage refuse to write over an empty file.
    temporary.unlink()
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        # mkstemp's 0600 would hide shared results from colleagues on one server.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_layer(target: Path) -> Iterator[Path]:
    """Give the temporary path of `atomic_path` to a writer of GDAL's.

    Raises
    ------
    NotWrittenError
        Whatever GDAL refuses, such as a full disk; its own words can be pages of SQL.
    """
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        with atomic_path(target) as temporary:
            yield temporary
    except (DataLayerError, DataSourceError) as error:
        raise NotWrittenError(
            f"未写出：{str(error)[-_LONGEST_REASON:]} / not written",
            where=str(target),
            remedy="检查写权限与磁盘空间后重试 / check rights and disk space, then try again",
        ) from error


def write_text_atomically(target: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text file so that it is either whole or as before."""
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding=encoding, newline="")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
