"""Fires found at 20 to 30 m for GIS and spreadsheets, by the file's suffix."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from firewatch.core.files import atomic_layer
from firewatch.reports.csv_cells import write_csv
from firewatch.reports.layers import DRIVERS, UTC_FORM, newest, write_layer
from firewatch.reports.suffixes import suffix_of

LAYER = "fires"
SUFFIXES = (*DRIVERS, ".csv")


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
    table = clusters.drop(columns="geometry").assign(
        acquired_utc=clusters["acquired_utc"].dt.strftime(UTC_FORM)
    )
    with atomic_layer(path) as temporary:
        if suffix == ".csv":
            write_csv(temporary, table)
        else:
            write_layer(
                temporary, table, list(clusters["geometry"]), layer=LAYER, kind="MultiPolygon",
                driver=DRIVERS[suffix], written_utc=newest(table["acquired_utc"]),
            )  # fmt: skip
