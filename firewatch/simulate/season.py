"""Two campaign seasons and the months between, as files that users would have.

The files look like FIRMS downloads; every name begins with ``SIMULATED_`` and every row says
``SIMULATED``. One overpass comes as level-1 imagery instead. The truth lies beside them, so that
tests know what the satellites missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.time import from_epoch_seconds
from firewatch.simulate.calendar import SIMULATED_PERIOD
from firewatch.simulate.farmland import crop_fires
from firewatch.simulate.firms_text import (
    GZIPPED,
    LANCE_TEXT,
    PLAIN,
    SIMULATED,
    Flavour,
    firms_table,
    write_csv,
)
from firewatch.simulate.industry import works_seen_hot
from firewatch.simulate.observe import observe, passes_over
from firewatch.simulate.orbits import PLATFORMS, overpasses
from firewatch.simulate.products import BATCHES, REPROCESSED, Batch, reprocessed, rows_of
from firewatch.simulate.season_granule import (
    SeasonGranule,
    choose_pass,
    without,
    write_granule,
)
from firewatch.simulate.sky import Sky, draw_sky
from firewatch.simulate.supervision import supervision_points
from firewatch.simulate.tables import read_table
from zones.places.areas import Areas, load_areas

DEFAULT_SEED = 20201001
# Files in another flavour than plain CSV: (platform index, batch index).
_FLAVOURS: dict[tuple[int, int], Flavour] = {(2, 1): LANCE_TEXT, (3, 2): GZIPPED}
# One file repeats the last rows of another, as weekly downloads repeat daily ones.
_REPEATED, _REPEATED_ROWS = (2, 3), 120
POINTS, GRANULE = "points", "granule"


@dataclass(frozen=True, eq=False)
class World:
    """The truth and what was seen of it.

    `passes`: overpasses; `sky`: clouds; `hot`: crop fires and works by overpass; `fires`: true
    crop fires; `seen`: whether any satellite reported each; `pixels`: all fire pixels, crop fires
    and works alike.
    """

    passes: pd.DataFrame
    sky: Sky
    hot: pd.DataFrame
    fires: pd.DataFrame
    seen: pd.Series
    pixels: pd.DataFrame


@dataclass(frozen=True)
class SimulatedFiles:
    """What a simulation wrote.

    Parameters
    ----------
    points
        FIRMS text, ``SIMULATED_supervision.csv`` and the files of the granule, sorted, in a folder
        of their own: what is to be taken in.
    works
        ``SIMULATED_works.csv``: half of the works, as a list that a user would have.
    truth
        ``SIMULATED_truth.csv``: every true fire.
    granule
        The overpass that comes as imagery; None where none fits, as with hardly any fires.
    """

    points: tuple[Path, ...]
    works: Path
    truth: Path
    granule: SeasonGranule | None

    def all(self) -> tuple[Path, ...]:
        beside = (self.granule.truth, self.granule.cover) if self.granule else ()
        return (*self.points, self.works, self.truth, *beside)


def simulate_season(folder: Path, seed: int = DEFAULT_SEED, scale: float = 1.0) -> SimulatedFiles:
    """Write the simulated seasons 2019-20 and 2020-21 into a folder.

    Parameters
    ----------
    folder
        Is made if absent; files of the same name are replaced.
    seed
        Same seed, same bytes.
    scale
        Factor on the number of crop fires and supervision points; works stay.
    """
    folder = Path(folder)
    streams = iter(np.random.default_rng(seed).spawn(4))
    areas = load_areas()
    world = _simulate(areas, next(streams), scale)
    chosen = choose_pass(world.pixels, world.passes, areas)
    points = _write_firms(folder / POINTS, without(world.pixels, chosen), next(streams))
    supervision = supervision_points(world.fires, world.seen, next(streams), scale)
    points.append(write_csv(supervision, folder / POINTS / f"{SIMULATED}_supervision.csv"))
    granule = None
    if chosen:
        imagery = folder / POINTS / GRANULE
        granule = write_granule(imagery, folder, chosen, world.hot, world.sky, next(streams))
        points.extend(granule.files)
    return SimulatedFiles(
        tuple(sorted(points)),
        write_csv(_listed_works(), folder / f"{SIMULATED}_works.csv"),
        write_csv(_truth(world.fires), folder / f"{SIMULATED}_truth.csv"),
        granule,
    )


def _simulate(areas: Areas, rng: np.random.Generator, scale: float) -> World:
    of_fires, of_works, of_sky, of_sensors = rng.spawn(4)
    passes = overpasses(SIMULATED_PERIOD)
    fires = crop_fires(areas, of_fires, scale)
    burning = passes_over(fires, passes)
    works = works_seen_hot(passes, of_works)
    hot = pd.concat([burning, works.assign(fire=-1)], ignore_index=True)
    sky = draw_sky(of_sky)
    pixels = observe(hot, passes, sky, of_sensors)
    seen = pd.Series(np.isin(np.arange(len(fires)), pixels["fire"].to_numpy()))
    return World(passes, sky, hot, fires, seen, pixels)


def _write_firms(folder: Path, pixels: pd.DataFrame, rng: np.random.Generator) -> list[Path]:
    written = []
    for platform in range(len(PLATFORMS)):
        for number, batch in enumerate(BATCHES):
            rows = rows_of(pixels, platform, batch)
            flavour = _FLAVOURS.get((platform, number), PLAIN)
            table = firms_table(rows, platform, "NRT", flavour)
            written.append(write_csv(table, folder / _name(platform, "NRT", batch, flavour)))
            if (platform, number) == _REPEATED:
                repeat = folder / _name(platform, "NRT-last", batch, flavour)
                written.append(write_csv(table.tail(_REPEATED_ROWS), repeat))
            if (platform, number) in REPROCESSED:
                standard = firms_table(reprocessed(rows, rng), platform, "SP", PLAIN)
                written.append(write_csv(standard, folder / _name(platform, "SP", batch, PLAIN)))
    return written


def _name(platform: int, level: str, batch: Batch, flavour: Flavour) -> str:
    satellite = PLATFORMS[platform]
    span = f"{batch.start:%Y%m%d}-{batch.end:%Y%m%d}"
    return f"{SIMULATED}_{satellite.imager.family}_{satellite.name}_{level}_{span}{flavour.suffix}"


def _listed_works() -> pd.DataFrame:
    works = read_table("works")
    listed = works[works["listed"] == 1]
    return listed[["name", "kind", "lon", "lat", "radius_km"]].assign(simulated=SIMULATED)


def _truth(fires: pd.DataFrame) -> pd.DataFrame:
    works = read_table("works")
    first_s, after_s = SIMULATED_PERIOD.epoch_bounds_s()
    hot = works.assign(start_s=first_s, end_s=after_s, county_adcode=0)
    columns = ["lon", "lat", "start_s", "end_s", "kind", "county_adcode"]
    truth = pd.concat([fires[columns], hot[columns]], ignore_index=True)
    return pd.DataFrame(
        {
            "id": np.arange(1, len(truth) + 1),
            "lon": np.char.mod("%.5f", truth["lon"].to_numpy()),
            "lat": np.char.mod("%.5f", truth["lat"].to_numpy()),
            "start": _utc_text(truth["start_s"]),
            "end": _utc_text(truth["end_s"]),
            "kind": truth["kind"],
            "county_adcode": truth["county_adcode"],
            "simulated": SIMULATED,
        }
    )


def _utc_text(epoch_s: pd.Series) -> pd.Series:
    text: pd.Series = from_epoch_seconds(epoch_s).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return text
