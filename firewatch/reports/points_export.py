"""Fire points for GIS and spreadsheets: GeoPackage, GeoJSON or CSV by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from firewatch.core.files import atomic_layer
from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Language
from firewatch.reports.csv_cells import write_csv
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
    columns["acquired_utc"] = acquired.strftime("%Y-%m-%dT%H:%M:%SZ")
    columns["acquired_local"] = local_times(table["acquired_utc"]).dt.strftime("%Y-%m-%d %H:%M")
    columns["marks_text"] = labelled_lists(table["marks"], "zone_kind", words)
    simulated = table["simulated"].astype(bool)
    columns["simulated"] = simulated
    columns["data_note"] = simulated.map({True: words("simulated"), False: ""}).astype("str")
    return pd.DataFrame(columns)


def _write_geopackage(path: Path, table: pd.DataFrame) -> None:
    import pyogrio

    # GDAL would put the system's time into the file; the newest point's will do.
    newest = table["acquired_utc"].max() if len(table) else "1970-01-01T00:00:00Z"
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": newest.replace("Z", ".000Z")})
    try:
        pyogrio.write_dataframe(
            _with_geometry(table), path, layer=LAYER, driver="GPKG", geometry_type="Point"
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_geojson(path: Path, table: pd.DataFrame) -> None:
    import pyogrio

    pyogrio.write_dataframe(
        _with_geometry(table),
        path,
        layer=LAYER,
        driver="GeoJSON",
        geometry_type="Point",
        layer_options={
            "RFC7946": "YES",
            "COORDINATE_PRECISION": str(_POSITION_DECIMALS),
            "DESCRIPTION": " ".join(sorted(set(table["data_note"]) - {""})),
        },
    )


def _with_geometry(table: pd.DataFrame) -> Any:
    import geopandas

    geometry = geopandas.points_from_xy(table["lon"], table["lat"])
    return geopandas.GeoDataFrame(table, geometry=geometry, crs="EPSG:4326")


_WRITERS: dict[str, Callable[[Path, pd.DataFrame], None]] = {
    ".gpkg": _write_geopackage,
    ".geojson": _write_geojson,
    ".csv": write_csv,
}
