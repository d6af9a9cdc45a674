"""Arrays of a scene in the making."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from imagery.detection.scene import FireRadiance, Scene
from imagery.level1.window import Window


class Canvas:
    """Arrays with room for a window's lines, in front of which lines of the scene before stand.

    Parameters
    ----------
    window
        Lines to be read.
    before
        The scene of the lines before, of the same samples; its last `kept` lines are copied.
    """

    def __init__(self, window: Window, before: Scene | None = None, kept: int = 0) -> None:
        self.window = window
        self.line0 = window.line0 - kept
        self._before = before
        self._kept = kept
        self.arrays: dict[str, NDArray[Any]] = {}

    def had(self, name: str) -> bool:
        """Return whether the scene before has values of a field."""
        return self._kept > 0 and getattr(self._before, name) is not None

    def new(self, name: str, dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Return the part of the new array `name` that is the window's, to be filled.

        Lines of a scene before that has no such field are NaN.
        """
        rows, columns = self.window.shape
        array = np.empty((self._kept + rows, columns), dtype=dtype)
        self.arrays[name] = array
        if self._kept:
            earlier = getattr(self._before, name)
            if isinstance(earlier, FireRadiance):
                earlier = earlier.radiance
            array[: self._kept] = np.nan if earlier is None else earlier[-self._kept :]
        return array[self._kept :]
