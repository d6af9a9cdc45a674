"""What is checked: the features of one file in their order, the areas, and the zones on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from zones.check.pieces import Pieces, holes_of, parts_of
from zones.check.shapes import shape_groups
from zones.formats.layer import Layer
from zones.geometry.arrays import Geometries
from zones.geometry.measures import area_km2
from zones.geometry.polygons import Repair
from zones.notes import Note
from zones.places.areas import Areas
from zones.register.in_force import last_days
from zones.register.read import ZoneReading
from zones.register.register import ZONE_COLUMNS, Register
from zones.tables.headings import find_columns

BAN = "ban"
RESTRICTED = "restricted"

_TIME = (
    "crop", "valid_from", "valid_to", "months", "hours_from_min", "hours_to_min",
)  # fmt: skip
_SAID = [name for name in ZONE_COLUMNS if name != "zone_id"]
# Headings of the area that a zone is of, the narrowest first.
_AREA_COLUMNS = ("adcode", "county", "city_name")


@dataclass(frozen=True, eq=False)
class Subject:
    """A file's zones before import, and what they are held against; never changed.

    Parameters
    ----------
    path
        The file.
    zones
        One row a feature in the file's order, with the register's columns but zone_id.
    geometry
        Their polygons, valid, WGS-84 degrees.
    raw
        The same before repair.
    repairs
        The polygons that were mended.
    remarks
        What the reader had to say.
    written_areas
        For each feature what the file's own columns say of its county or city, names or codes.
    areas
        Cities and counties.
    existing
        Zones on record.
    """

    path: Path
    zones: pd.DataFrame
    geometry: Geometries
    raw: Geometries
    repairs: tuple[Repair, ...]
    remarks: tuple[Note, ...]
    written_areas: tuple[tuple[str, ...], ...]
    areas: Areas
    existing: Register

    @classmethod
    def of(cls, reading: ZoneReading, areas: Areas, existing: Register) -> Subject:
        """Return what a reading, the areas and the zones on record give to look at."""
        return cls(
            reading.path,
            reading.zones[_SAID].reset_index(drop=True),
            reading.shapes,
            reading.wgs84_raw,
            reading.repairs,
            reading.remarks,
            written_areas(reading.layer),
            areas,
            existing,
        )

    def __len__(self) -> int:
        return len(self.zones)

    @cached_property
    def area_km2(self) -> Floats:
        """The area of each zone."""
        return area_km2(self.geometry)

    @cached_property
    def parts(self) -> Pieces:
        """The polygons of which the zones are made."""
        return parts_of(self.geometry)

    @cached_property
    def holes(self) -> Pieces:
        """The holes in the zones."""
        return holes_of(self.geometry)

    @cached_property
    def with_all_on_record(self) -> Together:
        """The file's zones and all on record."""
        record = self.existing
        zones = pd.concat([self.zones, record.zones[_SAID]], ignore_index=True)
        ids = np.append(np.full(len(self), ""), record.zones["zone_id"])
        return Together(
            zones.assign(zone_id=ids),
            np.concatenate([self.geometry, record.geometry]),
            np.concatenate([self.area_km2, area_km2(record.geometry)]),
            len(self),
        )

    @cached_property
    def with_record(self) -> Together:
        """The file's zones and those on record that may count beside them.

        A zone that the file holds too is the file's, and one drawn for show contradicts nobody.
        """
        together = self.with_all_on_record
        chosen = together.zone_group >= len(self)
        chosen &= last_days(together.zones) >= int(self.zones["valid_from"].min())
        if not self.zones["illustrative"].any():
            chosen &= ~together.zones["illustrative"].to_numpy(dtype=bool)
        chosen[: len(self)] = True
        return replace(
            together,
            zones=together.zones[chosen].reset_index(drop=True),
            geometry=together.geometry[chosen],
            area_km2=together.area_km2[chosen],
        )


@dataclass(frozen=True, eq=False)
class Together:
    """Zones of the file, in its order, followed by zones on record.

    Parameters
    ----------
    zones
        The register's columns; zone_id is "" for the file's.
    geometry, area_km2
        One entry a zone; the first `of_file` are the file's.
    of_file
        How many are the file's.
    """

    zones: pd.DataFrame
    geometry: Geometries
    area_km2: Floats
    of_file: int

    @cached_property
    def shape_group(self) -> NDArray[np.int64]:
        """The same number for zones of the same shape: the position of the first."""
        return shape_groups(self.geometry)

    @cached_property
    def zone_group(self) -> NDArray[np.int64]:
        """The same number for zones that the register takes for one: the position of the first."""
        keys = self.zones[["kind", "notice", "name", *_TIME]].assign(shape=self.shape_group)
        group = keys.groupby(list(keys), sort=False).ngroup().to_numpy()
        _, first = np.unique(group, return_index=True)
        result: NDArray[np.int64] = first[group]
        return result

    @cached_property
    def distinct(self) -> NDArray[np.bool_]:
        """The first zone of each shape, kind and time: what repeats it adds no ground."""
        keys = self.zones[["kind", "retired_from", *_TIME]].assign(shape=self.shape_group)
        return ~keys.duplicated().to_numpy(dtype=bool)

    def distinct_rows_of(self, kind: str) -> NDArray[np.intp]:
        """Return the rows of the `distinct` zones of a kind."""
        return np.flatnonzero((self.zones["kind"] == kind).to_numpy() & self.distinct)

    def rows_in_file(self, *members: int) -> tuple[int, ...]:
        """Return those of some rows that are zones of the file."""
        return tuple(int(member) for member in members if member < self.of_file)

    def ids_on_record(self, *members: int) -> tuple[str, ...]:
        """Return the ids of those of some rows that are zones on record."""
        return tuple(self._ids[member] for member in members if member >= self.of_file)

    @cached_property
    def _ids(self) -> list[str]:
        return list(self.zones["zone_id"])


def written_areas(layer: Layer) -> tuple[tuple[str, ...], ...]:
    """Return what the columns of a layer say of each feature's county or city."""
    found = find_columns([str(name) for name in layer.attributes], _AREA_COLUMNS)
    headings = [found[column] for column in _AREA_COLUMNS if column in found]
    texts = layer.attributes[headings].astype("str").fillna("")
    return tuple(texts.itertuples(index=False, name=None))
