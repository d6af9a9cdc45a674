"""The register of zones: every polygon of every notice, with the days it is in force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.files import short_hash
from firewatch.core.time import Period, date_of_day_number, day_number
from zones.geometry.arrays import Geometries
from zones.geometry.polygons import canonical_wkb
from zones.register.in_force import last_days, month_of
from zones.register.periods import ALL_MONTHS, MINUTES_A_DAY, hours_written, months_written

# The last day that a calendar date can name stands for "until further notice".
OPEN_END = day_number(date.max)
NEVER = OPEN_END + 1
"""The day of a retirement that has not happened."""
EMPTY_VERSION = "empty"
_ID_DIGITS = 10
_DAYS = ("valid_from", "valid_to")

_DTYPES = {
    "zone_id": "str",
    "kind": "str",
    "name": "str",
    "authority": "str",
    "notice": "str",
    "crop": "str",
    "valid_from": "int64",
    "valid_to": "int64",
    "months": "int64",
    "hours_from_min": "int64",
    "hours_to_min": "int64",
    "retired_from": "int64",
    "retired_by": "str",
    "illustrative": "bool",
    "source_file": "str",
    "source_sha256": "str",
}
ZONE_COLUMNS = tuple(_DTYPES)
READABLE_COLUMNS = (
    "zone_id", "kind", "name", "authority", "notice", "crop", "valid_from", "valid_to", "months",
    "hours", "retired_from", "retired_by", "illustrative", "source_file", "source_sha256",
)  # fmt: skip
"""What a person sees of a zone: the two hours stand in one column."""
_DEFAULTS: dict[str, str | int | bool] = {
    "authority": "",
    "crop": "",
    "valid_to": OPEN_END,
    "months": ALL_MONTHS,
    "hours_from_min": 0,
    "hours_to_min": MINUTES_A_DAY,
    "retired_from": NEVER,
    "retired_by": "",
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
        zone_id, kind, name, authority, notice, crop ("" for any), valid_from, valid_to (Beijing
        days since 1970-01-01, both included; `OPEN_END` without an end), months (bits),
        hours_from_min, hours_to_min (minutes of the day), retired_from (the day from which a later
        notice took its place; `NEVER` if none did), retired_by (that notice), illustrative,
        source_file, source_sha256.
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
        return known_register(zones, np.concatenate([self.geometry, other.geometry]))

    def in_force(self, day: date) -> Register:
        """Return the zones that count on a Beijing day, be it for some hours only."""
        number, zones = day_number(day), self.zones
        valid = (zones["valid_from"].to_numpy() <= number) & (last_days(zones) >= number)
        valid &= zones["months"].to_numpy() >> (int(month_of(np.array([number]))[0]) - 1) & 1 == 1
        return self.chosen(valid)

    def during(self, period: Period) -> Register:
        """Return the zones that count on some day of a period, whatever their months."""
        first, last = period.day_numbers()
        starts_by_then = self.zones["valid_from"].to_numpy() <= last
        return self.chosen(starts_by_then & (last_days(self.zones) >= first))

    def of_notice(self, notice: str) -> Register:
        """Return the zones of a notice, retired ones too."""
        return self.chosen((self.zones["notice"] == notice).to_numpy())

    def retired(self, zone_ids: Collection[str], from_day: int, by: str) -> Register:
        """Return the register in which some zones no longer count from a day on.

        With `NEVER` as the day a retirement is taken back.
        """
        notice = "" if from_day == NEVER else by
        ends = {"zone_id": list(zone_ids), "retired_from": from_day, "retired_by": notice}
        return self.with_retirements(pd.DataFrame(ends))

    def with_retirements(self, ends: pd.DataFrame) -> Register:
        """Return the register with zone_id, retired_from and retired_by of some zones anew."""
        by_id, ids = ends.set_index("zone_id"), self.zones["zone_id"]
        kept = ~ids.isin(by_id.index)
        changed = {
            name: self.zones[name].where(kept, ids.map(by_id[name]))
            for name in ("retired_from", "retired_by")
        }
        return known_register(self.zones.assign(**changed), self.geometry)

    def chosen(self, rows: NDArray[np.bool_]) -> Register:
        """Return the zones for which `rows` is true."""
        return known_register(self.zones[rows], self.geometry[rows])

    @property
    def illustrative(self) -> bool:
        """Whether any zone was drawn by rule for show and not by an authority."""
        return bool(self.zones["illustrative"].any())

    def readable(self) -> pd.DataFrame:
        """Return the zones as people write them: ``2020-11-05``, months ``11-3``, hours
        ``06:00-22:00``; blank for the open end, every month, the whole day, no retirement."""
        zones = self.zones
        days = {
            name: ["" if day >= OPEN_END else str(date_of_day_number(day)) for day in column]
            for name, column in zones[["valid_from", "valid_to", "retired_from"]].items()
        }
        hours = zip(zones["hours_from_min"].tolist(), zones["hours_to_min"].tolist(), strict=True)
        table = zones.assign(
            **{str(name): texts for name, texts in days.items()},
            months=[months_written(bits) for bits in zones["months"].tolist()],
            hours=[hours_written(start, end) for start, end in hours],
        )
        return table[list(READABLE_COLUMNS)]


def register_from(zones: pd.DataFrame, geometry: Geometries) -> Register:
    """Return a register of zones in any order.

    Parameters
    ----------
    zones
        At least kind, name, notice and valid_from; the other columns have defaults. zone_id is
        always made anew from kind, notice, name, the time in force and polygon, so that the same
        zone has the same id wherever it was read. A retirement does not make another zone.
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
    return known_register(table, polygons)


def known_register(zones: pd.DataFrame, geometry: Geometries) -> Register:
    """Return a register of zones that have their ids: those of a register or of the ledger.

    Parameters
    ----------
    zones
        All of `ZONE_COLUMNS`. Of several rows of one id the first counts.
    """
    if len(zones) == 0:
        return Register.empty()
    table = zones[list(ZONE_COLUMNS)].reset_index(drop=True).astype(_DTYPES)
    table = table.drop_duplicates("zone_id").sort_values("zone_id")
    polygons = np.asarray(geometry, dtype=object)[table.index.to_numpy()]
    shapely.prepare(polygons)
    return Register(table.reset_index(drop=True), polygons, _version(table))


def _zone_ids(table: pd.DataFrame, polygons: Geometries) -> list[str]:
    parts = (table[name].astype("str") for name in ("kind", "notice", "name", *_DAYS))
    lines = ["\x1f".join(line) for line in zip(*parts, canonical_wkb(polygons), strict=True)]
    # Written only where it limits the zone, so that a limit added to the format later leaves the
    # ids on record as they are.
    for name in ("months", "hours_from_min", "hours_to_min", "crop"):
        for row in np.flatnonzero(table[name] != _DEFAULTS[name]):
            lines[row] += f"\x1f{name}={table[name].iloc[row]}"
    kinds = table["kind"].astype("str")
    return [f"{k}-{short_hash(t, _ID_DIGITS)}" for k, t in zip(kinds, lines, strict=True)]


def _version(table: pd.DataFrame) -> str:
    # A zone's id already covers its kind, time in force and polygon.
    states = table["zone_id"] + " " + table["illustrative"].astype(str)
    retired = table["retired_from"] != NEVER
    states = states.where(~retired, states + " " + table["retired_from"].astype(str))
    return short_hash("\n".join(sorted(states.tolist())))
