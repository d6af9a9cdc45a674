"""Burn permits from the files that counties send, checked before they can permit anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.geo import Extent, Floats
from firewatch.core.i18n import texts
from firewatch.core.vocab import Language
from zones.formats.crs import GUANGXI_EXTENT
from zones.formats.layer import Layer
from zones.geometry.arrays import Geometries
from zones.geometry.measures import area_km2
from zones.geometry.polygons import Repair
from zones.notes import Note, sentences
from zones.permits.air_quality import MAX_AQI, MAX_WIND_M_S
from zones.permits.areas import PermitSource, one_a_number, permit_source
from zones.permits.permits import Permits, permits_from
from zones.places.areas import Areas
from zones.register.periods import parse_hours
from zones.tables.cells import Fault, days, numbers, parsed, refuse, span
from zones.tables.row_findings import RowFindings, Weight, findings_of, found_in
from zones.tables.table import UserTable

# A burn plan names days of fit weather. Over a month it permits burning at large, which is what
# the ban is there to end; no regulation at hand names a figure, so a longer one is only told of.
LONGEST_DAYS = 31
HA_PER_KM2 = 100.0
# A plot's outline and its farmed area differ by paths and ditches, never the other way round.
_AREA_TOLERANCE = 1.05
# Twice the uncertainty of the packaged boundaries along a plot of a kilometre.
_OUTSIDE_KM2 = 0.25
MAX_STRAW_AREA_HA = 100_000.0


@dataclass(frozen=True, eq=False)
class PermitReading:
    """The permits of one file, and what was noticed.

    Parameters
    ----------
    permits
        The permits, in WGS-84.
    repairs
        Polygons that crossed themselves.
    findings
        Rows that were taken but should be looked at.
    path
        The user's file.
    remarks
        What else a user should know of the polygons.
    """

    permits: Permits
    repairs: tuple[Repair, ...]
    findings: RowFindings
    path: Path
    remarks: tuple[Note, ...] = ()

    def notes(self, language: Language) -> tuple[str, ...]:
        """Return one sentence a repair, a remark and a finding. They name no persons."""
        say = texts("zones", language)
        repairs = (
            say(
                "permit.repaired",
                where=self.path.name,
                feature=repair.feature,
                place=f"{repair.lon:.5f} E, {repair.lat:.5f} N",
                change_km2=f"{repair.change_km2:+.4f}",
            )
            for repair in self.repairs
        )
        others = sentences(self.remarks, language, where=self.path.name)
        return (*repairs, *others, *self.findings.lines(language))


def read_permits(
    path: Path,
    *,
    polygons: Path | None = None,
    layer: Layer | None = None,
    crs: str | None = None,
    region: Extent = GUANGXI_EXTENT,
    areas: Areas | None = None,
    issuer: str = "",
) -> PermitReading:
    """Read permits from a polygon layer, or from a table (CSV, Excel) that says where.

    Parameters
    ----------
    path
        A layer of any format that `read_layer` takes, one feature a plot; or a table with
        longitude, latitude and radius; or a table with its polygons beside it. Headings in
        Chinese or English (`permit_headings.csv`). Rows of one number are plots of one permit.
    polygons
        A layer that has the ground of each number of the table.
    layer
        A layer that was read or made elsewhere, such as that of `places.named.named_areas`
        where the file names whole townships or villages.
    crs
        The coordinate system, where the file declares none or a wrong one; "GCJ-02" too.
    region
        Where permits can be, WGS-84 degrees.
    areas
        The counties: a permit without any ground in them is refused, one that reaches beyond
        them is told of.
    issuer
        Who gave the permits of which the file does not say so.

    Raises
    ------
    ZoneFileError
        Naming row, column, what was found and expected, and remedy. Nothing is taken from a file
        that has an error.
    """
    path = Path(path)
    source = one_a_number(permit_source(path, polygons, layer, crs, region))
    permits = _permits(source, issuer, path)
    found = [*_oddities(source, permits), *_outside(source, areas)]
    value = permits_from(permits, source.geometry)
    return PermitReading(value, source.repairs, findings_of(found), path, source.remarks)


def _permits(source: PermitSource, issuer: str, path: Path) -> pd.DataFrame:
    table = source.table
    number = table.texts("number")
    absent = Fault("没有编号 / no number", "桂〔2020〕1号", "补上编号 / give each permit a number")
    refuse(table, number == "", "number", absent)
    own_issuer = table.texts("issuer")
    first, last = _days(table)
    hours = _hours(table)
    return pd.DataFrame(
        {
            "number": number,
            "issuer": own_issuer.where(own_issuer != "", issuer),
            "name": table.texts("name"),
            "valid_from": first,
            "valid_to": last,
            "hours_from_min": [start for start, _ in hours],
            "hours_to_min": [end for _, end in hours],
            "straw_area_ha": _limited(table, "straw_area_ha", MAX_STRAW_AREA_HA),
            "max_wind_m_s": _max_wind(table),
            "max_aqi": _limited(table, "max_aqi", MAX_AQI),
            "responsible": table.texts("responsible"),
            "source_file": path.name,
            "source_sha256": source.sha256,
        }
    )


def _days(table: UserTable) -> tuple[pd.Series, pd.Series]:
    unread = Fault("不是日期 / not a day", "2020-11-05", "改正日期 / correct the day")
    first, last = days(table, "valid_from"), days(table, "valid_to")
    refuse(table, first.isna(), "valid_from", unread)
    refuse(table, last.isna(), "valid_to", unread)
    reversed_ = Fault(
        "结束早于开始 / ends before it begins", "不早于开始日期 / not before the first day",
        "核对两个日期 / check both days",
    )  # fmt: skip
    refuse(table, last < first, "valid_to", reversed_)
    return first.astype("int64"), last.astype("int64")


def _hours(table: UserTable) -> list[tuple[int, int]]:
    texts_, column = table.texts("hours"), "hours"
    if "hours" not in table.headings and {"hours_from", "hours_to"} & set(table.headings):
        start, end, column = table.texts("hours_from"), table.texts("hours_to"), "hours_from"
        texts_ = (start + "-" + end).where((start != "") | (end != ""), "")
    hours, unread = parsed(texts_, parse_hours)
    fault = Fault(
        "时段不可读 / hours not understood", "06:00-22:00、20:00至次日6:00",
        "按此格式填写，全天留空 / write them so, blank for the whole day",
    )  # fmt: skip
    refuse(table, unread, column, fault)
    return [(int(start), int(end)) for start, end in hours]


def _limited(table: UserTable, column: str, most: float) -> pd.Series:
    found = numbers(table, column)
    wrong = found.unread | found.outside(0, most)
    what = "不是该范围内的数字 / no number within range"
    refuse(table, wrong, column, Fault(what, span(table, column, 0, most), "改正 / correct it"))
    return found.value


def _max_wind(table: UserTable) -> pd.Series:
    """Return the ceiling in m/s; a wind force (级) counts with the top of its range."""
    speed = _limited(table, "max_wind_m_s", MAX_WIND_M_S)
    level, unread = parsed(table.texts("max_wind_level"), _top_of_level)
    fault = Fault("不是风力等级 / no wind force", "0–12 级", "填写整数 / write a whole number")
    refuse(table, unread, "max_wind_level", fault)
    return speed.fillna(level.astype("float"))


def _top_of_level(text: str) -> float:
    plain = text.strip().removesuffix("级")
    if plain and plain not in _beaufort():
        raise ValueError(text)
    return _beaufort().get(plain, np.nan)


@cache
def _beaufort() -> dict[str, float]:
    """Return wind force → the top of its range in m/s, from `beaufort.csv` (GB/T 28591-2012)."""
    with (files("zones.permits") / "beaufort.csv").open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype={"level": "str"})
    return dict(zip(table["level"], table["max_m_s"].tolist(), strict=True))


def _oddities(source: PermitSource, permits: pd.DataFrame) -> list[pd.DataFrame]:
    """Return what should be looked at in permits that are taken."""
    table = source.table
    window = permits["valid_to"] - permits["valid_from"] + 1
    ground_ha = pd.Series(area_km2(source.geometry) * HA_PER_KM2, index=permits.index)
    straw_ha = permits["straw_area_ha"]
    told = {"valid_to": window.astype("str"), "straw_area_ha": ground_ha.map("{:.2f}".format)}
    return [
        found_in(
            table, window > LONGEST_DAYS, "long_window", Weight.WARNING, "valid_to",
            str(LONGEST_DAYS), told["valid_to"],
        ),
        found_in(
            table, straw_ha > ground_ha * _AREA_TOLERANCE, "more_straw_than_ground",
            Weight.WARNING, "straw_area_ha", found=told["straw_area_ha"],
        ),
        found_in(table, straw_ha.isna(), "no_straw_area", Weight.WARNING, "straw_area_ha"),
        found_in(
            table, permits["responsible"] == "", "no_responsible", Weight.WARNING, "responsible"
        ),
    ]  # fmt: skip


def _outside(source: PermitSource, areas: Areas | None) -> list[pd.DataFrame]:
    if areas is None:
        return []
    table, rows = source.table, source.table.cells.index
    shapely.prepare(areas.region)
    apart = pd.Series(~shapely.intersects(areas.region, source.geometry), index=rows)
    fault = Fault(
        "许可范围不在本区域内 / the ground is not in the region", "区域内的地块 / ground within it",
        "核对坐标、经纬度次序和坐标系 / check coordinates, their order and their system",
    )  # fmt: skip
    refuse(table, apart, "number", fault)
    beyond_km2 = pd.Series(_beyond_km2(source.geometry, areas.region), index=rows)
    told = beyond_km2.map("{:.2f}".format)
    wide = beyond_km2 > _OUTSIDE_KM2
    return [found_in(table, wide, "beyond_region", Weight.WARNING, "number", found=told)]


def _beyond_km2(shapes: Geometries, region: shapely.Geometry) -> Floats:
    """Return how much of each shape lies outside the region, km²."""
    beyond = np.zeros(len(shapes))
    # Cutting at a border of a hundred thousand vertices is left to the few that cross it.
    crossing = np.flatnonzero(~shapely.covers(region, shapes))
    outside = np.asarray(shapely.difference(shapes[crossing], region), dtype=object)
    beyond[crossing] = np.nan_to_num(area_km2(outside), nan=0.0)
    return beyond
