"""Burned ground as tables and as polygons for GIS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from firewatch.core.files import atomic_layer, atomic_path
from firewatch.core.time import from_epoch_seconds
from firewatch.reports.csv_cells import write_csv
from firewatch.reports.layers import UTC_FORM, newest, write_layer

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
    table = pd.concat(list(outlines), ignore_index=True)
    for moment in ("before", "after"):
        times = from_epoch_seconds(table.pop(f"{moment}_s").astype("int64"))
        table[f"{moment}_utc"] = times.dt.strftime(UTC_FORM).to_numpy()
    geometry = list(table.pop("geometry"))
    table = table.assign(simulated=simulated, data_note=note)
    with atomic_layer(path) as temporary:
        write_layer(
            temporary, table, geometry, layer=LAYER, kind="MultiPolygon", driver="GPKG",
            written_utc=newest(table["after_utc"]),
        )  # fmt: skip
