"""Reading HDF4 granules, every failure told with file and variable."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from imagery.level1.window import Window
from imagery.libraries import needed_for
from imagery.reading import unreadable

FORMAT = "HDF4"
_VALUE = r"OBJECT\s*=\s*{name}\b.*?VALUE\s*=\s*\(?\s*\"?([^\"\n)]+)"


class Hdf4File:
    """An open HDF4 file of scientific data sets; a context manager.

    Raises
    ------
    UnreadableFileError
        From every method, if the file or what is asked for cannot be read.
    """

    def __init__(self, path: Path) -> None:
        with needed_for(path):
            from pyhdf.error import HDF4Error
            from pyhdf.SD import SD, SDC

        self.path = path
        self._failure = HDF4Error
        if not path.is_file():
            raise unreadable(path, "unopened")
        try:
            self._file = SD(str(path), SDC.READ)
            self._names = self._file.datasets()
            self._attributes = self._file.attributes()
        except (HDF4Error, ValueError, UnicodeDecodeError) as error:
            raise self._damaged("HDF4") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.end()

    def has(self, name: str) -> bool:
        return name in self._names

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a data set, (bands,) lines, samples."""
        if not self.has(name):
            raise unreadable(self.path, "granule_missing", place=name, format=FORMAT)
        shape = self._names[name][1]
        return tuple(shape) if isinstance(shape, (tuple, list)) else (int(shape),)

    def attributes(self, name: str) -> dict[str, Any]:
        """Return the attributes of a data set."""
        self.shape(name)
        try:
            found: dict[str, Any] = self._file.select(name).attributes()
        except (self._failure, ValueError) as error:
            raise self._damaged(name) from error
        return found

    def attribute(self, name: str, attribute: str) -> Any:
        found = self.attributes(name)
        if attribute not in found:
            raise unreadable(
                self.path, "granule_missing", place=f"{name}:{attribute}", format=FORMAT
            )
        return found[attribute]

    def part(self, name: str, window: Window, band: int | None = None) -> NDArray[Any]:
        """Return a window of a data set, of one of its bands where it has several."""
        self.shape(name)
        first = [window.line0, window.sample0]
        count = list(window.shape)
        if band is not None:
            first, count = [band, *first], [1, *count]
        try:
            values = self._file.select(name).get(start=first, count=count)
        except (self._failure, ValueError) as error:
            raise self._damaged(name) from error
        return np.asarray(values).reshape(window.shape)

    def core_metadata(self, name: str) -> str:
        """Return a value of the granule's ODL metadata, such as RANGEBEGINNINGDATE."""
        text = str(self._attributes.get("CoreMetadata.0", ""))
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

    def _damaged(self, place: str) -> Exception:
        return unreadable(self.path, "granule_damaged", place=place, format=FORMAT)
