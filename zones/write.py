"""Registers as files for a GIS."""

from __future__ import annotations

from pathlib import Path

import shapely

from firewatch.core.files import atomic_path
from zones.register import Register

LAYER = "zones"


def write_register(register: Register, path: Path) -> None:
    """Write a register as GeoPackage (EPSG:4326); the file is whole or as before.

    Days are texts (``2020-11-05``), the open end is blank; `read_zones` reads the file back to the
    same zones and version.
    """
    import pyogrio

    table = register.readable()
    table = table.assign(illustrative=table["illustrative"].astype("int32"))
    with atomic_path(Path(path)) as temporary:
        pyogrio.raw.write(
            temporary,
            shapely.to_wkb(register.geometry),
            [table[name].to_numpy(dtype=object if table[name].dtype == "str" else None)
             for name in table],
            list(table),
            layer=LAYER,
            driver="GPKG",
            crs="EPSG:4326",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
        )  # fmt: skip
