"""What a file is by its bytes: compressed, a workbook, text, or something else."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

from imagery.reading import unreadable

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_WORKBOOK_PART = b"xl/"
_MAX_NESTING = 3

# Magic bytes of files that people mistake for fire-point text, and the text that says so.
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
    (_ZIP, "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "zip"),
    (b"Rar!", "zip"),
    (b"BZh", "zip"),
    (b"\xfd7zXZ", "zip"),
    (b"\x89HDF", "binary"),
    (b"\x0e\x03\x13\x01", "binary"),
    (b"CDF\x01", "binary"),
    (b"%PDF", "binary"),
    (b"\x89PNG", "binary"),
    (b"\xff\xd8\xff", "binary"),
    (b"SQLite format 3", "binary"),
)
_SOMETHING = re.compile(rb"[^\0 \t\r\n]")
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|head|body|script|!--)", re.IGNORECASE)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Text holds a stray control byte now and then; a tenth of them is no text.
_BINARY_SHARE = 0.1
_SAMPLE_BYTES = 1 << 16
_START_BYTES = 512
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\v")) + b"\x7f"


def load(path: Path) -> bytes:
    """Return the bytes of a file, decompressed where they are gzip.

    Raises
    ------
    UnreadableFileError
        If the file is absent, empty, or its compression is cut short or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, "unopened", found=error.strerror or str(error)) from error
    for _ in range(_MAX_NESTING):
        if not data.startswith(_GZIP):
            break
        data = _decompressed(path, data)
    if not _SOMETHING.search(data):
        raise unreadable(path, "empty")
    return data


def check_start(path: Path) -> None:
    """Refuse what no reader of binary files can read, by the first bytes of a file.

    Raises
    ------
    UnreadableFileError
        If the file is absent, no file, may not be read, is empty, or is a web page.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(_START_BYTES)
    except OSError as error:
        raise unreadable(path, "unopened", found=error.strerror or str(error)) from error
    if not start:
        raise unreadable(path, "empty_granule")
    if _MARKUP.match(start):
        raise unreadable(path, "html_granule")


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are an Excel workbook (.xlsx, .xlsm)."""
    return data.startswith(_ZIP) and _WORKBOOK_PART in data


def decoded(path: Path, data: bytes) -> bytes:
    """Return text as UTF-8 with ``\\n`` line ends, whatever its encoding was.

    UTF-8 and UTF-16 by their byte-order mark, then UTF-8, then GB18030 (which contains GBK).
    Where neither fits, single bytes are damaged: they become U+FFFD, and the rows that need
    them are rejected one by one.

    Raises
    ------
    UnreadableFileError
        If the bytes are no text, or are a web page.
    """
    for magic, cause in _FOREIGN:
        if data.startswith(magic):
            raise unreadable(path, cause)
    text = _as_utf8(data)
    if _is_binary(text):
        raise unreadable(path, "binary")
    if _MARKUP.match(text):
        raise unreadable(path, "html")
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text


def _decompressed(path: Path, data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except EOFError as error:
        raise unreadable(path, "gzip_cut") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise unreadable(path, "gzip_damaged") from error


def _as_utf8(data: bytes) -> bytes:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            if encoding == "utf-8":
                data = rest
                break
            return rest.decode(encoding, errors="replace").encode()
    if data.isascii():
        return data
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return data if encoding == "utf-8" else text.encode()
    return data.decode("utf-8", errors="replace").encode()


def _is_binary(text: bytes) -> bool:
    sample = text[:_SAMPLE_BYTES]
    damaged = len(sample) - len(sample.translate(None, _CONTROL)) + sample.count("�".encode())
    return damaged > _BINARY_SHARE * len(sample)
