"""Layers through GDAL: one call that can fail in one way only."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from zones.formats.content import Content, unreadable
from zones.notes import Note

# pyogrio takes "!", ";" and "?" in a path for syntax of its own; offices use them in file names.
_PLAIN_STEM = "layer"
# Height and measure are dropped on purpose, and that needs no note.
_EXPECTED_WARNINGS = ("Measured (M) geometry types are not supported",)

# pyogrio 0.13 fails with a NameError on a coordinate system that PROJ cannot write.
_FAILURES = (
    RuntimeError, ValueError, OSError, ArithmeticError, NameError, shapely.errors.ShapelyError,
)  # fmt: skip

Parts = Mapping[str, Path | bytes]


def read_vector(
    parts: Parts,
    where: str,
    layer: str | None = None,
    encoding: str | None = None,
    **options: str,
) -> Content:
    """Read one layer by GDAL, two-dimensional.

    Parameters
    ----------
    parts
        Ending → file or bytes of it; the first is what GDAL opens.
    where
        The user's file, for messages.
    layer
        Which layer; None where the format has one only.
    encoding
        Of texts, where GDAL's own word is not to be trusted.
    options
        GDAL open options.

    Raises
    ------
    ZoneFileError
        Whatever GDAL finds wrong.
    """
    import pyogrio

    with _under_plain_name(parts) as plain, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            meta, _, shapes, fields = pyogrio.raw.read(
                plain, layer=layer, encoding=encoding, force_2d=True, **options
            )
            geometry = np.atleast_1d(shapely.from_wkb(shapes, on_invalid="ignore"))
        except _FAILURES as error:
            raise unreadable(error, where) from error
    columns = {str(n): values for n, values in zip(meta["fields"], fields, strict=True)}
    table = pd.DataFrame(columns, index=range(len(geometry)))
    return Content(table, geometry, meta["crs"], _notes(heard))


def layer_names(parts: Parts, where: str) -> list[str]:
    """Return the names of the layers that have shapes.

    Tables without shapes stand beside them, such as QGIS's layer_styles.

    Raises
    ------
    ZoneFileError
        Whatever GDAL finds wrong.
    """
    import pyogrio

    with _under_plain_name(parts) as plain, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [str(n) for n, kind in pyogrio.list_layers(plain) if kind is not None]
        except _FAILURES as error:
            raise unreadable(error, where) from error


@contextmanager
def _under_plain_name(parts: Parts) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / f"{_PLAIN_STEM}{ending}" for ending in parts]
        for path, part in zip(paths, parts.values(), strict=True):
            if isinstance(part, bytes):
                path.write_bytes(part)
            else:
                path.symlink_to(part.resolve())
        yield paths[0]


def _notes(heard: list[warnings.WarningMessage]) -> tuple[Note, ...]:
    said = dict.fromkeys(str(warning.message) for warning in heard)
    kept = [text for text in said if not any(known in text for known in _EXPECTED_WARNINGS)]
    return tuple(Note("note.driver", {"text": text}) for text in kept)
