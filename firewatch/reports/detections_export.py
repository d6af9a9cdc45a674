"""Detected fire pixels for GIS and spreadsheets, by the file's suffix."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from firewatch.core.errors import UsageError
from firewatch.core.files import atomic_path
from firewatch.reports.csv_cells import write_csv

LAYER = "detections"
_DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG"}


def write_detections(path: Path, fires: pd.DataFrame) -> None:
    """Write fire pixels as ``.geojson``, ``.gpkg`` (layer "detections") or ``.csv`` (WGS-84).

    Raises
    ------
    UsageError
        If the suffix names no format.
    """
    suffix = path.suffix.lower()
    if suffix not in (*_DRIVERS, ".csv"):
        raise UsageError(
            f"无法按后缀 {path.suffix!r} 选择格式 / no format has this suffix",
            where=str(path),
            expected=" ".join((*_DRIVERS, ".csv")),
            remedy="改用上述后缀之一 / use one of these suffixes",
        )
    written = fires.assign(acquired_utc=fires["acquired_utc"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    with atomic_path(path) as temporary:
        if suffix == ".csv":
            write_csv(temporary, written)
        else:
            _write_layer(temporary, written, _DRIVERS[suffix])


def _write_layer(path: Path, fires: pd.DataFrame, driver: str) -> None:
    import geopandas
    import pyogrio

    geometry = geopandas.points_from_xy(fires["lon"], fires["lat"])
    layer = geopandas.GeoDataFrame(fires, geometry=geometry, crs="EPSG:4326")
    pyogrio.write_dataframe(layer, path, layer=LAYER, driver=driver, geometry_type="Point")
