"""Whole counties, townships and villages by name, against the user's boundary layers.

Notices often list names instead of drawing polygons. Every name must mean exactly one area; if one
does not, nothing is taken from the list, and all such names are reported together.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import ZoneFileError
from firewatch.core.files import sha256_of_file
from firewatch.core.vocab import Language
from zones.formats.layer import Layer
from zones.geometry.arrays import Bools
from zones.geometry.dissolve import dissolved
from zones.notes import Note, sentences
from zones.places.addresses import ANYWHERE, Counties, area_named, split_address
from zones.places.areas import Areas
from zones.places.named_list import PLACES, NamedList, read_named_list
from zones.places.names import (
    Found,
    Match,
    NameIndex,
    counties_with_township,
    normalised_area_name,
    stem_of,
)
from zones.places.subarea_notes import Level, note
from zones.places.subareas import SubAreas
from zones.tables.headings import find_columns

_SETTING: dict[Level, str] = {"township": "region.townships", "village": "region.villages"}

# No list of villages is at hand to tell where else one of the name is.
_UNLISTED = "…"
_NUMBERS = ("序号", "no", "no.")
_TOWNSHIP_BEFORE = re.compile(r"^(.+?(?:街道办事处|街道|镇|乡))(.+)$")


@dataclass(frozen=True, eq=False)
class NamedAreas:
    """The areas of a list.

    Parameters
    ----------
    layer
        One row an area: the list's own columns, and `name` (county and name of the area, or the
        name of the zone that the list gives). WGS-84; its hash covers list and boundaries.
    findings
        What was noticed, for `notes`.
    """

    layer: Layer
    findings: tuple[Note, ...]

    def notes(self, language: Language) -> tuple[str, ...]:
        """Return sentences on names that stand twice or are written in an older form."""
        return sentences(self.findings, language)


@dataclass(frozen=True)
class Place:
    """What one name means: an area, or why none."""

    name: str = ""
    geometry: shapely.Geometry | None = None
    match: Match = Match.NONE
    problem: str = ""
    rivals: str = ""
    """Other areas of the name, where only the user's layer makes it unique."""


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """The boundary layers in which names are looked up."""

    areas: Areas
    townships: SubAreas
    villages: SubAreas
    _masks: dict[tuple[str, Counties], Bools] = field(default_factory=dict, repr=False)

    def layer(self, level: Level) -> SubAreas:
        """Return the layer of a level."""
        return self.townships if level == "township" else self.villages

    def county(self, counties: Counties, written: str) -> Place:
        """Return a county, or the counties of a city together."""
        codes = self.areas.counties["adcode"].to_numpy()
        chosen = self.areas.geometry[np.isin(codes, list(counties))]
        names = self.areas.county_names()
        name = names[min(counties)] if len(counties) == 1 else written
        return Place(name, chosen[0] if len(chosen) == 1 else dissolved(chosen), Match.EXACT)

    def find(self, level: Level, name: str, counties: Counties, township: str = "") -> Place:
        """Return the township or village of a name within counties (all if empty)."""
        layer = self.layer(level)
        if not len(layer):
            return Place(problem=_no_layer(level))
        allowed = self._within(level, counties)
        if township:
            allowed = allowed & self._in_township(township)
        found = self._index(level).find(name, allowed)
        if not found.certain:
            return Place(match=found.match, problem=self._unclear(level, found))
        label = self._label(level, found.position)
        rivals, covered = self._rivals(level, name, counties, found.position)
        if covered:
            return Place(match=Match.AMBIGUOUS, problem=_several([label, *rivals]))
        if level == "village" and not counties and not township:
            rivals = [_UNLISTED]
        geometry = layer.geometry[found.position]
        return Place(label, geometry, found.match, rivals="、".join(rivals))

    def _rivals(
        self, level: Level, name: str, counties: Counties, found: int
    ) -> tuple[list[str], bool]:
        """Return townships of the name in other counties, and if the layer covers one of these."""
        if level == "village":
            return [], False
        mapped = set(self.townships.table["county_adcode"].tolist())
        own = int(self.townships.table["county_adcode"].iloc[found])
        names = self.areas.county_names()
        others = (counties_with_township(stem_of(name)) - {own}) & frozenset(names)
        listed = sorted(others & counties if counties else others)
        return [names[county] + name for county in listed], bool(mapped & set(listed))

    def _within(self, level: Level, counties: Counties) -> Bools:
        key = (level, counties)
        if key not in self._masks:
            codes = self.layer(level).table["county_adcode"].to_numpy()
            inside = np.isin(codes, list(counties)) if counties else np.ones(len(codes), bool)
            self._masks[key] = inside
        return self._masks[key]

    def _in_township(self, township: str) -> Bools:
        wanted = stem_of(township)[1]
        return np.array([stem == wanted for stem in self._village_townships])

    @cached_property
    def _village_townships(self) -> list[str]:
        """The stem of each village's township: as the layer says, else where the village lies."""
        stated = self.villages.table["township"].to_numpy(dtype=object, copy=True)
        unknown = np.flatnonzero(stated == "")
        if len(unknown) and len(self.townships):
            inside = shapely.point_on_surface(self.villages.geometry[unknown])
            village, town = shapely.STRtree(self.townships.geometry).query(
                inside, predicate="intersects"
            )
            names = self.townships.table["name"].to_numpy(dtype=object)
            stated[unknown[village[::-1]]] = names[town[::-1]]
        return [stem_of(name)[1] if name else "" for name in stated]

    def _index(self, level: Level) -> NameIndex:
        return self._indices[level]

    @cached_property
    def _indices(self) -> dict[Level, NameIndex]:
        levels: tuple[Level, ...] = ("township", "village")
        return {level: NameIndex.of(self.layer(level).table["name"]) for level in levels}

    def _label(self, level: Level, position: int) -> str:
        row = self.layer(level).table.iloc[position]
        county = self.areas.county_names()[int(row["county_adcode"])]
        return f"{county}{row['township']}{row['name']}"

    def _unclear(self, level: Level, found: Found) -> str:
        if found.match is Match.AMBIGUOUS:
            return _several([self._label(level, i) for i in found.candidates])
        labels = "、".join(self._label(level, i) for i in found.candidates) or "—"
        return f"没有这个名称；相近 / no such name; close: {labels}"


