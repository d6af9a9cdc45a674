"""The fire test of Murphy et al. (2016), HOTMAP, for OLI and, with B12, B11 and B8A, for MSI."""

from __future__ import annotations

from typing import Final

import numpy as np

from imagery.detection.masks import Indices
from imagery.detection.scene import Bools
from imagery.fire20m.parameters import Fire20mParameters
from imagery.fire20m.pixels import SLACK, Pixels, Screen, Values, ratio
from imagery.highres.scene import Role

MURPHY_ROLES: Final[tuple[Role, ...]] = ("nir", "swir1", "swir2")


def murphy_screen(parameters: Fire20mParameters) -> Screen:
    """Return what every hot pixel meets."""
    p = parameters

    def possible(values: Values) -> Bools:
        nir, swir1, swir2 = (values[role] for role in MURPHY_ROLES)
        return (
            (swir2 - p.murphy_swir_ratio * swir1 >= -SLACK)
            & (swir2 - p.murphy_nir_ratio * nir >= -SLACK)
            & (swir2 >= p.murphy_swir2 - SLACK)
        )

    return possible


def murphy(pixels: Pixels, spots: Indices, parameters: Fire20mParameters) -> Indices:
    """Return hot pixels, with neighbours that are warm or whose shortwave bands are full.

    Parameters
    ----------
    spots
        Pixels that passed the screen.
    """
    p = parameters
    values = pixels.at(spots, MURPHY_ROLES)
    hot = spots[
        (ratio(values["swir2"], values["swir1"]) >= p.murphy_swir_ratio)
        & (ratio(values["swir2"], values["nir"]) >= p.murphy_nir_ratio)
        & (values["swir2"] >= p.murphy_swir2)
    ]
    near = pixels.around(hot, 1)
    beside = pixels.at(near, ("nir", "swir1"))
    warm = (ratio(beside["swir1"], beside["nir"]) >= p.murphy_near_ratio) & (
        beside["swir1"] >= p.murphy_near_swir1
    )
    warm |= pixels.full(near, "swir1") | pixels.full(near, "swir2")
    return np.union1d(hot, near[warm & pixels.valid(near)])
