"""Reading NetCDF-4 granules through HDF5, every failure told with file and variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imagery.closing import Closing
from imagery.content import check_start
from imagery.level1.apart import FileApart
from imagery.level1.window import Window
from imagery.libraries import needed_for
from imagery.reading import unreadable

if TYPE_CHECKING:
    import h5py

FORMAT = "NetCDF-4"
DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError)
"""What h5py raises, by the part of a file that is damaged."""
# What the library keeps of each variable. Blocks and strips begin where chunks do, so that more
# would only fill memory that is new, and that costs more than unpacking.
_CACHE_BYTES = 1 << 20
_LARGEST_CACHE_BYTES = 192 << 20
_CACHE_SLOTS = 10_007
_BLOCK_LINES = 256


class NetcdfFile(Closing):
    """An open NetCDF-4 file; a context manager.

    Raises
    ------
    UnreadableFileError
        From every method, if the file or what is asked for cannot be read.
    """

    def __init__(self, path: Path) -> None:
        with needed_for(path):
            import h5py

        self.path = path
        # Looking a name up costs the library a millisecond, and strips ask again and again.
        self._variables: dict[str, h5py.Dataset] = {}
        self._attributes: dict[tuple[str, str], Any] = {}
        check_start(path)
        self._open_files = ExitStack()
        try:
            # Read-only media and shares allow no lock.
            self._file: h5py.File = self._open_files.enter_context(
                h5py.File(path, "r", rdcc_nbytes=_CACHE_BYTES, locking="best-effort")
            )
        except DAMAGE as error:
            raise self._damaged("HDF5") from error

    def close(self) -> None:
        self._open_files.close()

    def has(self, name: str) -> bool:
        try:
            return name in self._file
        except DAMAGE as error:
            raise self._damaged(name) from error

    def variable(self, name: str) -> h5py.Dataset:
        if name not in self._variables:
            self._variables[name] = self._found(name)
        return self._variables[name]

    def _found(self, name: str) -> h5py.Dataset:
        if not self.has(name):
            raise unreadable(self.path, "granule_missing", place=name, format=FORMAT)
        try:
            found = self._file[name]
            # Groups have no type, types no shape, and a variable may be without values.
            numbers = found.dtype.kind in "iuf" and found.shape is not None
        except (*DAMAGE, AttributeError) as error:
            raise self._damaged(name) from error
        if not numbers:
            raise self._damaged(name)
        return found

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a variable."""
        return tuple(self.variable(name).shape)

    def attribute(self, variable: str, name: str) -> Any:
        """Return an attribute of a variable as number, text or array."""
        value = self.optional(variable, name)
        if value is None:
            raise unreadable(
                self.path, "granule_missing", place=f"{variable}:{name}", format=FORMAT
            )
        return value

    def optional(self, variable: str, name: str) -> Any | None:
        """Return an attribute of a variable, None where it has none."""
        if (variable, name) not in self._attributes:
            self._attributes[variable, name] = self._attribute(self.variable(variable), name)
        return self._attributes[variable, name]

    def number(self, variable: str, name: str) -> float:
        """Return an attribute of a variable that must be a finite number."""
        value = self.attribute(variable, name)
        if not isinstance(value, (int, float)) or not np.isfinite(value):
            raise self._damaged(f"{variable}:{name}", str(value))
        return float(value)

    def scale(self, variable: str) -> float:
        """Return the scale_factor of a variable, which must be above 0."""
        value = self.number(variable, "scale_factor")
        if value <= 0:
            raise self._damaged(f"{variable}:scale_factor", str(value))
        return value

    def text(self, name: str) -> str:
        """Return a global attribute as text, "" where the file has none."""
        value = self._attribute(self._file, name)
        return "" if value is None else str(value)

    def moment(self, name: str) -> int:
        """Return a global attribute of a time (ISO 8601, UTC) in epoch seconds."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise unreadable(self.path, "granule_missing", place=name, format=FORMAT) from error
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(aware.timestamp())

    def whole(self, name: str) -> NDArray[Any]:
        """Return all values of a variable."""
        return self.part(name, (...,))

    def part(self, name: str, place: tuple[Any, ...]) -> NDArray[Any]:
        """Return values of a variable at a place given as for NumPy."""
        variable = self.variable(name)
        try:
            return np.asarray(variable[place])
        except DAMAGE as error:
            raise self._damaged(name) from error

    def chunk_lines(self, name: str) -> int:
        """Return how many lines of a variable are packed together."""
        chunks = self.variable(name).chunks
        return int(chunks[0]) if chunks else 1

    def keep_chunks(self, name: str) -> None:
        """Keep a row of chunks of a variable unpacked, for windows that begin amid chunks."""
        with needed_for(self.path):
            import h5py

        variable = self.variable(name)
        row_bytes = self.chunk_lines(name) * variable.shape[-1] * variable.dtype.itemsize
        access = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
        access.set_chunk_cache(_CACHE_SLOTS, min(row_bytes, _LARGEST_CACHE_BYTES), 1.0)
        # While it is open, the library does not change what it keeps.
        del self._variables[name], variable
        try:
            found = h5py.Dataset(h5py.h5d.open(self._file.id, name.encode(), access))
        except DAMAGE as error:
            raise self._damaged(name) from error
        self._variables[name] = found

    def lines(self, name: str, lines: Iterable[int]) -> NDArray[Any]:
        """Return some lines of a variable; ascending ones unpack each chunk once."""
        variable, height = self.variable(name), self.chunk_lines(name)
        found = []
        try:
            for _, group in groupby(lines, lambda line: line // height):
                together = np.array(list(group))
                block = np.asarray(variable[together[0] : together[-1] + 1])
                found.append(block[together - together[0]])
            return np.concatenate(found)
        except DAMAGE as error:
            raise self._damaged(name) from error

    def each_block(
        self, name: str, window: Window, take: Callable[[NDArray[Any], slice], None]
    ) -> None:
        """Give `take` a window's values block by block, with the rows of the window they are.

        Blocks stay in the processor's cache while they are converted, and no second copy of a
        whole band is held. The array given is filled anew for the next block.
        """
        variable = self.variable(name)
        lines, samples = window.line1, window.sample1
        shape = variable.shape
        if len(shape) != 2 or shape[0] < lines or shape[1] < samples:
            raise unreadable(
                self.path,
                "granule_shape",
                place=name,
                found_shape=shape,
                expected_shape=f"≥ {(lines, samples)}",
            )
        chunk = self.chunk_lines(name)
        height = min(-(-_BLOCK_LINES // chunk) * chunk, max(window.shape[0], 1))
        # One buffer for all blocks spares the system from handing out memory again and again.
        buffer = np.empty((height, window.shape[1]), dtype=variable.dtype)
        for block, rows in window.blocks(height):
            values = buffer[: rows.stop - rows.start]
            try:
                variable.read_direct(values, (block, window.samples))
            except DAMAGE as error:
                raise self._damaged(name) from error
            try:
                take(values, rows)
            except (TypeError, ValueError) as error:
                raise self._damaged(name, str(variable.dtype)) from error

    def _attribute(self, holder: h5py.File | h5py.Dataset, name: str) -> Any | None:
        """Return an attribute of the file or of a variable, None without it.

        Values of variable length lie in a heap apart, and on damage there the library crashes or
        never returns. Official files have none among the attributes that are read.
        """
        place = f"{holder.name.strip('/')}:{name}"
        try:
            if name not in holder.attrs:
                return None
            if holder.attrs.get_id(name).dtype.kind != "O":
                return _plain(holder.attrs[name])
        except DAMAGE as error:
            raise self._damaged(place) from error
        variable = holder.name.strip("/")
        apart = self._apart
        return (apart.attributes(variable) if variable else apart.global_attributes).get(name)

    @cached_property
    def _apart(self) -> FileApart:
        return self._open_files.enter_context(FileApart(self.path, "hdf5", FORMAT))

    def _damaged(self, place: str, found: str = "") -> Exception:
        return unreadable(self.path, "granule_damaged", found=found, place=place, format=FORMAT)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray) and value.size == 1:
        return _plain(value.reshape(-1)[0])
    if isinstance(value, np.generic):
        return value.item()
    return value
