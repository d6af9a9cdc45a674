"""One overpass of the simulated season as level-1 imagery instead of as rows of FIRMS files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from firewatch.core.geo import Floats
from firewatch.core.time import SeasonCalendar
from firewatch.simulate.calendar import CAMPAIGN_YEAR_STARTS
from firewatch.simulate.firms_text import SIMULATED
from firewatch.simulate.granule import GranuleRequest, simulate_granule
from firewatch.simulate.granule_fires import flames
from firewatch.simulate.granule_swath import Scanner, viirs_scanner
from firewatch.simulate.orbits import PLATFORMS, scan_rad, track_plane
from firewatch.simulate.products import BATCHES, REPROCESSED, rows_of
from firewatch.simulate.sky import Sky
from zones.places.areas import Areas

SATELLITE = "NOAA-20"
MOST_SCANS = 20
"""A granule no taller than this is written and read in seconds."""
MOST_ACROSS_KM = 700.0
"""Fires this near the track are seen by pixels less than twice as long as at nadir."""
_MARGIN_SCANS = 1
# The background of a fire at the region's edge is looked for this far outside.
_MARGIN_SAMPLES = 64
# Clouds of the season are gentle waves; a granule's have edges 2 km wide, and tops not too cold.
_STEEPER, _DEEPEST = 5.0, 2.0


@dataclass(frozen=True)
class GranulePass:
    """The overpass that comes as a granule, and the part of its swath that is written.

    Parameters
    ----------
    overpass
        Row number among the season's overpasses.
    platform
        Index into `orbits.PLATFORMS`.
    epoch_s
        Time of the overpass, UTC.
    track_lon, along_km, scans, samples
        See `granule.GranuleRequest`.
    """

    overpass: int
    platform: int
    epoch_s: int
    track_lon: float
    along_km: float
    scans: int
    samples: tuple[int, int]


@dataclass(frozen=True)
class SeasonGranule:
    """What was written of the overpass.

    Parameters
    ----------
    platform, epoch_s
        The satellite, and the time of the overpass, UTC.
    files
        02IMG, 02MOD and 03IMG, sorted: what is to be taken in.
    truth
        ``SIMULATED_granule_truth.csv``: one row a burning place and pixel that looks at it.
    cover
        ``SIMULATED_granule_cover.npz``: what each pixel shows (`granule_ground.Cover`).
    """

    platform: str
    epoch_s: int
    files: tuple[Path, ...]
    truth: Path
    cover: Path


def choose_pass(pixels: pd.DataFrame, passes: pd.DataFrame, areas: Areas) -> GranulePass | None:
    """Choose the daytime overpass with the most fire pixels among those that fit a small granule.

    Only overpasses without a standard product are chosen from: an archive that left one out
    would say that nothing burned there. A granule holds every fire pixel that its satellite
    reports in the region on that overpass, so that the rows it stands for can all be left out.

    Parameters
    ----------
    pixels
        What the satellites report, from `observe.observe`.
    passes
        From `orbits.overpasses`.

    Returns
    -------
    GranulePass or None
        None if no overpass fits, as in a season with hardly any fires.
    """
    platform = next(n for n, each in enumerate(PLATFORMS) if each.name == SATELLITE)
    scanner = viirs_scanner()
    rows = _rows_to_choose_from(pixels, platform, areas)
    ours = passes.rename_axis("overpass").reset_index()
    rows = rows.merge(ours.drop(columns="day"), on=["platform", "epoch_s"])
    spans = _spans(rows, scanner.scan_step_km)
    fitting = spans[(spans["scans"] <= MOST_SCANS) & (spans["across_km"] <= MOST_ACROSS_KM)]
    if fitting.empty:
        return None
    best = fitting.iloc[int(fitting["rows"].to_numpy().argmax())]
    scans, along_km = int(best["scans"]), float(best["along_km"])
    orbit = passes.iloc[int(best["overpass"])]
    return GranulePass(
        int(best["overpass"]), platform, int(orbit["epoch_s"]), float(orbit["track_lon"]),
        along_km, scans,
        _samples_over(areas, orbit, scanner, along_km, scans * scanner.scan_step_km / 2),
    )  # fmt: skip


def without(pixels: pd.DataFrame, chosen: GranulePass | None) -> pd.DataFrame:
    """Return what the satellites report without the overpass that comes as a granule."""
    if chosen is None:
        return pixels
    gone = (pixels["platform"] == chosen.platform) & (pixels["epoch_s"] == chosen.epoch_s)
    return pixels[~gone]


def write_granule(
    folder: Path,
    truth_folder: Path,
    chosen: GranulePass,
    hot: pd.DataFrame,
    sky: Sky,
    rng: np.random.Generator,
) -> SeasonGranule:
    """Write the granule of an overpass: the season's fires and hot works under its sky.

    Parameters
    ----------
    folder
        For the imagery; what an earlier simulation left there is removed.
    hot
        One row a hot place and pass: lon, lat (degrees), frp_mw, overpass.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(f"{SIMULATED}_*"):
        stale.unlink()
    burning = hot[hot["overpass"] == chosen.overpass]
    fires = burning[["lon", "lat"]].join(flames(burning["frp_mw"], rng))

    def clouds(lon: Floats, lat: Floats) -> Floats:
        depth = sky.depth(lon, lat, np.full(len(lon), chosen.epoch_s))
        return np.minimum(_STEEPER * depth, _DEEPEST)

    platform = PLATFORMS[chosen.platform]
    request = GranuleRequest(
        platform.name,
        chosen.epoch_s,
        fires,
        seed=int(rng.integers(2**31)),
        track_lon=chosen.track_lon,
        northward=platform.ascending_day,
        scans=chosen.scans,
        along_km=chosen.along_km,
        samples=chosen.samples,
        clouds=clouds,
    )
    made = simulate_granule(folder, request, truth_folder)
    return SeasonGranule(
        platform.name,
        chosen.epoch_s,
        tuple(sorted(made.files.values())),
        made.truth.replace(truth_folder / f"{SIMULATED}_granule_truth.csv"),
        made.cover.replace(truth_folder / f"{SIMULATED}_granule_cover.npz"),
    )