def named_areas(
    path: Path,
    areas: Areas,
    townships: SubAreas | None = None,
    villages: SubAreas | None = None,
    within: str = "",
) -> NamedAreas:
    """Return the polygons of a list of whole counties, townships and villages.

    Parameters
    ----------
    path
        CSV, Excel or text (`zones.places.named_list`).
    areas, townships, villages
        The boundaries that count.
    within
        The county or city whose notice it is, by name or adcode: names without a county are
        looked up there.

    Raises
    ------
    UsageError
        If there is no such county or city.
    ZoneFileError
        Naming every row whose name is unknown, means several areas, or needs a layer that is not
        there; nothing is taken then.
    """
    path = Path(path)
    listed = read_named_list(path)
    layers = townships or SubAreas.none(), villages or SubAreas.none()
    gazetteer = Gazetteer(areas, *layers)
    home = frozenset(areas.counties_of(within)) if within else ANYWHERE
    distinct = {
        written: _place(gazetteer, home, *written)
        for written in listed.entries[list(PLACES)].itertuples(index=False, name=None)
    }
    written = listed.entries[list(PLACES)].itertuples(index=False, name=None)
    places = [distinct[names] for names in written]
    _refuse_problems(path, listed, places)
    attributes, kept, findings = _attributes(listed, places)
    geometry = np.array([places[i].geometry for i in kept], dtype=object)
    versions = [sha256_of_file(path), areas.version, *(layer.version for layer in layers)]
    digest = hashlib.sha256("\n".join(versions).encode()).hexdigest()
    return NamedAreas(Layer(attributes, geometry, "EPSG:4326", path, digest), findings)


def _place(
    gazetteer: Gazetteer, home: Counties, county: str, township: str, village: str, name: str
) -> Place:
    areas = gazetteer.areas
    stated, rest = _address(county, areas)
    if county and (not stated or rest):
        return Place(problem=f"没有这个县 / no such county: {county}")
    parts = [split_address(text, areas) for text in (township, village, name)]
    named = [counties for counties in (stated, *(part[0] for part in parts)) if counties]
    counties = frozenset.intersection(*named) if named else home
    if named and not counties:
        return Place(problem="县名前后不一致 / the counties named contradict each other")
    town, hamlet, other = (part[1] for part in parts)
    if hamlet:
        return gazetteer.find("village", hamlet, counties, town)
    if town:
        return gazetteer.find("township", town, counties)
    if other:
        return _unlevelled(gazetteer, other, counties)
    return gazetteer.county(counties, name or county)


