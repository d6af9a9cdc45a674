"""The user's own layer of counties, official and licensed, in place of the packaged sketch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Extent
from zones.formats.crs import GUANGXI_EXTENT, to_wgs84
from zones.formats.layer import Layer, read_layer
from zones.geometry.arrays import Geometries
from zones.geometry.dissolve import dissolved
from zones.geometry.polygons import features, repaired, require_polygons
from zones.places.adcodes import city_of, current_adcode
from zones.places.boundaries import read_counties
from zones.places.seats import with_seats
from zones.tables.headings import find_columns, known_headings

_COLUMNS = ("adcode", "area_name", "city_name")
_ADCODE = r"^(\d{6})(?:0{3,6})?(?:\.0)?$"


def read_area_layer(
    path: Path, region_adcode: int, crs: str | None = None, extent: Extent = GUANGXI_EXTENT
) -> tuple[pd.DataFrame, Geometries, str]:
    """Return counties, polygons and a name of the source, for `areas.areas_from`.

    Old county codes are taken as today's; several polygons of one county are joined.

    Parameters
    ----------
    region_adcode
        Counties of other provinces in the layer are left out.

    Raises
    ------
    ZoneFileError
        If codes are missing or unreadable, no county lies in the region, or the polygons or their
        coordinate system cannot be used.
    """
    layer = read_layer(path)
    require_polygons(layer.geometry, path)
    columns = find_columns([str(name) for name in layer.attributes], _COLUMNS)
    codes = _codes(layer, columns)
    inside = codes // 10_000 * 10_000 == region_adcode
    counties = inside & (codes % 100 != 0)
    if not counties.any():
        raise ZoneFileError(
            f"图层中没有 {region_adcode} 的县级区划 / no county of {region_adcode} in the layer",
            str(path),
            expected="县级行政区代码，如 450127 / county codes",
            remedy="核对代码列和图层级别（应为县级） / check the code column; counties are needed",
        )
    chosen = Layer(
        layer.attributes[counties], layer.geometry[counties], layer.crs, path, layer.sha256
    )
    shapes, _ = repaired(to_wgs84(chosen, crs, extent), path)
    today = current_adcode(codes[counties])
    table = _table(chosen.attributes, columns, today, region_adcode)
    distinct, polygons = _joined(table, shapes)
    places = shapely.get_coordinates(shapely.point_on_surface(polygons))
    distinct = distinct.assign(lon=places[:, 0], lat=places[:, 1])
    return with_seats(distinct), polygons, f"{path.name} {layer.sha256[:12]}"


def _codes(layer: Layer, columns: dict[str, str]) -> NDArray[np.int64]:
    if "adcode" not in columns:
        raise ZoneFileError(
            "没有行政区代码列 / no column of adcodes",
            str(layer.path),
            expected=known_headings("adcode"),
            remedy="把代码列改名为 adcode / rename the column of codes to adcode",
        )
    written = layer.attributes[columns["adcode"]].astype("str").fillna("").str.strip()
    digits = written.str.extract(_ADCODE)[0]
    unread = digits.isna().to_numpy()
    if unread.any():
        found = written[unread].iloc[0]
        raise ZoneFileError(
            f"{features(unread)}代码不可读：{found!r} / adcode not understood",
            str(layer.path),
            expected="GB/T 2260 六位代码 / six digits, such as 450127",
            remedy="更正这些代码 / correct these codes",
        )
    return np.asarray(digits, dtype=np.int64)


def _table(
    attributes: pd.DataFrame,
    columns: dict[str, str],
    codes: NDArray[np.int64],
    region_adcode: int,
) -> pd.DataFrame:
    packaged, _ = read_counties("amap", region_adcode)
    counties = packaged.set_index("adcode")["name"]
    cities = packaged.drop_duplicates("city_adcode").set_index("city_adcode")["city_name"]
    city_codes = city_of(codes)
    table = pd.DataFrame({"adcode": codes, "city_adcode": city_codes})
    own_names = _own(attributes, columns, "area_name")
    own_cities = _own(attributes, columns, "city_name")
    # Today's name goes with today's code; the layer's own name may be the old one.
    table["name"] = table["adcode"].map(counties).fillna(own_names)
    table["city_name"] = own_cities.where(own_cities != "", table["city_adcode"].map(cities))
    blank = table["name"].isna() | (table["name"] == "")
    table["name"] = table["name"].mask(blank, table["adcode"].astype("str"))
    table["city_name"] = table["city_name"].fillna(table["city_adcode"].astype("str"))
    return table


def _own(attributes: pd.DataFrame, columns: dict[str, str], column: str) -> pd.Series:
    if column not in columns:
        return pd.Series("", index=range(len(attributes)), dtype="str")
    written = attributes[columns[column]].astype("str").fillna("").str.strip()
    return written.reset_index(drop=True)


def _joined(table: pd.DataFrame, shapes: Geometries) -> tuple[pd.DataFrame, Geometries]:
    distinct = table.drop_duplicates("adcode").reset_index(drop=True)
    if len(distinct) == len(table):
        return distinct, shapes
    codes = table["adcode"].to_numpy()
    whole = [dissolved(shapes[codes == code]) for code in distinct["adcode"]]
    return distinct, np.array(whole, dtype=object)
