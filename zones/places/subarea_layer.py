"""A file of townships or villages as a table of areas, each in the county of today.

A township belongs to the county of its code (codes of earlier years count as today's), else to the
county that the file names, else to the one that covers most of it. A township that was given to
another county after its code was written (里雍镇 in 2018) belongs to the county that the list of
2023 has it in, if most of it lies there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.errors import ZoneFileError
from zones.formats.crs import GUANGXI_EXTENT, to_wgs84
from zones.formats.layer import Layer, read_layer
from zones.geometry.arrays import Bools, Geometries
from zones.geometry.dissolve import dissolved
from zones.geometry.polygons import features, repaired, require_polygons
from zones.notes import Note
from zones.places.adcodes import current_adcode
from zones.places.addresses import area_named, split_address
from zones.places.areas import Areas
from zones.places.names import normalised_area_name, stem_of, township_list, townships_by_name
from zones.places.subarea_notes import Level, notes_on
from zones.tables.headings import find_columns, known_headings

Codes = NDArray[np.int64]

_COLUMNS = ("place_code", "place_name", "county", "township", "village")
# County, township and village after GB/T 10114; land surveys append zeros.
_CODE = r"^(?P<county>\d{6})(?P<township>\d{3})?(?P<village>\d{3})?0*(?:\.0)?$"
_NONE = "000"


def read_subarea_layer(
    path: Path, level: Level, areas: Areas, crs: str | None
) -> tuple[pd.DataFrame, Geometries, Level, str, tuple[Note, ...]]:
    """Return table, polygons, level, source and findings, for `subareas.subareas_from`.

    Raises
    ------
    ZoneFileError
        See `subareas.load_subareas`.
    """
    layer = read_layer(path)
    require_polygons(layer.geometry, layer.path)
    rows = _written(layer, level)
    ours = _may_be_ours(rows["county_code"].to_numpy(), areas)
    rows, layer = rows[ours].reset_index(drop=True), _chosen(layer, ours)
    if len(rows) == 0:
        raise _nothing_inside(path)
    shapes, repairs = repaired(to_wgs84(layer, crs, GUANGXI_EXTENT), path)
    rows["stated_county"] = _stated_counties(rows, areas)
    rows["main_county"] = _main_counties(rows["stated_county"].to_numpy(), shapes, areas)
    rows["county_adcode"] = _todays_counties(rows, level)
    inside = rows["county_adcode"].to_numpy() > 0
    if not inside.any():
        raise _nothing_inside(path)
    table, polygons = _joined(_named(rows[inside], level, areas), shapes[inside])
    findings = notes_on(table, level, areas, repairs)
    return table, polygons, level, f"{path.name} {layer.sha256[:12]}", findings


def _chosen(layer: Layer, rows: Bools) -> Layer:
    attributes = layer.attributes[rows].reset_index(drop=True)
    return Layer(attributes, layer.geometry[rows], layer.crs, layer.path, layer.sha256)


def _written(layer: Layer, level: Level) -> pd.DataFrame:
    """Return the columns name, county, township (texts) and county_code, township_code, code."""
    found = find_columns([str(name) for name in layer.attributes], _COLUMNS)
    heading = found.get(level, found.get("place_name"))
    if heading is None:
        raise ZoneFileError(
            "没有名称列 / no column of names",
            str(layer.path),
            expected=f"{known_headings(level)} / {known_headings('place_name')}",
            remedy="把名称列改名为 name / rename the column of names to name",
        )
    names = _texts(layer, heading)
    nameless = (names == "").to_numpy()
    if nameless.any():
        raise ZoneFileError(
            f"{features(nameless)}没有名称 / without a name",
            str(layer.path),
            remedy="补上名称 / fill in the names",
        )
    texts = {"name": names}
    for column in ("county", "township"):
        texts[column] = _texts(layer, found.get(column) if column != level else None)
    return pd.DataFrame(texts).join(_codes(layer, found.get("place_code"), level))


def _texts(layer: Layer, heading: str | None) -> pd.Series:
    if heading is None:
        return pd.Series("", index=range(len(layer.geometry)), dtype="str")
    written = layer.attributes[heading].astype("str").fillna("")
    return written.str.strip().reset_index(drop=True)


def _codes(layer: Layer, heading: str | None, level: Level) -> pd.DataFrame:
    written = _texts(layer, heading)
    parts = written.str.extract(_CODE).fillna("")
    unread = ((written != "") & (parts["county"] == "")).to_numpy()
    too_fine = parts["village"].ne("") & parts["village"].ne(_NONE) & (level == "township")
    for wrong, what in (
        (unread, "代码不可读 / code not understood"),
        (too_fine.to_numpy(), "是村级代码，图层应为乡级 / code of a village in a township layer"),
    ):
        if wrong.any():
            raise ZoneFileError(
                f"{features(wrong)}{what}: {written[wrong].iloc[0]!r}",
                str(layer.path),
                expected="450110100（乡级 / township）, 450110100201（村级 / village）",
                remedy="核对代码列和图层级别 / check the column of codes and the layer's level",
            )
    township = parts["county"] + parts["township"].where(parts["township"] != _NONE, "")
    has_township = township.str.len() == 9
    village = (township + parts["village"]).where(has_township & parts["village"].ne(""), "")
    own = township.where(has_township, "") if level == "township" else village
    return pd.DataFrame(
        {
            "county_code": _number(parts["county"]),
            "township_code": _number(township.where(has_township, "")),
            "code": _number(own),
        }
    )


def _number(digits: pd.Series) -> pd.Series:
    return digits.where(digits != "", "0").astype("int64")


def _may_be_ours(county_codes: Codes, areas: Areas) -> Bools:
    provinces = np.unique(areas.counties["adcode"].to_numpy() // 10_000)
    ours: Bools = (county_codes == 0) | np.isin(county_codes // 10_000, provinces)
    return ours


def _nothing_inside(path: Path) -> ZoneFileError:
    return ZoneFileError(
        "图层在本区域内没有图形 / the layer holds nothing in this region",
        str(path),
        remedy="核对图层所在地区和代码列 / check the layer's place and its column of codes",
    )


def _stated_counties(rows: pd.DataFrame, areas: Areas) -> Codes:
    """Return the county that each row's code names, else its column, else its name; 0 for none."""
    known = areas.counties["adcode"].to_numpy()
    by_code = current_adcode(rows["county_code"].to_numpy())
    by_name = rows["county"].map({t: area_named(t, areas) for t in rows["county"].unique()})
    by_address = rows["name"].map({t: _one_county(t, areas) for t in rows["name"].unique()})
    stated: Codes = np.zeros(len(rows), dtype=np.int64)
    for codes in (by_address.to_numpy(), by_name.to_numpy(), by_code):
        stated = np.where(np.isin(codes, known), codes, stated)
    return stated


