"""From inputs and rules to a register: ban areas, marked areas, and restricted all the rest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import UsageError, ZoneFileError
from firewatch.core.geo import Extent
from firewatch.core.i18n import texts
from firewatch.core.time import day_number
from firewatch.core.vocab import Language, ZoneKind
from zones.geometry.arrays import Geometries, Indices
from zones.notes import Note, sentences
from zones.places.areas import Areas
from zones.register.register import Register, register_from
from zones.starter.classes import InputClass, label
from zones.starter.inputs import StarterInputs
from zones.starter.packaged import packaged_inputs
from zones.starter.reach import Distances, reach, simple_parts
from zones.starter.rules import starter_rules, upwind_km

NOTICE = "示意-STARTER"


@dataclass(frozen=True, eq=False)
class Drawing:
    """An illustrative register, and what the user should know of how it came about."""

    register: Register
    notes: tuple[Note, ...]

    def sentences(self, language: Language) -> tuple[str, ...]:
        """Return the notes as sentences."""
        return sentences([_in_words(note, language) for note in self.notes], language)


def _in_words(note: Note, language: Language) -> Note:
    return Note(note.key, {name: _said(v, language) for name, v in dict(note.values).items()})


def _said(value: object, language: Language) -> object:
    """Return a value of a note as people read it: classes by their names."""
    if isinstance(value, InputClass):
        return label(value, language)
    if isinstance(value, tuple):
        separator = texts("zones", language)("starter.separator")
        return separator.join(str(_said(part, language)) for part in value)
    return value


def draw_starter(
    areas: Areas,
    valid_from: date,
    inputs: StarterInputs | None = None,
    rules: pd.DataFrame | None = None,
    *,
    packaged: bool = True,
) -> Drawing:
    """Draw an illustrative register for a region, in force from a day on without end.

    Round every input the ground within the distance of its rule, dissolved by name and clipped to
    the region; inputs without a name are dissolved by class, and each separate part is numbered
    from the north. What no ban area covers of a city is restricted.

    Parameters
    ----------
    inputs
        What the user brings. A class in it takes the place of what is packaged of that class.
    rules
        Of `read_rules`; None takes the shipped ones.
    packaged
        Whether packaged inputs (`packaged_inputs`) stand for the classes that the user brings
        nothing of.

    Raises
    ------
    UsageError
        If there is nothing to draw round, or no rule for a class that the user brings.
    ZoneFileError
        If points or lines are to be taken as they are, without a distance.
    """
    given = inputs or StarterInputs.none()
    table = starter_rules() if rules is None else rules
    _require_rules(given, table)
    used = given.over(packaged_inputs(areas)) if packaged else given
    if not used.features["input_class"].isin(table["input_class"]).any():
        raise UsageError(
            "没有可据以画区的输入 / nothing to draw zones round",
            remedy="给出输入文件，或使用自带的驻地 / give input files, or use the packaged seats",
        )
    drawn, absent = _by_rule(used, table, areas)
    bans = drawn.loc[drawn["kind"] == ZoneKind.BAN, "shape"].to_numpy()
    zones = pd.concat([drawn, _restricted(areas, bans, used)], ignore_index=True)
    zones = zones.assign(
        notice=NOTICE,
        valid_from=day_number(valid_from),
        illustrative=True,
        source_sha256=_digest(used, table, areas),
    )
    register = register_from(zones, zones["shape"].to_numpy())
    return Drawing(register, used.notes + _replaced(given, used) + absent)


def _require_rules(given: StarterInputs, rules: pd.DataFrame) -> None:
    lacking = [code for code in given.classes if code not in set(rules["input_class"])]
    if lacking:
        raise UsageError(
            f"规则表中没有 {'、'.join(map(label, lacking))} / no rule for these classes",
            expected="、".join(f"{code}" for code in lacking),
            remedy="在规则表中补上这些类别 / add rows for these classes",
        )


def _by_rule(
    used: StarterInputs, rules: pd.DataFrame, areas: Areas
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Return kind, name, shape, source_file of the zones, and a note a file that none is of."""
    ruled = rules.assign(rule=range(len(rules)), upwind_km=upwind_km(rules))
    placed = used.features.assign(feature=range(len(used.features))).merge(
        ruled, on="input_class", suffixes=("", "_template")
    )
    whole = (placed["distance_km"] == 0).to_numpy()
    _require_areas(placed[whole], used)
    west, south, east, north = shapely.total_bounds(areas.region)
    shapes, owner = reach(
        used.geometry[placed["feature"].to_numpy()],
        _distances(placed),
        Extent(west, south, east, north),
    )
    shapely.prepare(areas.region)
    near = shapely.intersects(areas.region, shapes)
    shapes, owner = shapes[near], owner[near]
    absent = _outside(used, placed, owner)
    zones = _dissolved(placed, shapes, owner)
    zones["shape"] = _clipped(zones["shape"].to_numpy(), areas.region)
    zones = zones[~shapely.is_empty(zones["shape"].to_numpy())]
    zones = _numbered(zones.reset_index(drop=True))
    zones["name"] = _zone_names(zones)
    zones["source_file"] = zones["input_class"].map(_file_names(used))
    return zones[["kind", "name", "shape", "source_file"]], absent


def _distances(placed: pd.DataFrame) -> Distances:
    columns = ("distance_km", "upwind_km", "upwind_from_deg", "upwind_half_width_deg")
    return Distances(*(placed[name].to_numpy(dtype=float) for name in columns))


