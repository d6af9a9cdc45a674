"""The map's symbols as small PNG pictures, drawn without a graphics library."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

SIDE_PX = 48
_SAMPLES = 4
# The largest symbol with its line still fits.
_PX_A_STEP = 3.0


def symbol_png(look: Mapping[str, Any], shapes: Mapping[str, Sequence[Sequence[float]]]) -> bytes:
    """Return one look of fire points as a PNG with a transparent ground.

    Parameters
    ----------
    look
        shape, size, fillColor, color and weight, as in `maps/style.json`.
    shapes
        Name → corners for size 1; none for a circle.
    """
    outline = _outline(shapes[look["shape"]]) if shapes[look["shape"]] else _circle()
    size = look["size"] * _PX_A_STEP
    body = shapely.transform(outline, lambda corners: corners * size + SIDE_PX / 2)
    line = shapely.buffer(shapely.boundary(body), look["weight"] * _PX_A_STEP / 2)
    filled, drawn = _coverage(body), _coverage(line)
    alpha = drawn + filled * (1 - drawn)
    colours = (
        drawn[..., None] * _rgb(look["color"])
        + (filled * (1 - drawn))[..., None] * _rgb(look["fillColor"])
    ) / np.maximum(alpha, 1e-9)[..., None]
    picture = np.dstack([colours, 255 * alpha])
    return _png(np.rint(picture).astype(np.uint8))


def _outline(corners: Sequence[Sequence[float]]) -> shapely.Polygon:
    return shapely.Polygon(corners)


def _circle() -> shapely.Geometry:
    return shapely.buffer(shapely.Point(0, 0), 1.0)


def _coverage(shape: shapely.Geometry) -> NDArray[np.float64]:
    """Return the share of each pixel that a shape covers."""
    steps = (np.arange(SIDE_PX * _SAMPLES) + 0.5) / _SAMPLES
    x, y = np.meshgrid(steps, steps)
    inside = shapely.contains_xy(shape, x, y).astype(float)
    blocks = inside.reshape(SIDE_PX, _SAMPLES, SIDE_PX, _SAMPLES)
    share: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return share


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], dtype=float)


def _png(picture: NDArray[np.uint8]) -> bytes:
    """Return RGBA pixels as PNG (ISO/IEC 15948), every line unfiltered."""
    high, wide = picture.shape[:2]
    lines = np.concatenate([np.zeros((high, 1), dtype=np.uint8), picture.reshape(high, -1)], axis=1)
    header = struct.pack(">IIBBBBB", wide, high, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
