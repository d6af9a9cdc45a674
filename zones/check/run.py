"""All checks on one file, before anything is imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from firewatch.core.errors import FirewatchError
from zones.check.finding import Finding, Found, Severity
from zones.check.report import CheckReport
from zones.check.subject import Subject
from zones.check.table import CHECKS, UNREADABLE, Check
from zones.places.areas import Areas
from zones.register.read import ZoneReading
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


def unreadable(path: Path, error: FirewatchError) -> CheckReport:
    """Return the report on a file that could not be read: the error's own words."""
    # The fault can lie in a file beside it, such as the mapping.
    elsewhere = error.where and not error.where.startswith((str(path), path.name))
    values = {
        "error": f"{error.where}: {error.what}" if elsewhere else error.what,
        "expected": f"；应为 / expected: {error.expected}" if error.expected else "",
        "remedy": error.remedy or "—",
    }
    finding = Finding(UNREADABLE, Severity.ERROR, (), (), Found((), values=values))
    return CheckReport(path, 0, (finding,))


def _finding(check: Check, names: Sequence[str], found: Found) -> Finding:
    features = tuple(row + 1 for row in found.rows)
    called = tuple(names[row] for row in found.rows)
    return Finding(check.code, check.severity, features, called, found)
