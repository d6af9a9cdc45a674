"""What detection in a high-resolution scene costs beside reading its bands; small by default.

FIREWATCH_BENCHMARK=full takes 7,700 x 7,700 pixels of OLI and 5,490 x 5,490 of MSI.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio

from firewatch.simulate.highres import draw_scene, grid_around
from firewatch.simulate.highres_score import fires_on_fields
from imagery.highres.scene import SensorName

pytestmark = pytest.mark.benchmark
FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
SIDES: dict[SensorName, int] = {"OLI": 7700, "MSI": 5490} if FULL else {"OLI": 300, "MSI": 300}
PIECE = 1100 if FULL else 300
TOWN_OF = int(os.environ.get("FIREWATCH_TOWN_OF", "7"))
# A process of its own, so that the peak is that of one scene, imports and all.
_TIMED = """
import resource, sys, time
from dataclasses import replace
from pathlib import Path
import numpy as np, rasterio
from imagery.fire20m.detect import detect_fires
from imagery.highres.grid import Grid
from imagery.highres.scene import Calibration, HighresScene
folder, sensor = Path(sys.argv[1]), sys.argv[2]
start = time.process_time()
numbers = {}
for path in sorted(folder.glob("*.tif")):
    with rasterio.open(path) as image:
        numbers[path.stem] = image.read(1)
        place = image.transform, image.crs.to_string()
ground = numbers.pop("ground").astype(np.uint8)
read = time.process_time() - start
bands = dict.fromkeys(numbers, Calibration(*map(float, sys.argv[3:5]), 0, 65535))
grid = Grid(place[1], tuple(place[0])[:6], *ground.shape)
scene = HighresScene("scene", "Landsat-8", sensor, 1_604_545_800, grid, numbers, bands, ground,
                     float(sys.argv[5]), sensor == "MSI")
detect_fires(replace(scene, grid=grid.window(0, 0, 99, 99), ground=ground[:99, :99],
                     numbers={role: band[:99, :99] for role, band in numbers.items()}))
start = time.process_time()
found = detect_fires(scene)
detected = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(read, detected, peak, int((found.votes > 0).sum()), len(found.clusters))
"""


@pytest.mark.parametrize("sensor", ["OLI", "MSI"])
def test_detection_costs_less_than_reading(sensor: SensorName, tmp_path: Path) -> None:
    calibration, sun_deg = _write(sensor, tmp_path)
    arguments = [str(tmp_path), sensor, *map(str, calibration), str(sun_deg)]
    told = subprocess.run(
        [sys.executable, "-c", _TIMED, *arguments], check=True, capture_output=True, text=True
    )
    read, detected, peak, voted, clusters = map(float, told.stdout.split())
    print(
        f"\n{sensor} {SIDES[sensor]} x {SIDES[sensor]}: reading {read:.2f} s, detection "
        f"{detected:.2f} s CPU, both {(read + detected) / read:.2f} x reading; peak {peak:.2f} GB; "
        f"{voted:.0f} pixels with a vote, {clusters:.0f} clusters"
    )
    assert clusters > 0


def _write(sensor: SensorName, folder: Path) -> tuple[tuple[float, float], float]:
    """Write one tiled GeoTIFF a band: simulated pieces, repeated over the whole side.

    One piece of `TOWN_OF` has fires, roofs, greenhouses and solar panels.
    """
    piece = grid_around(108.3, 22.8, sensor, PIECE, PIECE)
    fires = fires_on_fields(7, piece, (16.0, 64.0, 256.0), 20)
    started = time.process_time()
    made = [
        draw_scene(
            7, sensor=sensor, grid=piece, acquired_utc_s=1_604_545_800, fires=lit, bright=bright
        ).scene
        for lit, bright in ((fires, True), ((), False))
    ]
    scene = made[0]
    print(f"\nsimulated in {time.process_time() - started:.1f} s")
    side = SIDES[sensor]
    rng = np.random.default_rng(1)
    times = range(-(-side // PIECE))
    for name in (*scene.numbers, "ground"):
        town, country = (one.ground if name == "ground" else one.numbers[name] for one in made)
        whole = np.block(
            [[town if (3 * i + j) % TOWN_OF == 0 else country for j in times] for i in times]
        )[:side, :side]
        if name != "ground":
            # Repeated exactly, it would be read faster than a real one.
            whole = whole + rng.integers(0, 4, whole.shape, dtype=np.uint16) * (whole < 60_000)
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", height=side, width=side, count=1,
            dtype="uint16", crs=piece.crs, transform=rasterio.Affine(*piece.transform),
            tiled=True, blockxsize=256, blockysize=256, compress="deflate", predictor=2,
        ) as image:  # fmt: skip
            image.write(whole.astype(np.uint16), 1)
    calibration = scene.calibration["swir2"]
    return (calibration.mult, calibration.add), scene.sun_elevation_deg
