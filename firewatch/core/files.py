"""Files that are either whole or absent."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firewatch.core.errors import NotWrittenError

_HASH_BLOCK_BYTES = 1 << 20
_LONGEST_REASON = 120
_STEM = 40
_END_BYTES = 64
_GEOJSON = (".geojson", ".json")
_OTHER_PLACE = "用 --out 另选位置 / choose another place with --out"
# What the system says: what it means, and what to do.
_REASONS = (
    (
        (errno.ENOSPC, errno.EDQUOT),
        "磁盘已满，未写出 / the disk is full, not written",
        "清理磁盘后重试，或用 --out 另选位置 / free space and try again, or choose another place",
    ),
    (
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "没有写权限，未写出 / no right to write here, not written",
        _OTHER_PLACE,
    ),
    (
        (errno.EISDIR, errno.ENOTEMPTY),
        "这里已有文件夹，不是文件 / there is a folder of this name, not a file",
        "给出文件名 / name a file in it",
    ),
    (
        (errno.ENOTDIR, errno.EEXIST),
        "上级路径中有文件，不是文件夹 / a file stands where a folder is needed",
        _OTHER_PLACE,
    ),
    ((errno.ENAMETOOLONG,), "文件名过长 / the name is too long", _OTHER_PLACE),
)


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

    Raises
    ------
    NotWrittenError
        If the file cannot be written: a full disk, no right to write, a folder in its place.
    """
    target = Path(target)
    try:
        temporary = _temporary_beside(target)
    except OSError as error:
        raise not_written(target, error) from error
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        # mkstemp's 0600 would hide shared results from colleagues on one server.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        # What a writer reads is named in its error; what it writes to is this file.
        if error.filename not in (None, temporary, str(temporary)):
            raise
        raise not_written(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _temporary_beside(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    # However long the name is, that of the temporary file must fit.
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem[:_STEM]}.", suffix=target.suffix, dir=target.parent
    )
    os.close(handle)
    temporary = Path(name)
    # Drivers such as GeoPackage refuse to write over an empty file.
    temporary.unlink()
    return temporary


def make_folder(folder: Path) -> None:
    """Make a folder for output with those above it; it may be there.

    Raises
    ------
    NotWrittenError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error


def not_written(target: Path, reason: OSError | str) -> NotWrittenError:
    """Return the error for an output that could not be written, with what to do about it.

    Parameters
    ----------
    reason
        What the system says, or the words of a library that hides it.
    """
    code = reason.errno if isinstance(reason, OSError) else None
    if code is None and _is_full(target.parent):
        code = errno.ENOSPC
    for codes, what, remedy in _REASONS:
        if code in codes:
            return NotWrittenError(what, where=str(target), remedy=remedy)
    said = (reason.strerror or str(reason)) if isinstance(reason, OSError) else reason
    return NotWrittenError(
        f"未写出：{said[-_LONGEST_REASON:]} / not written",
        where=str(target),
        remedy="检查写权限与磁盘空间后重试 / check rights and disk space, then try again",
    )


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _HASH_BLOCK_BYTES
    except OSError:
        return False


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
            if target.suffix.lower() in _GEOJSON and not _ends_whole(temporary):
                raise not_written(target, "GeoJSON")
    except (DataLayerError, DataSourceError) as error:
        raise not_written(target, str(error)) from error


def _ends_whole(geojson: Path) -> bool:
    """Tell whether a feature collection has its end: GDAL does not say that a disk was full."""
    with geojson.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - _END_BYTES))
        return stream.read().translate(None, b" \r\n\t").endswith(b"]}")


def write_text_atomically(target: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text file so that it is either whole or as before."""
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding=encoding, newline="")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
