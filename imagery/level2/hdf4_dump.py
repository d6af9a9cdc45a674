"""Copies what a MOD14 file holds into an .npz file; run as a program of its own.

The HDF4 library ends the whole program on some damaged files, so it is not loaded into the program
that reads many files.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ATTRIBUTES = "attributes"
FILLS = "fills"


def dump(source: Path, target: Path) -> None:
    """Write the fire variables of `source`, their fill values and the global attributes."""
    from pyhdf.SD import SD, SDC

    file = SD(str(source), SDC.READ)
    variables: dict[str, NDArray[Any]] = {}
    fills: dict[str, float] = {}
    for name in file.datasets():
        if not (name.startswith("FP_") or name in ("fire mask", "algorithm QA")):
            continue
        dataset = file.select(name)
        variables[name] = np.asarray(dataset[:])
        if "_FillValue" in (attributes := dataset.attributes()):
            fills[name] = float(attributes["_FillValue"])
        dataset.endaccess()
    held: dict[str, Any] = {
        **variables,
        ATTRIBUTES: np.array(json.dumps(file.attributes(), default=str)),
        FILLS: np.array(json.dumps(fills)),
    }
    file.end()
    with target.open("wb") as stream:
        np.savez(stream, **held)


if __name__ == "__main__":
    dump(Path(sys.argv[1]), Path(sys.argv[2]))
