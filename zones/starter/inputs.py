"""The things that zones are drawn round, with their names and the files they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from zones.geometry.arrays import Geometries
from zones.notes import Note
from zones.starter.classes import InputClass

_COLUMNS = ("input_class", "name", "file")
# What the user brings of the second class takes the place of what is packaged of the first.
_TAKES_PLACE_OF = {InputClass.CANE_COUNTY: InputClass.SUGARCANE_BASE}


@dataclass(frozen=True)
class InputFile:
    """A file that inputs came from, and the hash of its bytes."""

    input_class: InputClass
    file: str
    sha256: str


@dataclass(frozen=True, eq=False)
class StarterInputs:
    """Features in WGS-84 degrees, in canonical order: another order of input changes nothing.

    Parameters
    ----------
    features
        input_class, name ("" without one), file (its name).
    geometry
        One valid point, line, polygon, or collection of these a feature, without Z.
    files
        Where they came from.
    notes
        What its reader had to mend or leave out.
    """

    features: pd.DataFrame
    geometry: Geometries
    files: tuple[InputFile, ...] = ()
    notes: tuple[Note, ...] = ()

    @classmethod
    def none(cls) -> StarterInputs:
        """Return inputs without anything."""
        return cls(
            pd.DataFrame({name: pd.Series(dtype="str") for name in _COLUMNS}),
            np.array([], dtype=object),
        )

    @property
    def classes(self) -> tuple[InputClass, ...]:
        """The classes spoken for, in the order of `InputClass`."""
        spoken = {file.input_class for file in self.files}
        return tuple(code for code in InputClass if code in spoken)

    @property
    def digest(self) -> str:
        """SHA-256 of one line a file: its class, name and hash."""
        lines = sorted({f"{f.input_class}\t{f.file}\t{f.sha256}" for f in self.files})
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def combined(self, other: StarterInputs) -> StarterInputs:
        """Return the inputs of both."""
        features = pd.concat([self.features, other.features], ignore_index=True)
        geometry = np.concatenate([self.geometry, other.geometry])
        files = {*self.files, *other.files}
        ordered = tuple(sorted(files, key=lambda f: (f.input_class, f.file, f.sha256)))
        return StarterInputs(*_canonical(features, geometry), ordered, self.notes + other.notes)

    def over(self, packaged: StarterInputs) -> StarterInputs:
        """Return these, and of the packaged inputs the classes that these say nothing of."""
        given = set(self.classes)
        remain = {c for c in packaged.classes if not given & {c, _TAKES_PLACE_OF.get(c, c)}}
        kept = packaged.features["input_class"].isin(remain).to_numpy()
        files = tuple(file for file in packaged.files if file.input_class in remain)
        rest = StarterInputs(packaged.features[kept], packaged.geometry[kept], files)
        return self.combined(rest)


def inputs_from(
    input_class: InputClass,
    names: Iterable[str],
    geometry: Geometries,
    file: str,
    sha256: str = "",
    notes: tuple[Note, ...] = (),
) -> StarterInputs:
    """Return inputs of one class.

    Parameters
    ----------
    names
        One a feature, "" without one. Features of one name become one zone.
    geometry
        Valid, in WGS-84 degrees.
    file, sha256
        Where they came from; without a hash that of names and geometry is taken.
    """
    named = pd.DataFrame({"name": [name.strip() for name in names]}, dtype="str")
    features = named.assign(input_class=str(input_class), file=file)[list(_COLUMNS)]
    table, shapes = _canonical(features, np.asarray(geometry, dtype=object))
    if not sha256:
        lines = [*table["name"], *shapely.to_wkb(shapes, hex=True, byte_order=1)]
        sha256 = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return StarterInputs(table, shapes, (InputFile(input_class, file, sha256),), notes)


def _canonical(features: pd.DataFrame, geometry: Geometries) -> tuple[pd.DataFrame, Geometries]:
    # Unions of the same shapes in another order differ in the last bits, and so would zone ids.
    shapes = shapely.normalize(shapely.force_2d(geometry))
    table = features.assign(wkb=shapely.to_wkb(shapes, hex=True, byte_order=1))
    table = table.reset_index(drop=True).drop_duplicates()
    table = table.sort_values([*_COLUMNS, "wkb"])
    order = table.index.to_numpy()
    return table[list(_COLUMNS)].reset_index(drop=True), shapes[order]
