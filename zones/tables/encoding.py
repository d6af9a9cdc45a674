"""UTF-8, UTF-16 or GBK: which of the encodings of Chinese a file is in."""

from __future__ import annotations

import codecs
from pathlib import Path

# A table cuts texts at its field width, so that a UTF-8 table may hold a few broken characters;
# a GBK table read as UTF-8 breaks at nearly every one.
_BROKEN_SHARE = 0.1
_SAMPLE_BYTES = 1 << 20
_HIGH = bytes(range(0x80, 0x100))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def marked_encoding(content: bytes) -> str:
    """Return the encoding that a byte-order mark tells, "" without one."""
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")


def text_encoding(content: bytes) -> str:
    """Return "utf-8" or "gb18030" for the bytes of a text."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        # A drawing may have a megabyte of numbers before its first Chinese word.
        start = max(0, error.start - _SAMPLE_BYTES // 2)
        sample = content[start : start + _SAMPLE_BYTES]
        high = len(sample) - len(sample.translate(None, _HIGH))
        broken = sample.decode("utf-8", errors="replace").count("\ufffd")
        return "gb18030" if broken > high * _BROKEN_SHARE else "utf-8"
    return "utf-8"


def table_encoding(table: Path) -> str:
    """Return the encoding of a shapefile's attribute table.

    The bytes are asked and not the .cpg file, which is often absent and sometimes wrong.
    """
    return text_encoding(table.read_bytes())


def redecoded(text: object, encoding: str) -> object:
    """Return a text that was read byte for byte (ISO-8859-1) in its true encoding.

    A character that the field's width cut through is dropped. Anything but a text stays.
    """
    if not isinstance(text, str):
        return text
    return text.encode("iso-8859-1", errors="ignore").decode(encoding, errors="ignore")