def _require_areas(whole: pd.DataFrame, used: StarterInputs) -> None:
    """Refuse points and lines of classes whose rule takes them as they are."""
    parts, owner = simple_parts(used.geometry[whole["feature"].to_numpy()])
    flat = shapely.get_type_id(parts) != shapely.GeometryType.POLYGON
    if flat.any():
        first = whole.iloc[owner[flat][0]]
        raise ZoneFileError(
            f"{label(InputClass(first['input_class']))}要求面，实有"
            f"{parts[flat][0].geom_type} / polygons are needed",
            str(first["file"]),
            expected="Polygon, MultiPolygon",
            remedy="换成面图层，或在规则表中给出距离 / bring polygons, or give a distance",
        )


def _dissolved(placed: pd.DataFrame, shapes: Geometries, owner: Indices) -> pd.DataFrame:
    """Return one row a rule and name, with the union of its pieces."""
    group = placed.groupby(["rule", "name"], sort=True).ngroup().to_numpy()[owner]
    order = np.argsort(group, kind="stable")
    found, starts = np.unique(group[order], return_index=True)
    joined = [shapely.union_all(pieces) for pieces in np.split(shapes[order], starts[1:])]
    first = owner[order[starts]] if len(found) else owner
    return placed.iloc[first].assign(shape=np.array(joined, dtype=object))


def _clipped(shapes: Geometries, region: shapely.Geometry) -> Geometries:
    clipped = shapes.copy()
    over = ~shapely.covers(region, shapes)
    clipped[over] = [_areal(shape) for shape in shapely.intersection(shapes[over], region)]
    return clipped


def _areal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, without points and lines where it only touches the other."""
    parts, _ = simple_parts(np.array([shape], dtype=object))
    areal = parts[shapely.get_dimensions(parts) == 2]
    return cast(shapely.Geometry, areal[0] if len(areal) == 1 else shapely.multipolygons(areal))


def _numbered(zones: pd.DataFrame) -> pd.DataFrame:
    """Part zones without a name and call the parts by class and number, from north to south."""
    unnamed = (zones["name"] == "").to_numpy()
    parts, owner = shapely.get_parts(zones.loc[unnamed, "shape"].to_numpy(), return_index=True)
    bounds = shapely.bounds(parts)
    numbered = (
        zones[unnamed].iloc[owner].assign(shape=parts, north=-bounds[:, 3], west=bounds[:, 0])
    )
    numbered = numbered.sort_values(["rule", "north", "west"])
    by_rule = numbered.groupby("rule")["rule"]
    number, most = by_rule.cumcount() + 1, by_rule.transform("size")
    labels = numbered["input_class"].map(lambda code: label(InputClass(code)))
    numbered["name"] = labels + number.astype("str").where(most > 1, "")
    return pd.concat([zones[~unnamed], numbered], ignore_index=True)[list(zones.columns)]


def _zone_names(zones: pd.DataFrame) -> list[str]:
    # Names go into the register, whose language is that of the notices.
    say = texts("zones", Language.ZH)
    names = []
    columns = zones[["name_template", "name", "distance_km", "upwind_km"]]
    for template, name, around_km, blown_km in columns.itertuples(index=False, name=None):
        key = "starter.reach" if np.isnan(blown_km) else "starter.reach_upwind"
        reach_text = say(key, distance_km=f"{around_km:g}", upwind_km=f"{blown_km:g}")
        names.append(template.format(name=name, reach=reach_text, distance_km=around_km))
    return names


def _restricted(areas: Areas, bans: Geometries, used: StarterInputs) -> pd.DataFrame:
    say = texts("zones", Language.ZH)
    rest = shapely.difference(areas.city_geometry(), shapely.union_all(bans))
    names = [say("starter.restricted", name=name) for name in areas.cities()["name"]]
    everything = "; ".join(sorted({file.file for file in used.files}))
    zones = pd.DataFrame(
        {"kind": str(ZoneKind.RESTRICTED), "name": names, "shape": rest, "source_file": everything}
    )
    return zones[~shapely.is_empty(rest)]


def _file_names(used: StarterInputs) -> dict[str, str]:
    return {
        str(code): "; ".join(sorted({f.file for f in used.files if f.input_class == code}))
        for code in used.classes
    }


def _digest(used: StarterInputs, rules: pd.DataFrame, areas: Areas) -> str:
    """Return the hash of what decides the drawing: inputs, rules and boundaries."""
    text = "\n".join([used.digest, rules.to_csv(index=False), areas.version])
    return hashlib.sha256(text.encode()).hexdigest()


def _replaced(given: StarterInputs, used: StarterInputs) -> tuple[Note, ...]:
    """Return a note of which packaged classes stand beside the user's."""
    remain = tuple(code for code in used.classes if code not in given.classes)
    if not given.files or not remain:
        return ()
    return (Note("starter.note.packaged", {"given": given.classes, "packaged": remain}),)


def _outside(used: StarterInputs, placed: pd.DataFrame, owner: Indices) -> tuple[Note, ...]:
    """Return a note for each file none of whose features reaches into the region."""
    files = ["input_class", "file"]
    reached = placed.iloc[owner][files].drop_duplicates()
    every = placed[files].drop_duplicates().merge(reached, on=files, how="left", indicator=True)
    notes = []
    for code, file in every.loc[every["_merge"] == "left_only", files].itertuples(index=False):
        of_file = (used.features[files] == [code, file]).all(axis=1).to_numpy()
        west, south, east, north = shapely.total_bounds(used.geometry[of_file])
        place = f"{west:.3f}–{east:.3f} E, {south:.3f}–{north:.3f} N"
        values = {"file": file, "label": InputClass(code), "place": place}
        notes.append(Note("starter.note.outside", values))
    return tuple(notes)
