"""What the map shows of a season, gathered from ledger, rules and settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from firewatch.backdrop import backdrop_of
from firewatch.core.i18n import texts
from firewatch.core.time import Period
from firewatch.core.vocab import TargetState
from firewatch.count.compare import Comparison
from firewatch.count.passes import Passes, latest_passes
from firewatch.count.rule import CountingRule
from firewatch.count.seasons import SeasonPair, season_pair
from firewatch.count.state import at_risk_note, target_states
from firewatch.count.units import NOT_COUNTED, unit_numbers
from firewatch.map_sources import Cropland, cropland_of, map_sources
from firewatch.pictures import Pictures, pictures_of
from firewatch.views import current_points, holds_simulated
from zones.geometry.measures import area_km2
from zones.permits.described import described
from zones.ruling.reasons import validities

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from firewatch.outputs import Desk
    from firewatch.settings import MapSettings
    from maps.inputs import MapInputs, TargetTexts
    from zones.places.subareas import SubAreas

_NUMBERS = {
    **dict.fromkeys(("lon", "lat", "scan_km", "track_km", "frp_mw", "finding_ha"), "float64"),
    **dict.fromkeys(("acquired_s", "city_adcode", "county_adcode", "unit"), "int64"),
}
_JUDGED = [
    "city_adcode", "base", "now", "change_pct", "target_max", "allowance", "verdict",
]  # fmt: skip


def map_inputs(
    desk: Desk,
    compared: Comparison | None,
    points: pd.DataFrame,
    *,
    chips: Path | None = None,
    online_tiles: tuple[str, ...] = (),
) -> MapInputs:
    """Gather what the map shows of a season.

    Parameters
    ----------
    compared
        The desk's season against the one before; None for a map without comparison.
    points
        Points in force of the desk's season, as `firewatch.views.current_points` gives them.
    chips
        Folder with the evidence pictures of `confirm`.
    online_tiles
        Keys of backgrounds from the network that the reader may switch on.
    """
    from maps.inputs import MapInputs

    areas, register, calendar = desk.rules.areas, desk.rules.register, desk.calendar
    whole = calendar.season(desk.start_year), calendar.season(desk.start_year - 1)
    pair = season_pair(calendar, desk.start_year, desk.now)
    rule = compared.rule if compared is not None else desk.rule
    shown, permits = register.during(whole[0]), desk.rules.permits.during(whole[0])
    with desk.ledger.reading() as connection:
        simulated = holds_simulated(connection)
        before = current_points(connection, desk.rules, desk.language, whole[1])
        seen = _passes(connection, desk, whole[0])
        now_table = _counted(connection, points, rule, pair.now, whole[0])
        base_table = _counted(connection, before, rule, pair.base, whole[1])
    cropland = cropland_of(desk.map_settings, areas, seen)
    pictures = _pictures(chips, now_table)
    return MapInputs(
        points=now_table,
        base_points=base_table,
        days=season_days(pair, *whole),
        counties=_counties(areas.counties, compared, cropland),
        county_geometry=areas.geometry,
        cities=_cities(areas.cities(), compared),
        city_geometry=areas.city_geometry(),
        townships=_townships(desk.rules.townships),
        zones=shown.readable().assign(valid=validities(shown, desk.language)),
        zone_geometry=shown.geometry,
        permits=described(permits, desk.language),
        permit_geometry=permits.geometry,
        passes=seen.passes,
        ground=seen.ground,
        title=texts("firewatch.cli", desk.language)("map.title", season=pair.now_name),
        notes=(*_notes(desk, compared), *_picture_notes(pictures, desk)),
        pictures=pictures.images,
        backdrop=backdrop_of(desk.map_settings, areas.extent),
        sources=map_sources(desk, pd.concat([before, points]), seen, cropland),
        target=_target(compared),
        simulated=simulated,
        illustrative=register.illustrative,
        language=desk.language,
        season=pair.now_name,
        base_season=pair.base_name,
        online_tiles=online_tiles,
        tile_keys=_tile_keys(desk.map_settings),
    )


def _passes(connection: Connection, desk: Desk, season: Period) -> Passes:
    areas = desk.rules.areas
    county_km2 = pd.Series(area_km2(areas.geometry), index=areas.counties["adcode"].to_numpy())
    gap_min = desk.rules.matching.overpass_gap_min
    return latest_passes(connection, season, desk.now_s, county_km2, gap_min)


def _notes(desk: Desk, compared: Comparison | None) -> tuple[str, ...]:
    say = texts("firewatch.core", desk.language)
    # Without an approval number the map may be no more than a sketch, and says so.
    standing = desk.map_settings.approval_number or say("sketch_map")
    boundary = say("boundary_note", source=desk.rules.areas.source)
    if compared is None:
        return standing, boundary, say("cloud_note")
    at_risk = (target_states(compared) == str(TargetState.AT_RISK)).any()
    risk = [at_risk_note(desk.language)] if at_risk else []
    return (standing, boundary, *compared.notes, *risk)


def _pictures(chips: Path | None, points: pd.DataFrame) -> Pictures:
    if chips is None:
        return Pictures({})
    newest_first = points["event_id"].iloc[::-1].drop_duplicates()
    return pictures_of(chips, newest_first)


def _picture_notes(pictures: Pictures, desk: Desk) -> list[str]:
    say = texts("firewatch.count", desk.language)
    shown = len(pictures.images)
    notes = []
    if pictures.left_out:
        notes.append(say("map_pictures.left_out", shown=shown, count=pictures.left_out))
    if pictures.unreadable:
        listed = say("list_separator").join(pictures.unreadable)
        notes.append(say("map_pictures.unreadable", files=listed))
    return notes


def _target(compared: Comparison | None) -> TargetTexts | None:
    from maps.inputs import TargetTexts

    if compared is None:
        return None
    rule = compared.rule.describe(compared.language)
    return TargetTexts(compared.target_num, compared.target_den, rule)


def _tile_keys(settings: MapSettings) -> dict[str, str]:
    key = settings.tianditu_key.get_secret_value()
    return {"tianditu": key} if key else {}


def season_days(pair: SeasonPair, now: Period, base: Period) -> pd.DataFrame:
    """Return every day of two whole seasons side by side, as `maps.inputs.DAY_COLUMNS`.

    Days of the same month and day stand in one row; 29 February may stand alone.
    """
    sides = {
        "day": {_place(day, now): day for day in _days_of(now)},
        "base_day": {_place(day, base): day for day in _days_of(base)},
    }
    places = sorted({*sides["day"], *sides["base_day"]})
    taken = {"day": pair.now, "base_day": pair.base}
    rows = {
        name: [str(days[place].date()) if place in days else "" for place in places]
        for name, days in sides.items()
    }
    compared = [
        all(days[place].date() in taken[name] for name, days in sides.items() if place in days)
        for place in places
    ]
    return pd.DataFrame(
        {
            "day": pd.Series(rows["day"], dtype="str"),
            "base_day": pd.Series(rows["base_day"], dtype="str"),
            "compared": pd.Series(compared, dtype="bool"),
        }
    )


def _days_of(period: Period) -> pd.DatetimeIndex:
    return pd.date_range(period.start, period.end, freq="D")


def _place(day: pd.Timestamp, period: Period) -> tuple[int, int, int]:
    """Return what sorts the days of seasons of different years alike."""
    return day.year - period.start.year, day.month, day.day


def _counted(
    connection: Connection,
    points: pd.DataFrame,
    rule: CountingRule,
    compared: Period,
    whole: Period,
) -> pd.DataFrame:
    """Return points as `maps.inputs.POINT_COLUMNS`, in order of time and county."""
    from maps.inputs import POINT_COLUMNS

    units = unit_numbers(connection, rule, compared, whole)
    unit = points["point_key"].map(units).fillna(NOT_COUNTED)
    table = points.assign(unit=unit).sort_values(
        ["acquired_s", "county_adcode"], kind="stable", ignore_index=True
    )[list(POINT_COLUMNS)]
    types = {name: _NUMBERS.get(name, "str") for name in POINT_COLUMNS}
    return table.astype(types)


def _townships(layer: SubAreas) -> pd.DataFrame:
    """Return the townships of the user's layer as `maps.inputs.TOWNSHIP_COLUMNS`."""
    inside = shapely.point_on_surface(layer.geometry)
    named = layer.table[["name", "county_adcode"]]
    return named.assign(lon=shapely.get_x(inside).round(5), lat=shapely.get_y(inside).round(5))


def _counties(
    counties: pd.DataFrame, compared: Comparison | None, cropland: Cropland
) -> pd.DataFrame:
    if len(cropland.kha):
        counties = counties.assign(cropland_kha=counties["adcode"].map(cropland.kha))
    if compared is None:
        return counties
    counts = compared.counties[["county_adcode", "base", "now", "change_pct"]]
    return counties.merge(
        counts.rename(columns={"county_adcode": "adcode"}), on="adcode", how="left"
    )


def _cities(cities: pd.DataFrame, compared: Comparison | None) -> pd.DataFrame:
    if compared is None:
        return cities
    judged = compared.cities[_JUDGED].assign(state=target_states(compared))
    return cities.merge(judged.rename(columns={"city_adcode": "adcode"}), on="adcode", how="left")
