"""Fire pixels of a level-2 granule as fire points, checked like the rows of any other file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core import schema
from firewatch.core.time import from_epoch_seconds
from imagery.level2.granule import Heading, Level2
from imagery.lists.cells import Cells, Mask, Rows, no_row_blank
from imagery.lists.codes import constant
from imagery.lists.formats.declare import Role
from imagery.lists.heading import Match
from imagery.lists.points import points_of
from imagery.reading import Rejection, both
from imagery.swath import sizes_km

OVER_WATER = "3"
"""`provider_type` of a fire over water, as FIRMS numbers it (offshore)."""
_MODIS_DAY_BIT = 4
_DAY_BELOW_DEG = 85.0
_FIRE_CLASSES = (7, 8, 9)
_NO_CLASS = 0


def points_of_granule(
    granule: Level2, now_epoch_s: int
) -> tuple[pd.DataFrame, list[Rejection], int]:
    """Return the fire points of a granule, what was refused, and the number of fire pixels.

    Residual bow-tie pixels are refused: another line of the same granule shows the same ground,
    and both would be counted. A fire over water is kept, with `provider_type` "3".

    Returns
    -------
    points
        Stage "read" of the schema, and beside it what else the file says of a pixel (line,
        sample, mean_*, mad_*, window, …) and over_water. acquired_utc is the start of the
        granule, as in the provider's near-real-time text of the same pixels.
    rejections
        `source_row` is the position in the file's list of fire pixels, from 1.
    """
    fires = granule.fires
    placed = _inside(granule)
    doubled = np.zeros(len(fires), dtype=bool)
    doubled[placed] = _has_bit(granule, fires[placed], granule.heading.product.layout.duplicate_bit)
    refused = [
        *_refused(granule, np.flatnonzero(~placed), "level2_place", "line", "sample"),
        *_refused(granule, np.flatnonzero(doubled), "level2_bowtie", "line", "sample"),
    ]
    kept = np.flatnonzero(placed & ~doubled)
    cells, extras = _cells(granule, kept)
    points, faulty, _ = points_of(cells, now_epoch_s)
    accepted = np.isin(kept + 1, points["source_row"].to_numpy())
    table = pd.concat([points, extras[accepted].reset_index(drop=True)], axis=1)
    return table, refused + faulty, len(fires)


def version_text(heading: Heading) -> str:
    """Return the product version of a granule's points: collection and processing level."""
    level = "NRTL2" if heading.product.near_real_time else "L2"
    return f"{heading.collection}{level}"


def _inside(granule: Level2) -> Mask:
    """Tell which fire pixels name a line and sample that the fire mask has."""
    rows, cols = granule.fire_mask.shape
    line, sample = (granule.fires[name].to_numpy() for name in ("line", "sample"))
    with np.errstate(invalid="ignore"):
        inside: Mask = (line >= 0) & (line < rows) & (sample >= 0) & (sample < cols)
    return inside


def _has_bit(granule: Level2, fires: pd.DataFrame, bit: int | None) -> Mask:
    if bit is None or granule.algorithm_qa is None:
        return np.zeros(len(fires), dtype=bool)
    return (_at(granule.algorithm_qa, fires) >> bit & 1).astype(bool)


def _at(image: NDArray[np.generic], fires: pd.DataFrame) -> NDArray[np.int64]:
    line, sample = (fires[name].to_numpy().astype(np.int64) for name in ("line", "sample"))
    values: NDArray[np.int64] = image[line, sample].astype(np.int64)
    return values


def _refused(granule: Level2, rows: Rows, key: str, *roles: str) -> list[Rejection]:
    field = ", ".join(granule.names.get(role, role) for role in roles)
    shape = granule.fire_mask.shape
    expected = both(f"fault.{key}.expected").format(rows=shape[0], cols=shape[1])
    remedy = both(f"fault.{key}.remedy")
    found = granule.fires[list(roles)].to_numpy()
    return [
        Rejection(
            int(row) + 1, field, ", ".join(f"{value:g}" for value in found[row]), expected, remedy
        )
        for row in rows
    ]


