"""The register of zones: every polygon of every notice, with the days it is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.files import short_hash
from firewatch.core.time import date_of_day_number, day_number
from zones.precedence import default_precedence

Geometries = NDArray[np.object_]

# The last day that a calendar date can name stands for "until further notice".
OPEN_END = day_number(date.max)
EMPTY_VERSION = "empty"
_ID_DIGITS = 10

_DTYPES = {
    "zone_id": "str",
    "kind": "str",
    "name": "str",
    "authority": "str",
    "notice": "str",
    "valid_from": "int64",
    "valid_to": "int64",
    "illustrative": "bool",
    "source_file": "str",
    "source_sha256": "str",
}
ZONE_COLUMNS = tuple(_DTYPES)
_DEFAULTS: dict[str, str | int | bool] = {
    "authority": "",
    "valid_to": OPEN_END,
    "illustrative": False,
    "source_file": "",
    "source_sha256": "",
}


@dataclass(frozen=True, eq=False)
class Register:
    """Zones in ascending zone_id and their polygons (WGS-84 degrees); never changed in place.

    Parameters
    ----------
    zones
        zone_id, kind, name, authority, notice, valid_from, valid_to (Beijing days since
        1970-01-01, both included; `OPEN_END` without an end), illustrative, source_file,
        source_sha256.
    geometry
        One polygon or multipolygon a zone, in the same order, prepared.
    version
        Short hash of everything that can change a ruling, the same for any order of rows;
        "empty" without zones.
    """

    zones: pd.DataFrame
    geometry: Geometries
    version: str

    def __len__(self) -> int:
        return len(self.zones)

    @classmethod
    def empty(cls) -> Register:
        """Return a register without zones: every point is unzoned."""
        columns = {name: pd.Series(dtype=dtype) for name, dtype in _DTYPES.items()}
        return cls(pd.DataFrame(columns), np.array([], dtype=object), EMPTY_VERSION)

    def combined(self, other: Register) -> Register:
        """Return the zones of both; a zone that is in both is kept once."""
        zones = pd.concat([self.zones, other.zones], ignore_index=True)
        return register_from(zones, np.concatenate([self.geometry, other.geometry]))

    def in_force(self, day: date) -> Register:
        """Return the zones in force on a Beijing day."""
        number = day_number(day)
        valid = (self.zones["valid_from"] <= number) & (self.zones["valid_to"] >= number)
        return register_from(self.zones[valid], self.geometry[valid.to_numpy()])

    @property
    def illustrative(self) -> bool:
        """Whether any zone was drawn by rule for show and not by an authority."""
        return bool(self.zones["illustrative"].any())

    def readable(self) -> pd.DataFrame:
        """Return the zones with days as texts (``2020-11-05``), the open end blank."""
        days = {
            name: ["" if day >= OPEN_END else str(date_of_day_number(day)) for day in column]
            for name, column in self.zones[["valid_from", "valid_to"]].items()
        }
        return self.zones.assign(**{str(name): texts for name, texts in days.items()})


def register_from(zones: pd.DataFrame, geometry: Geometries) -> Register:
    """Return a register of zones in any order.

    Parameters
    ----------
    zones
        At least kind, name, notice and valid_from; the other columns have defaults. zone_id is
        always made anew from kind, notice, name, dates and polygon, so that the same zone has the
        same id wherever it was read.
    geometry
        Valid polygons or multipolygons in WGS-84 degrees, one a row.
    """
    if len(zones) == 0:
        return Register.empty()
    table = zones.reset_index(drop=True)
    for name, value in _DEFAULTS.items():
        if name not in table:
            table[name] = value
    polygons = np.asarray(geometry, dtype=object)
    table["zone_id"] = _zone_ids(table, polygons)
    table = table[list(ZONE_COLUMNS)].astype(_DTYPES)
    table = table.drop_duplicates("zone_id").sort_values("zone_id")
    polygons = polygons[table.index.to_numpy()]
    shapely.prepare(polygons)
    return Register(table.reset_index(drop=True), polygons, _version(table))


def _zone_ids(table: pd.DataFrame, polygons: Geometries) -> list[str]:
    # The ring's first vertex and direction, or a multipolygon of one part (as GeoPackage wants),
    # do not make another zone.
    plain = polygons.copy()
    lone = shapely.get_num_geometries(polygons) == 1
    plain[lone] = shapely.get_geometry(polygons[lone], 0)
    shapes = shapely.to_wkb(shapely.normalize(plain), hex=True, byte_order=1)
    parts = table[["kind", "notice", "name", "valid_from", "valid_to"]].astype(str)
    texts = parts.agg("\x1f".join, axis=1) + "\x1f" + pd.Series(shapes, index=table.index)
    kinds = table["kind"].astype(str)
    return [f"{k}-{short_hash(t, _ID_DIGITS)}" for k, t in zip(kinds, texts, strict=True)]


def _version(table: pd.DataFrame) -> str:
    # A zone's id already covers its kind, dates and polygon.
    flags = table["illustrative"].astype(str)
    lines = sorted((table["zone_id"] + " " + flags).tolist())
    return short_hash("\n".join([default_precedence().version, *lines]))
