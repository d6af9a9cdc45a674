"""Layers written as other programs write them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

WriteLayer = Callable[..., Path]


@pytest.fixture(scope="session")
def write_layer() -> WriteLayer:
    """Return a function that writes shapes and columns to a file by GDAL."""

    def column(values: Sequence[object]) -> np.ndarray:
        texts = any(value is None or isinstance(value, str) for value in values)
        return np.array(values, dtype=object if texts else None)

    def write(
        path: Path,
        shapes: Sequence[shapely.Geometry | None],
        columns: Mapping[str, Sequence[object]] | None = None,
        crs: str | None = "EPSG:4490",
        **options: object,
    ) -> Path:
        named = columns or {"fid_": list(range(len(shapes)))}
        with warnings.catch_warnings():
            # Headings cut to ten bytes and a missing system are what these files are about.
            warnings.simplefilter("ignore")
            pyogrio.raw.write(
                path,
                shapely.to_wkb(np.array(shapes, dtype=object)),
                [column(values) for values in named.values()],
                list(named),
                crs=crs,
                geometry_type=options.pop("geometry_type", "Unknown"),
                **options,
            )
        return path

    return write
