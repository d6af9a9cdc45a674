"""From the ledger to what people open: comparison, map, report, alerts, fire points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from alerts.calls import decide
from alerts.write import write_alerts
from firewatch.core.i18n import texts
from firewatch.core.time import SeasonCalendar
from firewatch.core.vocab import Language
from firewatch.count.compare import Comparison, compare
from firewatch.count.rule import CountingRule
from firewatch.count.seasons import season_pair
from firewatch.count.target import Target
from firewatch.decide import Rulebook
from firewatch.ledger.store import Ledger
from firewatch.map_data import map_inputs as map_inputs
from firewatch.reports.docx import write_yoy_docx
from firewatch.reports.points_export import write_points
from firewatch.reports.tally import write_tally_csv
from firewatch.reports.xlsx import write_yoy_xlsx
from firewatch.settings import MapSettings
from firewatch.views import (
    PUBLIC_COLUMNS,
    area_names,
    current_points,
    events_of,
    holds_simulated,
    told_events,
)

if TYPE_CHECKING:
    from zones.register.register import Register

CALL_COLUMNS = [
    "event_id", "point_id", "point_key", "newest_epoch_s", "first_epoch_s", "lon", "lat",
    "city_adcode", "city", "county_adcode", "county", "township", "ruling", "reason", "marks",
    "cause", "confidence", "platforms", "pixels", "frp_mw",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Desk:
    """What every output needs to know.

    Parameters
    ----------
    now
        The clock (aware).
    alert_max_age_h
        An event whose newest point is older is told to nobody.
    map_settings
        What the map shows beside the ledger.
    """

    ledger: Ledger
    rules: Rulebook
    rule: CountingRule
    target: Target
    calendar: SeasonCalendar
    start_year: int
    now: datetime
    language: Language
    alert_max_age_h: float
    map_settings: MapSettings = field(default_factory=MapSettings)

    @property
    def now_s(self) -> int:
        return int(self.now.timestamp())


def comparison(desk: Desk) -> Comparison:
    """Compare the desk's season with the one before it."""
    pair = season_pair(desk.calendar, desk.start_year, desk.now)
    with desk.ledger.reading() as connection:
        return compare(
            connection,
            desk.rule,
            pair,
            desk.target,
            area_names(desk.rules.areas),
            desk.language,
            simulated=holds_simulated(connection),
            illustrative=desk.rules.register.illustrative,
        )


def season_points(desk: Desk) -> pd.DataFrame:
    """Return the points in force of the desk's season up to now."""
    with desk.ledger.reading() as connection:
        points = current_points(
            connection, desk.rules, desk.language, desk.calendar.season(desk.start_year)
        )
    return points[points["acquired_s"] <= desk.now_s].reset_index(drop=True)


def alert_calls(desk: Desk) -> pd.DataFrame:
    """Return every event up to now with its alert state."""
    with desk.ledger.reading() as connection:
        current = current_points(connection, desk.rules, desk.language)
        told = told_events(connection)
    known = current[current["acquired_s"] <= desk.now_s]
    events = events_of(known)
    told_ids = events.loc[events["event_key"].isin(told), "event_id"]
    return events[CALL_COLUMNS].assign(told=events["event_id"].isin(told_ids))


def decide_alerts(desk: Desk) -> pd.DataFrame:
    """Return the events with their alert state: due, late, told or no call."""
    calls = alert_calls(desk)
    told = calls.loc[calls["told"], "event_id"].tolist()
    return decide(calls, desk.now_s, desk.alert_max_age_h, told)


def write_alert_files(desk: Desk, calls: pd.DataFrame, folder: Path) -> list[Path]:
    """Write the due alerts as files."""
    with desk.ledger.reading() as connection:
        simulated = holds_simulated(connection)
    return write_alerts(
        calls,
        folder,
        language=desk.language,
        simulated=simulated,
        illustrative=desk.rules.register.illustrative,
        now_epoch_s=desk.now_s,
    )


def write_report(
    desk: Desk,
    compared: Comparison,
    details: pd.DataFrame,
    folder: Path,
    *,
    with_pictures: bool = False,
) -> list[Path]:
    """Write the year-on-year report as Excel, Word and CSV and return the paths.

    With pictures the province and both seasons side by side stand in the Word file.
    """
    paths = [folder / f"report_{compared.season_name}{suffix}" for suffix in (".xlsx", ".docx")]
    write_yoy_xlsx(paths[0], compared, details, now_epoch_s=desk.now_s)
    pictures = report_pictures(desk, compared, details, folder) if with_pictures else []
    write_yoy_docx(paths[1], compared, details, now_epoch_s=desk.now_s, pictures=pictures)
    write_tally_csv(folder / "tally.csv", compared)
    return [*paths, folder / "tally.csv", *pictures]


def report_pictures(
    desk: Desk, compared: Comparison, points: pd.DataFrame, folder: Path
) -> list[Path]:
    """Draw the pictures of a report: the province, and both seasons side by side."""
    from maps.pictures import PictureKind, write_pictures

    inputs = map_inputs(desk, compared, points)
    return write_pictures(inputs, folder, which=(PictureKind.PROVINCE, PictureKind.PAIR))


def zone_style(register: Register, language: Language) -> str:
    """Return the style of the register's zones for QGIS, in the colours of the map."""
    from maps.page import style
    from zones.register.qgis import ZoneLook, zone_qml

    drawn = style()["zones"]
    present = register.zones["kind"].unique().tolist()
    kinds = [kind for kind in drawn if kind in present]
    kinds += sorted(kind for kind in present if kind not in drawn)
    looks = {}
    for kind in kinds:
        look = drawn.get(kind, drawn["other"])
        dashes = tuple(float(part) for part in look.get("dashArray", "").split())
        looks[kind] = ZoneLook(
            look["color"], look["fillColor"], look["fillOpacity"], look["weight"], dashes
        )
    say = texts("firewatch.core", language)
    return zone_qml(looks, {kind: say.label("zone_kind", kind) for kind in kinds})


def write_everything(desk: Desk, folder: Path, done: Callable[[Path], None]) -> Comparison:
    """Write map, report, tally, alerts and fire points into one folder."""
    from maps.page import write_map

    compared, points = comparison(desk), season_points(desk)
    write_map(map_inputs(desk, compared, points), folder / "map.html")
    done(folder / "map.html")
    for path in write_report(desk, compared, points, folder):
        done(path)
    write_alert_files(desk, decide_alerts(desk), folder / "alerts")
    done(folder / "alerts")
    write_points(folder / "firepoints.gpkg", points[PUBLIC_COLUMNS], desk.language)
    done(folder / "firepoints.gpkg")
    return compared
