"""Quality bands of Landsat and Sentinel-2 as codes of `Ground`: bits as data.

Landsat 8-9 Collection 2 Level-1 Data Format Control Book (LSDS-1822), table of QA_PIXEL; Landsat
Collection 1 Level 1 Product Definition (LSDS-1656), table of BQA; Sentinel-2 PSD 14.9,
MSK_CLASSI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from imagery.highres.scene import Ground, Numbers


@dataclass(frozen=True)
class Flag:
    """Pixels whose number, under a mask of bits, is a value, show a ground."""

    mask: int
    value: int
    ground: Ground


QA_PIXEL: Final = (
    Flag(1 << 7, 1 << 7, Ground.WATER),
    Flag(1 << 5, 1 << 5, Ground.SNOW),
    Flag(1 << 4, 1 << 4, Ground.SHADOW),
    Flag(3 << 14, 3 << 14, Ground.CLOUD),
    Flag(1 << 2, 1 << 2, Ground.CLOUD),
    # The rim of a cloud: half seen at best.
    Flag(1 << 1, 1 << 1, Ground.CLOUD),
    Flag(1 << 3, 1 << 3, Ground.CLOUD),
    Flag(1 << 0, 1 << 0, Ground.NO_DATA),
)
"""Collection 2; a later row takes precedence over an earlier one."""

BQA: Final = (
    Flag(3 << 9, 3 << 9, Ground.SNOW),
    Flag(3 << 7, 3 << 7, Ground.SHADOW),
    Flag(3 << 11, 3 << 11, Ground.CLOUD),
    Flag(1 << 4, 1 << 4, Ground.CLOUD),
    Flag(1 << 0, 1 << 0, Ground.NO_DATA),
)
"""Collection 1, of high confidence; it knows no water."""

QUALITY_BANDS: Final = {1: BQA, 2: QA_PIXEL}
"""By collection."""

QUALITY_NAMES: Final = {"QA_PIXEL": QA_PIXEL, "BQA": BQA}
"""By the end of the file's name, which bands of stacks bear as well."""

CLASSI: Final = ((3, Ground.SNOW), (2, Ground.CLOUD), (1, Ground.CLOUD))
"""Bands of MSK_CLASSI_B00 (snow, cirrus, opaque cloud), set to 1; the last takes precedence."""


def ground_of_flags(quality: Numbers, flags: tuple[Flag, ...]) -> NDArray[np.uint8]:
    """Return (lines, columns) codes of `Ground` from a quality band."""
    # Few of the 65,536 numbers occur, and the table is the same for all pixels.
    every = np.arange(1 << 16, dtype=np.uint32)
    table = np.full(1 << 16, int(Ground.CLEAR), dtype=np.uint8)
    for flag in flags:
        table[(every & flag.mask) == flag.value] = int(flag.ground)
    found: NDArray[np.uint8] = np.take(table, quality)
    return found
