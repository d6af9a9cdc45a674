"""What a user says of the zones of a file on the command line, and the file read by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firewatch.cli.state import day_or_none

if TYPE_CHECKING:
    from firewatch.core.vocab import Language
    from firewatch.decide import Rulebook
    from zones.check import CheckReport
    from zones.places.named import NamedAreas
    from zones.register.read import ZoneReading
    from zones.register.replacing import Replacement

File = Annotated[
    Path,
    typer.Argument(
        help="GeoPackage、shapefile（可为 zip）、GeoJSON、KML/KMZ、DXF，"
        "或乡镇、村名单（CSV、Excel、TXT）"
        " / a layer, or a list of townships or villages by name"
    ),
]
Kind = Annotated[str | None, typer.Option(help="ban | restricted | cane_leaf_ban | …")]
Notice = Annotated[str | None, typer.Option(help="文号 / notice number")]
First = Annotated[str | None, typer.Option("--from", help="生效日 / in force from")]
Last = Annotated[str | None, typer.Option("--to", help="失效日（含）/ last day in force")]
Authority = Annotated[str, typer.Option(help="发布机关 / issuing authority")]
Months = Annotated[str | None, typer.Option(help="生效月份，如 11-3 / months in force")]
Hours = Annotated[str | None, typer.Option(help="生效时段，如 06:00-22:00 / hours in force")]
Crop = Annotated[str, typer.Option(help="作物，如 甘蔗 / crop concerned")]
Crs = Annotated[
    str | None,
    typer.Option(help="坐标系，如 EPSG:4490 或 GCJ-02 / where none or a wrong one is declared"),
]
Replaces = Annotated[
    list[str] | None,
    typer.Option(help="被取代通告的文号，可多次给出 / a notice that this one replaces"),
]
LayerName = Annotated[
    str | None, typer.Option("--layer", help="文件有多个图层时取哪一个 / which layer of several")
]
Within = Annotated[
    str, typer.Option(help="名单中未写县名的乡镇、村所在的县或市 / county of names without one")
]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="列对照文件（TOML）/ which column is what")
]


def declared(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `zones.register.read.read_zones` from a command's options."""
    from zones.register.mapping import read_mapping
    from zones.register.periods import parse_hours, parse_months

    months, hours, mapping = options["months"], options["hours"], options["mapping"]
    return {
        "kind": options["kind"],
        "notice": options["notice"],
        "valid_from": day_or_none(options["first"]),
        "valid_to": day_or_none(options["last"]),
        "authority": options["authority"],
        "months": parse_months(months) if months else None,
        "hours": parse_hours(hours) if hours else None,
        "crop": options["crop"],
        "crs": options["crs"],
        "mapping": read_mapping(mapping) if mapping else None,
        "layer_name": options["layer"],
    }


def areas_named_in(file: Path, rules: Rulebook, within: str) -> NamedAreas | None:
    """Return the areas that a list names, by the user's layers; None if the file is no list.

    Parameters
    ----------
    within
        The county or city in which names without one lie.
    """
    from zones.places.named import named_areas
    from zones.places.named_list import is_named_list

    if not is_named_list(file):
        return None
    return named_areas(file, rules.areas, rules.townships, rules.villages, within)


@dataclass(frozen=True, eq=False)
class CheckedFile:
    """A file of zones, read and checked against the register that it is meant for.

    Parameters
    ----------
    reading
        Its zones.
    notes
        What was noticed of the names in a list.
    ended
        The zones that it takes the place of.
    report
        What the checks found.
    """

    reading: ZoneReading
    notes: list[str]
    ended: Replacement
    report: CheckReport


def checked_file(
    file: Path, options: Mapping[str, Any], rules: Rulebook, language: Language
) -> CheckedFile:
    """Read a layer of zones, or a list of areas by name, and check it."""
    from zones.check import check_zones
    from zones.register.read import read_zones
    from zones.register.replacing import replacement

    named = areas_named_in(file, rules, options["within"])
    reading = read_zones(file, layer=named.layer if named else None, **declared(options))
    replaced = options["replaces"] or ()
    ended = replacement(rules.register, reading.register, replaced, rules.areas)
    report = check_zones(reading, rules.areas, ended.applied_to(rules.register))
    return CheckedFile(reading, list(named.notes(language)) if named else [], ended, report)
