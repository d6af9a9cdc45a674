"""MOD14 and MYD14: HDF4 by pyhdf."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagery.level2 import hdf4_dump
from imagery.level2.granule import Heading, Level2, assembled, collection, started_utc_s
from imagery.level2.products import product_named
from imagery.reading import unreadable

HDF4_MAGIC = b"\x0e\x03\x13\x01"
# A sound file takes less than a second; a damaged one may lead the library round in circles.
_TIMEOUT_S = 120
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
    attributes, fills, variables = _content(path, data)
    return assembled(path, _heading(path, attributes), variables, fills)


def _content(
    path: Path, data: bytes
) -> tuple[dict[str, Any], dict[str, float], dict[str, NDArray[np.generic]]]:
    """Return global attributes, fill values and variables, read by a program of its own."""
    if find_spec("pyhdf") is None:
        raise ModuleNotFoundError("pyhdf", name="pyhdf")
    with tempfile.TemporaryDirectory(prefix="firewatch_") as folder:
        source, target = Path(folder) / "granule.hdf", Path(folder) / "content.npz"
        source.write_bytes(data)
        if message := _dumped(source, target):
            raise unreadable(path, "level2_damaged", found=message)
        with np.load(target) as content:
            variables = dict(content)
    attributes = json.loads(str(variables.pop(hdf4_dump.ATTRIBUTES)))
    fills = json.loads(str(variables.pop(hdf4_dump.FILLS)))
    return attributes, fills, variables


def _dumped(source: Path, target: Path) -> str:
    """Copy the content of a file by a program of its own; return why that failed, or ""."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", hdf4_dump.__name__, str(source), str(target)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except subprocess.TimeoutExpired:
        return f"> {_TIMEOUT_S} s"
    if done.returncode:
        return done.stderr.strip().rpartition("\n")[2] or f"HDF4 {done.returncode}"
    return ""


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
