"""The one layer of a file, zip archive, KMZ or folder as offices send it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.files import sha256_of_file
from firewatch.core.geo import Extent
from zones.formats.archive import unpack
from zones.formats.content import chosen_layer, unreadable
from zones.formats.shapefile import parts_of
from zones.formats.table import ARCHIVES, ENDINGS, FORMAT_OF, KNOWN, MAIN_DOCUMENT, REMEDIES
from zones.geometry.arrays import Geometries
from zones.notes import Note


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
    notes
        What was left out of the file or must be told of it.
    """

    attributes: pd.DataFrame
    geometry: Geometries
    crs: str | None
    path: Path
    sha256: str
    notes: tuple[Note, ...] = ()

    @property
    def extent(self) -> Extent:
        """The box round all features, in the file's own coordinates."""
        west, south, east, north = shapely.total_bounds(self.geometry)
        return Extent(west, south, east, north)


def read_layer(path: Path, name: str | None = None) -> Layer:
    """Read one vector layer of a file, a zip archive or a folder.

    Parameters
    ----------
    path
        GeoPackage, shapefile, GeoJSON, KML, DXF or file geodatabase, alone or with others in a
        zip archive (or KMZ) or folder.
    name
        Which layer, where there are several: a file's name, or a layer's name in it (of a KML a
        folder's, of a DXF a layer's). None reads the only layer, and all folders of a KML and all
        layers of a DXF.

    Raises
    ------
    ZoneFileError
        If there is no such file, no layer or several, or its reader finds it damaged.
    """
    path = Path(path)
    where = str(path)
    try:
        _require_there(path)
        with _unpacked(path) as (place, inside):
            file = _only_layer(place, path, name, inside)
            form = FORMAT_OF[file.suffix.lower()]
            own_name = name in (file.stem, file.name)
            if name is not None and not own_name and not form.layered:
                chosen_layer([file.stem], name, where)
            content = form.read(file, where, None if own_name else name)
            digest = _digest(file)
    except (OSError, ValueError, shapely.errors.ShapelyError) as error:
        raise unreadable(error, where) from error
    if len(content.geometry) == 0:
        raise ZoneFileError(
            "图层没有任何图形 / the layer holds no feature",
            where,
            expected="Polygon, MultiPolygon",
            remedy="重新导出图层后再导入 / export the layer again",
        )
    return Layer(content.attributes, content.geometry, content.crs, path, digest, content.notes)


def _require_there(path: Path) -> None:
    if not path.exists():
        raise ZoneFileError(
            "文件不存在 / no such file", str(path), KNOWN, "检查路径 / check the path"
        )
    if not path.is_dir() and not path.is_file():
        raise ZoneFileError(
            "不是普通文件 / not a regular file", str(path), KNOWN, "检查路径 / check the path"
        )
    if path.is_file() and path.stat().st_size == 0:
        raise ZoneFileError(
            "文件是空的（0 字节）/ the file is empty (0 bytes)",
            str(path),
            expected=KNOWN,
            remedy="请对方重发 / ask for the file again",
        )


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give the file or folder to read, and what an archive held, for messages."""
    if path.is_dir() or path.suffix.lower() not in ARCHIVES:
        yield path, ()
        return
    with tempfile.TemporaryDirectory() as name:
        inside = unpack(path, Path(name), ENDINGS)
        yield Path(name), inside


def _only_layer(place: Path, asked: Path, wanted: str | None, inside: tuple[str, ...]) -> Path:
    found = _layer_files(place)
    if asked.suffix.lower() == ".kmz":
        found = [p for p in found if p.name.lower() == MAIN_DOCUMENT] or found
    if len(found) > 1 and wanted is not None:
        found = [p for p in found if wanted in (p.stem, p.name)] or found
    if len(found) == 1:
        return found[0]
    names = [p.name for p in found] or inside[:5] or ["无 / none"]
    several = "用图层名指定其中一个，或逐个导入 / name one of them, or import one at a time"
    single = REMEDIES.get(
        _ending(asked, inside), "请对方提供上述格式 / ask for one of these formats"
    )
    raise ZoneFileError(
        f"应恰有一个图层文件，实有：{'、'.join(names)} / exactly one layer file is needed",
        str(asked),
        expected=KNOWN,
        remedy=several if found else single,
    )


def _layer_files(place: Path) -> list[Path]:
    if place.suffix.lower() in FORMAT_OF:
        return [place]
    if not place.is_dir():
        return []
    found = sorted(p for p in place.rglob("*") if p.suffix.lower() in FORMAT_OF)
    folders = {p for p in found if p.is_dir()}
    return [p for p in found if not p.name.startswith(".") and not folders.intersection(p.parents)]


def _ending(asked: Path, inside: tuple[str, ...]) -> str:
    """Return the ending that says best what the user has: of the file, or of what is packed."""
    packed = [Path(name).suffix.lower() for name in inside]
    return next((ending for ending in packed if ending in REMEDIES), asked.suffix.lower())


def _digest(file: Path) -> str:
    if file.is_dir():
        parts = sorted((p.name, p) for p in file.iterdir() if p.is_file())
    elif file.suffix.lower() == ".shp":
        parts = sorted(parts_of(file).items())
    else:
        return sha256_of_file(file)
    lines = [f"{name} {sha256_of_file(part)}" for name, part in parts]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
