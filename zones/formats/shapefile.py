"""Shapefiles: parts that belong together, tables in UTF-8 or GBK, files cut short in the mail.

Sizes in the headers are checked before GDAL sees the file, because it reads a cut one up to the
cut without a word. Source: ESRI Shapefile Technical Description, 1998; dBASE III file structure.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pandas as pd

from firewatch.core.errors import ZoneFileError
from zones.formats.content import Content, decoded, unreadable
from zones.formats.driver import read_vector
from zones.tables.encoding import redecoded, table_encoding

NEEDED = (".shp", ".shx", ".dbf")
_SYSTEM = ".prj"

_FILE_CODE = 9994
_HEADER_BYTES = 100
_INDEX_RECORD_BYTES = 8
# A heading cut within a character cannot be decoded by the driver: take bytes as they are.
_AS_BYTES = "ISO-8859-1"


def parts_of(shapefile: Path) -> dict[str, Path]:
    """Return the files of a shapefile by ending in lower case, whatever case they are in."""
    beside = sorted(shapefile.parent.iterdir(), key=lambda p: p.stem == shapefile.stem)
    stem = shapefile.stem.casefold()
    return {p.suffix.lower(): p for p in beside if p.stem.casefold() == stem and p.is_file()}


def read_shapefile(file: Path, where: str, layer: str | None) -> Content:
    """Read a shapefile; its texts are in the encoding that its bytes show.

    Raises
    ------
    ZoneFileError
        If a part is missing, cut short or of another shapefile.
    """
    parts = {**parts_of(file), ".shp": file}
    absent = [ending for ending in NEEDED if ending not in parts]
    if absent:
        raise ZoneFileError(
            f"Shapefile 缺少 {'、'.join(absent)} / parts of the shapefile are missing",
            where,
            expected=".shp + .shx + .dbf (+ .prj)",
            remedy="请对方把各部分一起打包成 zip / ask for all parts in one zip",
        )
    try:
        encoding = table_encoding(parts[".dbf"])
        _require_whole(parts, where)
        # GDAL stumbles over a damaged one even where the user declares the system.
        crs = decoded(parts[_SYSTEM].read_bytes()).strip() if _SYSTEM in parts else None
    except (OSError, struct.error) as error:
        raise unreadable(error, where) from error
    content = read_vector({ending: parts[ending] for ending in NEEDED}, where, encoding=_AS_BYTES)
    table = _redecoded(content.attributes, encoding)
    return Content(table, content.geometry, crs or None, content.notes)


def _redecoded(table: pd.DataFrame, encoding: str) -> pd.DataFrame:
    texts = table.select_dtypes(["object", "str"]).columns
    decoded = {name: table[name].map(lambda text: redecoded(text, encoding)) for name in texts}
    renamed = table.assign(**decoded)
    renamed.columns = pd.Index([str(redecoded(name, encoding)) for name in table.columns])
    return renamed


def _require_whole(parts: dict[str, Path], where: str) -> None:
    for ending in (".shp", ".shx"):
        _require_size(parts[ending], _declared_bytes(parts[ending], where), where)
    rows, table_bytes = _table_size(parts[".dbf"])
    _require_size(parts[".dbf"], table_bytes, where)
    shapes = (parts[".shx"].stat().st_size - _HEADER_BYTES) // _INDEX_RECORD_BYTES
    if shapes != rows:
        raise ZoneFileError(
            f"图形 {shapes} 个而属性 {rows} 行 / {shapes} shapes but {rows} rows of attributes",
            where,
            expected="同一次导出的各部分 / parts of one export",
            remedy="请对方重新导出并一起打包 / ask for a new export, all parts in one zip",
        )


def _declared_bytes(part: Path, where: str) -> int:
    with part.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or struct.unpack(">i", header[:4])[0] != _FILE_CODE:
        raise ZoneFileError(
            f"{part.suffix} 不是 Shapefile 的部分 / not a part of a shapefile",
            where,
            expected="ESRI Shapefile",
            remedy="请对方重新导出 / ask for a new export",
        )
    words: int = struct.unpack(">i", header[24:28])[0]
    return words * 2


def _table_size(table: Path) -> tuple[int, int]:
    """Return rows and bytes that the header of a dBASE table declares."""
    with table.open("rb") as stream:
        rows, header_bytes, row_bytes = struct.unpack("<4xIHH", stream.read(12))
    return rows, header_bytes + rows * row_bytes


def _require_size(part: Path, declared: int, where: str) -> None:
    found = part.stat().st_size
    if found < declared:
        raise ZoneFileError(
            f"{part.suffix} 被截断：{found} 字节，应为 {declared} / cut short",
            where,
            expected=f"{declared} 字节 / bytes",
            remedy="请对方重发（打包成 zip）/ ask for the file again, as zip",
        )
