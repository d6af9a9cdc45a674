"""MOD14 and MYD14: HDF4 by pyhdf."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagery.level2.granule import Heading, Level2, assembled, collection, started_utc_s
from imagery.level2.products import product_named
from imagery.reading import unreadable

HDF4_MAGIC = b"\x0e\x03\x13\x01"
_SATELLITES = {"Terra": "MOD14", "Aqua": "MYD14"}


def read_modis14(path: Path, data: bytes) -> Level2:
    """Read one MODIS level-2 fire file.

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
    from pyhdf.error import HDF4Error
    from pyhdf.SD import SD, SDC

    with _on_disk(data) as content:
        try:
            file = SD(str(content), SDC.READ)
            try:
                heading = _heading(path, file.attributes())
                variables, fills = _variables(file)
            finally:
                file.end()
        except (HDF4Error, MemoryError, OverflowError, ValueError, TypeError) as error:
            raise unreadable(path, "level2_damaged", found=str(error)) from error
    return assembled(path, heading, variables, fills)


@contextmanager
def _on_disk(data: bytes) -> Iterator[Path]:
    """Give a path of the file's content that no one opened before.

    The HDF4 library reads from paths only, and after a damaged file it refuses the same path for
    as long as the program runs, even if a whole file has taken its place.
    """
    with tempfile.TemporaryDirectory(prefix="firewatch_") as folder:
        content = Path(folder) / "granule.hdf"
        content.write_bytes(data)
        yield content


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


def _variables(file: Any) -> tuple[dict[str, NDArray[np.generic]], dict[str, float]]:
    variables: dict[str, NDArray[np.generic]] = {}
    fills: dict[str, float] = {}
    for name in file.datasets():
        if not (name.startswith("FP_") or name in ("fire mask", "algorithm QA")):
            continue
        dataset = file.select(name)
        variables[name] = np.asarray(dataset[:])
        if "_FillValue" in (attributes := dataset.attributes()):
            fills[name] = float(attributes["_FillValue"])
        dataset.endaccess()
    return variables, fills
