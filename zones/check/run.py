"""All checks on one file, before anything is imported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from firewatch.core.errors import FirewatchError
from firewatch.core.geo import Extent
from zones.check.finding import Finding, Found, Severity
from zones.check.report import CheckReport
from zones.check.subject import Subject
from zones.check.table import CHECKS, UNREADABLE, Check
from zones.formats.crs import GUANGXI_EXTENT
from zones.formats.layer import Layer
from zones.places.areas import Areas
from zones.register.mapping import ColumnMapping
from zones.register.read import ZoneReading, read_zones
from zones.register.register import Register


def check_zones(reading: ZoneReading, areas: Areas, existing: Register) -> CheckReport:
    """Hold the zones of a file against each other, the areas and the zones on record.

    Parameters
    ----------
    reading
        The file.
    areas
        Cities and counties.
    existing
        Zones on record; notices that the file's one will replace should already be retired in it.
    """
    subject = Subject.of(reading, areas, existing)
    names = reading.names
    findings = [_finding(check, names, found) for check in CHECKS for found in check.find(subject)]
    return CheckReport(reading.path, len(subject), tuple(findings))


def check_file(
    path: Path,
    areas: Areas,
    existing: Register,
    *,
    kind: str | None = None,
    notice: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    authority: str = "",
    crs: str | None = None,
    region: Extent = GUANGXI_EXTENT,
    months: int | None = None,
    hours: tuple[int, int] | None = None,
    crop: str = "",
    mapping: ColumnMapping | None = None,
    layer: Layer | None = None,
    layer_name: str | None = None,
) -> CheckReport:
    """Read a file as `read_zones` does and check it; one that cannot be read is one error."""
    try:
        reading = read_zones(
            path, kind=kind, notice=notice, valid_from=valid_from, valid_to=valid_to,
            authority=authority, crs=crs, region=region, months=months, hours=hours, crop=crop,
            mapping=mapping, layer=layer, layer_name=layer_name,
        )  # fmt: skip
    except FirewatchError as error:
        return unreadable(Path(path), error)
    return check_zones(reading, areas, existing)


def unreadable(path: Path, error: FirewatchError) -> CheckReport:
    """Return the report on a file that could not be read: the error's own words."""
    values = {
        "error": error.what,
        "expected": f"；应为 / expected: {error.expected}" if error.expected else "",
        "remedy": error.remedy or "—",
    }
    finding = Finding(UNREADABLE, Severity.ERROR, (), (), Found((), values=values))
    return CheckReport(path, 0, (finding,))


def _finding(check: Check, names: Sequence[str], found: Found) -> Finding:
    features = tuple(row + 1 for row in found.rows)
    called = tuple(names[row] for row in found.rows)
    return Finding(check.code, check.severity, features, called, found)
