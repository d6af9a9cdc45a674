"""Classes of the land/water mask that the geolocation files of VIIRS and MODIS share."""

from __future__ import annotations

import numpy as np

from imagery.radiometry import Mask

# 0 shallow ocean, 1 land, 2 coast, 3 shallow inland, 4 ephemeral, 5 deep inland, 6 continental
# ocean, 7 deep ocean.
_WATER_CLASSES = (0, 3, 5, 6, 7)
COAST_CLASS = 2
"""The coastline."""


def _table(classes: tuple[int, ...]) -> Mask:
    table = np.zeros(256, dtype=bool)
    table[list(classes)] = True
    return table


WATER = _table(_WATER_CLASSES)
"""Whether a class, 0..255, is water; ephemeral water is land, as straw fields flood."""
