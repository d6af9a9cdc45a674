"""Burn permits (计划烧除): where, when and under which conditions straw may be burned.

Rules
-----
- Days are Beijing days, the first and the last one count; hours are half-open. Hours that run over
  midnight belong to the day on which they begin.
- From the day on which it was revoked a permit no longer holds.
- Of several permits the one with the earlier number goes first; ``9`` comes before ``10``.
- The responsible person is kept on record and appears in no text, export or map.
"""

from __future__ import annotations

import re
import unicodedata
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
from zones.register.periods import MINUTES_A_DAY, hours_written
from zones.register.register import EMPTY_VERSION, NEVER

_ID_DIGITS = 10
_SEPARATOR = "\x1f"
_DTYPES = {
    "permit_id": "str",
    "number": "str",
    "issuer": "str",
    "name": "str",
    "valid_from": "int64",
    "valid_to": "int64",
    "hours_from_min": "int64",
    "hours_to_min": "int64",
    "straw_area_ha": "float64",
    "max_wind_m_s": "float64",
    "max_aqi": "float64",
    "responsible": "str",
    "revoked_from": "int64",
    "source_file": "str",
    "source_sha256": "str",
}
PERMIT_COLUMNS = tuple(_DTYPES)
READABLE_COLUMNS = (
    "permit_id", "number", "issuer", "name", "valid_from", "valid_to", "hours", "straw_area_ha",
    "max_wind_m_s", "max_aqi", "revoked_from", "source_file", "source_sha256",
)  # fmt: skip
"""What a person sees of a permit: no names of persons."""
_DEFAULTS: dict[str, str | int | float] = {
    "issuer": "",
    "name": "",
    "hours_from_min": 0,
    "hours_to_min": MINUTES_A_DAY,
    "straw_area_ha": np.nan,
    "max_wind_m_s": np.nan,
    "max_aqi": np.nan,
    "responsible": "",
    "revoked_from": NEVER,
    "source_file": "",
    "source_sha256": "",
}
# What two permits of the same number can differ in so that they are two.
_DECISIVE = (
    "number", "issuer", "valid_from", "valid_to", "hours_from_min", "hours_to_min",
    "max_wind_m_s", "max_aqi",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Permits:
    """Permits by number and their polygons (WGS-84 degrees); never changed in place.

    Parameters
    ----------
    permits
        permit_id, number (许可/方案编号), issuer, name (of the place), valid_from, valid_to
        (Beijing days since 1970-01-01, both included), hours_from_min, hours_to_min (minutes of
        the day), straw_area_ha (NaN where unknown), max_wind_m_s, max_aqi (NaN: no condition),
        responsible, revoked_from (`NEVER` if not), source_file, source_sha256. Earlier numbers
        come first.
    geometry
        One polygon or multipolygon a permit, in the same order, prepared.
    version
        Short hash of everything that can change a ruling, the same for any order of rows: not of
        the place's name, the straw area, the person or the file. "empty" without permits.
    """

    permits: pd.DataFrame
    geometry: Geometries
    version: str

    def __len__(self) -> int:
        return len(self.permits)

    def __repr__(self) -> str:
        # The table would print names of persons into logs and tracebacks.
        return f"Permits({len(self)}, version={self.version!r})"

    @classmethod
    def empty(cls) -> Permits:
        """Return no permits: burning in a restricted area is never permitted."""
        columns = {name: pd.Series(dtype=dtype) for name, dtype in _DTYPES.items()}
        return cls(pd.DataFrame(columns), np.array([], dtype=object), EMPTY_VERSION)

    def combined(self, other: Permits) -> Permits:
        """Return the permits of both; of one that is in both the earlier revocation counts."""
        table = pd.concat([self.permits, other.permits], ignore_index=True)
        return permits_from(table, np.concatenate([self.geometry, other.geometry]))

    def in_force(self, day: date) -> Permits:
        """Return the permits that can hold on a Beijing day, be it for some hours only."""
        number, table = day_number(day), self.permits
        valid = (table["valid_from"] <= number) & (table["valid_to"] >= number)
        valid &= table["revoked_from"] > number
        rows = valid.to_numpy(dtype=bool)
        return permits_from(table[rows], self.geometry[rows])

    def during(self, period: Period) -> Permits:
        """Return the permits that can hold on some day of a period."""
        first, last = period.day_numbers()
        table = self.permits
        ends = np.minimum(table["valid_to"], table["revoked_from"] - 1)
        held = (table["valid_from"] <= last) & (ends >= first) & (table["valid_from"] <= ends)
        rows = held.to_numpy(dtype=bool)
        return permits_from(table[rows], self.geometry[rows])

    def revoked(self, permit_ids: Collection[str], from_day: int) -> Permits:
        """Return the permits of which some no longer hold from a Beijing day on.

        With `NEVER` as the day a revocation is taken back.
        """
        chosen = self.permits["permit_id"].isin(list(permit_ids))
        days = self.permits["revoked_from"].mask(chosen, from_day)
        return permits_from(self.permits.assign(revoked_from=days), self.geometry)

    def numbers_taken(self, new: Permits) -> list[str]:
        """Return the numbers of new permits under which its issuer has another one here."""
        known = self.permits[["number", "issuer", "permit_id"]]
        both = new.permits[["number", "issuer", "permit_id"]].merge(known, on=["number", "issuer"])
        return sorted(set(both.loc[both["permit_id_x"] != both["permit_id_y"], "number"]))

    def readable(self) -> pd.DataFrame:
        """Return the permits as people write them, without persons: days such as ``2020-11-05``,
        hours ``06:00-18:00``, blank for the whole day and for what was never revoked."""
        table = self.permits
        hours = zip(table["hours_from_min"].tolist(), table["hours_to_min"].tolist(), strict=True)
        days = {
            name: ["" if day >= NEVER else str(date_of_day_number(day)) for day in table[name]]
            for name in ("valid_from", "valid_to", "revoked_from")
        }
        written = [hours_written(start, end) for start, end in hours]
        return table.assign(hours=pd.Series(written, dtype="str"), **days)[list(READABLE_COLUMNS)]


def permits_from(table: pd.DataFrame, geometry: Geometries) -> Permits:
    """Return permits in any order as one value.

    Parameters
    ----------
    table
        At least number, valid_from and valid_to; the other columns have defaults. permit_id is
        always made anew from what decides (number, issuer, days, hours, conditions, polygon), so
        that the same permit has the same id wherever it was read. A revocation does not make
        another permit.
    geometry
        Valid polygons or multipolygons in WGS-84 degrees, one a row.
    """
    if len(table) == 0:
        return Permits.empty()
    rows = table.reset_index(drop=True)
    for name, value in _DEFAULTS.items():
        if name not in rows:
            rows[name] = value
    polygons = np.asarray(geometry, dtype=object)
    rows["permit_id"] = _permit_ids(rows, polygons)
    rows = rows[list(PERMIT_COLUMNS)].astype(_DTYPES)
    rows["revoked_from"] = rows.groupby("permit_id")["revoked_from"].transform("min")
    rows = rows.drop_duplicates("permit_id")
    rows = rows.iloc[_by_number(rows)]
    polygons = polygons[rows.index.to_numpy()]
    shapely.prepare(polygons)
    return Permits(rows.reset_index(drop=True), polygons, _version(rows))


def _by_number(table: pd.DataFrame) -> NDArray[np.intp]:
    keys = pd.DataFrame(
        {
            "number": [_natural(text) for text in table["number"]],
            "issuer": table["issuer"].to_numpy(),
            "permit_id": table["permit_id"].to_numpy(),
        }
    )
    return keys.sort_values(["number", "issuer", "permit_id"]).index.to_numpy(dtype=np.intp)


def _natural(text: str) -> str:
    """Return a key by which 9 sorts before 10."""
    digits = unicodedata.normalize("NFKC", text)
    return re.sub(r"\d+", lambda found: found[0].lstrip("0").zfill(12), digits)


def _permit_ids(table: pd.DataFrame, polygons: Geometries) -> list[str]:
    shapes = canonical_wkb(polygons)
    decisive = table[list(_DECISIVE)].astype({name: _DTYPES[name] for name in _DECISIVE})
    texts = decisive.astype("str").fillna("")
    lines = zip(*(texts[name] for name in _DECISIVE), shapes, strict=True)
    return [f"permit-{short_hash(_SEPARATOR.join(line), _ID_DIGITS)}" for line in lines]


def _version(table: pd.DataFrame) -> str:
    # A permit's id already covers its days, hours, conditions and polygon.
    states = zip(table["permit_id"], table["revoked_from"], strict=True)
    return short_hash("\n".join(sorted(f"{permit_id} {day}" for permit_id, day in states)))
