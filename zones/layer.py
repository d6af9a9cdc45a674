"""Polygon layers as offices send them: shapefile, zip, GeoPackage, GeoJSON, in any encoding."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.files import sha256_of_file
from firewatch.core.geo import Extent
from zones.encoding import redecoded, table_encoding, text_encoding
from zones.register import Geometries

_SHAPEFILE = ".shp"
_ZIP_UTF8 = 0x800
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
    from pyogrio.errors import DataLayerError, DataSourceError

    # A heading cut within a character cannot be decoded by the driver: take bytes as they are.
    as_bytes = "ISO-8859-1" if _is_shapefile(file) else None
    try:
        # Tables without shapes stand beside the layer, such as QGIS's layer_styles.
        listed = pyogrio.list_layers(file)
        names = [name for name, kind in listed if kind is not None] or list(listed[:1, 0])
        if len(names) == 1:
            meta, _, shapes, fields = pyogrio.raw.read(
                file, layer=names[0], encoding=as_bytes, force_2d=True
            )
            geometry = np.atleast_1d(shapely.from_wkb(shapes, on_invalid="ignore"))
    except (DataSourceError, DataLayerError, UnicodeDecodeError, shapely.GEOSException) as error:
        raise ZoneFileError(
            f"无法读取 / cannot be read: {error}",
            str(asked),
            expected=_FORMATS,
            remedy="用 GIS 软件打开检查并另存 / open it in a GIS and save it again",
        ) from error
    if len(names) != 1:
        raise ZoneFileError(
            f"应恰有一个图层，实有：{'、'.join(names) or '无'} / exactly one layer is needed",
            str(asked),
            expected="一个图层 / one layer",
            remedy="每个图层另存为一个文件 / save each layer as a file of its own",
        )
    columns = {str(name): values for name, values in zip(meta["fields"], fields, strict=True)}
    table = pd.DataFrame(columns, index=range(len(geometry)))
    if as_bytes:
        table = _redecoded(table, table_encoding(_part(file, ".dbf")))
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
    """Unpack without trusting the paths inside: its folders become numbered ones."""
    folders: dict[str, Path] = {}
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                inner = PurePosixPath(_name_in_zip(member))
                if member.is_dir() or inner.name.startswith("."):
                    continue
                place = folders.setdefault(str(inner.parent), folder / str(len(folders)))
                place.mkdir(exist_ok=True)
                (place / inner.name).write_bytes(opened.read(member))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ZoneFileError(
            f"压缩包损坏或加密 / the archive is damaged or encrypted: {error}",
            str(archive),
            remedy="解压后导入 .shp，或重新压缩 / unpack it, or pack it again",
        ) from error


def _name_in_zip(member: zipfile.ZipInfo) -> str:
    """Return a member's path; without the UTF-8 flag Windows writes GBK, and others UTF-8."""
    name = member.filename
    if not member.flag_bits & _ZIP_UTF8:
        written = name.encode("cp437")
        name = written.decode(text_encoding(written), errors="replace")
    return name.replace("\\", "/")


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
    if _is_shapefile(found[0]):
        _require_parts(found[0], asked)
    return found[0]


def _is_shapefile(file: Path) -> bool:
    return file.suffix.lower() == _SHAPEFILE


def _parts(shapefile: Path) -> dict[str, Path]:
    """Return the files of a shapefile by ending, in lower case."""
    return {p.suffix.lower(): p for p in shapefile.parent.iterdir() if p.stem == shapefile.stem}


def _part(shapefile: Path, ending: str) -> Path:
    return _parts(shapefile)[ending]


def _require_parts(shapefile: Path, asked: Path) -> None:
    absent = [ending for ending in (".shx", ".dbf") if ending not in _parts(shapefile)]
    if absent:
        raise ZoneFileError(
            f"Shapefile 缺少 {'、'.join(absent)} / parts of the shapefile are missing",
            str(asked),
            expected=".shp + .shx + .dbf (+ .prj)",
            remedy="请对方把各部分一起打包成 zip / ask for all parts in one zip",
        )


def _digest(file: Path) -> str:
    if not _is_shapefile(file):
        return sha256_of_file(file)
    parts = sorted(_parts(file).items())
    lines = [f"{ending} {sha256_of_file(part)}" for ending, part in parts]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
