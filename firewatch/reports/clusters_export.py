"""Fires found at 20 to 30 m for GIS and spreadsheets, by the file's suffix."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from firewatch.core.files import atomic_layer
from firewatch.reports.csv_cells import write_csv
from firewatch.reports.suffixes import suffix_of

LAYER = "fires"
_DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG"}
SUFFIXES = (*_DRIVERS, ".csv")


def write_clusters(path: Path, clusters: pd.DataFrame) -> None:
    """Write clusters as polygons, or as a table with their centroids (WGS-84).

    Parameters
    ----------
    path
        ``.geojson``, ``.gpkg`` (layer "fires") or ``.csv``.
    clusters
        Columns of `imagery.fire20m.table.cluster_table`, and acquired_utc.

    Raises
    ------
    UsageError
        If the suffix names no format.
    """
    suffix = suffix_of(path, SUFFIXES)
    written = clusters.assign(
        acquired_utc=clusters["acquired_utc"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    with atomic_layer(path) as temporary:
        if suffix == ".csv":
            write_csv(temporary, written.drop(columns="geometry"))
        else:
            _write_layer(temporary, written, _DRIVERS[suffix])


def _write_layer(path: Path, clusters: pd.DataFrame, driver: str) -> None:
    import geopandas
    import pyogrio

    table = clusters.drop(columns="geometry")
    layer = geopandas.GeoDataFrame(table, geometry=list(clusters["geometry"]), crs="EPSG:4326")
    kind = "MultiPolygon"
    pyogrio.write_dataframe(
        layer, path, layer=LAYER, driver=driver, geometry_type=kind, promote_to_multi=True
    )
