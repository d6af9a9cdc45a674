"""Layers for GIS (WGS-84) whose bytes depend on nothing but what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd

DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG"}
"""GDAL's name of each format, by suffix."""
UTC_FORM = "%Y-%m-%dT%H:%M:%SZ"
"""ISO 8601, as every layer writes times."""


def write_layer(
    path: Path,
    table: pd.DataFrame,
    geometry: Any,
    *,
    layer: str,
    kind: Literal["Point", "MultiPolygon"],
    driver: str,
    written_utc: str = "",
    options: Mapping[str, str] | None = None,
) -> None:
    """Write a table as one layer.

    Parameters
    ----------
    geometry
        One a row, WGS-84 degrees.
    kind
        Of all geometries; single polygons are made multiple.
    driver
        One of `DRIVERS`.
    written_utc
        What GeoPackages say of when they were written, in `UTC_FORM`; their newest row's time
        will do.
    options
        Of GDAL's driver.
    """
    import geopandas
    import pyogrio

    frame = geopandas.GeoDataFrame(table, geometry=geometry, crs="EPSG:4326")
    with _dated(written_utc or "1970-01-01T00:00:00Z"):
        pyogrio.write_dataframe(
            frame, path, layer=layer, driver=driver, geometry_type=kind,
            promote_to_multi=kind.startswith("Multi"), layer_options=dict(options or {}),
        )  # fmt: skip


def newest(times: pd.Series) -> str:
    """Return the latest of times in `UTC_FORM`, "" without any."""
    return str(times.max()) if len(times) else ""


@contextmanager
def _dated(written_utc: str) -> Iterator[None]:
    """Keep GDAL from putting the system's time into a file."""
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": written_utc.replace("Z", ".000Z")})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
