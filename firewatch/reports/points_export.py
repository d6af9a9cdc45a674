"""Fire points for GIS and spreadsheets: GeoPackage, GeoJSON or CSV by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.files import atomic_layer
from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Language
from firewatch.reports.csv_cells import write_csv
from firewatch.reports.layers import UTC_FORM, newest, write_layer
from firewatch.reports.suffixes import suffix_of
from firewatch.reports.tables import labelled, labelled_lists, local_times

LAYER = "firepoints"
# Columns of codes that get a readable column beside them, and the label set of each.
_LABELLED = {
    "source": "source",
    "platform": "platform",
    "confidence": "confidence",
    "day_night": "day_night",
    "ruling": "ruling",
    "cause": "cause",
    "status": "status",
    "finding": "finding",
}
# 0.1 m; RFC 7946 section 11.2 advises against more.
_POSITION_DECIMALS = 6


def write_points(path: Path, points: pd.DataFrame, language: Language) -> None:
    """Write fire points as ``.gpkg`` (layer "firepoints"), ``.geojson`` or ``.csv``.

    Every code has a readable column beside it (``ruling_text`` …) in `language`; times are
    there in UTC and as Beijing time text; `simulated` is a truth value and `data_note` says it
    in words. Positions are WGS-84 (EPSG:4326). The same points give the same bytes.

    Raises
    ------
    UsageError
        If the suffix names no format.
    """
    write = _WRITERS[suffix_of(path, _WRITERS)]
    table = readable_points(points, texts("firewatch.reports", language))
    with atomic_layer(path) as temporary:
        write(temporary, table)


def readable_points(points: pd.DataFrame, words: Texts) -> pd.DataFrame:
    """Return the points in order of time, codes as text with labels beside them."""
    table = points.sort_values(["acquired_utc", "point_id"], ignore_index=True)
    acquired = table["acquired_utc"].dt
    columns: dict[str, Any] = {}
    for name in table.columns:
        values = table[name]
        is_code = isinstance(values.dtype, pd.CategoricalDtype)
        columns[name] = values.astype("str").fillna("") if is_code else values
        if name in _LABELLED:
            columns[f"{name}_text"] = labelled(values, _LABELLED[name], words)
    columns["acquired_utc"] = acquired.strftime(UTC_FORM)
    columns["acquired_local"] = local_times(table["acquired_utc"]).dt.strftime("%Y-%m-%d %H:%M")
    columns["marks_text"] = labelled_lists(table["marks"], "zone_kind", words)
    simulated = table["simulated"].astype(bool)
    columns["simulated"] = simulated
    columns["data_note"] = simulated.map({True: words("simulated"), False: ""}).astype("str")
    return pd.DataFrame(columns)


def _write_geopackage(path: Path, table: pd.DataFrame) -> None:
    write_layer(
        path, table, _positions(table), layer=LAYER, kind="Point", driver="GPKG",
        written_utc=newest(table["acquired_utc"]),
    )  # fmt: skip


def _write_geojson(path: Path, table: pd.DataFrame) -> None:
    options = {
        "RFC7946": "YES",
        "COORDINATE_PRECISION": str(_POSITION_DECIMALS),
        "DESCRIPTION": " ".join(sorted(set(table["data_note"]) - {""})),
    }
    write_layer(
        path, table, _positions(table), layer=LAYER, kind="Point", driver="GeoJSON",
        options=options,
    )  # fmt: skip


def _positions(table: pd.DataFrame) -> NDArray[np.object_]:
    return np.asarray(shapely.points(table["lon"], table["lat"]), dtype=object)


_WRITERS: dict[str, Callable[[Path, pd.DataFrame], None]] = {
    ".gpkg": _write_geopackage,
    ".geojson": _write_geojson,
    ".csv": write_csv,
}
