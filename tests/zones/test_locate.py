"""Where a fire point lies: exactly one county, whatever lies on a border."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from zones.areas import Areas, load_areas
from zones.locate import locate


def pixels(lon, lat, size_km=1.0) -> pd.DataFrame:
    lon, lat = np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float)
    return pd.DataFrame({"lon": lon, "lat": lat, "scan_km": size_km, "track_km": size_km})


@pytest.fixture(scope="module")
def guangxi() -> Areas:
    return load_areas("amap")


def lowest_covering_county(areas: Areas, lon: float, lat: float) -> int:
    point = shapely.Point(lon, lat)
    codes = areas.counties["adcode"].tolist()
    covering = [c for c, p in zip(codes, areas.geometry, strict=True) if p.covers(point)]
    return min(covering, default=0)


@pytest.mark.realdata
def test_the_southeast_asian_day_has_37_rows_in_five_cities_of_guangxi(
    guangxi: Areas, realdata: Path
) -> None:
    rows = pd.read_csv(realdata / "firms" / "MODIS_C6_SouthEast_Asia_24h.csv")
    placed = locate(pixels(rows["longitude"], rows["latitude"]), guangxi)
    by_city = placed.query("city_adcode > 0")["city_adcode"].map(guangxi.city_names())
    expected = {"玉林市": 23, "北海市": 7, "钦州市": 4, "梧州市": 2, "防城港市": 1}
    assert by_city.value_counts().to_dict() == expected


@pytest.mark.realdata
def test_2960_of_5109_rows_of_the_bounding_box_lie_in_guangxi(
    guangxi: Areas, realdata: Path
) -> None:
    rows = pd.read_csv(realdata / "firms" / "guangxi_bbox_modis_firms.csv")
    placed = locate(pixels(rows["longitude"], rows["latitude"]), guangxi)
    assert len(rows) == 5109
    assert int((placed["county_adcode"] > 0).sum()) == 2960


def test_every_point_goes_to_the_county_that_plain_predicates_name(guangxi: Areas) -> None:
    rng = np.random.default_rng(20201001)
    lon, lat = rng.uniform(104.4, 112.1, 400), rng.uniform(20.8, 26.5, 400)
    placed = locate(pixels(lon, lat), guangxi)
    expected = [lowest_covering_county(guangxi, x, y) for x, y in zip(lon, lat, strict=True)]
    assert placed["county_adcode"].tolist() == expected
    assert (placed["city_adcode"] == placed["county_adcode"] // 100 * 100).all()
