"""Rows of a file as fire points: everything is checked, nothing is dropped in silence."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core import schema
from firewatch.core.geo import Floats
from firewatch.core.time import DAY_S, day_number, from_epoch_seconds
from firewatch.core.vocab import Confidence, DayNight
from imagery.detection.product import DECIMALS
from imagery.lists.cells import Cells
from imagery.lists.codes import (
    confidence_class,
    constant,
    day_or_night,
    product_finder,
    product_rank,
    relabel,
    spread,
)
from imagery.lists.faults import Faults
from imagery.lists.formats.declare import UNITS, Role
from imagery.lists.own import over_water, own_product_versions
from imagery.lists.places import positions
from imagery.lists.times import acquired_epoch_s, mark_impossible
from imagery.reading import Rejection

SIMULATED = "simulated"
_SAYS_SIMULATED = ("SIMULATED", "TRUE")
_MEASURES = ("scan_km", "track_km", "bt_mir_k", "bt_tir_k", "frp_mw")


def points_of(cells: Cells, now_epoch_s: int) -> tuple[pd.DataFrame, list[Rejection], bool]:
    """Return accepted rows as fire points, the rejected rows, and whether the file is simulated.

    Parameters
    ----------
    now_epoch_s
        Time of reading in UTC epoch seconds; rows more than an hour later are rejected.
    """
    faults = Faults(cells)
    lon, lat = positions(cells, faults)
    epoch_s = acquired_epoch_s(cells, faults, now_epoch_s)
    columns: dict[str, object] = {"source_row": cells.source_rows}
    columns |= {"source": constant(str(cells.match.format.source), len(cells))}
    columns |= _product(cells, faults, epoch_s)
    columns |= {"acquired_utc": from_epoch_seconds(epoch_s), "lon": lon, "lat": lat}
    columns |= {role: _measure(cells, faults, role) for role in _MEASURES}
    columns |= _confidence(cells, faults)
    columns |= _remaining_codes(cells, faults)
    table = pd.DataFrame(columns, copy=False)
    if cells.match.format.own:
        table = table.round(DECIMALS)
    if not faults.none():
        table = table[faults.good()].reset_index(drop=True)
    return schema.validate(table, "read"), faults.rejections(), _says_simulated(cells)


def _product(
    cells: Cells, faults: Faults, epoch_s: NDArray[np.int64]
) -> dict[str, pd.Categorical | NDArray[np.int64]]:
    declared, texts = cells.match.format, cells.codes["product"]
    products, find = declared.products, product_finder(declared.products)
    place, unknown = spread(texts, find)
    known = ", ".join(product.codes[0] for product in products)
    faults.mark(unknown, "product", "product", codes=known, table=declared.name)
    since_s = np.array([day_number(product.since) * DAY_S for product in products])[place]
    mark_impossible(faults, epoch_s, since_s, _day_role(cells))

    def described(attribute: str) -> pd.Categorical:
        def label(text: str) -> str:
            found = find(text)
            return str(getattr(products[found or 0], attribute))

        return relabel(texts, label, missing="")[0]

    version, rank = _version(cells, faults)
    return {
        "product_family": described("family"),
        "product_version": version,
        "product_rank": rank,
        "platform": described("platform"),
        "sensor": described("sensor"),
    }


def _day_role(cells: Cells) -> Role:
    return next(role for role in ("moment_utc", "moment", "date") if role in cells.codes)


def _version(cells: Cells, faults: Faults) -> tuple[pd.Categorical, NDArray[np.int64]]:
    if cells.match.format.own:
        return own_product_versions(cells, faults), np.zeros(len(cells), dtype=np.int64)
    scheme = cells.match.format.versions
    if scheme is None or "version" not in cells.codes:
        return constant("", len(cells)), np.zeros(len(cells), dtype=np.int64)
    texts = cells.codes["version"]
    rank, unknown = spread(texts, product_rank(scheme))
    faults.mark(unknown, "version", "version")
    return relabel(texts, str.strip, missing="")[0], rank


def _measure(cells: Cells, faults: Faults, role: Role) -> Floats:
    if role not in cells.numbers:
        return np.full(len(cells), np.nan)
    if role in cells.unreadable:
        faults.mark(cells.unreadable[role], "number", role)
    values, declared = cells.numbers[role], cells.match.format.column(role)
    for fill in declared.fills:
        filled = values == fill
        values = np.where(filled, np.nan, values) if filled.any() else values
    unit = UNITS[declared.unit]
    if unit != UNITS[""]:
        values = values * unit.scale + unit.offset
    limits = schema.BY_NAME[role]
    low = -np.inf if limits.low is None else limits.low
    high = np.inf if limits.high is None else limits.high
    least, most = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)
    if least < low or most > high or np.isinf(values).any():
        outside = (values < low) | (values > high) | np.isinf(values)
        faults.mark(outside, "range", role, low=low, high=high, unit=declared.unit)
    return values


def _confidence(cells: Cells, faults: Faults) -> dict[str, pd.Categorical]:
    if "confidence" not in cells.codes:
        absent = constant(str(Confidence.NONE), len(cells))
        return {"confidence": absent, "confidence_raw": constant("", len(cells))}
    texts = cells.codes["confidence"]
    classify = confidence_class(cells.match.format.confidence)
    classes, unknown = relabel(texts, classify, missing=str(Confidence.NONE))
    faults.mark(unknown, "confidence", "confidence")
    return {"confidence": classes, "confidence_raw": relabel(texts, str.strip, missing="")[0]}


def _remaining_codes(cells: Cells, faults: Faults) -> dict[str, pd.Categorical]:
    silent = constant("", len(cells))
    day_night, provider_type = silent, silent
    if "day_night" in cells.codes:
        labels = relabel(cells.codes["day_night"], day_or_night, missing=str(DayNight.UNKNOWN))
        day_night = labels[0]
        faults.mark(labels[1], "day_night", "day_night")
    if "provider_type" in cells.codes:
        provider_type = relabel(cells.codes["provider_type"], str.strip, missing="")[0]
    if "water" in cells.codes:
        provider_type = over_water(cells.codes["water"])
    return {"day_night": day_night, "provider_type": provider_type}


def _says_simulated(cells: Cells) -> bool:
    if SIMULATED not in cells.codes:
        return False
    texts = cells.codes[SIMULATED]
    return any(str(text).strip().upper() in _SAYS_SIMULATED for text in texts.categories)
