"""Polygon layers as offices send them: shapefile, zip, GeoPackage, GeoJSON, in any encoding."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.files import sha256_of_file
from firewatch.core.geo import Extent
from zones.encoding import redecoded, table_encoding, text_encoding
from zones.register import Geometries

_SHAPEFILE = ".shp"
_JSON = (".geojson", ".json")
_LAYERS = (_SHAPEFILE, ".gpkg", *_JSON)
_FORMATS = "GeoPackage (.gpkg), Shapefile (.shp/.zip), GeoJSON (.geojson)"


@dataclass(frozen=True, eq=False)
class Layer:
    """What a file holds, before anything is judged.

    Parameters
    ----------
    attributes
        One row a feature, as written.
    geometry
        One geometry a feature or None, in the file's own coordinates.
    crs
        The coordinate system that the file declares, as text that PROJ reads; None without one.
    path, sha256
        The user's file, and the hash of its bytes (of all parts of a shapefile).
    """

    attributes: pd.DataFrame
    geometry: Geometries
    crs: str | None
    path: Path
    sha256: str

    @property
    def extent(self) -> Extent:
        west, south, east, north = shapely.total_bounds(self.geometry)
        return Extent(west, south, east, north)


def read_layer(path: Path) -> Layer:
    """Read the one vector layer of a file, a zip archive or a folder.

    Raises
    ------
    ZoneFileError
        If there is no such file, no layer or several, or its driver cannot read it.
    """
    path = Path(path)
    if not path.exists():
        raise ZoneFileError(
            "文件不存在 / no such file", str(path), remedy="检查路径 / check the path"
        )
    with _unpacked(path) as folder_or_file:
        file = _only_layer(folder_or_file, path)
        attributes, geometry, crs = _read(file, path)
        digest = _digest(file)
    if len(geometry) == 0:
        raise ZoneFileError(
            "图层没有任何图形 / the layer holds no feature",
            str(path),
            remedy="重新导出图层后再导入 / export the layer again",
        )
    return Layer(attributes, geometry, crs, path, digest)


def _read(file: Path, asked: Path) -> tuple[pd.DataFrame, Geometries, str | None]:
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        if len(names := pyogrio.list_layers(file)[:, 0]) > 1:
            raise ZoneFileError(
                f"文件含多个图层 / several layers: {'、'.join(names)}",
                str(asked),
                expected="一个图层 / one layer",
                remedy="每个图层另存为一个文件 / save each layer as a file of its own",
            )
        # A heading cut within a character cannot be decoded by the driver: take bytes as they are.
        as_bytes = "ISO-8859-1" if file.suffix == _SHAPEFILE else None
        meta, _, shapes, fields = pyogrio.raw.read(file, encoding=as_bytes, force_2d=True)
        geometry = np.atleast_1d(shapely.from_wkb(shapes, on_invalid="ignore"))
    except (DataSourceError, UnicodeDecodeError, shapely.GEOSException) as error:
        raise ZoneFileError(
            f"无法读取 / cannot be read: {error}",
            str(asked),
            expected=_FORMATS,
            remedy="用 GIS 软件打开检查并另存 / open it in a GIS and save it again",
        ) from error
    columns = {str(name): values for name, values in zip(meta["fields"], fields, strict=True)}
    table = pd.DataFrame(columns, index=range(len(geometry)))
    if as_bytes:
        table = _redecoded(table, table_encoding(file.with_suffix(".dbf")))
    return table, geometry, meta["crs"]


def _redecoded(table: pd.DataFrame, encoding: str) -> pd.DataFrame:
    texts = table.select_dtypes(["object", "str"]).columns
    decoded = {name: table[name].map(lambda text: redecoded(text, encoding)) for name in texts}
    renamed = table.assign(**decoded)
    renamed.columns = pd.Index([str(redecoded(name, encoding)) for name in table.columns])
    return renamed


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Give a path that the driver can open: an unpacked archive, a recoded text, or `path`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if path.suffix.lower() == ".zip":
            _unpack(path, folder)
            yield folder
        elif path.suffix.lower() in _JSON and text_encoding(path.read_bytes()) != "utf-8":
            copy = folder / path.name
            copy.write_text(path.read_text(encoding="gb18030"), encoding="utf-8")
            yield copy
        else:
            yield path


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack without trusting the names inside: Chinese ones are often GBK said to be CP437."""
    try:
        with zipfile.ZipFile(archive) as opened:
            stems: dict[str, str] = {}
            for member in opened.infolist():
                inner = Path(member.filename)
                if member.is_dir() or inner.name.startswith("."):
                    continue
                stem = stems.setdefault(str(inner.with_suffix("")), f"layer{len(stems)}")
                (folder / f"{stem}{inner.suffix.lower()}").write_bytes(opened.read(member))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ZoneFileError(
            f"压缩包损坏或加密 / the archive is damaged or encrypted: {error}",
            str(archive),
            remedy="解压后导入 .shp，或重新压缩 / unpack it, or pack it again",
        ) from error


def _only_layer(place: Path, asked: Path) -> Path:
    if place.is_dir():
        found = sorted(p for p in place.rglob("*") if p.suffix.lower() in _LAYERS)
    else:
        found = [place] if place.suffix.lower() in _LAYERS else []
    if len(found) != 1:
        listed = "、".join(p.name for p in found) or "无 / none"
        raise ZoneFileError(
            f"应恰有一个图层文件，实有：{listed} / exactly one layer file is needed",
            str(asked),
            expected=_FORMATS,
            remedy="逐个导入 / import one file at a time",
        )
    file = found[0]
    if file.suffix.lower() == _SHAPEFILE:
        _require_parts(file, asked)
    return file


def _require_parts(shapefile: Path, asked: Path) -> None:
    absent = [end for end in (".shx", ".dbf") if not shapefile.with_suffix(end).exists()]
    if absent:
        raise ZoneFileError(
            f"Shapefile 缺少 {'、'.join(absent)} / parts of the shapefile are missing",
            str(asked),
            expected=".shp + .shx + .dbf (+ .prj)",
            remedy="请对方把各部分一起打包成 zip / ask for all parts in one zip",
        )


def _digest(file: Path) -> str:
    if file.suffix != _SHAPEFILE:
        return sha256_of_file(file)
    parts = sorted(part for part in file.parent.iterdir() if part.stem == file.stem)
    together = hashlib.sha256()
    for part in parts:
        together.update(f"{part.suffix} {sha256_of_file(part)}\n".encode())
    return together.hexdigest()
