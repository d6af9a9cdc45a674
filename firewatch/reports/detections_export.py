"""Detected fire pixels for GIS and spreadsheets, by the file's suffix."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from firewatch.core.files import atomic_layer
from firewatch.reports.csv_cells import write_csv
from firewatch.reports.suffixes import suffix_of

LAYER = "detections"
_DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG"}
SUFFIXES = (*_DRIVERS, ".csv")


def write_detections(path: Path, fires: pd.DataFrame) -> None:
    """Write fire pixels as ``.geojson``, ``.gpkg`` (layer "detections") or ``.csv`` (WGS-84).

    Raises
    ------
    UsageError
        If the suffix names no format.
    """
    suffix = suffix_of(path, SUFFIXES)
    written = fires.assign(acquired_utc=fires["acquired_utc"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    with atomic_layer(path) as temporary:
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
