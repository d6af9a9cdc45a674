"""What a map is made of: tables, geometries and sentences, and nothing of where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from firewatch.core.vocab import Language
from maps.geometry import Geometries

POINT_COLUMNS = (
    "point_id", "event_id", "acquired_s", "lon", "lat", "scan_km", "track_km", "city", "county",
    "city_adcode", "county_adcode", "township", "ruling", "reason", "cause", "status", "source",
    "platform", "confidence", "frp_mw", "unit", "finding", "finding_ha", "finding_reason",
)  # fmt: skip
PASS_COLUMNS = ("pass_id", "platform", "started_local", "basis")
GROUND_COLUMNS = ("pass_id", "county_adcode", "clear_share", "cloudy_share", "unseen_share")
DAY_COLUMNS = ("day", "base_day", "compared")
TOWNSHIP_COLUMNS = ("name", "county_adcode", "lon", "lat")


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})


def _none() -> Geometries:
    return np.empty(0, dtype=object)


@dataclass(frozen=True)
class Backdrop:
    """What lies under everything else, if the user has it.

    Parameters
    ----------
    rivers
        Lines or areas of water, WGS-84.
    relief_png
        A shaded relief in Web Mercator (EPSG:3857), as PNG; b"" for none.
    relief_box
        Its [[south, west], [north, east]] in degrees.
    """

    rivers: Geometries = field(default_factory=_none)
    relief_png: bytes = b""
    relief_box: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True)
class TargetTexts:
    """The target of the campaign plan as a share: now may be at most num/den of base."""

    num: int
    den: int
    rule: str
    """What one fire point is, as a sentence."""


@dataclass(frozen=True, eq=False)
class MapInputs:
    """Everything that a map shows. Fields with a default may be missing; the map says so.

    Parameters
    ----------
    points, base_points
        `POINT_COLUMNS`, one row a fire point in force of the season and of the season before, in
        order of acquired_s and county_adcode. acquired_s is UTC epoch seconds; lon, lat degrees
        (WGS-84); scan_km, track_km the pixel's size (NaN unknown). `unit` numbers what the
        counting rule counts once (-1: does not count): a unit is counted in the county and on the
        day of its first point, under the gravest ruling among its points.
    days
        `DAY_COLUMNS`: every Beijing day of the season and the same day of the season before (ISO
        texts, "" without counterpart), and whether the comparison takes it.
    counties, county_geometry
        adcode, name, city_adcode, city_name; with a comparison base, now, change_pct; where known
        cropland_kha (1,000 ha). Polygons in the same order.
    cities, city_geometry
        adcode, name, and with a comparison base, now, change_pct, target_max, allowance, verdict,
        state (`firewatch.core.vocab.TargetState`).
    townships
        `TOWNSHIP_COLUMNS`: townships that can be found by name even where nothing burned, each
        with a place inside (degrees, WGS-84).
    zones, zone_geometry
        zone_id, kind, name, notice, valid (when it counts, as text).
    permits, permit_geometry
        permit_id, number, issuer, name, valid, conditions (texts).
    passes, ground
        The latest overpasses, newest first (`PASS_COLUMNS`), and what each saw of a county's land
        (`GROUND_COLUMNS`, shares 0..1 that add up to 1).
    pictures
        event_id → evidence picture (PNG or JPEG bytes).
    target
        None without a comparison.
    season, base_season
        Their names, such as 2020-21.
    notes
        Sentences that stand under the legend. The first says what the map may be used for
        (approval number or sketch) and also stands in the map's corner.
    sources
        Sentences that say where boundaries, points and ground come from.
    simulated, illustrative
        Whether data are simulated or zones only illustrative; both are said in sight.
    online_tiles
        Keys of `maps/tiles.json` that the reader may switch on; none by default.
    tile_keys
        Keys that providers gave the user, by provider.
    """

    points: pd.DataFrame
    counties: pd.DataFrame
    county_geometry: Geometries
    cities: pd.DataFrame
    city_geometry: Geometries
    zones: pd.DataFrame
    zone_geometry: Geometries
    title: str
    notes: tuple[str, ...]
    simulated: bool
    illustrative: bool
    language: Language
    base_points: pd.DataFrame = field(default_factory=lambda: _empty(*POINT_COLUMNS))
    days: pd.DataFrame = field(default_factory=lambda: _empty(*DAY_COLUMNS))
    townships: pd.DataFrame = field(default_factory=lambda: _empty(*TOWNSHIP_COLUMNS))
    permits: pd.DataFrame = field(default_factory=lambda: _empty("permit_id"))
    permit_geometry: Geometries = field(default_factory=_none)
    passes: pd.DataFrame = field(default_factory=lambda: _empty(*PASS_COLUMNS))
    ground: pd.DataFrame = field(default_factory=lambda: _empty(*GROUND_COLUMNS))
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    target: TargetTexts | None = None
    season: str = ""
    base_season: str = ""
    sources: tuple[str, ...] = ()
    backdrop: Backdrop = field(default_factory=Backdrop)
    online_tiles: tuple[str, ...] = ()
    tile_keys: Mapping[str, str] = field(default_factory=dict)
