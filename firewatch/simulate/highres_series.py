"""Simulated scenes in files: one, or the series before, during and after fires on one ground."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firewatch.core.geo import KM_PER_DEGREE
from firewatch.core.time import DAY_S
from firewatch.simulate.highres import SimulatedScene, Sky, draw_scene, grid_around
from firewatch.simulate.highres_files import write_scene_files
from firewatch.simulate.highres_fires import BurntField, PlantedFire
from firewatch.simulate.highres_score import fires_on_fields
from imagery.highres.scene import SensorName

# A satellite comes back after so many days.
_REPEAT_DAYS: dict[SensorName, int] = {"OLI": 16, "MSI": 5}
_SPREAD = 1.2
_CLASSES = 64
_FIELD_M = (60.0, 200.0)
_EMBERS, _SMOKE = 3.0, 0.6
_BEFORE, _DURING, _AFTER = -1, 0, 1
# Share of the fields that have been harvested, ploughed or flooded by then.
_WORKED = {_BEFORE: 0.0, _DURING: 0.04, _AFTER: 0.08}


@dataclass(frozen=True)
class SceneRequest:
    """What to simulate.

    Attributes
    ----------
    acquired_utc_s
        Of the scene with fires; the others lie one return of the satellite before and after.
    lon, lat
        Middle of the scene, degrees.
    fires
        Number at most; they lie on stubble and cane, some 300 m from one another.
    size_m2
        Median area of their flames; one in ten has five times as much.
    pixels
        Lines and columns.
    cloud_share
        Of the ground under cloud, about.
    """

    sensor: SensorName
    acquired_utc_s: int
    lon: float
    lat: float
    fires: int = 20
    size_m2: float = 60.0
    pixels: int = 300
    cloud_share: float = 0.05
    seed: int = 20201001
    platform: str | None = None
    edition: str | None = None


def draw_series(request: SceneRequest, whole: bool = True) -> tuple[SimulatedScene, ...]:
    """Return the scenes before, during and after fires, or only the one during.

    During a fire the upper half of its field has burnt, after it the whole field. Meanwhile other
    fields are harvested, ploughed or flooded.
    """
    grid = grid_around(request.lon, request.lat, request.sensor, request.pixels, request.pixels)
    rng = np.random.default_rng([request.seed, request.pixels])
    sizes = request.size_m2 * np.exp(_SPREAD * rng.standard_normal(_CLASSES))
    fires = fires_on_fields(
        request.seed,
        grid,
        sizes.tolist(),
        request.fires,
        embers=_EMBERS,
        radius_m=15.0,
        smoke=_SMOKE,
    )
    sides = rng.uniform(*_FIELD_M, (len(fires), 2)).tolist()
    fields = [BurntField(f.lon, f.lat, w, h) for f, (w, h) in zip(fires, sides, strict=True)]
    burnt = {_BEFORE: [], _DURING: [_upper(one) for one in fields], _AFTER: fields}
    scenes = []
    for step in (_BEFORE, _DURING, _AFTER) if whole else (_DURING,):
        burning = fires if step == _DURING else ()
        scenes.append(_scene(request, step, burning, burnt[step]))
    return tuple(scenes)


def write_series(folder: Path, request: SceneRequest, whole: bool = True) -> list[Path]:
    """Write `draw_series` in the layout of the sensor's products, with the truth beside.

    Returns
    -------
    list of Path
        By scene: the product's folder, its truth, and the class of its pixels.
    """
    made = draw_series(request, whole)
    return [path for one in made for path in write_scene_files(one, folder)]


def _scene(
    request: SceneRequest, step: int, fires: tuple[PlantedFire, ...], burnt: list[BurntField]
) -> SimulatedScene:
    size = request.pixels
    return draw_scene(
        request.seed,
        sensor=request.sensor,
        grid=grid_around(request.lon, request.lat, request.sensor, size, size),
        acquired_utc_s=request.acquired_utc_s + step * _REPEAT_DAYS[request.sensor] * DAY_S,
        fires=fires,
        burnt=burnt,
        sky=Sky(request.cloud_share, glint=0.2),
        platform=request.platform,
        edition=request.edition,
        worked=_WORKED[step],
    )


def _upper(field: BurntField) -> BurntField:
    """Return the northern half of a field."""
    north = field.lat + field.height_m / 4000 / KM_PER_DEGREE
    return BurntField(field.lon, north, field.width_m, field.height_m / 2, field.severity)
