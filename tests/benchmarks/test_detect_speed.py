"""What detection of a granule costs beside unpacking the same variables; small by default.

FIREWATCH_BENCHMARK=full takes a granule of 6464 x 6400 pixels.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from firewatch.core.geo import Extent
from firewatch.simulate.granule import GranuleRequest, simulate_granule
from firewatch.simulate.granule_fires import scattered_fires
from imagery.detection import detect, viirs
from imagery.detection.detect import STRIP_LINES, detect_one, scene_files
from imagery.detection.scene import Scene
from imagery.level1.pairs import GranuleFiles, granules
from imagery.level1.viirs import ViirsGranule

pytestmark = pytest.mark.benchmark
FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
SCANS = 202 if FULL else 4
TURNS = 3 if FULL else 1
GUANGXI = Extent(104.45, 20.9, 112.06, 26.39)
# A process of its own, so that the peak is that of one granule, imports and all.
_PEAK = """
import sys
from pathlib import Path
from firewatch.core.geo import Extent
from imagery.detection.detect import detect_one, scene_files
box = [float(side) for side in sys.argv[2:]]
detect_one(scene_files([Path(sys.argv[1])])[0], Extent(*box) if box else None)
status = Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> GranuleFiles:
    folder = tmp_path_factory.mktemp("granule")
    fires = scattered_fires(2000 if FULL else 400, 1)
    made = simulate_granule(folder, GranuleRequest("S-NPP", 1_604_556_300, fires, scans=SCANS))
    (found,) = granules(made.files.values())
    return found


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def unpack(files: GranuleFiles) -> None:
    for path in files.paths:
        with h5py.File(path) as file:
            for variable in (v for group in file.values() for v in group.values() if v.ndim == 2):
                for line in range(0, variable.shape[0], STRIP_LINES):
                    variable[line : line + STRIP_LINES]


class Timed(ViirsGranule):
    """A granule that adds up the time of its reading."""

    read_s = 0.0

    def read(self, *window: Any, **before: Any) -> Scene:
        began = time.process_time()
        scene = super().read(*window, **before)
        Timed.read_s += time.process_time() - began
        return scene


def detected(files: GranuleFiles) -> tuple[float, float, int]:
    """Return processor seconds from file to fire points, those of reading, and the fires."""
    Timed.read_s = 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detect, "ViirsGranule", Timed)
        began = time.process_time()
        found = detect_one(files)
        return time.process_time() - began, Timed.read_s, len(found.fires)


def in_a_fresh_process(work: str, image: Path) -> tuple[float, float]:
    """Return the processor seconds of `unpack` or `detected`, and of its reading."""
    line = [sys.executable, __file__, work, str(image)]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    total_s, read_s = map(float, done.stdout.split())
    return total_s, read_s


def told(name: str, unpacked_s: float, total_s: float, read_s: float) -> None:
    print(f"\n{name}: unpacking {unpacked_s:.2f} s, file to fire points {total_s:.2f} s")
    print(f"file to fire points / unpacking = {total_s / unpacked_s:.2f}")
    print(f"detection / reading = {total_s / read_s - 1:.3f}")


def test_detection_beside_reading_and_unpacking(files: GranuleFiles) -> None:
    # The first of a process meets memory that is new, each in a process of its own; the least of
    # some by turns does not, and imports belong to no granule.
    unpacked, found = zip(*((in_a_fresh_process("unpack", files.image),
                             in_a_fresh_process("detected", files.image)) for _ in range(TURNS)),
                          strict=True)  # fmt: skip
    told("first granule", min(unpacked)[0], *min(found))
    warm, runs = zip(*((cpu_s(lambda: unpack(files)), detected(files)) for _ in range(TURNS)),
                     strict=True)  # fmt: skip
    total_s, read_s, fires = min(runs)
    told("warm", min(warm), total_s, read_s)
    assert fires


@pytest.mark.parametrize("region", [None, GUANGXI], ids=["whole", "Guangxi"])
def test_peak_memory_of_a_process_of_its_own(files: GranuleFiles, region: Extent | None) -> None:
    box = [] if region is None else [region.west, region.south, region.east, region.north]
    line = [sys.executable, "-c", _PEAK, str(files.image), *map(str, box)]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    print(f"\npeak memory: {int(done.stdout) / 1024:.0f} MB")


def test_two_processes_on_two_granules(files: GranuleFiles) -> None:
    began = time.perf_counter()
    for _ in range(2):
        detect_one(files)
    alone_s = time.perf_counter() - began
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        # Imports belong to no granule.
        list(executor.map(detect_one, [files, files]))
        began = time.perf_counter()
        list(executor.map(detect_one, [files, files]))
        together_s = time.perf_counter() - began
    print(f"\none process / two processes, wall clock = {alone_s / together_s:.2f}")


@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_hot_soil_beside_a_scene_without_candidates(share: float) -> None:
    """Bare soil above the candidate limit; the cost of looking at its background."""
    draw = np.random.default_rng(2)
    shape = (1200, 1200) if FULL else (300, 400)
    cool, hot = (_soil(draw, shape, part) for part in (0.0, share))
    cool_s = cpu_s(lambda: viirs.detect(cool, viirs.parameters()))
    hot_s = cpu_s(lambda: viirs.detect(hot, viirs.parameters()))
    pixels = shape[0] * shape[1]
    print(
        f"\n{share:.0%} hot: {hot_s / pixels * 1e6:.2f} s a million pixels, {hot_s / cool_s:.0f} x"
    )


def _soil(draw: np.random.Generator, shape: tuple[int, int], share: float) -> Scene:
    y, x = np.mgrid[: shape[0], : shape[1]]
    full = lambda value: np.full(shape, value, dtype=np.float32)  # noqa: E731
    no = np.zeros(shape, dtype=bool)
    hot = (x < share * shape[1]) * 34
    size = np.full(shape[1], 0.4, dtype=np.float32)
    return Scene(
        sensor="VIIRS_I", platform="S-NPP", granule="soil", started_utc_s=0, ended_utc_s=60,
        lon=(108 + 0.004 * x).astype(np.float32), lat=(24 - 0.004 * y).astype(np.float32),
        solar_zenith_deg=full(30), view_zenith_deg=full(20), relative_azimuth_deg=full(60),
        bt_mir_k=(draw.normal(301, 1.5, shape) + hot).astype(np.float32),
        bt_tir_k=(draw.normal(299, 1, shape) + hot / 8).astype(np.float32), bt_12_k=None,
        rho_red=full(0.2), rho_nir=full(0.25), rho_swir=full(0.28), mir_saturated=no,
        mir_nominal=~no, tir_nominal=~no, bowtie_deleted=no, water=no, coast=no,
        fire_radiance=None, scan_km=size, track_km=size,
    )  # fmt: skip


if __name__ == "__main__":
    (only,) = scene_files([Path(sys.argv[2])])
    assert isinstance(only, GranuleFiles)
    if sys.argv[1] == "unpack":
        print(cpu_s(lambda: unpack(only)), 0)
    else:
        print(*detected(only)[:2])
