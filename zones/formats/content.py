"""What every format's reader returns, and how it takes bytes and texts from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from firewatch.core.errors import ZoneFileError
from zones.geometry.arrays import Geometries
from zones.notes import Note
from zones.tables.encoding import marked_encoding, text_encoding

# Texts (KML, DXF, GeoJSON) are parsed in memory at several times their size. A layer of 5,000
# polygons of 200 vertices has some 40 MB as KML.
MAX_TEXT_BYTES = 256 << 20


@dataclass(frozen=True, eq=False)
class Content:
    """The features of one layer, in the order of the file.

    Parameters
    ----------
    attributes
        One row a feature, as written.
    geometry
        One geometry a feature or None, in the file's own coordinates.
    crs
        The coordinate system that the file or its format declares; None without one.
    notes
        What was left out or must be told.
    """

    attributes: pd.DataFrame
    geometry: Geometries
    crs: str | None
    notes: tuple[Note, ...] = ()


def chosen_layer(names: Sequence[str], wanted: str | None, where: str) -> str:
    """Return the name of the layer to read: the wanted one, or the only one.

    Raises
    ------
    ZoneFileError
        If there is no such layer, or none is named and there is not exactly one.
    """
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    listed = "、".join(names) or "无 / none"
    if wanted is None:
        raise ZoneFileError(
            f"应恰有一个图层，实有：{listed} / exactly one layer is needed",
            where,
            expected="一个图层 / one layer",
            remedy="用图层名指定其中一个，或每个图层另存为一个文件"
            " / name the layer, or save each as a file of its own",
        )
    raise ZoneFileError(
        f"没有名为 {wanted!r} 的图层，实有：{listed} / no layer of this name",
        where,
        expected=listed,
        remedy=_instead(wanted, names),
    )


def _instead(wanted: str, names: Sequence[str]) -> str:
    close = get_close_matches(wanted, names, n=1, cutoff=0.4)
    if not close:
        return "改用实有的图层名 / give one of these names"
    return f"是否为 {close[0]!r}？/ did you mean {close[0]!r}?"


def read_bytes(file: Path, where: str) -> bytes:
    """Return the bytes of a file that is parsed in memory.

    Raises
    ------
    ZoneFileError
        If the file holds more than `MAX_TEXT_BYTES` or cannot be read.
    """
    try:
        size = file.stat().st_size
        if size <= MAX_TEXT_BYTES:
            return file.read_bytes()
    except OSError as error:
        raise unreadable(error, where) from error
    raise ZoneFileError(
        f"文件有 {size >> 20} MB，过大 / the file is too large",
        where,
        expected=f"≤ {MAX_TEXT_BYTES >> 20} MB",
        remedy="另存为 GeoPackage，或分成几个文件 / save it as GeoPackage, or as several files",
    )


def decoded(content: bytes) -> str:
    """Return a text in UTF-8, UTF-16 with its mark, or GBK, whatever it says of itself.

    Chinese tools often declare one encoding and write another, so the bytes are asked.
    """
    encoding = marked_encoding(content) or text_encoding(content)
    return content.decode(encoding, errors="replace")


def unreadable(error: Exception, where: str) -> ZoneFileError:
    """Return the error for a file that its driver or the system refuses."""
    return ZoneFileError(
        f"无法读取 / cannot be read: {error}",
        where,
        expected="完整、有读取权限的文件 / a whole file that may be read",
        remedy="用 GIS 软件打开检查并另存，或请对方重发"
        " / open it in a GIS and save it again, or ask for it again",
    )
