"""False fire pixels per million clear ones, by class of simulated ground without any fire.

Millions of pixels with ``FIREWATCH_BENCHMARK=full`` (some minutes), else one strip a sensor. The
ground is simulated: cloud edges fill pixels in part, sand is 22 K warmer than the air and shines
at 4 µm, and the sea lies where the sun is mirrored.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firewatch.simulate.granule import GranuleRequest, simulate_granule
from firewatch.simulate.granule_ground import Cover, Weather
from firewatch.simulate.granule_score import false_alarms, with_rate
from imagery.detection import modis, viirs
from imagery.detection.scene import Scene
from imagery.level1.modis import read_modis
from imagery.level1.viirs import read_viirs

FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
NO_FIRES = pd.DataFrame({"lon": [], "lat": [], "area_m2": [], "t_k": []})
# Start, air temperature by day, place on the track (south, over the sea, for the mirrored sun).
NOVEMBER, MARCH, JUNE = 1_604_729_100, 1_584_598_500, 1_592_286_900
PASSES = (
    (NOVEMBER, 298.0, 0.0), (MARCH, 298.0, 0.0), (JUNE, 306.0, 0.0), (JUNE, 306.0, -330.0),
    (NOVEMBER - 10_800, 294.0, 0.0), (NOVEMBER - 43_200, 298.0, 0.0), (JUNE - 43_200, 306.0, 0.0),
)  # fmt: skip
TRACKS = (104.0, 108.0, 112.0) if FULL else (108.0,)
SCANS = {"VIIRS": 16 if FULL else 3, "MODIS": 203 if FULL else 20}
PLATFORMS = {"VIIRS": ("S-NPP", "NOAA-20", "NOAA-21"), "MODIS": ("Terra", "Aqua")}
SETS = {
    "VIIRS": (("published", viirs.parameters()),),
    "MODIS": (("C6", modis.parameters("c6")), ("C5", modis.parameters("c5"))),
}


@dataclass(frozen=True, eq=False)
class Made:
    """A granule without fires, and what it shows."""

    scene: Scene
    cover: np.ndarray

    @property
    def time(self) -> str:
        return "day" if float(np.nanmean(self.scene.solar_zenith_deg)) < 85 else "night"

    def alarms(self, parameters: object) -> pd.DataFrame:
        detector = viirs if self.scene.sensor == "VIIRS_I" else modis
        mask = detector.detect(self.scene, parameters).fire_mask
        nothing = pd.DataFrame({"line": [], "sample": []})
        return false_alarms(self.cover, mask, nothing)[["clear", "false"]]


def granules(folder: Path, sensor: str) -> Iterator[Made]:
    platforms = PLATFORMS[sensor]
    number = 0
    for started, day_k, along_km in PASSES if FULL else PASSES[1:4:2]:
        for track in TRACKS:
            number += 1
            request = GranuleRequest(
                platforms[number % len(platforms)], started, NO_FIRES, seed=number,
                track_lon=track, scans=SCANS[sensor], along_km=along_km,
                weather=Weather(day_k=day_k, cloud_share=0.25),
            )  # fmt: skip
            made = simulate_granule(folder, request)
            files = made.files
            if sensor == "MODIS":
                scene = read_modis(files["021KM"], files["03"])
            else:
                scene = read_viirs(files["02IMG"], files["03IMG"], files["02MOD"])
            with np.load(made.cover) as archive:
                cover = archive["cover"]
            for path in (*files.values(), made.cover, made.truth):
                path.unlink()
            yield Made(scene, cover)


@pytest.mark.benchmark
@pytest.mark.parametrize("sensor", ["VIIRS", "MODIS"])
def test_false_fires_by_class_of_ground(tmp_path: Path, sensor: str) -> None:
    sets = dict(SETS[sensor])
    warmer = "day_tir_below_k" if sensor == "VIIRS" else "tir_below_k"
    for name, parameters in SETS[sensor]:
        sets[f"{name}, {warmer} = 8"] = replace(parameters, **{warmer: 8.0})
    tables: dict[tuple[str, str], pd.DataFrame] = {}
    for made in granules(tmp_path, sensor):
        for name, parameters in sets.items():
            key = (name, made.time)
            found = made.alarms(parameters)
            tables[key] = tables[key] + found if key in tables else found
    for (name, time), table in tables.items():
        whole = pd.concat([table, table.sum().to_frame("ALL").T])
        print(f"\n{sensor} {name}, {time}\n{with_rate(whole).round(2).to_string()}")
    by_day = next(table for (_, time), table in tables.items() if time == "day")
    assert by_day.loc[Cover.CLOUD_EDGE.name, "clear"] > 0
