"""Zones from the files that cities send, checked before they can rule anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from firewatch.core.geo import Extent
from zones.formats.crs import GUANGXI_EXTENT, open_notes, to_wgs84
from zones.formats.layer import Layer, read_layer
from zones.geometry.arrays import Geometries
from zones.geometry.polygons import Repair, repaired, require_polygons
from zones.notes import Note
from zones.register.columns import source_of, unlisted_kinds, zone_table
from zones.register.declared import Declared
from zones.register.mapping import ColumnMapping
from zones.register.register import Register, register_from


@dataclass(frozen=True, eq=False)
class ZoneReading:
    """The zones of one file, and what its reader had to mend.

    Parameters
    ----------
    register
        The zones, in WGS-84; in its own order, a zone that is twice in the file once.
    repairs
        Polygons that crossed themselves.
    zones
        One row a feature, its number in the file (from 1) as index; the register's columns but
        zone_id.
    layer
        What the file holds, as written.
    wgs84_raw
        The polygons in WGS-84 before repair, in the file's order.
    shapes
        The polygons in WGS-84 after repair, in the file's order.
    remarks
        What else a user should know of the file.
    """

    register: Register
    repairs: tuple[Repair, ...]
    zones: pd.DataFrame
    layer: Layer
    wgs84_raw: Geometries
    shapes: Geometries
    remarks: tuple[Note, ...] = ()

    @property
    def path(self) -> Path:
        """The user's file."""
        return self.layer.path

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each feature of the file, in its order."""
        return tuple(self.zones["name"])


def read_zones(
    path: Path,
    *,
    kind: str | None = None,
    notice: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    authority: str = "",
    crs: str | None = None,
    region: Extent = GUANGXI_EXTENT,
    months: int | None = None,
    hours: tuple[int, int] | None = None,
    crop: str = "",
    mapping: ColumnMapping | None = None,
    layer: Layer | None = None,
    layer_name: str | None = None,
) -> ZoneReading:
    """Read zones from any format of `formats.table`, from a folder or a zip archive.

    Parameters
    ----------
    path
        The file.
    kind, notice, valid_from, valid_to, authority, months, hours, crop
        Hold for all zones of the file. Where one is None or empty, what the mapping file says of
        all zones counts, then the file's own column; its heading and kinds may be Chinese or
        English (`tables.headings`, `kinds`). Months are bits, hours minutes of the day
        (`periods`).
    crs
        The coordinate system, such as "EPSG:4490", "GCJ-02" or "EPSG:4490 swapped" (`crs`), where
        the file declares none or a wrong one.
    region
        Where zones can be, WGS-84 degrees.
    mapping
        Which column is what, and which value is which kind.
    layer
        A layer that was read or made elsewhere, in place of the file's.
    layer_name
        Which layer of the file, where it has several.

    Raises
    ------
    ZoneFileError
        Naming file, feature and remedy. Nothing is taken from a file that has an error.
    """
    system = crs or (mapping.crs if mapping else None)
    if layer is None:
        layer = read_layer(path, layer_name or (mapping.layer if mapping else None))
    require_polygons(layer.geometry, layer.path)
    raw = to_wgs84(layer, system, region)
    shapes, repairs = repaired(raw, layer.path)
    declared = Declared(kind, notice, valid_from, valid_to, authority, months, hours, crop)
    zones = zone_table(source_of(layer, declared, mapping))
    register = register_from(zones, shapes)
    remarks = (*open_notes(layer, system), *unlisted_kinds(zones["kind"]))
    return ZoneReading(register, repairs, zones, layer, raw, shapes, remarks)
