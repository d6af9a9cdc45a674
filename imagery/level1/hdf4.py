"""Reading HDF4 granules, every failure told with file and variable."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagery.level1.apart import FileApart
from imagery.level1.window import Window
from imagery.reading import unreadable

FORMAT = "HDF4"
_VALUE = r"OBJECT\s*=\s*{name}\b.*?VALUE\s*=\s*\(?\s*\"?([^\"\n)]+)"


class Hdf4File(FileApart):
    """An open HDF4 file of scientific data sets; a context manager.

    Parameters
    ----------
    named
        What errors call the file, where `path` is a copy of it.

    Raises
    ------
    UnreadableFileError
        From every method, if the file or what is asked for cannot be read.
    """

    def __init__(self, path: Path, named: Path | None = None) -> None:
        super().__init__(path, "hdf4", FORMAT, named)

    def attribute(self, name: str, attribute: str) -> Any:
        found = self.attributes(name)
        if attribute not in found:
            raise unreadable(
                self.path, "granule_missing", place=f"{name}:{attribute}", format=FORMAT
            )
        return found[attribute]

    def number(self, name: str, attribute: str, index: int = 0) -> float:
        """Return a finite number of an attribute that holds one, or one for each band."""
        values = np.atleast_1d(self.attribute(name, attribute))
        value = values[index] if index < len(values) else None
        if not isinstance(value, np.number) or not np.isfinite(value):
            raise self._damaged(f"{name}:{attribute}", str(value))
        return float(value)

    def scale(self, name: str, attribute: str, index: int = 0) -> float:
        """Return a number of an attribute that must be above 0."""
        value = self.number(name, attribute, index)
        if value <= 0:
            raise self._damaged(f"{name}:{attribute}", str(value))
        return value

    def integers(self, name: str, window: Window, band: int | None = None) -> NDArray[Any]:
        """Return a window of a data set that must hold integers; see `part`."""
        values = self.part(name, window, band)
        if values.dtype.kind not in "iu":
            raise self._damaged(name, str(values.dtype))
        return values

    def part(self, name: str, window: Window, band: int | None = None) -> NDArray[Any]:
        """Return a window of a data set, of one of its bands where it has several."""
        first = [window.line0, window.sample0]
        count = list(window.shape)
        if band is not None:
            first, count = [band, *first], [1, *count]
        return self.values(name, first, count).reshape(window.shape)

    def core_metadata(self, name: str) -> str:
        """Return a value of the granule's ODL metadata, such as RANGEBEGINNINGDATE."""
        text = str(self.global_attributes.get("CoreMetadata.0", ""))
        match = re.search(_VALUE.format(name=name), text, re.DOTALL)
        if match is None:
            raise unreadable(
                self.path, "granule_missing", place=f"CoreMetadata.0 {name}", format=FORMAT
            )
        return match[1].strip()

    def moment(self, which: str) -> int:
        """Return the BEGINNING or ENDING of the granule in epoch seconds."""
        date, time = (self.core_metadata(f"RANGE{which}{part}") for part in ("DATE", "TIME"))
        try:
            moment = datetime.fromisoformat(f"{date}T{time}")
        except ValueError as error:
            raise unreadable(
                self.path, "granule_missing", place=f"CoreMetadata.0 RANGE{which}", format=FORMAT
            ) from error
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(aware.timestamp())
