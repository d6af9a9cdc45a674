"""Burned ground as tables and as polygons for GIS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from firewatch.core.files import atomic_layer, atomic_path
from firewatch.core.time import from_epoch_seconds
from firewatch.reports.csv_cells import write_csv

LAYER = "burned"


def write_burned(
    path: Path, seasons: pd.DataFrame, pairs: pd.DataFrame, notes: Sequence[str]
) -> None:
    """Write seasons, pairs of scenes and notes as ``.xlsx``, or as ``.csv`` with the seasons last.

    A file travels alone: it carries what its numbers are.
    """
    with atomic_path(path) as temporary:
        if path.suffix.lower() == ".csv":
            # A row without scenes is the total of its season.
            both = pd.concat([pairs, seasons], ignore_index=True)
            write_csv(temporary, both.assign(note="；".join(notes)))
            return
        with pd.ExcelWriter(temporary, engine="xlsxwriter") as book:
            seasons.to_excel(book, sheet_name="seasons", index=False)
            pairs.to_excel(book, sheet_name="pairs", index=False)
            pd.DataFrame({"note": list(notes)}).to_excel(book, sheet_name="notes", index=False)


def write_scars(
    path: Path, outlines: Sequence[pd.DataFrame], note: str, *, simulated: bool
) -> None:
    """Write scars as a GeoPackage, layer "burned", WGS-84.

    Parameters
    ----------
    outlines
        As of `imagery.scar.season.BurnedGround.outlines`, with season.
    """
    import geopandas
    import pyogrio

    table = pd.concat(list(outlines), ignore_index=True)
    for moment in ("before", "after"):
        times = from_epoch_seconds(table.pop(f"{moment}_s").astype("int64"))
        table[f"{moment}_utc"] = times.dt.strftime("%Y-%m-%dT%H:%M:%SZ").to_numpy()
    table = table.assign(simulated=simulated, data_note=note)
    layer = geopandas.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")
    newest = table["after_utc"].max() if len(table) else "1970-01-01T00:00:00Z"
    # GDAL would put the system's time into the file.
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": newest.replace("Z", ".000Z")})
    try:
        with atomic_layer(path) as temporary:
            pyogrio.write_dataframe(
                layer, temporary, layer=LAYER, driver="GPKG", geometry_type="MultiPolygon",
                promote_to_multi=True,
            )  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
