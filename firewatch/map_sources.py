"""Where a map's boundaries, points, ground and cropland come from, as sentences under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Source
from firewatch.count.passes import Passes
from imagery.coverage.ground import MEASURED
from zones.places.areas import Areas
from zones.places.cropland_area import read_cropland_area

if TYPE_CHECKING:
    from firewatch.outputs import Desk
    from firewatch.settings import MapSettings

_KHA_PER_KM2 = 0.1


@dataclass(frozen=True, eq=False)
class Cropland:
    """Cropland by county.

    Parameters
    ----------
    kha
        County adcode → 1,000 ha; counties of which it is not known are absent.
    table
        Name of the user's table, "" if it was measured.
    """

    kha: pd.Series
    table: str = ""


def cropland_of(settings: MapSettings, areas: Areas, seen: Passes) -> Cropland:
    """Return the cropland of the user's table, or else what overpasses measured of it.

    Raises
    ------
    ZoneFileError
        If the table cannot be used.
    """
    path = settings.cropland_area
    if path is not None:
        return Cropland(read_cropland_area(path, areas), path.name)
    return Cropland(seen.cropland_km2 * _KHA_PER_KM2)


def map_sources(
    desk: Desk, points: pd.DataFrame, seen: Passes, cropland: Cropland
) -> tuple[str, ...]:
    """Return one sentence a source.

    Parameters
    ----------
    points
        Points in force of both seasons: source, platform, product_family, product_version.
    """
    say, areas = texts("firewatch.count", desk.language), desk.rules.areas
    sentences = [
        say("map_source.boundaries", source=areas.source, version=areas.version),
        _products(points, say),
        _ground(seen.passes, say),
    ]
    if cropland.table:
        sentences.append(say("map_source.cropland_table", name=cropland.table))
    elif len(cropland.kha):
        sentences.append(say("map_source.cropland_measured"))
    return tuple(sentences)


def _products(points: pd.DataFrame, say: Texts) -> str:
    names = ["platform", "product_family", "product_version"]
    satellite = points.loc[points["source"] == str(Source.SATELLITE), names]
    distinct = satellite.drop_duplicates().sort_values(names)
    if distinct.empty:
        return say("map_source.no_products")
    listed = [
        f"{platform} {family} ({', '.join(versions)})"
        for (platform, family), versions in distinct.groupby(names[:2])["product_version"]
    ]
    return say("map_source.products", listed=say("list_separator").join(listed))


def _ground(passes: pd.DataFrame, say: Texts) -> str:
    if passes.empty:
        return say("map_source.ground_none")
    first = passes.iloc[0]
    key = "ground_measured" if first["basis"] == MEASURED else "ground_feed_present"
    return say(f"map_source.{key}", count=len(passes), latest=first["started_local"])
