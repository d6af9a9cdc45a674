"""Recognising level-2 fire products by their bytes, and reading them."""

from __future__ import annotations

from pathlib import Path

from imagery.content import load
from imagery.level2.granule import Level2
from imagery.level2.modis14 import HDF4_MAGIC, read_modis14
from imagery.level2.viirs14 import read_viirs14
from imagery.libraries import needed_for
from imagery.reading import unreadable

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


def is_hdf(data: bytes) -> bool:
    """Return whether bytes are HDF4, HDF5 or NetCDF-4."""
    return data.startswith((HDF4_MAGIC, HDF5_MAGIC))


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
    with needed_for(path):
        if content.startswith(HDF4_MAGIC):
            return read_modis14(path, content)
        if content.startswith(HDF5_MAGIC):
            return read_viirs14(path, content)
    raise unreadable(path, "level2_other_product", found=path.name)
