"""VNP14IMG, VJ114IMG, VJ214IMG and their 750 m relatives: NetCDF-4 or HDF5 by h5py."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagery.level2.granule import Heading, Level2, assembled, collection, started_utc_s
from imagery.level2.products import product_named
from imagery.reading import unreadable

_SHORT_NAME = ("ShortName", "short_name", "shortname")
_START = ("StartTime", "time_coverage_start", "RangeBeginning")
# What h5py raises, by the part of a file that is damaged.
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError)
_COLLECTION = ("VersionID", "VersionId", "collection", "Collection", "version_id")


def read_viirs14(path: Path, data: bytes) -> Level2:
    """Read one VIIRS level-2 fire file.

    Parameters
    ----------
    path
        For messages, and for what the official name says where the file is silent.
    data
        The bytes of the file, decompressed.

    Raises
    ------
    UnreadableFileError
        If it is cut short, no fire product, or lacks what the product promises.
    """
    import h5py

    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            attributes = {name: _plain(value) for name, value in file.attrs.items()}
            heading = _heading(path, attributes)
            variables, fills = _variables(file)
    except _DAMAGE as error:
        raise unreadable(path, "level2_damaged", found=str(error)) from error
    return assembled(path, heading, variables, fills)


def _heading(path: Path, attributes: Mapping[str, Any]) -> Heading:
    short_name = _first(attributes, _SHORT_NAME)
    product = product_named(short_name or path.name)
    if product is None or product.family == "MODIS":
        raise unreadable(path, "level2_other_product", found=short_name or path.name)
    return Heading(
        product=product,
        collection=collection(path, _first(attributes, _COLLECTION)),
        started_utc_s=started_utc_s(path, _first(attributes, _START)),
        simulated=_first(attributes, ("simulated",)).upper() == "SIMULATED",
        declared={
            name: int(value)
            for name, value in attributes.items()
            if name.endswith("Pix") and isinstance(value, (int, np.integer))
        },
    )


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(attributes[name]) for name in names if name in attributes), "")


def _plain(value: Any) -> Any:
    """Return an attribute as a text or number: files hold bytes and arrays of one."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _variables(file: Any) -> tuple[dict[str, NDArray[np.generic]], dict[str, float]]:
    """Return the fire variables by their own names, in whatever group they lie, and their fills."""
    import h5py

    variables: dict[str, NDArray[np.generic]] = {}
    fills: dict[str, float] = {}

    def take(full_name: str, item: Any) -> None:
        name = full_name.rsplit("/", 1)[-1]
        wanted = name.startswith("FP_") or name.replace("_", " ") in ("fire mask", "algorithm QA")
        if not isinstance(item, h5py.Dataset) or not wanted or name in variables:
            return
        variables[name] = np.asarray(item[()])
        if "_FillValue" in item.attrs:
            fills[name] = float(_plain(item.attrs["_FillValue"]))

    file.visititems(take)
    return variables, fills
