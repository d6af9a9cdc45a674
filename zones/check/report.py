"""The report of a check: lines for people, a table, a document for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Language
from zones.check.finding import Finding, Severity, place_text
from zones.notes import Note

# A list that no one can read to its end helps nobody; the table has everything.
LINES_A_CODE = 20
_FEATURES_A_LINE = 5


@dataclass(frozen=True, eq=False)
class CheckReport:
    """What the checks found in one file.

    Parameters
    ----------
    path
        The file.
    zones
        Features in the file; 0 where it could not be read.
    findings
        Errors first, then warnings, then notes; within them in the order of the table of checks.
    """

    path: Path
    zones: int
    findings: tuple[Finding, ...]

    @property
    def can_import(self) -> bool:
        """Whether nothing was found that keeps the file out of the register."""
        return self.count(Severity.ERROR) == 0

    def count(self, severity: Severity) -> int:
        """Return how many findings are of a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def lines(self, language: Language, most: int = LINES_A_CODE) -> list[str]:
        """Return the summary and one line a finding, at most `most` of each check."""
        say = texts("zones", language)
        result = [self.summary(language)]
        shown: dict[str, int] = {}
        for finding in self.findings:
            shown[finding.code] = shown.get(finding.code, 0) + 1
            if shown[finding.code] <= most:
                result.append(_line(finding, self.path, say))
        for code, count in shown.items():
            if count > most:
                title = say(f"check.{code}.title")
                result.append(say("check.more", title=title, count=count - most))
        return result

    def summary(self, language: Language) -> str:
        """Return one line: how many features, errors, warnings and notes, and what follows."""
        say = texts("zones", language)
        counts = {str(severity): self.count(severity) for severity in Severity}
        verdict = say("check.can_import" if self.can_import else "check.cannot_import")
        return say(
            "check.summary", file=self.path.name, zones=self.zones, verdict=verdict, **counts
        )

    def table(self, language: Language) -> pd.DataFrame:
        """Return one row a finding.

        Columns: severity, code, features and names (joined by ``;``), against (zone_id on record,
        joined by ``;``), lon, lat (degrees, NaN without a place), area_km2 (NaN where area is not
        the point), what, remedy (texts).
        """
        say = texts("zones", language)
        rows = [
            {
                "severity": str(finding.severity),
                "code": finding.code,
                "features": ";".join(map(str, finding.features)),
                "names": ";".join(finding.names),
                "against": ";".join(finding.found.against),
                "lon": finding.lon,
                "lat": finding.lat,
                "area_km2": finding.area_km2,
                "what": _what(finding, say),
                "remedy": _remedy(finding, say),
            }
            for finding in self.findings
        ]
        columns = [
            "severity", "code", "features", "names", "against",
            "lon", "lat", "area_km2", "what", "remedy",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def _line(finding: Finding, path: Path, say: Texts) -> str:
    place = "" if np.isnan(finding.lon) else place_text(finding.lon, finding.lat)
    return say(
        "check.line" if place else "check.line_without_place",
        file=path.name,
        severity=say(f"check.severity.{finding.severity}"),
        features=_features(finding, say),
        place=place,
        what=_what(finding, say),
        remedy=_remedy(finding, say),
    )


def _features(finding: Finding, say: Texts) -> str:
    if not finding.features:
        return say("check.whole_file")
    shown = [
        say("check.feature", number=number, name=name)
        for number, name in zip(finding.features, finding.names, strict=True)
    ][:_FEATURES_A_LINE]
    listed = say("check.separator").join(shown)
    more = len(finding.features) - len(shown)
    return listed + (say("check.more_features", count=more) if more else "")


def _what(finding: Finding, say: Texts) -> str:
    return say(f"check.{finding.code}", **_written(finding.found.values, say))


def _remedy(finding: Finding, say: Texts) -> str:
    return say(f"check.{finding.code}.do", **_written(finding.found.values, say))


def _written(values: Mapping[str, object], say: Texts) -> dict[str, str]:
    return {name: _text(name, value, say) for name, value in values.items()}


def _text(name: str, value: object, say: Texts) -> str:
    if isinstance(value, float) and name.endswith("_share"):
        return f"{100 * value:.3g}%"
    if isinstance(value, float):
        return _number(value, signed=name.startswith("change_"))
    if isinstance(value, Note):
        return say(value.key, **value.values)
    if isinstance(value, tuple):
        return say("check.separator").join(say.label(name, str(code)) for code in value)
    return str(value)


def _number(value: float, signed: bool) -> str:
    """Return a number with no more digits than the coordinates of a zone can bear."""
    if abs(value) < 5e-7:
        return "0"
    decimals = 0 if abs(value) >= 1000 else 2 if abs(value) >= 1 else 4 if abs(value) >= 0.01 else 6
    return f"{value:{'+' if signed else ''},.{decimals}f}"
