"""The user's list of works that are hot without burning straw: steel, cement, sugar, ceramics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.errors import FirewatchError, UnreadableFileError
from firewatch.core.files import sha256_of_file
from firewatch.core.geo import KM_PER_DEGREE, distance_km

DEFAULT_RADIUS_KM = 1.0
_BOX_MARGIN = 1.01
_NAMES = {
    "name": ("name", "名称", "企业名称", "plant"),
    "lon": ("lon", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "radius_km": ("radius_km", "半径_km", "半径（公里）", "半径(公里)"),
}


@dataclass(frozen=True, eq=False)
class WorksList:
    """Works as a table (name, lon, lat, radius_km) and the hash of the file it came from."""

    table: pd.DataFrame
    sha256: str

    @classmethod
    def empty(cls) -> WorksList:
        return cls(pd.DataFrame({"name": [], "lon": [], "lat": [], "radius_km": []}), "")


def read_works(path: Path) -> WorksList:
    """Read a list of works from CSV or Excel.

    Raises
    ------
    UnreadableFileError
        If name, longitude or latitude have no column, or a position is no position.
    """
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            raw = pd.read_excel(path)
        else:
            raw = pd.read_csv(path, encoding_errors="strict")
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"无法读取企业名单：{error} / list of works cannot be read",
            where=str(path),
            expected="UTF-8 的 CSV 或 .xlsx，列 name, lon, lat, radius_km",
        ) from error
    headings = {str(column).strip().lower(): column for column in raw.columns}
    found = {
        name: next((headings[alias] for alias in aliases if alias in headings), None)
        for name, aliases in _NAMES.items()
    }
    missing = [name for name in ("name", "lon", "lat") if found[name] is None]
    if missing:
        raise UnreadableFileError(
            f"缺少列 {', '.join(missing)} / columns missing",
            where=str(path),
            expected="name, lon, lat, radius_km（名称、经度、纬度、半径_km）",
        )
    radius = raw[found["radius_km"]] if found["radius_km"] is not None else DEFAULT_RADIUS_KM
    table = pd.DataFrame(
        {
            "name": raw[found["name"]].astype("str"),
            "lon": pd.to_numeric(raw[found["lon"]], errors="coerce"),
            "lat": pd.to_numeric(raw[found["lat"]], errors="coerce"),
            "radius_km": pd.to_numeric(radius, errors="coerce")
            if isinstance(radius, pd.Series)
            else radius,
        }
    )
    bad = ~(table["lon"].between(-180, 180) & table["lat"].between(-90, 90))
    if bad.any():
        raise UnreadableFileError(
            "经纬度不是 WGS-84 十进制度 / position is not in WGS-84 degrees",
            where=f"{path} 第 {int(np.flatnonzero(bad)[0]) + 2} 行",
            remedy="改正后重新导入 / correct the row",
        )
    return WorksList(table.fillna({"radius_km": DEFAULT_RADIUS_KM}), sha256_of_file(path))


def nearest_listed(
    lon: NDArray[np.float64], lat: NDArray[np.float64], works: WorksList
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return, per point, the row of the works it lies at (-1 for none) and the distance in km.

    A point lies at works if it is within their radius; of several the nearest is taken.
    """
    row = np.full(len(lon), -1, dtype=np.int64)
    apart = np.full(len(lon), np.inf)
    sites = works.table[["lon", "lat", "radius_km"]].to_numpy(dtype=float)
    for index, (site_lon, site_lat, radius_km) in enumerate(sites):
        reach_deg = radius_km / KM_PER_DEGREE * _BOX_MARGIN
        wide = reach_deg / np.cos(np.radians(site_lat))
        near = np.flatnonzero(
            (np.abs(lat - site_lat) <= reach_deg) & (np.abs(lon - site_lon) <= wide)
        )
        here = distance_km(lon[near], lat[near], site_lon, site_lat)
        closer = (here <= radius_km) & (here < apart[near])
        row[near[closer]], apart[near[closer]] = index, here[closer]
    return row, apart


def as_works(path: Path | None) -> WorksList:
    """Return the list at `path`, or an empty one.

    Raises
    ------
    FirewatchError
        If a path is given and the file is not there.
    """
    if path is None:
        return WorksList.empty()
    if not path.is_file():
        raise FirewatchError(
            "找不到企业名单 / list of works not found",
            where=str(path),
            remedy="检查设置 works / check the setting works",
        )
    return read_works(path)