def _rows_to_choose_from(pixels: pd.DataFrame, platform: int, areas: Areas) -> pd.DataFrame:
    """Return the daytime rows in region and season that come in near-real-time files only."""
    first_s, after_s = SeasonCalendar().season(CAMPAIGN_YEAR_STARTS[-1].year).epoch_bounds_s()
    kept = pixels[pixels["day"] & pixels["epoch_s"].between(first_s, after_s - 1)]
    batches = [batch for n, batch in enumerate(BATCHES) if (platform, n) not in REPROCESSED]
    kept = pd.concat([rows_of(kept, platform, batch) for batch in batches])
    region = areas.region
    shapely.prepare(region)
    return kept[shapely.contains_xy(region, kept["lon"], kept["lat"])]


def _spans(rows: pd.DataFrame, scan_step_km: float) -> pd.DataFrame:
    """Return, by overpass, the number of its rows and the part of the swath that holds them."""
    place = (rows[name].to_numpy() for name in ("lon", "lat", "track_lon", "tilt_rad"))
    across, along = track_plane(*place)
    placed = rows.assign(across_km=np.abs(across), first_km=along, last_km=along)
    spans = placed.groupby("overpass", as_index=False).agg(
        rows=("across_km", "size"),
        across_km=("across_km", "max"),
        first_km=("first_km", "min"),
        last_km=("last_km", "max"),
    )
    scans = np.ceil((spans["last_km"] - spans["first_km"]) / scan_step_km) + 2 * _MARGIN_SCANS
    return spans.assign(scans=scans, along_km=(spans["first_km"] + spans["last_km"]) / 2)


def _samples_over(
    areas: Areas, orbit: pd.Series, scanner: Scanner, along_km: float, half_km: float
) -> tuple[int, int]:
    """Return the samples that look at the region where the granule crosses it, both even."""
    lon, lat = shapely.get_coordinates(areas.region).T
    across, along = track_plane(lon, lat, orbit["track_lon"], orbit["tilt_rad"])
    met = across[np.abs(along - along_km) <= half_km]
    # Samples are counted along the scan, which runs to the east where the satellite flies north.
    met = met if PLATFORMS[int(orbit["platform"])].ascending_day == orbit["day"] else -met
    angle = np.sign(met) * scan_rad(np.abs(met), scanner.altitude_km)
    first, last = np.searchsorted(scanner.angle_rad, [angle.min(), angle.max()])
    return (
        max(int(first) - _MARGIN_SAMPLES, 0) // 2 * 2,
        min(int(last) + _MARGIN_SAMPLES, scanner.samples) // 2 * 2,
    )
