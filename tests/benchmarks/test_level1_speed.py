"""What reading a level-1 granule costs beside unpacking the same variables."""

from __future__ import annotations

import time
from pathlib import Path

import h5py
import pandas as pd
import pytest

from firewatch.simulate.granule import GranuleRequest, simulate_granule
from imagery.level1.viirs import ViirsGranule
from imagery.level1.window import Window

SCANS = 24
STRIP_LINES = 512


@pytest.mark.benchmark
def test_a_granule_read_in_strips_beside_plain_unpacking(tmp_path: Path) -> None:
    fires = pd.DataFrame({"lon": [108.4], "lat": [23.7], "area_m2": [200.0], "t_k": [900.0]})
    files = simulate_granule(
        tmp_path, GranuleRequest("S-NPP", 1_604_729_100, fires, scans=SCANS)
    ).files
    began = time.process_time()
    for path in files.values():
        with h5py.File(path) as file:
            for group in file.values():
                for variable in group.values():
                    variable[...]
    unpacked = time.process_time() - began
    began = time.process_time()
    with ViirsGranule(files["02IMG"], files["03IMG"], files["02MOD"]) as granule:
        lines, samples = granule.shape
        for strip, _ in granule.whole().blocks(STRIP_LINES):
            scene = granule.read(Window(strip.start, strip.stop, 0, samples))
            assert scene.shape[1] == samples
    read = time.process_time() - began
    print(f"\n{lines} x {samples}: reading / unpacking = {read / unpacked:.2f}")