def _one_county(name: str, areas: Areas) -> int:
    counties, _ = split_address(name, areas)
    return next(iter(counties)) if len(counties) == 1 else 0


def _main_counties(stated: Codes, shapes: Geometries, areas: Areas) -> Codes:
    """Return the county that covers most of each shape, 0 outside.

    Areas are compared only where a place inside the shape lies in another county than stated.
    """
    codes = areas.counties["adcode"].to_numpy(dtype=np.int64)
    tree = shapely.STRtree(areas.geometry)
    shape, county = tree.query(shapely.point_on_surface(shapes), predicate="intersects")
    main = np.zeros(len(shapes), dtype=np.int64)
    main[shape[::-1]] = codes[county[::-1]]
    unsure = np.flatnonzero((main != stated) | (main == 0))
    shape, county = tree.query(shapes[unsure], predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[unsure[shape]], areas.geometry[county]))
    # The largest share comes last; of equal ones the lowest code.
    order = np.lexsort((-county, shared))
    main[unsure[shape[order]]] = codes[county[order]]
    return main


def _todays_counties(rows: pd.DataFrame, level: Level) -> Codes:
    stated, main = rows["stated_county"].to_numpy(), rows["main_county"].to_numpy()
    listed = townships_by_name()
    names = rows["name"] if level == "township" else rows["township"]
    stems = [stem_of(name) for name in names]
    given_away = np.array(
        [
            here != there and listed.get((there, stem), 0) // 1000 == there
            and listed.get((here, stem), 0) // 1000 != here
            for here, there, stem in zip(stated.tolist(), main.tolist(), stems, strict=True)
        ]
    )  # fmt: skip
    today: Codes = np.where((stated == 0) | given_away, main, stated)
    return today


def _named(rows: pd.DataFrame, level: Level, areas: Areas) -> pd.DataFrame:
    """Return names without the addresses before them, and codes and townships from the list."""
    named = rows.reset_index(drop=True)
    short = {name: normalised_area_name(split_address(name, areas)[1]) for name in named["name"]}
    named["name"] = named["name"].map(short)
    if level == "township":
        keys = zip(named["county_adcode"].tolist(), map(stem_of, named["name"]), strict=True)
        listed = pd.Series([townships_by_name().get(key, 0) for key in keys], dtype="int64")
        named["code"] = named["code"].where(named["code"] > 0, listed)
        return named.assign(township="")
    by_code = township_list().sort_values("year").drop_duplicates("code", keep="last")
    names_by_code = dict(zip(by_code["code"].tolist(), by_code["name"], strict=True))
    listed_name = named["township_code"].map(names_by_code).fillna("")
    township = named["township"].where(named["township"] != "", listed_name)
    named["township"] = township.map({t: normalised_area_name(t) for t in township.unique()})
    pairs = zip(named["name"], named["township"], strict=True)
    named["name"] = [(name.removeprefix(town) or name) if town else name for name, town in pairs]
    return named


def _joined(table: pd.DataFrame, shapes: Geometries) -> tuple[pd.DataFrame, Geometries]:
    """Join the polygons of one area; areas of the same code but other names stay apart."""
    number = table.groupby(["county_adcode", "township", "name", "code"]).ngroup().to_numpy()
    distinct = table.assign(number=number).drop_duplicates("number")
    if len(distinct) == len(table):
        return table, shapes
    order = np.argsort(number, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    whole = {number[part[0]]: dissolved(shapes[part]) for part in parts}
    polygons = np.array([whole[n] for n in distinct["number"]], dtype=object)
    return distinct.drop(columns="number").reset_index(drop=True), polygons
