"""From settings and the ledger to what decisions depend on, and to how imagery is read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from firewatch.cause.static_heat import shipped_rule
from firewatch.cause.works import as_works
from firewatch.core.errors import UsageError
from firewatch.core.geo import Extent
from firewatch.decide import Rulebook
from firewatch.events import Linkage
from firewatch.ledger.permits import load_air_quality, load_permits
from firewatch.ledger.register import load_register
from firewatch.ledger.store import Ledger
from firewatch.settings import CoverageSettings, DetectionSettings, Settings, setting_error
from firewatch.supersession import Matching
from imagery.coverage.cropland import Cropland, read_cropland
from imagery.detection import modis, viirs
from imagery.detection.detect import Detectors
from imagery.detection.parameters import SetType, with_overrides
from imagery.sources import Watch
from zones.places.areas import Areas, load_areas
from zones.places.locate import county_codes
from zones.places.subarea_notes import Level
from zones.places.subareas import SubAreas, load_subareas
from zones.ruling.precedence import Precedence, default_precedence, read_precedence

_OWN_RANKS_ABOVE = {"below_nrt": 199.0, "above_nrt": 299.0, "above_standard": 9999.0}
"""Rank above which our own detections come; near-real-time products rank from 200 to 299,
standard ones from 300."""


def rulebook(ledger: Ledger, settings: Settings) -> Rulebook:
    """Return everything decisions depend on, as of the ledger's latest register."""
    with ledger.reading() as connection:
        register = load_register(connection)
        permits, air = load_permits(connection), load_air_quality(connection)
    areas = load_areas(settings.region.boundaries, settings.region.adcode)
    return Rulebook(
        areas=areas,
        townships=subareas_of(settings.region.townships, "township", areas),
        villages=subareas_of(settings.region.villages, "village", areas),
        register=register,
        precedence=_precedence(settings),
        permits=permits,
        air=air,
        works=as_works(settings.works),
        static_heat=shipped_rule(),
        matching=Matching(
            **settings.supersession.model_dump(),
            own_ranks_above=_OWN_RANKS_ABOVE[settings.detection.rank],
        ),
        linkage=Linkage(**settings.events.model_dump()),
    )


def subareas_of(path: Path | None, level: Level, areas: Areas) -> SubAreas:
    """Return the user's layer of townships or villages, or the one without any."""
    return load_subareas(path, level, areas) if path else SubAreas.none()


def _precedence(settings: Settings) -> Precedence:
    own = settings.zones.precedence
    return read_precedence(own) if own else default_precedence()


def watch_over(areas: Areas, settings: Settings | None = None) -> Watch:
    """Return how imagery is read for a region; with the shipped settings if none are given."""
    settings = settings or Settings.model_construct()
    return Watch(
        region=areas.extent,
        label=partial(county_codes, areas=areas),
        label_version=areas.version,
        detectors=detectors_of(settings.detection),
        cropland=_cropland(settings.coverage, areas.extent),
        stack_platform=settings.detection.stack_platform,
    )


def _cropland(settings: CoverageSettings, region: Extent) -> Cropland | None:
    if settings.cropland is None:
        return None
    return read_cropland(settings.cropland, settings.cropland_values, region)


def detectors_of(settings: DetectionSettings) -> Detectors:
    """Return the parameter sets in force.

    Raises
    ------
    SettingsError
        If a threshold is unknown or of the wrong kind.
    """
    return Detectors(
        viirs=_with_thresholds(viirs.parameters(), "viirs", settings.viirs),
        modis=_with_thresholds(
            modis.parameters(settings.modis_collection), "modis", settings.modis
        ),
    )


def _with_thresholds(parameters: SetType, section: str, values: Mapping[str, object]) -> SetType:
    for name, value in values.items():
        try:
            parameters = with_overrides(parameters, {name: value})
        except UsageError as error:
            key = f"detection.{section}.{name}"
            raise setting_error(key, error.what, error.expected) from error
    return parameters
