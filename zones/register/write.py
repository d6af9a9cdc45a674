"""Registers as files for a GIS."""

from __future__ import annotations

from pathlib import Path

import shapely

from firewatch.core.errors import UsageError
from firewatch.core.files import atomic_layer
from firewatch.core.qgis import add_styles
from zones.register.register import Register

LAYER = "zones"
ENDING = ".gpkg"


def write_register(register: Register, path: Path, qml: str = "") -> None:
    """Write a register as GeoPackage (EPSG:4326); the file is whole or as before.

    Days, months and hours are texts as in `Register.readable`; `read_zones` reads the file back to
    the same register.

    Parameters
    ----------
    qml
        Style that QGIS gives the layer when it is opened (`zones.register.qgis.zone_qml`).

    Raises
    ------
    UsageError
        If the ending is not that of a GeoPackage.
    """
    import pyogrio

    if Path(path).suffix.lower() != ENDING:
        raise UsageError(
            f"不支持的格式 {Path(path).suffix!r} / this format is not written",
            str(path),
            expected=ENDING,
            remedy="改用 .gpkg / use .gpkg",
        )
    table = register.readable()
    table = table.assign(illustrative=table["illustrative"].astype("int32"))
    with atomic_layer(Path(path)) as temporary:
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
        if qml:
            add_styles(temporary, {LAYER: qml})
