"""What `firewatch detect --out` writes: fire pixels of our own detection, as CSV or GeoJSON."""

from __future__ import annotations

from firewatch.core.vocab import Source
from imagery.lists.formats.declare import ConfidenceScale, FileColumn, Format
from imagery.lists.formats.firms import LETTERS_AND_WORDS, MODIS_SATELLITES, VIIRS_SATELLITES

VERSION_ROLES = ("algorithm", "version", "parameter_hash", "missing")

OWN_DETECTION = Format(
    name="own_detection",
    title="firewatch detect --out",
    source=Source.SATELLITE,
    columns=(
        FileColumn("lon", ("lon",), "number", unit="degree"),
        FileColumn("lat", ("lat",), "number", unit="degree"),
        FileColumn("scan_km", ("scan_km",), "number", unit="km"),
        FileColumn("track_km", ("track_km",), "number", unit="km"),
        FileColumn("bt_mir_k", ("bt_mir_k",), "number", unit="K"),
        FileColumn("bt_tir_k", ("bt_tir_k",), "number", unit="K"),
        FileColumn("frp_mw", ("frp_mw",), "number", unit="MW"),
        FileColumn("moment_utc", ("acquired_utc",)),
        FileColumn("product", ("platform",)),
        FileColumn("confidence", ("confidence",)),
        FileColumn("day_night", ("day_night",), required=False),
        FileColumn("water", ("water",), required=False),
        FileColumn("simulated", ("simulated",), required=False),
        *(FileColumn(role, (role,)) for role in VERSION_ROLES),
    ),
    products=MODIS_SATELLITES + VIIRS_SATELLITES,
    confidence=ConfidenceScale(LETTERS_AND_WORDS),
    own=True,
)
