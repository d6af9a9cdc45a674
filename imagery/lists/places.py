"""The position of each row in WGS-84, or why it has none."""

from __future__ import annotations

import numpy as np

from firewatch.core.geo import Floats, gcj02_to_wgs84
from imagery.lists.cells import Cells, Mask
from imagery.lists.datums import Datum, datum_of, datum_of_heading
from imagery.lists.faults import Faults

# Beyond any angle: metres of a projection.
_PROJECTED_FROM = 360.0


def positions(cells: Cells, faults: Faults) -> tuple[Floats, Floats]:
    """Return (lon, lat) in degrees, WGS-84, marking rows without a position that can be."""
    lon, lat = cells.numbers["lon"], cells.numbers["lat"]
    if not (_all_within(lat, 90) and _all_within(lon, 180)):
        _mark_outside(cells, faults, lon, lat)
    faults.mark((lon == 0) & (lat == 0), "null_island", "lat")
    return _on_wgs84(cells, faults, lon, lat)


def _all_within(degrees: Floats, limit: float) -> bool:
    """Return whether every value is a number of at most `limit`; NaN is not."""
    return bool(degrees.min(initial=limit) >= -limit and degrees.max(initial=-limit) <= limit)


def _mark_outside(cells: Cells, faults: Faults, lon: Floats, lat: Floats) -> None:
    for role in ("lat", "lon"):
        if role in cells.unreadable:
            faults.mark(cells.unreadable[role], "angle", role)
        faults.mark(np.isnan(cells.numbers[role]), "position_blank", role)
        projected: Mask = np.abs(cells.numbers[role]) > _PROJECTED_FROM
        faults.mark(projected, "projected", role)
    faults.mark((np.abs(lat) > 90) & (np.abs(lon) <= 90), "swapped", "lat")
    faults.mark(np.abs(lat) > 90, "lat_range", "lat")
    faults.mark(np.abs(lon) > 180, "lon_range", "lon")


def _on_wgs84(cells: Cells, faults: Faults, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    declared = datum_of_heading(cells.match.notes["lon"] + cells.match.notes["lat"])
    if "datum" not in cells.codes and declared is Datum.WGS84:
        return lon, lat
    shifted = np.full(len(cells), declared is Datum.GCJ02)
    if declared is Datum.OTHER:
        faults.mark(np.ones(len(cells), dtype=bool), "datum", "lon")
    if "datum" in cells.codes:
        texts = cells.codes["datum"]
        datums = [*(datum_of(str(text)) for text in texts.categories), declared]
        shifted = np.array([one is Datum.GCJ02 for one in datums])[texts.codes]
        other = np.array([one is Datum.OTHER for one in datums])[texts.codes]
        faults.mark(other, "datum", "datum")
    usable = shifted & np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon.copy(), lat.copy()
    lon[usable], lat[usable] = gcj02_to_wgs84(lon[usable], lat[usable])
    return lon, lat
