"""Active-fire text of NASA FIRMS and LANCE.

Sources: FIRMS "Active Fire Data Attributes" for MODIS and VIIRS 375 m; MODIS Collection 6 and
6.1 Active Fire Product User's Guide (MCD14ML writes 6.02, 6.03 and 61.03). Times are UTC.
NOAA-20 is `1` and NOAA-21 `2` in older files. The archive download writes VIIRS rows under the
MODIS headings `brightness` and `bright_t31`, so the satellite, not the heading, names the sensor.
"""

from __future__ import annotations

from datetime import date

from firewatch.core.vocab import Confidence, Source
from imagery.lists.formats.declare import (
    ConfidenceScale,
    FileColumn,
    Format,
    Product,
    VersionScheme,
)

MODIS_SATELLITES = (
    Product(("T", "Terra"), "Terra", "MODIS", "MODIS", date(1999, 12, 18)),
    Product(("A", "Aqua"), "Aqua", "MODIS", "MODIS", date(2002, 5, 4)),
)
VIIRS_SATELLITES = (
    Product(
        ("N", "S-NPP", "Suomi NPP", "SNPP", "NPP"), "S-NPP", "VIIRS", "VIIRS_I", date(2011, 10, 28)
    ),
    Product(
        ("N20", "1", "NOAA-20", "J1", "JPSS-1"), "NOAA-20", "VIIRS", "VIIRS_I", date(2017, 11, 18)
    ),
    Product(
        ("N21", "2", "NOAA-21", "J2", "JPSS-2"), "NOAA-21", "VIIRS", "VIIRS_I", date(2022, 11, 10)
    ),
)

VERSIONS = VersionScheme(
    levels=(("URT", 1), ("RT", 1), ("NRT", 2), ("", 3)),
    collections=(
        ("1", 10),
        ("1.0", 10),
        ("2", 20),
        ("2.0", 20),
        ("5.0", 50),
        ("5.1", 51),
        ("6", 60),
        ("6.0", 60),
        ("6.02", 60),
        ("6.2", 60),
        ("6.03", 60),
        ("6.3", 60),
        ("6.1", 61),
        ("61", 61),
        ("61.0", 61),
        ("61.03", 61),
        ("61.3", 61),
    ),
)

LETTERS_AND_WORDS = (
    ("l", Confidence.LOW),
    ("low", Confidence.LOW),
    ("n", Confidence.NOMINAL),
    ("nominal", Confidence.NOMINAL),
    ("h", Confidence.HIGH),
    ("high", Confidence.HIGH),
)

_POSITION = (
    FileColumn("lat", ("latitude", "lat"), "number", unit="degree"),
    FileColumn("lon", ("longitude", "lon", "long"), "number", unit="degree"),
)
_COMMON = (
    FileColumn("scan_km", ("scan",), "number", unit="km", fills=(0.0,)),
    FileColumn("track_km", ("track",), "number", unit="km", fills=(0.0,)),
    FileColumn("date", ("acq_date",)),
    FileColumn("clock", ("acq_time",)),
    FileColumn("product", ("satellite",)),
    FileColumn("confidence", ("confidence",)),
    FileColumn("version", ("version",)),
    FileColumn("frp_mw", ("frp",), "number", required=False, unit="MW"),
    FileColumn("day_night", ("daynight",), required=False),
    FileColumn("provider_type", ("type",), required=False),
    FileColumn("simulated", ("simulated",), required=False),
)


def _brightness(mid: str, thermal: str) -> tuple[FileColumn, ...]:
    return (
        FileColumn("bt_mir_k", (mid,), "number", unit="K", fills=(0.0,)),
        FileColumn("bt_tir_k", (thermal,), "number", unit="K", fills=(0.0,)),
    )


FIRMS_MODIS = Format(
    name="firms_modis",
    title="FIRMS/LANCE MODIS",
    source=Source.SATELLITE,
    columns=(*_POSITION, *_brightness("brightness", "bright_t31"), *_COMMON),
    products=MODIS_SATELLITES + VIIRS_SATELLITES,
    confidence=ConfidenceScale(LETTERS_AND_WORDS, nominal_from=30, high_from=80),
    versions=VERSIONS,
)
FIRMS_VIIRS = Format(
    name="firms_viirs",
    title="FIRMS/LANCE VIIRS 375 m",
    source=Source.SATELLITE,
    columns=(*_POSITION, *_brightness("bright_ti4", "bright_ti5"), *_COMMON),
    products=VIIRS_SATELLITES,
    confidence=ConfidenceScale(LETTERS_AND_WORDS),
    versions=VERSIONS,
)
