"""Which ground has burned between two looks at it.

Char is dark in near infrared and stays bright at 2.2 µm, so that the normalised burn ratio falls
below zero. Harvest and ploughing lower the ratio as well, by a similar amount, but leave ground
that is bright in near infrared and brighter at 1.6 µm than at 2.2 µm; water, flooded fields and
the shadow of clouds are dark at 2.2 µm too. A fall therefore counts only where it ends in char.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imagery.scar.look import Bools, Look
from imagery.scar.parameters import ScarParameters


def nbr(nir: NDArray[np.float32], swir2: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the normalised burn ratio (NIR - SWIR2) / (NIR + SWIR2), NaN where both are dark.

    Source: Key & Benson 2006, FIREMON landscape assessment.

    Parameters
    ----------
    nir, swir2
        Reflectance near 0.86 and 2.2 µm, any shape.
    """
    total = nir + swir2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: NDArray[np.float32] = np.where(total > 0, (nir - swir2) / total, np.nan).astype(
            np.float32
        )
    return ratio


def mirbi(swir1: NDArray[np.float32], swir2: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mid-infrared burn index 10 SWIR2 - 9.8 SWIR1 + 2.

    Source: Trigg & Flasse 2001, International Journal of Remote Sensing 22.

    Parameters
    ----------
    swir1, swir2
        Reflectance near 1.6 and 2.2 µm, any shape.
    """
    index: NDArray[np.float32] = 10 * swir2 - np.float32(9.8) * swir1 + 2
    return index


def has_burned(before: Look, after: Look, parameters: ScarParameters) -> Bools:
    """Return which pixels burned between two looks on one grid; False where one is missing.

    What the first scene calls water is left out. What only the second calls water is not: masks
    take fresh char for water, and water is too dark at 2.2 µm to pass.
    """
    p = parameters
    nbr_after, mirbi_after = nbr(after.nir, after.swir2), mirbi(after.swir1, after.swir2)
    with np.errstate(invalid="ignore"):
        burned: Bools = (
            (nbr(before.nir, before.swir2) - nbr_after >= p.nbr_fall)
            & (nbr_after <= p.nbr_after)
            & (after.nir <= p.nir_after)
            & (after.nir <= (1 - p.nir_fall_share) * before.nir)
            & (after.swir2 >= p.swir2_after)
            & (mirbi_after >= p.mirbi_after)
            & (mirbi_after - mirbi(before.swir1, before.swir2) >= p.mirbi_rise)
            & ~before.water
        )
    return burned
