"""One level-2 granule as its file holds it, whatever the file format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imagery.level2.products import Product
from imagery.reading import unreadable
from imagery.swath import sizes_km

FILL_BELOW = -900.0
"""Reals below this are the fill values -999, -999.9 and -9999, declared or not."""
_FIRE_FROM = 7
_NAME_TIME = re.compile(r"\.A(\d{7})\.(\d{4})\.")
_NAME_COLLECTION = re.compile(r"\.A\d{7}\.\d{4}\.(\d{3})(?:\.|$)")
_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ",
                 "%Y-%m-%dT%H:%M:%SZ")  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """What a file says about itself.

    Parameters
    ----------
    collection
        The collection as a number in text, such as "61" or "2".
    started_utc_s
        Start of the granule, UTC epoch seconds.
    declared
        Counts of pixels that the file states, by its own names.
    """

    product: Product
    collection: str
    started_utc_s: int
    simulated: bool
    declared: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Level2:
    """A granule of an official fire product.

    Attributes
    ----------
    fires
        One row a fire pixel in the file's order, float64, NaN where the file has a fill value;
        columns by the names of `products`: line, sample, lon, lat, bt_mir_k, bt_tir_k, mean_*,
        mad_*, frp_mw, confidence, … as far as the file has them.
    names
        What the file calls each of these columns.
    fire_mask
        uint8, (rows, cols), the official class codes.
    algorithm_qa
        uint32, (rows, cols), or None if the file has none.
    """

    path: Path
    heading: Heading
    fires: pd.DataFrame
    names: Mapping[str, str]
    fire_mask: NDArray[np.uint8]
    algorithm_qa: NDArray[np.uint32] | None


def assembled(
    path: Path,
    heading: Heading,
    variables: Mapping[str, NDArray[np.generic]],
    fills: Mapping[str, float],
) -> Level2:
    """Return a granule from the variables of a file by their names.

    Raises
    ------
    UnreadableFileError
        If a variable is missing or has another shape than the product.
    """
    title = heading.product.short_name
    mask = _image(path, title, variables, ("fire mask", "fire_mask"))
    if mask is None:
        raise unreadable(path, "granule_missing", place="fire mask", format=title)
    most = len(sizes_km(heading.product.family)[0])
    if mask.shape[1] > most:
        raise _odd_shape(path, "fire mask", mask.shape, f"(…, ≤ {most})")
    quality = _image(path, title, variables, ("algorithm QA", "algorithm_QA"))
    if quality is not None and quality.shape != mask.shape:
        raise _odd_shape(path, "algorithm QA", quality.shape, str(mask.shape))
    fires, names = _fires(path, heading.product, variables, fills)
    if fires.empty and (n_masked := int((mask.astype(np.uint8) >= _FIRE_FROM).sum())):
        raise unreadable(path, "level2_no_list", count=n_masked, format=title)
    return Level2(
        path, heading, fires, names,
        mask.astype(np.uint8), None if quality is None else quality.astype(np.uint32),
    )  # fmt: skip


def _image(
    path: Path, title: str, variables: Mapping[str, NDArray[np.generic]], names: tuple[str, ...]
) -> NDArray[np.generic] | None:
    found = next((variables[name] for name in names if name in variables), None)
    if found is not None and (found.ndim != 2 or not found.size):
        raise _odd_shape(path, names[0], found.shape, f"{title}: (rows, columns)")
    if found is not None and found.dtype.kind not in "iu":
        raise unreadable(path, "level2_damaged", found=f"{names[0]}: {found.dtype}")
    return found


def _fires(
    path: Path,
    product: Product,
    variables: Mapping[str, NDArray[np.generic]],
    fills: Mapping[str, float],
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the fire pixels; a granule without fires may leave their variables out."""
    layout = product.layout
    names = {
        ours: theirs
        for ours, candidates in layout.names.items()
        if (theirs := next((name for name in candidates if name in variables), ""))
    }
    if not names or all(variables[name].size == 0 for name in names.values()):
        return pd.DataFrame({ours: np.empty(0) for ours in layout.names}), names
    absent = [layout.names[ours] for ours in layout.required if ours not in names]
    if absent:
        places = ", ".join("|".join(candidates) for candidates in absent)
        raise unreadable(path, "granule_missing", place=places, format=product.short_name)
    shape = variables[names["line"]].shape
    for name in names.values():
        if len(shape) != 1 or variables[name].shape != shape:
            expected = f"({variables[names['line']].size},)"
            raise _odd_shape(path, name, variables[name].shape, expected)
    columns = {ours: without_fill(variables[name], fills.get(name)) for ours, name in names.items()}
    return pd.DataFrame(columns), names


def without_fill(values: NDArray[np.generic], fill: float | None) -> NDArray[np.float64]:
    """Return values as float64, NaN where the file has none."""
    numbers = np.asarray(values).astype(np.float64)
    absent = ~np.isfinite(numbers) | (numbers < FILL_BELOW)
    if fill is not None:
        absent |= numbers == fill
    return np.where(absent, np.nan, numbers)


def _odd_shape(path: Path, place: str, found: tuple[int, ...], expected: str) -> Exception:
    return unreadable(
        path, "granule_shape", place=place, found_shape=found, expected_shape=expected
    )


def started_utc_s(path: Path, stated: str) -> int:
    """Return the start of a granule from what the file states, else from its official name."""
    for form in _TIME_FORMATS:
        try:
            return int(datetime.strptime(stated.strip(), form).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    if found := _NAME_TIME.search(path.name):
        try:
            moment = datetime.strptime(found[1] + found[2], "%Y%j%H%M").replace(tzinfo=UTC)
        except ValueError:
            pass
        else:
            return int(moment.timestamp())
    raise unreadable(path, "level2_no_time", found=stated)


def collection(path: Path, stated: str) -> str:
    """Return the collection ("61", "2") from what the file states, else from its name."""
    found = _NAME_COLLECTION.search(path.name)
    text = stated.strip() or (found[1] if found else "")
    digits = text.lstrip("CVcv0")
    if not re.fullmatch(r"\d{1,2}(\.\d{1,3})?", digits):
        raise unreadable(path, "level2_no_collection", found=text)
    return digits
