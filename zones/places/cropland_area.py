"""Cropland by county from the user's table, for fire points per 1,000 ha (火点强度)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from zones.geometry.measures import area_km2
from zones.places.area_cells import area_codes
from zones.places.areas import Areas
from zones.tables.cells import Fault, numbers, refuse
from zones.tables.table import heading_table, read_table

COLUMN = "cropland_kha"
_AREA_COLUMNS = ("adcode", "county", "area")
_KHA_PER_KM2 = 0.1


def read_cropland_area(path: Path, areas: Areas) -> pd.Series:
    """Return county adcode → cropland in 1,000 ha, of the counties that the table gives.

    Parameters
    ----------
    path
        CSV or Excel with a county's adcode or name and its cropland, with the unit in the heading
        (`cropland_headings.csv`). Rows of cities and of totals are passed over: what counts is
        each county's own ground. A blank number says that it is not known.

    Raises
    ------
    ZoneFileError
        If the file is no such table; or naming the rows whose area is not of the region, whose
        number is none, not above 0 or more than the whole county, or that repeat a county.
    """
    table = read_table(path, heading_table("zones.places", "cropland_headings.csv"),
                       (_AREA_COLUMNS, (COLUMN,)))  # fmt: skip
    codes, found = area_codes(table, areas), numbers(table, COLUMN)
    unread = Fault(
        "不是数字 / not a number",
        "如 58.3",
        "改为数字，未知则留空 / write a number, or leave it blank",
    )
    refuse(table, found.unread, COLUMN, unread)
    whole_kha = pd.Series(
        area_km2(areas.geometry) * _KHA_PER_KM2, index=areas.counties["adcode"].to_numpy()
    )
    counties = codes.isin(whole_kha.index)
    limit = codes.map(whole_kha).fillna(np.inf)
    too_much = Fault(
        "耕地面积须大于 0 且不超过全县面积 / cropland must be above 0 and no more than the county",
        "按表头单位填写的耕地面积 / cropland in the unit of the heading",
        "核对数值与表头的单位 / check the number and the unit in the heading",
    )
    refuse(table, counties & ((found.value <= 0) | (found.value > limit)), COLUMN, too_much)
    twice = Fault(
        "同一县出现多次 / a county stands twice",
        "每县一行 / one row a county",
        "删去重复的行 / delete the other row",
    )
    named = next(name for name in _AREA_COLUMNS if name in table.headings)
    refuse(table, counties & codes.where(counties).duplicated(keep="first"), named, twice)
    known = counties & found.value.notna()
    return pd.Series(
        found.value[known].to_numpy(), index=pd.Index(codes[known].to_numpy()), name=COLUMN
    )
