"""MOD14 and MYD14: what the HDF4 file says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagery.level1.apart import FileApart
from imagery.level2.granule import Heading, Level2, assembled, collection, started_utc_s
from imagery.level2.products import product_named
from imagery.reading import unreadable

_IMAGES = ("fire mask", "algorithm QA")
_SATELLITES = {"Terra": "MOD14", "Aqua": "MYD14"}


def read_modis14(file: FileApart) -> Level2:
    """Read one MODIS level-2 fire file.

    Parameters
    ----------
    file
        The open file; its official name counts where the content is silent.

    Raises
    ------
    UnreadableFileError
        If it is cut short, no fire product, or lacks what the product promises.
    """
    variables, fills = _variables(file)
    heading = _heading(file.path, file.global_attributes)
    return assembled(file.path, heading, variables, fills)


def _variables(file: FileApart) -> tuple[dict[str, NDArray[np.generic]], dict[str, float]]:
    """Return the fire variables by their own names, and their fill values."""
    names = [name for name in file.names if name.startswith("FP_") or name in _IMAGES]
    fills = {name: file.attributes(name).get("_FillValue") for name in names}
    numbers = {name: float(fill) for name, fill in fills.items() if isinstance(fill, (int, float))}
    return {name: file.whole(name) for name in names}, numbers


def _heading(path: Path, attributes: Mapping[str, Any]) -> Heading:
    core = str(attributes.get("CoreMetadata.0", ""))
    stated = _stated(core, "SHORTNAME") or _SATELLITES.get(str(attributes.get("Satellite", "")), "")
    product = product_named(stated or path.name)
    if product is None or product.family != "MODIS":
        raise unreadable(path, "level2_other_product", found=stated or path.name)
    begun = f"{_stated(core, 'RANGEBEGINNINGDATE')} {_stated(core, 'RANGEBEGINNINGTIME')}"
    return Heading(
        product=product,
        collection=collection(path, _stated(core, "VERSIONID")),
        started_utc_s=started_utc_s(path, begun),
        simulated=str(attributes.get("simulated", "")).upper() == "SIMULATED",
        declared={
            name: value
            for name, value in attributes.items()
            if name.endswith("Pix") and isinstance(value, int)
        },
    )


def _stated(core: str, name: str) -> str:
    """Return one value of the ODL text that HDF-EOS files carry, "" without it."""
    found = re.search(rf"OBJECT\s*=\s*{name}\s.*?VALUE\s*=\s*\"?([^\"\n]*)\"?", core, re.DOTALL)
    return found[1].strip() if found else ""
