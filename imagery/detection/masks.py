"""Classes of a fire mask, sun glint, and the eight neighbours of a pixel."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imagery.detection.scene import Bools, Bytes, Float32s

Indices = NDArray[np.intp]


class FireClass(IntEnum):
    """Codes of the masks of VNP14IMG and MOD14 (MOD14 has 0 to 2 all as not processed)."""

    NOT_PROCESSED = 0
    BOWTIE = 1
    GLINT = 2
    WATER = 3
    CLOUD = 4
    LAND = 5
    UNCLASSIFIED = 6
    FIRE_LOW = 7
    FIRE_NOMINAL = 8
    FIRE_HIGH = 9


CONFIDENCE_OF_CLASS = {
    FireClass.FIRE_LOW: "low",
    FireClass.FIRE_NOMINAL: "nominal",
    FireClass.FIRE_HIGH: "high",
}

_NEIGHBOURS = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)])


def glint_angle_deg(
    solar_zenith_deg: ArrayLike, view_zenith_deg: ArrayLike, relative_azimuth_deg: ArrayLike
) -> Float32s:
    """Return the angle between the view and the sun's mirror image on a level sea, degrees.

    Giglio et al. (2003), equation of the sun glint test; all angles in degrees, NaN stays NaN.
    """
    sun, view, azimuth = (
        np.radians(np.asarray(angle, dtype=np.float32))
        for angle in (solar_zenith_deg, view_zenith_deg, relative_azimuth_deg)
    )
    cosine = np.cos(view) * np.cos(sun) - np.sin(view) * np.sin(sun) * np.cos(azimuth)
    angle: Float32s = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return angle


def neighbours(
    lines: Indices, samples: Indices, shape: tuple[int, int]
) -> tuple[Indices, Indices, Bools]:
    """Return lines, samples (n, 8) of the pixels around, and which of them are in the scene.

    Positions outside are moved to the edge, so that they can be looked up and then left out.
    """
    y = lines[:, None] + _NEIGHBOURS[None, :, 0]
    x = samples[:, None] + _NEIGHBOURS[None, :, 1]
    inside = (y >= 0) & (y < shape[0]) & (x >= 0) & (x < shape[1])
    return np.clip(y, 0, shape[0] - 1), np.clip(x, 0, shape[1] - 1), inside


def count_adjacent(
    mask: Bytes, code: FireClass, lines: Indices, samples: Indices
) -> NDArray[np.int64]:
    """Return how many of the eight neighbours of each position have a class in `mask`."""
    y, x, inside = neighbours(lines, samples, (mask.shape[0], mask.shape[1]))
    counts: NDArray[np.int64] = ((mask[y, x] == code) & inside).sum(axis=1)
    return counts


def mark_cloud(mask: Bytes, cloudy: Bools) -> None:
    """Turn water, land and unclassified pixels under a cloud mask's sure cloud into cloud.

    Fires stay fires, and deleted, unprocessed and glinting pixels what they are.
    """
    mask[cloudy & (mask > FireClass.GLINT) & (mask < FireClass.FIRE_LOW)] = FireClass.CLOUD
