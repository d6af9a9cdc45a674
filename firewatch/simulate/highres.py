"""Simulated scenes of Landsat OLI and Sentinel-2 MSI, with fires, burnt fields and their truth.

ρ = (1 - Σp) ρ_ground + Σ p · π B(T) d² / (E sin h) in each band, for flames and embers of share p
and temperature T (Planck), under clouds nothing. Ground by seed, sky by seed and time: scenes of
one seed and several days are the series before, during and after a fire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.errors import UsageError
from firewatch.core.geo import Floats
from firewatch.simulate.highres_bands import (
    BANDS,
    Band,
    as_reflectance,
    calibration,
    earth_sun_distance_au,
    flame_reflectance,
)
from firewatch.simulate.highres_fires import BurntField, PlantedFire, burnt_share, hot_pixels
from firewatch.simulate.highres_ground import Codes, Cover, Land, charred, draw_land
from firewatch.simulate.highres_places import grid_around, mgrs_tile, places_m
from firewatch.simulate.highres_sky import CLEAR, Overhead, Sky, beyond_swath, draw_sky
from firewatch.simulate.highres_smoke import plumes, smoked
from imagery.highres.grid import Grid
from imagery.highres.products import OLI_FULL
from imagery.highres.scene import Calibration, Ground, HighresScene, Numbers, Role, SensorName
from imagery.radiometry import Singles
from imagery.reading import SIMULATED_PREFIX
from imagery.sun import solar_angles_deg

__all__ = [
    "CLEAR",
    "BurntField",
    "PlantedFire",
    "SimulatedScene",
    "Sky",
    "draw_scene",
    "grid_around",
    "ground_cover",
]

EDITIONS: dict[SensorName, tuple[str, str]] = {"OLI": ("02", "01"), "MSI": ("0500", "0209")}
"""Today's and an older edition: collections of Landsat, processing baselines of Sentinel-2."""
_OFFSET_SINCE = "0400"
_OFFSET = -1000
_PLATFORMS: dict[SensorName, dict[str, str]] = {
    "OLI": {"Landsat-8": "LC08", "Landsat-9": "LC09"},
    "MSI": {"Sentinel-2A": "S2A", "Sentinel-2B": "S2B", "Sentinel-2C": "S2C"},
}
PATH_ROW = "125044"
"""Path and row that simulated Landsat scenes bear: Nanning's, wherever they are laid."""
FOLD_FROM = 8.0
"""Times the full scale of OLI band 7 from which the number starts again at its lowest.

Folding is published (Schroeder et al. 2016), the radiance where it starts is not; this one makes
pixels of some 6 % flames of 1,000 K fold, with band 6 full.
"""
_LOWEST_SUN_DEG = 5.0
_STRIP = 512
_GROUND_SEED, _SKY_SEED, _WIND_SEED = 1, 2, 4
_TOLD: tuple[Role, ...] = ("nir", "swir1", "swir2")
_OF_A_FIRE = (
    "lon", "lat", "flaming_m2", "flame_k", "smouldering_m2", "smoulder_k", "radius_m", "smoke",
    "frp_mw",
)  # fmt: skip
_SHOWN = {
    Cover.NO_DATA: Ground.NO_DATA,
    Cover.CLOUD: Ground.CLOUD,
    Cover.SHADOW: Ground.SHADOW,
    Cover.WATER: Ground.WATER,
    Cover.GLINT: Ground.WATER,
    Cover.FLOODED: Ground.WATER,
}
_SHOWS = np.array([_SHOWN.get(kind, Ground.CLEAR) for kind in Cover], dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class SimulatedScene:
    """A scene and what is true of it.

    Attributes
    ----------
    truth
        One row a fire and pixel that sees it: fire, line, column, lon, lat, flaming_m2, flame_k,
        smouldering_m2, smoulder_k, radius_m, smoke, frp_mw (of the fire), share_flaming,
        share_smouldering (of the pixel), rho_<band> for nir, swir1 and swir2 (of the pixel,
        without noise), veil (share hidden by cloud), full, folded (of band 7 or 12), simulated.
    cover
        (lines, columns), codes of `highres_ground.Cover`.
    """

    scene: HighresScene
    truth: pd.DataFrame
    cover: Codes


def draw_scene(
    rng_seed: int,
    *,
    sensor: SensorName,
    grid: Grid,
    acquired_utc_s: int,
    fires: Sequence[PlantedFire] = (),
    burnt: Sequence[BurntField] = (),
    sky: Sky = CLEAR,
    platform: str | None = None,
    edition: str | None = None,
    bright: bool = True,
    worked: float = 0.0,
) -> SimulatedScene:
    """Return a simulated scene with fires, and what is true of it.

    Parameters
    ----------
    rng_seed
        Of the ground; with the time, of the sky and the noise.
    grid
        North-up, of the sensor's pixels: 30 m for OLI, 20 m for MSI (`grid_around`).
    acquired_utc_s
        Of the middle of the scene; the sun must stand 5° high.
    fires
        What burns then.
    burnt
        Fields that have burnt before.
    platform
        Of the sensor; None for Landsat-8 or Sentinel-2A.
    edition
        Collection "02" or "01", or processing baseline such as "0500"; None for today's. Since
        baseline 04.00 numbers of MSI are 1000 higher.
    bright
        Whether roofs, greenhouses and solar panels stand on the ground.
    worked
        Share of the fields that have been harvested, ploughed or flooded since the ground of the
        seed was drawn; more of them at a larger share, the same ones and others.

    Raises
    ------
    UsageError
        If the sun is too low or the platform carries another sensor.
    """
    edition = edition or EDITIONS[sensor][0]
    offset = _OFFSET if sensor == "MSI" and edition >= _OFFSET_SINCE else 0
    sun = _sunlight(grid, acquired_utc_s)
    rng = np.random.default_rng([rng_seed, _SKY_SEED, acquired_utc_s])
    overhead = draw_sky(rng, sky, sensor, sun.elevation_deg, sun.azimuth_deg)
    land = draw_land(np.random.default_rng([rng_seed, _GROUND_SEED]))
    wind = np.random.default_rng([rng_seed, _WIND_SEED, acquired_utc_s])
    view = _View(
        sensor=sensor,
        grid=grid,
        land=land,
        overhead=overhead,
        sun=sun,
        fires=tuple(fires),
        burnt=tuple(burnt),
        wind_rad=float(wind.uniform(0, 2 * np.pi)),
        bright=bright,
        worked=worked,
        calibration=calibration(sensor, offset),
    )
    numbers, cover, truth = _measured(view, rng)
    name = _platform_of(sensor, platform)
    scene = HighresScene(
        scene_id=_scene_id(name, sensor, grid, acquired_utc_s, edition),
        platform=name,
        sensor=sensor,
        acquired_utc_s=acquired_utc_s,
        grid=grid,
        numbers=numbers,
        calibration=dict.fromkeys(numbers, view.calibration),
        ground=np.take(_SHOWS, cover),
        sun_elevation_deg=sun.elevation_deg,
        sun_corrected=sensor == "MSI",
        simulated=True,
    )
    return SimulatedScene(scene, truth, cover)


@dataclass(frozen=True)
class _Sunlight:
    """Distance of the sun, and where it stands over the middle of the scene."""

    distance_au: float
    elevation_deg: float
    azimuth_deg: float

    def flame(self, band: Band, t_k: Floats) -> Floats:
        return flame_reflectance(band, t_k, self.distance_au, self.elevation_deg)

    @property
    def sine(self) -> float:
        return float(np.sin(np.radians(self.elevation_deg)))


def _sunlight(grid: Grid, acquired_utc_s: int) -> _Sunlight:
    zenith, azimuth = solar_angles_deg(acquired_utc_s, *grid.middle())
    elevation = 90.0 - float(zenith)
    if elevation < _LOWEST_SUN_DEG:
        raise UsageError(
            f"太阳高度 {elevation:.0f}°，过低 / the sun stands too low",
            expected=f"≥ {_LOWEST_SUN_DEG:.0f}°",
            remedy="换一个白天的时刻 / choose a time by day",
        )
    return _Sunlight(earth_sun_distance_au(acquired_utc_s), elevation, float(azimuth))


@dataclass(frozen=True, eq=False)
class _View:
    """Everything that a scene is made of but its fires and noise."""

    sensor: SensorName
    grid: Grid
    land: Land
    overhead: Overhead
    sun: _Sunlight
    burnt: tuple[BurntField, ...]
    fires: tuple[PlantedFire, ...]
    wind_rad: float
    bright: bool
    worked: float
    calibration: Calibration


def ground_cover(rng_seed: int, grid: Grid, bright: bool = True) -> Codes:
    """Return (lines, columns) codes of `Cover` of the ground of a seed, under no sky."""
    land = draw_land(np.random.default_rng([rng_seed, _GROUND_SEED]))
    x_m, y_m = places_m(grid, 0, grid.lines)
    return land.cover(x_m, y_m, bright)


def _measured(
    view: _View, rng: np.random.Generator
) -> tuple[dict[Role, Numbers], Codes, pd.DataFrame]:
    """Return numbers by role, cover and truth, worked out strip by strip."""
    shape = view.grid.shape
    numbers: dict[Role, Numbers] = {
        band.role: np.zeros(shape, dtype=np.uint16) for band in BANDS[view.sensor]
    }
    cover = np.zeros(shape, dtype=np.uint8)
    hot = hot_pixels(view.fires, view.grid)
    beyond = beyond_swath(shape, view.overhead.sky.missing_share)
    truth = []
    for line0 in range(0, shape[0], _STRIP):
        strip = slice(line0, min(line0 + _STRIP, shape[0]))
        inside = hot[hot["line"].between(strip.start, strip.stop - 1)]
        found = _strip(view, strip, inside, numbers, cover, rng)
        cover[strip][beyond[strip]] = Cover.NO_DATA
        for stored in numbers.values():
            stored[strip][beyond[strip]] = view.calibration.fill
        gone = beyond[found["line"], found["column"]]
        truth.append(found.assign(veil=np.where(gone, 1.0, found["veil"])))
    return numbers, cover, _truth(pd.concat(truth, ignore_index=True), view.fires)


def _strip(
    view: _View,
    strip: slice,
    hot: pd.DataFrame,
    numbers: dict[Role, Numbers],
    cover: Codes,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Fill a strip of all bands and of the cover; return the truth of its fire pixels."""
    x_m, y_m = places_m(view.grid, strip.start, strip.stop - strip.start)
    overhead = view.overhead
    bare = view.land.cover(x_m, y_m, view.bright, view.worked)
    char = burnt_share(view.burnt, view.grid, strip.start, len(y_m))
    ground = np.where(char > 0.5, np.uint8(Cover.BURNT), bare)
    glint = overhead.glint(ground, x_m, y_m)
    cover[strip] = overhead.seen(ground, x_m, y_m, glint)
    shadow = overhead.shadow(x_m, y_m)
    smoke = plumes(view.fires, view.grid, strip.start, len(y_m), view.wind_rad)
    at = hot["line"].to_numpy() - strip.start, hot["column"].to_numpy()
    found = hot
    for band in BANDS[view.sensor]:
        rho = view.land.reflectance(bare, x_m, y_m, band.role)
        if char.any():
            charred(rho, char, band.role)
        smoked(rho, smoke, band.role)
        rho += overhead.mirrored(glint, ground, band.role, rng)
        veil = overhead.veil(x_m, y_m, band.role)
        overhead.over(rho, veil, shadow, band.role)
        _burn(rho, found, band, view.sun, at, 1 - veil[at])
        shown = rho[at].astype(float)
        rho += overhead.sky.noise * rng.standard_normal(rho.shape, dtype=np.float32)
        stored, folded = _numbers(rho, band.role, view)
        numbers[band.role][strip] = stored
        if band.role in _TOLD:
            found = found.assign(**{f"rho_{band.role}": shown})
        if band.role == "swir2":
            full = stored[at] == OLI_FULL
            found = found.assign(veil=veil[at].astype(float), full=full, folded=folded[at])
    return found


def _burn(
    rho: Singles,
    hot: pd.DataFrame,
    band: Band,
    sun: _Sunlight,
    at: tuple[NDArray[np.int64], NDArray[np.int64]],
    clear: Singles,
) -> None:
    """Put flames and embers into a band, in place; fires that share a pixel add up."""
    added = np.zeros(len(hot))
    share = np.zeros(len(hot))
    for part, kelvin in (("share_flaming", "flame_k"), ("share_smouldering", "smoulder_k")):
        added += hot[part].to_numpy() * sun.flame(band, hot[kelvin].to_numpy())
        share += hot[part].to_numpy()
    # A fire hides the ground that it stands on.
    added -= np.minimum(share, 1.0) * rho[at]
    np.add.at(rho, at, (clear * added).astype(np.float32))


def _numbers(rho: Singles, role: Role, view: _View) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return stored numbers, and where the number of OLI band 7 started again (folded)."""
    scale = view.calibration
    sine = 1.0 if view.sensor == "MSI" else view.sun.sine
    exact = (rho * np.float32(sine) - np.float32(scale.add)) / np.float32(scale.mult)
    folded = np.zeros(rho.shape, dtype=bool)
    if view.sensor == "MSI":
        (band,) = (band for band in BANDS["MSI"] if band.role == role)
        limit = as_reflectance(band, band.full, view.sun.distance_au, view.sun.elevation_deg)
        exact[rho >= float(limit)] = OLI_FULL
    elif role == "swir2":
        folded = exact > FOLD_FROM * OLI_FULL
        exact[folded] = (exact[folded] - FOLD_FROM * OLI_FULL) % OLI_FULL
    return np.clip(np.rint(exact), 1, OLI_FULL).astype(np.uint16), folded


def _truth(rows: pd.DataFrame, fires: Sequence[PlantedFire]) -> pd.DataFrame:
    """Return the truth with each fire's own place, sizes and power."""
    own = pd.DataFrame([vars(fire) | {"frp_mw": fire.frp_mw} for fire in fires], columns=_OF_A_FIRE)
    joined = rows.drop(columns=["flame_k", "smoulder_k"]).merge(
        own, left_on="fire", right_index=True, how="left"
    )
    ordered = joined.sort_values(["fire", "line", "column"], ignore_index=True)
    first = ["fire", "line", "column"]
    names = [*first, *_OF_A_FIRE, *(name for name in rows if name not in (*first, *_OF_A_FIRE))]
    return ordered[names].assign(simulated="SIMULATED")


def _platform_of(sensor: SensorName, platform: str | None) -> str:
    known = _PLATFORMS[sensor]
    name = platform or next(iter(known))
    if name not in known:
        raise UsageError(
            f"{sensor} 没有这颗卫星：{name} / no satellite of {sensor}: {name}",
            expected=", ".join(known),
        )
    return name


def _scene_id(
    platform: str, sensor: SensorName, grid: Grid, acquired_utc_s: int, edition: str
) -> str:
    """Return the name of the product, official but for the prefix."""
    moment = datetime.fromtimestamp(acquired_utc_s, UTC)
    mission = _PLATFORMS[sensor][platform]
    if sensor == "OLI":
        middle = f"L1TP_{PATH_ROW}_{moment:%Y%m%d}_{moment:%Y%m%d}_{edition}_T1"
        return f"{SIMULATED_PREFIX}{mission}_{middle}"
    time = f"{moment:%Y%m%dT%H%M%S}"
    tile = mgrs_tile(grid)
    return f"{SIMULATED_PREFIX}{mission}_MSIL1C_{time}_N{edition}_R075_T{tile}_{time}"
