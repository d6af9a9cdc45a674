"""What Landsat OLI and Sentinel-2 MSI products call their bands, and what sees what.

Landsat 8-9 Collection 2 Level-1 Data Format Control Book (LSDS-1822); Sentinel-2 Products
Specification Document (S2-PDGS-TAS-DI-PSD).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from imagery.highres.scene import Role, SensorName

OLI_BANDS: Final[Mapping[Role, int]] = {
    "coastal": 1,
    "blue": 2,
    "green": 3,
    "red": 4,
    "nir": 5,
    "swir1": 6,
    "swir2": 7,
    "cirrus": 9,
}


@dataclass(frozen=True)
class MsiBand:
    """Name in file names, number in the metadata, and side of a pixel in metres."""

    name: str
    band_id: int
    pixel_m: int


MSI_BANDS: Final[Mapping[Role, MsiBand]] = {
    "coastal": MsiBand("B01", 0, 60),
    "blue": MsiBand("B02", 1, 10),
    "green": MsiBand("B03", 2, 10),
    "red": MsiBand("B04", 3, 10),
    "nir": MsiBand("B8A", 8, 20),
    "swir1": MsiBand("B11", 11, 20),
    "swir2": MsiBand("B12", 12, 20),
    "cirrus": MsiBand("B10", 10, 60),
}
PIXEL_M: Final[Mapping[SensorName, int]] = {"OLI": 30, "MSI": 20}
"""Side of a pixel of a `HighresScene`."""

OLI_ROLES: Final[tuple[Role, ...]] = ("coastal", "blue", "green", "red", "nir", "swir1", "swir2")
MSI_ROLES: Final[tuple[Role, ...]] = ("blue", "green", "red", "nir", "swir1", "swir2")
"""What the detectors, scars and pictures need of each sensor."""

OLI_MULT, OLI_ADD, OLI_FULL = 2.0e-5, -0.1, 65_535
"""Calibration of every OLI reflective band of Collections 1 and 2, and its largest number."""

LANDSAT_PRODUCT = re.compile(
    r"L[CO](?P<satellite>0[89])_(?P<level>L1TP|L1GT|L1GS|L2SP|L2SR)_(?P<place>\d{6})"
    r"_(?P<day>\d{8})_\d{8}_(?P<collection>0[12])_(?P<tier>T1|T2|RT)"
)
LANDSAT_PLATFORMS: Final[Mapping[str, str]] = {
    "08": "Landsat-8",
    "09": "Landsat-9",
    "LANDSAT_8": "Landsat-8",
    "LANDSAT_9": "Landsat-9",
}
MSI_PRODUCT = re.compile(
    r"S2(?P<satellite>[A-D])_MSI(?P<level>L1C|L2A)_(?P<time>\d{8}T\d{6})"
    r"_N(?P<baseline>\d{4})_R\d{3}_T(?P<tile>\w{5})_\d{8}T\d{6}"
)
"""Names since December 2016."""
