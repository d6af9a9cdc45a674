"""Which fires of simulated granules are found, by what the forward model says of them.

The granules go through files: written in official format, read back, detected. Backgrounds,
clouds and fires are simulated; the real ones are in `test_real_tiles`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firewatch.core.geo import Extent
from firewatch.simulate.granule import GranuleRequest, simulate_granule
from firewatch.simulate.granule_ground import Cover
from firewatch.simulate.granule_score import (
    due_fires,
    false_alarms,
    spaced_fires,
    weak_fires,
    with_rate,
)
from imagery.detection import modis, viirs
from imagery.detection.masks import FireClass
from imagery.detection.scene import Detection, Scene
from imagery.level1.modis import read_modis
from imagery.level1.viirs import read_viirs

pytestmark = pytest.mark.xdist_group("recall")

SIZES_M2 = (30, 60, 100, 200, 400, 1000, 3000, 10_000)
# Equator crossings near 13:30 (VIIRS, Aqua) and 10:30 (Terra), over Guangxi in November 2020.
BY_DAY = {
    "S-NPP": 1_604_729_100, "NOAA-20": 1_604_726_100, "NOAA-21": 1_604_730_600,
    "Terra": 1_604_718_300, "Aqua": 1_604_729_100,
}  # fmt: skip
PLATFORMS = tuple(BY_DAY)
HALF_A_DAY_S = 43_200
WINDOW = 501


@dataclass(eq=False)
class Run:
    """A simulated granule as detected, with its truth."""

    scene: Scene
    found: Detection
    truth: pd.DataFrame
    cover: np.ndarray
    day: bool

    @property
    def parameters(self) -> viirs.Parameters | modis.Parameters:
        return viirs.parameters() if self.scene.sensor == "VIIRS_I" else modis.parameters()

    def again(self, **changes: object) -> np.ndarray:
        """Return the mask under other thresholds."""
        detector = viirs if self.scene.sensor == "VIIRS_I" else modis
        return detector.detect(self.scene, replace(self.parameters, **changes)).fire_mask

    @cached_property
    def limits_k(self) -> tuple[np.ndarray, float]:
        """Return the candidate limits of I4 or T4 at each row of the truth, and of dT."""
        p, n = self.parameters, len(self.truth)
        if not self.day:
            return np.full(n, p.candidate_night_bt_mir_k), p.candidate_night_dt_k
        if self.scene.sensor == "MODIS":
            return np.full(n, p.candidate_day_bt_mir_k), p.candidate_day_dt_k
        return self._viirs_day_limits_k(), p.candidate_day_dt_k

    def _viirs_day_limits_k(self) -> np.ndarray:
        """Return min(330, max(325, median + 25)) of clear land in the window, every third pixel."""
        land = self.found.fire_mask == FireClass.LAND
        half, limits = WINDOW // 2, []
        for line, sample in zip(self.truth["line"], self.truth["sample"], strict=True):
            rows = slice(max(0, line - half), line + half + 1, 3)
            columns = slice(max(0, sample - half), sample + half + 1, 3)
            median = np.median(self.scene.bt_mir_k[rows, columns][land[rows, columns]])
            limits.append(min(330.0, max(325.0, median + 25)))
        return np.array(limits)

    def due(self, mask: np.ndarray | None = None) -> pd.DataFrame:
        mask = self.found.fire_mask if mask is None else mask
        return due_fires(self.truth, mask, *self.limits_k)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory):
    """Return a function from a platform and day or night to its run, made once."""

    @cache
    def run(platform: str, day: bool) -> Run:
        folder = tmp_path_factory.mktemp(platform)
        number = PLATFORMS.index(platform)
        started = BY_DAY[platform] - (0 if day else HALF_A_DAY_S)
        if platform in ("Terra", "Aqua"):
            fires = spaced_fires(Extent(102.5, 23.0, 113.5, 24.4), SIZES_M2, 60, number)
            request = GranuleRequest(platform, started, fires, seed=number, scans=20)
        else:
            fires = spaced_fires(Extent(99.0, 21.5, 109.0, 25.5), SIZES_M2, 200, number)
            request = GranuleRequest(
                platform, started, fires, seed=number, scans=5, samples=(600, 3200)
            )
        return _run(folder, request, day)

    return run


def _run(folder: Path, request: GranuleRequest, day: bool) -> Run:
    made = simulate_granule(folder, request)
    files = made.files
    if request.platform in ("Terra", "Aqua"):
        scene = read_modis(files["021KM"], files["03"])
        found = modis.detect(scene, modis.parameters())
    else:
        scene = read_viirs(files["02IMG"], files["03IMG"], files["02MOD"])
        found = viirs.detect(scene, viirs.parameters())
    with np.load(made.cover) as archive:
        cover = archive["cover"]
    return Run(scene, found, pd.read_csv(made.truth), cover, day)


@pytest.mark.parametrize("day", [True, False], ids=["day", "night"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_fires_5_k_above_the_candidate_limits_are_found(simulated, platform: str, day: bool):
    due = simulated(platform, day).due()
    clear = due[~due["only_mir"] & (due["cover"] != Cover.CLOUD_EDGE)]
    assert len(clear) > 60
    by_size = clear.groupby("area_m2")["found"].agg(["size", "sum"])
    assert clear["found"].mean() >= 0.95, by_size.to_string()


@pytest.mark.parametrize("day", [True, False], ids=["day", "night"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_fires_below_the_candidate_limit_are_not_found(simulated, platform: str, day: bool):
    run = simulated(platform, day)
    weak = weak_fires(run.truth, run.found.fire_mask, run.limits_k[0])
    assert len(weak) > 10
    assert not weak["found"].any()


NO_CLOUD = {"cloud_bright_sum": 9.0, "cloud_dim_sum": 9.0}
VOID = {
    "VIIRS_I": (
        {"day_tir_below_k": 100.0},
        {"day_mir_mads": -100.0},
        {"day_tir_below_k": 100.0, "cloud_bt_tir_k": 0.0, **NO_CLOUD},
    ),
    "MODIS": (
        {"tir_below_k": 100.0},
        {"tir_below_k": 100.0, "mir_mads": -100.0},
        {"tir_below_k": 100.0, "candidate_rho_nir": 9.0, "cloud_bt_12_k": 0.0, **NO_CLOUD},
    ),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_lost_by_day_is_lost_to_cloud_or_to_warmer_ground_beside(simulated, platform: str):
    run = simulated(platform, True)
    due = run.due()
    lost = set(due.loc[~due["found"] & ~due["only_mir"], "fire"])
    for void in VOID[run.scene.sensor]:
        again = run.due(run.again(**void))
        lost -= set(again.loc[again["found"], "fire"])
    assert not lost


def test_at_most_one_clear_pixel_in_a_million_burns_falsely(simulated):
    runs = [simulated(platform, day) for platform in PLATFORMS for day in (True, False)]
    tables = [false_alarms(run.cover, run.found.fire_mask, run.truth) for run in runs]
    total = sum((table[["clear", "false"]] for table in tables[1:]), tables[0][["clear", "false"]])
    assert total["clear"].sum() > 2.5e6
    assert (total["clear"].drop("GLINT") > 1000).all(), total.to_string()
    assert 1e6 * total["false"].sum() <= total["clear"].sum(), with_rate(total).to_string()


@pytest.mark.benchmark
def test_fires_found_of_those_due_by_size(simulated):
    rows = []
    for platform in PLATFORMS:
        for day in (True, False):
            due = simulated(platform, day).due().query("not only_mir")
            kind = np.where(due["cover"] == Cover.CLOUD_EDGE, "in part under cloud", "clear")
            time = "day" if day else "night"
            rows.append(due.assign(platform=platform, time=time, kind=kind))
    every = pd.concat(rows)
    sizes = [every[name] for name in ("kind", "platform", "time")]
    print("\n" + pd.crosstab(sizes, every["area_m2"]).to_string())
    found = pd.crosstab(sizes, every["area_m2"], every["found"], aggfunc="mean")
    print(found.round(3).to_string(na_rep=""))
