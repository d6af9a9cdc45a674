"""One simulated granule: official-format files and the truth beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.errors import UsageError
from firewatch.core.files import atomic_path, write_text_atomically
from firewatch.core.geo import Extent
from firewatch.simulate.granule_forward import fire_pixels
from firewatch.simulate.granule_ground import Clouds, Weather, draw_ground
from firewatch.simulate.granule_modis import write_modis
from firewatch.simulate.granule_swath import Swath, modis_scanner, viirs_scanner
from firewatch.simulate.granule_viirs import write_viirs
from firewatch.simulate.orbits import REFERENCE_LON
from imagery.level1.pairs import PRODUCTS
from imagery.radiometry import STEFAN_BOLTZMANN
from imagery.reading import SIMULATED_PREFIX

FIRE_COLUMNS = ("lon", "lat", "area_m2", "t_k")
# Seconds of a scan; a granule lasts as long as its scans.
_SCAN_S = {"VIIRS_I": 1.7864, "MODIS": 1.477}
_SCANS = {"VIIRS_I": 202, "MODIS": 203}
_COLLECTION = {"VIIRS_I": "002", "MODIS": "061"}
_SUFFIX = {"VIIRS_I": "nc", "MODIS": "hdf"}
_ROLES = {"VIIRS_I": ("02IMG", "03IMG", "02MOD"), "MODIS": ("021KM", "03")}
_WRITERS = {"VIIRS_I": (viirs_scanner, write_viirs), "MODIS": (modis_scanner, write_modis)}
# As in `orbits`: the lean of a northward track over Guangxi.
_TILT_RAD = 0.2275


@dataclass(frozen=True, eq=False)
class GranuleRequest:
    """What to simulate.

    Parameters
    ----------
    platform
        "S-NPP", "NOAA-20", "NOAA-21", "Terra" or "Aqua".
    started_utc_s
        Begin of the granule; minutes count, seconds are dropped as in official names.
    fires
        Columns lon, lat (degrees), area_m2, t_k.
    seed
        Of all that is random.
    track_lon
        Where the track crosses 23.7° N.
    northward
        Direction of flight.
    scans
        None for a full granule of 6 (VIIRS) or 5 (MODIS) minutes.
    along_km
        Where the middle of the granule lies on the track, north of 23.7° N.
    samples
        VIIRS only: the samples that are worked out, first (even) and last (even) excluded; the
        others hold fill, as in a file cut to a region. None for all.
    weather, clouds
        `clouds` takes the place of the random clouds of `weather`.
    """

    platform: str
    started_utc_s: int
    fires: pd.DataFrame
    seed: int = 20201001
    track_lon: float = REFERENCE_LON
    northward: bool = True
    scans: int | None = None
    along_km: float = 0.0
    samples: tuple[int, int] | None = None
    weather: Weather = field(default_factory=Weather)
    clouds: Clouds | None = None


@dataclass(frozen=True)
class SimulatedGranule:
    """What was written: official-format files by role, and the truth.

    `truth` has one row a fire and pixel; `cover` is a NumPy archive with the class of each pixel
    (`granule_ground.Cover`) under the name ``cover``.
    """

    files: dict[str, Path]
    truth: Path
    cover: Path


def simulate_granule(
    folder: Path, request: GranuleRequest, truth_folder: Path | None = None
) -> SimulatedGranule:
    """Write a granule of level-1 files into a folder, with the truth beside or elsewhere.

    Raises
    ------
    UsageError
        If no imager of that platform is simulated.
    """
    family = _family(request.platform)
    scanner_of, write = _WRITERS[family]
    scans = request.scans or _SCANS[family]
    started_utc_s = request.started_utc_s // 60 * 60
    tilt = _TILT_RAD if request.northward else -_TILT_RAD
    swath = Swath(
        scanner_of(), started_utc_s, request.track_lon, tilt, request.northward, scans,
        request.along_km, request.samples,
    )  # fmt: skip
    rng = np.random.default_rng(request.seed)
    ground = draw_ground(rng, _box(swath), request.weather)
    if request.clouds:
        ground = ground.under(request.clouds)
    fires = request.fires.reset_index(drop=True)
    stems = _stems(family, request.platform, started_utc_s)
    files = {role: folder / f"{stem}.{_SUFFIX[family]}" for role, stem in stems.items()}
    ended_utc_s = started_utc_s + scans * _SCAN_S[family]
    times = (_iso(started_utc_s), _iso(ended_utc_s))
    pixels = fire_pixels(swath, fires)
    truth, cover = write(files, request.platform, swath, ground, pixels, times, rng)
    stem = stems[_ROLES[family][0]]
    beside = truth_folder or folder
    made = SimulatedGranule(files, beside / f"{stem}_truth.csv", beside / f"{stem}_cover.npz")
    write_text_atomically(made.truth, _truth(truth, fires).to_csv(index=False))
    with atomic_path(made.cover) as temporary:
        np.savez_compressed(temporary, cover=cover)
    return made


def _family(platform: str) -> str:
    families = {product.platform: product.family for product in PRODUCTS.values()}
    if platform not in families:
        raise UsageError(
            f"没有这颗卫星：{platform} / no such satellite: {platform}",
            expected=", ".join(families),
        )
    return families[platform]


def _stems(family: str, platform: str, started_utc_s: int) -> dict[str, str]:
    moment = datetime.fromtimestamp(started_utc_s, UTC)
    names = {
        product.role: name for name, product in PRODUCTS.items() if product.platform == platform
    }
    tail = f"A{moment:%Y%j.%H%M}.{_COLLECTION[family]}.{moment:%Y%j%H%M%S}"
    return {role: f"{SIMULATED_PREFIX}{names[role]}.{tail}" for role in _ROLES[family]}


def _iso(epoch_s: float) -> str:
    return f"{datetime.fromtimestamp(int(epoch_s), UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _box(swath: Swath) -> Extent:
    blocks = [swath.block(scan, scan + 1) for scan in (0, swath.scans // 2, swath.scans - 1)]
    lon = np.concatenate([block.lon.ravel() for block in blocks])
    lat = np.concatenate([block.lat.ravel() for block in blocks])
    return Extent(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def _truth(rows: pd.DataFrame, fires: pd.DataFrame) -> pd.DataFrame:
    """Return the truth with each fire's own place, size and power (Stefan-Boltzmann)."""
    power = STEFAN_BOLTZMANN * fires["t_k"] ** 4 * fires["area_m2"] / 1e6
    places = fires[list(FIRE_COLUMNS)].assign(frp_mw=power)
    joined = rows.merge(places, left_on="fire", right_index=True, how="left")
    return joined.sort_values(["fire", "line", "sample"], ignore_index=True).assign(
        simulated="SIMULATED"
    )
