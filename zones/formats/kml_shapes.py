"""Geometries of KML elements, read by local names so that any namespace version will do."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Floats

_COLLECTIONS = ("MultiGeometry", "MultiPolygon")
_MOST_DEPTH = 20
# "108.1, 22.5, 0" with blanks after the commas is written by hand and by some exports.
_LOOSE_COMMA = re.compile(r"\s*,\s*")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PLACE = re.compile(f"{_NUMBER},{_NUMBER}(?:,{_NUMBER})?")
_MOST_SHOWN = 40


def local_name(element: ET.Element) -> str:
    """Return a tag without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """Give the direct children of a local name."""
    return (e for e in element if local_name(e) == name)


def child(element: ET.Element, name: str) -> ET.Element | None:
    """Return the first direct child of a local name."""
    return next(children(element, name), None)


def text_of(element: ET.Element, name: str) -> str:
    """Return the stripped text of the first direct child of a local name, "" without one."""
    found = child(element, name)
    return "" if found is None else "".join(found.itertext()).strip()


def shape_of(mark: ET.Element, number: int, where: str) -> tuple[BaseGeometry | None, int]:
    """Return a placemark's geometry (None without one) and how many labels were left out.

    Points that stand with polygons in one placemark are where a program puts its label.

    Parameters
    ----------
    number
        Of the placemark in the file, for messages.

    Raises
    ------
    ZoneFileError
        If coordinates cannot be read.
    """
    found = list(_simple_shapes(mark, f"{where} 第 {number} 个图形 / feature {number}", 0))
    polygons = [shape for shape in found if isinstance(shape, shapely.Polygon)]
    others = [shape for shape in found if not isinstance(shape, shapely.Polygon)]
    if polygons and all(isinstance(shape, shapely.Point) for shape in others):
        whole = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
        return whole, len(others)
    if len(found) > 1:
        return shapely.GeometryCollection(found), 0
    return (found[0] if found else None), 0


def _simple_shapes(element: ET.Element, where: str, depth: int) -> Iterator[BaseGeometry]:
    for inner in element:
        kind = local_name(inner)
        if kind in _COLLECTIONS and depth < _MOST_DEPTH:
            yield from _simple_shapes(inner, where, depth + 1)
        elif kind == "Polygon":
            yield _polygon(inner, where)
        elif kind in ("LineString", "LinearRing"):
            yield shapely.LineString(_coordinates(inner, where, at_least=2))
        elif kind == "Point":
            yield shapely.Point(_coordinates(inner, where, at_least=1)[0])


def _polygon(element: ET.Element, where: str) -> shapely.Polygon:
    shells = list(_rings(element, "outerBoundaryIs", where))
    if not shells:
        return shapely.Polygon()
    return shapely.Polygon(shells[0], list(_rings(element, "innerBoundaryIs", where)))


def _rings(element: ET.Element, boundary: str, where: str) -> Iterator[Floats]:
    for edge in children(element, boundary):
        for ring in children(edge, "LinearRing"):
            places = _coordinates(ring, where, at_least=3)
            closed = places if (places[0] == places[-1]).all() else np.vstack([places, places[:1]])
            if len(closed) < 4:
                raise _unread(text_of(ring, "coordinates"), where, 3)
            yield closed


def _coordinates(element: ET.Element, where: str, at_least: int) -> Floats:
    """Return (lon, lat) of an element's coordinates, shape (n, 2); heights are dropped."""
    text = text_of(element, "coordinates")
    places = text.split()
    commas = {place.count(",") for place in places}
    if not commas <= {1, 2}:
        places = _LOOSE_COMMA.sub(",", text).split()
        commas = {place.count(",") for place in places}
    if commas == {1, 2}:
        places, commas = [",".join(place.split(",")[:2]) for place in places], {1}
    if commas not in ({1}, {2}) or len(places) < at_least:
        raise _unread(_odd_one(places) or text, where, at_least)
    try:
        numbers = np.array(",".join(places).split(","), dtype=float)
    except ValueError as error:
        raise _unread(_odd_one(places) or text, where, at_least) from error
    if not np.isfinite(numbers).all():
        raise _unread(_odd_one(places) or text, where, at_least)
    return numbers.reshape(len(places), -1)[:, :2].copy()


def _unread(found: str, where: str, at_least: int) -> ZoneFileError:
    return ZoneFileError(
        f"坐标不可读：{found[:_MOST_SHOWN]!r} / coordinates not understood",
        where,
        expected=f"至少 {at_least} 个“经度,纬度” / at least {at_least} of lon,lat[,height]",
        remedy="改正坐标或请对方重新导出 / correct them or ask for a new export",
    )


def _odd_one(places: list[str]) -> str:
    """Return the first place that is not two or three numbers, "" without one."""
    return next((place for place in places if not _PLACE.fullmatch(place)), "")
