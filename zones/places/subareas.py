"""The user's own layer of townships or villages; the package has none and guesses none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.files import short_hash
from firewatch.core.vocab import Language
from zones.geometry.arrays import Geometries
from zones.geometry.dissolve import dissolved, narrow_gaps
from zones.notes import Note, sentences
from zones.places.areas import GAP_KM, Areas
from zones.places.subarea_layer import read_subarea_layer
from zones.places.subarea_notes import Level

SUBAREA_COLUMNS = ("code", "name", "county_adcode", "township")


@dataclass(frozen=True, eq=False)
class SubAreas:
    """Townships or villages of the region, sorted by code (unknown codes last), then name.

    Parameters
    ----------
    table
        code:int (9 digits, villages 12; 0 unknown), name, county_adcode:int (today's; 0 outside
        the region), township (the name of a village's township, "" if unknown or a township).
    geometry
        Polygons in WGS-84 degrees, in the same order, prepared.
    source
        File and hash, for people.
    version
        Short hash of all that can change where a point lies.
    findings
        What reading noticed, for `notes`.
    """

    table: pd.DataFrame
    geometry: Geometries
    source: str = ""
    version: str = "none"
    findings: tuple[Note, ...] = ()

    @classmethod
    def none(cls) -> SubAreas:
        """Return the layer without any area."""
        types = {"code": "int64", "name": "str", "county_adcode": "int64", "township": "str"}
        empty = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in types.items()})
        return cls(empty, np.array([], dtype=object))

    def __len__(self) -> int:
        return len(self.table)

    def notes(self, language: Language) -> tuple[str, ...]:
        """Return sentences on names that no list has, townships that lack, and repairs."""
        return sentences(self.findings, language)

    @cached_property
    def gaps(self) -> Geometries:
        """Closed gaps between the areas, narrower than `zones.places.areas.GAP_KM`."""
        return narrow_gaps(dissolved(self.geometry), GAP_KM) if len(self) else self.geometry


def subareas_from(
    table: pd.DataFrame,
    geometry: Geometries,
    level: Level,
    source: str,
    findings: tuple[Note, ...] = (),
) -> SubAreas:
    """Return the layer of a table (`SUBAREA_COLUMNS`) and its polygons."""
    code, name = table["code"].to_numpy(), table["name"].to_numpy(dtype=object)
    order = np.lexsort((name, code, code == 0))
    sorted_ = table.iloc[order][list(SUBAREA_COLUMNS)].reset_index(drop=True)
    polygons = np.asarray(geometry, dtype=object)[order]
    shapely.prepare(polygons)
    rows = ("|".join(map(str, row)) for row in sorted_.itertuples(index=False))
    version = short_hash("\n".join([level, *rows, *shapely.to_wkb(polygons, hex=True)]))
    return SubAreas(sorted_, polygons, source, version, findings)


def load_subareas(path: Path, level: Level, areas: Areas, crs: str | None = None) -> SubAreas:
    """Read the user's layer of townships or villages.

    Parameters
    ----------
    path
        Any file that `formats.layer.read_layer` takes. Columns (`tables.headings`): the name, and
        best a code of 9 or 12 digits; county and township where there is no code.
    level
        "township" or "village".
    areas
        The counties. Areas of other regions in the layer are left out.
    crs
        The coordinate system, where the file declares none or a wrong one.

    Returns
    -------
    SubAreas
        With several polygons of one area joined. What was noticed stands in its `notes`.

    Raises
    ------
    ZoneFileError
        If names are missing, codes are unreadable or of another level, nothing lies in the
        region, or the polygons or their coordinate system cannot be used.
    """
    return subareas_from(*read_subarea_layer(Path(path), level, areas, crs))