def _unlevelled(gazetteer: Gazetteer, name: str, counties: Counties) -> Place:
    """Return the place of a name whose level only its form tells."""
    if stem_of(name)[0] == "village":
        before = _TOWNSHIP_BEFORE.match(normalised_area_name(name))
        if before and stem_of(before[2])[1]:
            inside = gazetteer.find("village", before[2], counties, before[1])
            if not inside.problem:
                return inside
        return gazetteer.find("village", name, counties)
    found = gazetteer.find("township", name, counties)
    if found.match is Match.NONE and stem_of(name)[0] == "other" and len(gazetteer.villages):
        village = gazetteer.find("village", name, counties)
        return found if village.problem else village
    return found


def _address(text: str, areas: Areas) -> tuple[Counties, str]:
    """Return the counties of a cell that names a county, 县 or 区 left out or not."""
    code = area_named(text, areas) if text else 0
    return (areas.counties_with(code), "") if code else split_address(text, areas)


def _several(labels: Sequence[str]) -> str:
    return f"不唯一，可能是 / may be any of: {'、'.join(labels)}"


def _no_layer(level: Level) -> str:
    return (
        f"没有这一级的边界图层，请在设置中给出 {_SETTING[level]}"
        f" / no boundary layer of them: set {_SETTING[level]}"
    )


def _refuse_problems(path: Path, listed: NamedList, places: Sequence[Place]) -> None:
    lines = [
        f"第 {row} 行 / row {row} “{_shown(names)}”: {place.problem}"
        for (row, *names), place in zip(
            listed.entries.itertuples(index=False, name=None), places, strict=True
        )
        if place.problem
    ]
    if lines:
        raise ZoneFileError(
            f"{len(lines)} 个地名不能确定，未导入任何区域"
            " / names that do not mean one area each; nothing was taken"
            + "".join(f"\n  {line}" for line in lines),
            str(path),
            expected="整个县、乡镇或村的名称，如 武鸣区城厢镇 / names of whole areas",
            remedy="更正名称，重名的写上县名；只划了一部分的须给出图形"
            " / correct the names, put the county before one that is not unique;"
            " part of an area needs a polygon",
        )


def _shown(names: Sequence[str]) -> str:
    return "".join(name for name in names if name)


def _attributes(
    listed: NamedList, places: Sequence[Place]
) -> tuple[pd.DataFrame, list[int], tuple[Note, ...]]:
    """Return the layer's columns, which entries are kept, and what was noticed."""
    table = listed.attributes.copy()
    heading = find_columns([str(column) for column in table], ("name",)).get("name")
    own = table[heading] if heading else pd.Series("", index=table.index, dtype="str")
    official = pd.Series([place.name for place in places], index=table.index, dtype="str")
    table["name"] = own.where(own != "", official)
    table["area"] = official
    # A running number does not make a row another one.
    telling = [c for c in table if str(c).lower() not in _NUMBERS]
    twice = table.duplicated(telling)
    findings = [
        note("twice", row=row, name=name)
        for row, name in zip(listed.entries["row"][twice], official[twice], strict=True)
    ]
    overlapping = table.duplicated("area") & ~twice
    findings += [
        note("again", row=row, name=name)
        for row, name in zip(listed.entries["row"][overlapping], official[overlapping], strict=True)
    ]
    for (row, *names), place in zip(
        listed.entries.itertuples(index=False, name=None), places, strict=True
    ):
        values = {"row": row, "written": _shown(names), "name": place.name}
        findings += [note("by_stem", **values)] if place.match is Match.STEM else []
        if place.rivals == _UNLISTED:
            findings.append(note("alone", **values))
        elif place.rivals:
            findings.append(note("rivals", rivals=place.rivals, **values))
    kept = np.flatnonzero(~twice.to_numpy()).tolist()
    return table[~twice].reset_index(drop=True), kept, tuple(findings)
