"""Detected fire pixels for GIS and spreadsheets, by the file's suffix."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import shapely

from firewatch.core.files import atomic_layer
from firewatch.reports.csv_cells import write_csv
from firewatch.reports.layers import DRIVERS, UTC_FORM, newest, write_layer
from firewatch.reports.suffixes import suffix_of

LAYER = "detections"
SUFFIXES = (*DRIVERS, ".csv")


def write_detections(path: Path, fires: pd.DataFrame) -> None:
    """Write fire pixels as ``.geojson``, ``.gpkg`` (layer "detections") or ``.csv`` (WGS-84).

    Raises
    ------
    UsageError
        If the suffix names no format.
    """
    suffix = suffix_of(path, SUFFIXES)
    written = fires.assign(acquired_utc=fires["acquired_utc"].dt.strftime(UTC_FORM))
    with atomic_layer(path) as temporary:
        if suffix == ".csv":
            write_csv(temporary, written)
        else:
            write_layer(
                temporary, written, shapely.points(fires["lon"], fires["lat"]), layer=LAYER,
                kind="Point", driver=DRIVERS[suffix], written_utc=newest(written["acquired_utc"]),
            )  # fmt: skip
