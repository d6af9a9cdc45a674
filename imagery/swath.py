"""The size of pixels by product family and sample, and the ground that is a pixel's own.

Towards the edge of the swath pixels grow and scans overlap (the bow-tie), so that the areas of
all pixels together are more than the ground below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import Floats
from imagery.level1.geometry import modis_size_km, viirs_i_size_km


def _viirs_m_size_km() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the sizes of the 3200 M-band samples, each two I-band samples in either way."""
    scan_km, track_km = viirs_i_size_km()
    return scan_km[0::2] + scan_km[1::2], track_km[0::2] + track_km[1::2]


_SIZES: Mapping[str, Callable[[], tuple[NDArray[np.float32], NDArray[np.float32]]]] = {
    "MODIS": modis_size_km,
    "VIIRS_I": viirs_i_size_km,
    "VIIRS_M": _viirs_m_size_km,
}


@cache
def sizes_km(family: str) -> tuple[Floats, Floats]:
    """Return (scan_km, track_km), one value a sample of the whole scan.

    Parameters
    ----------
    family
        "MODIS" (1354 samples), "VIIRS_I" (6400) or "VIIRS_M" (3200).
    """
    scan_km, track_km = _SIZES[family]()
    return scan_km.astype(float), track_km.astype(float)


def ground_area_km2(family: str, kept_share: ArrayLike = 1.0) -> Floats:
    """Return the ground that belongs to one pixel alone, overlap of scans left out, in km².

    From one scan to the next the satellite moves on by the height of a scan at nadir; what a
    scan shows beyond that the next one shows again. The sum over the pixels of a swath is its
    ground to 3 %, for the ground track is a little shorter away from nadir.

    Parameters
    ----------
    kept_share
        Share of the lines of each sample that were not deleted on board, 0..1.

    Returns
    -------
    ndarray
        One value a sample; 0 where no line is kept.
    """
    scan_km, track_km = sizes_km(family)
    share = np.broadcast_to(np.asarray(kept_share, dtype=float), scan_km.shape)
    area: Floats = np.divide(
        scan_km * track_km.min(), share, out=np.zeros(scan_km.shape), where=share > 0
    )
    return area
