"""VNP14IMG, VJ114IMG, VJ214IMG and their 750 m relatives: NetCDF-4 or HDF5."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagery.level1.apart import FileApart
from imagery.level2.granule import Heading, Level2, assembled, collection, started_utc_s
from imagery.level2.products import product_named
from imagery.reading import unreadable

_SHORT_NAME = ("ShortName", "short_name", "shortname")
_START = ("StartTime", "time_coverage_start", "RangeBeginning")
_COLLECTION = ("VersionID", "VersionId", "collection", "Collection", "version_id")


def read_viirs14(file: FileApart) -> Level2:
    """Read one VIIRS level-2 fire file.

    Parameters
    ----------
    file
        The open file; its official name counts where the content is silent.

    Raises
    ------
    UnreadableFileError
        If it is cut short, no fire product, or lacks what the product promises.
    """
    heading = _heading(file.path, file.global_attributes)
    variables, fills = _variables(file)
    return assembled(file.path, heading, variables, fills)


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
            if name.endswith("Pix") and isinstance(value, int)
        },
    )


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(attributes[name]) for name in names if name in attributes), "")


def _variables(file: FileApart) -> tuple[dict[str, NDArray[np.generic]], dict[str, float]]:
    """Return the fire variables by their own names, in whatever group they lie, and their fills."""
    variables: dict[str, NDArray[np.generic]] = {}
    fills: dict[str, float] = {}
    for place in file.names:
        name = place.rsplit("/", 1)[-1]
        wanted = name.startswith("FP_") or name.replace("_", " ") in ("fire mask", "algorithm QA")
        if not wanted or name in variables:
            continue
        variables[name] = file.whole(place)
        if isinstance(fill := file.attributes(place).get("_FillValue"), (int, float)):
            fills[name] = float(fill)
    return variables, fills
