"""Recognising level-2 fire products by their bytes, and reading them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imagery.content import load
from imagery.level1.apart import FileApart, Kind
from imagery.level2.granule import Level2
from imagery.level2.modis14 import read_modis14
from imagery.level2.viirs14 import read_viirs14
from imagery.reading import unreadable


@dataclass(frozen=True)
class _Container:
    """A file format of level-2 products: how it begins, what reads it, and what is read from it."""

    magic: bytes
    kind: Kind
    title: str
    read: Callable[[FileApart], Level2]


_CONTAINERS = (
    _Container(b"\x0e\x03\x13\x01", "hdf4", "HDF4", read_modis14),
    _Container(b"\x89HDF\r\n\x1a\n", "hdf5", "NetCDF-4", read_viirs14),
)


def is_hdf(data: bytes) -> bool:
    """Return whether bytes are HDF4, HDF5 or NetCDF-4."""
    return _container(data) is not None


def read_level2(path: Path, data: bytes | None = None) -> Level2:
    """Return an official fire product with its fire pixels, statistics and masks.

    Parameters
    ----------
    data
        The decompressed bytes, if they are at hand.

    Raises
    ------
    UnreadableFileError
        If the file is none of the products of `imagery.level2.products`, or is damaged.
    """
    content = load(path) if data is None else data
    container = _container(content)
    if container is None:
        raise unreadable(path, "level2_other_product", found=path.name)
    # The libraries read from disk only, and the file itself may be compressed.
    with tempfile.TemporaryDirectory(prefix="firewatch_") as folder:
        copy = Path(folder) / "granule"
        copy.write_bytes(content)
        with FileApart(copy, container.kind, container.title, named=path) as file:
            return container.read(file)


def _container(data: bytes) -> _Container | None:
    return next((one for one in _CONTAINERS if data.startswith(one.magic)), None)
