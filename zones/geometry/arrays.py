"""Arrays that every part of the room hands about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
"""Shapely geometries."""
Indices = NDArray[np.intp]
"""Positions in another array."""
Bools = NDArray[np.bool_]