def _cells(granule: Level2, kept: Rows) -> tuple[Cells, pd.DataFrame]:
    """Return some fire pixels as the declared columns of a format, and the rest beside."""
    heading, layout = granule.heading, granule.heading.product.layout
    fires = granule.fires.iloc[kept].reset_index(drop=True)
    water = _over_water(granule, fires)
    scan_km, track_km = (size[_at_sample(fires)] for size in sizes_km(heading.product.family))
    named = ("lon", "lat", "bt_mir_k", "bt_tir_k", "frp_mw")
    absent = np.full(len(fires), np.nan)
    numbers = {role: fires[role].to_numpy() if role in fires else absent for role in named}
    numbers |= {"scan_km": scan_km, "track_km": track_km}
    moment = str(from_epoch_seconds(np.array([heading.started_utc_s]))[0].isoformat())
    codes = {
        "moment_utc": constant(moment, len(fires)),
        "product": constant(heading.product.platform, len(fires)),
        "version": constant(version_text(heading), len(fires)),
        "confidence": _confidence(granule, fires),
        "day_night": _labelled(_day(granule, fires), "D", "N"),
        "provider_type": _labelled(water, OVER_WATER, ""),
    }
    headings = {column.role: granule.names.get(column.role, column.role)
                for column in layout.format.columns}  # fmt: skip
    match = Match(layout.format, {}, headings, dict.fromkeys(headings, ""), len(headings))
    extras = fires.drop(columns=[name for name in fires if name in schema.BY_NAME])
    extras = extras.astype({"line": "int64", "sample": "int64"}).assign(over_water=water)
    written = _written(numbers, codes)
    return Cells(match, kept + 1, numbers, {}, codes, written, no_row_blank), extras


def _at_sample(fires: pd.DataFrame) -> Rows:
    samples: Rows = fires["sample"].to_numpy().astype(np.intp)
    return samples


def _written(
    numbers: Mapping[Role, NDArray[np.float64]], codes: Mapping[Role, pd.Categorical]
) -> Callable[[Role, Rows], list[str]]:
    def written(role: Role, rows: Rows) -> list[str]:
        if role in numbers:
            return [f"{value:g}" for value in numbers[role][rows]]
        return [str(value) for value in codes[role][rows]]

    return written


def _labelled(flags: Mask, yes: str, no: str) -> pd.Categorical:
    return pd.Categorical.from_codes(
        flags.astype(np.int8), categories=pd.Index([no, yes], dtype="str")
    )


def _confidence(granule: Level2, fires: pd.DataFrame) -> pd.Categorical:
    """Return the confidence as the file writes it: percent, or a class of the fire mask.

    Where the list of a 375 m file holds a fill value, declared or 0, the class of the mask counts.
    """
    stated = fires["confidence"].to_numpy()
    if granule.heading.product.family == "VIIRS_I":
        masked = _at(granule.fire_mask, fires)
        silent = np.isnan(stated) | (stated == _NO_CLASS)
        stated = np.where(silent & np.isin(masked, _FIRE_CLASSES), masked, stated)
    values, places = np.unique(stated, return_inverse=True)
    texts = pd.Index([f"{value:g}" for value in values], dtype="str")
    return pd.Categorical.from_codes(places, categories=texts)


def _over_water(granule: Level2, fires: pd.DataFrame) -> Mask:
    if "land" in fires:
        return (fires["land"] == 0).to_numpy()
    return _has_bit(granule, fires, granule.heading.product.layout.water_bit)


def _day(granule: Level2, fires: pd.DataFrame) -> Mask:
    """Tell day from night by the file's own word, else by the height of the sun."""
    if "day" in fires:
        return (fires["day"] == 1).to_numpy()
    if granule.heading.product.family == "MODIS" and granule.algorithm_qa is not None:
        return (_at(granule.algorithm_qa, fires) >> _MODIS_DAY_BIT & 1).astype(bool)
    return (fires["solar_zenith_deg"] < _DAY_BELOW_DEG).to_numpy()
