"""A granule detected in strips of lines is the granule detected as one scene."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core.errors import UnreadableFileError, UsageError
from firewatch.core.geo import Extent
from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule
from imagery.coverage.ground import GranuleGround
from imagery.detection import modis, viirs
from imagery.detection.detect import (
    SHIPPED,
    DetectedGranule,
    detect_each,
    detect_granules,
    detect_one,
)
from imagery.detection.masks import FireClass
from imagery.detection.modis import ModisDetector
from imagery.detection.parameters import with_overrides
from imagery.detection.scene import Detection, FireRadiance, Scene
from imagery.detection.sweep import (
    Detector,
    Granule,
    detect_scene,
    joined,
    pieces,
    sweep,
    window_of,
)
from imagery.detection.viirs import ViirsDetector
from imagery.level1.modis import ModisGranule
from imagery.level1.pairs import granules
from imagery.level1.viirs import ViirsGranule
from imagery.level1.window import Window
from imagery.reading import OutsideRegionError

SHAPE = (150, 90)
# The wide window is small here, so that it does not reach over the whole of a small scene.
VIIRS = replace(viirs.parameters(), candidate_window=60, candidate_block=8, candidate_stride=3)
MODIS = replace(
    modis.parameters(), candidate_rule="adaptive-own", adaptive_window=40, adaptive_block=8
)


def drawn(seed: int, sensor: str, line0: int, sample0: int) -> Scene:
    """Return a scene with something of everything, day above and night below."""
    draw = np.random.default_rng(seed)
    rows, cols = SHAPE
    full = lambda value: np.full(SHAPE, value, dtype=np.float32)  # noqa: E731
    some = lambda share: draw.random(SHAPE) < share  # noqa: E731
    noise = lambda mean, sd: draw.normal(mean, sd, SHAPE).astype(np.float32)  # noqa: E731
    y, x = np.mgrid[:rows, :cols]
    mir, tir = noise(302, 2) + (4 * np.sin(y / 40)).astype(np.float32), noise(298, 1)
    fires = some(0.01)
    mir[fires] += draw.exponential(30, fires.sum()).astype(np.float32)
    folded = some(0.001)
    mir[folded], tir[folded] = 208, 345
    tir[some(0.002)] = 330
    patch = np.kron(draw.random((rows // 10, cols // 10)) < 0.2, np.ones((10, 10))) > 0
    tir[patch] = 255
    mir[some(0.003)] = np.nan
    m13 = np.repeat(np.repeat(draw.uniform(0.5, 3, (rows, cols)), 2, 0), 2, 1)
    first = m13[line0 % 2 : line0 % 2 + rows, sample0 % 2 : sample0 % 2 + cols]
    water = np.kron(draw.random((rows // 6, cols // 6)) < 0.2, np.ones((6, 6))) > 0
    lon = (108 + 0.004 * x + 0.0001 * y).astype(np.float32)
    # Every other scan shows half of the ground of the one before again.
    scan = y // (32 if sensor == "VIIRS_I" else 10)
    lat = (24 - 0.004 * (y - 5 * scan)).astype(np.float32)
    return Scene(
        sensor=sensor, platform="S-NPP", granule="g", started_utc_s=0, ended_utc_s=60,  # type: ignore[arg-type]
        lon=lon, lat=lat, solar_zenith_deg=np.where(y < rows * 2 // 3, 40, 120).astype(np.float32),
        view_zenith_deg=full(35), relative_azimuth_deg=noise(178, 30),
        bt_mir_k=mir, bt_tir_k=tir, bt_12_k=tir - 1,
        rho_red=noise(0.14, 0.06), rho_nir=noise(0.25, 0.06), rho_swir=noise(0.15, 0.06),
        mir_saturated=some(0.002), mir_nominal=~some(0.01), tir_nominal=~some(0.01),
        bowtie_deleted=(y % 32 < 2) & (x > 70) & (sensor == "VIIRS_I"),
        water=water[:rows, :cols], coast=some(0.05),
        fire_radiance=FireRadiance(first.astype(np.float32), np.full(cols, 0.6, np.float32)),
        scan_km=np.full(cols, 0.5, np.float32), track_km=np.full(cols, 0.45, np.float32),
        line0=line0, sample0=sample0, cloud_class=draw.integers(0, 4, SHAPE).astype(np.uint8),
    )  # fmt: skip


class Sliced:
    """A granule whose lines are those of a scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def read(self, window: Window, before: Scene | None = None, kept: int = 0) -> Scene:
        scene = self._scene
        first, last = window.line0 - kept - scene.line0, window.line1 - scene.line0
        radiance = scene.fire_radiance
        assert radiance is not None
        if before is not None:
            assert before.line0 <= window.line0 - kept
            assert before.line0 + before.shape[0] == window.line0
        cut = {
            name: value[first:last]
            for name, value in vars(scene).items()
            if isinstance(value, np.ndarray) and value.ndim == 2
        }
        fire = FireRadiance(radiance.radiance[first:last], radiance.pixel_area_km2)
        return replace(scene, **cut, fire_radiance=fire, line0=scene.line0 + first)


def label(lon: Any, lat: Any) -> Any:
    return np.where(lon < 108.2, 450100, 450200)


def in_strips(
    granule: Granule, window: Window, height: int, detector: Detector[Any]
) -> tuple[Detection, pd.DataFrame]:
    ground = GranuleGround(label)
    masks, fires, missing = [], [], []
    for decided in sweep(pieces(granule, window, height, detector.overlap), detector):
        masks.append(decided.fire_mask)
        fires.append(decided.fires)
        missing += decided.missing
        ground.add(decided.piece.scene, decided.fire_mask, decided.piece.rows)
    table = detector.product(joined(fires))
    found = Detection(
        np.concatenate(masks), table, detector.algorithm, detector.version,
        detector.parameter_hash, detector.missing(missing, table),
    )  # fmt: skip
    return found, ground.table()


def as_one(scene: Scene, detector: Detector[Any]) -> tuple[Detection, pd.DataFrame]:
    whole = detect_scene(scene, detector)
    ground = GranuleGround(label)
    ground.add(scene, whole.fire_mask)
    return whole, ground.table()


def check_same(
    found: tuple[Detection, pd.DataFrame], expected: tuple[Detection, pd.DataFrame]
) -> Detection:
    whole = expected[0]
    np.testing.assert_array_equal(found[0].fire_mask, whole.fire_mask)
    pd.testing.assert_frame_equal(found[0].pixels, whole.pixels, check_exact=True)
    assert found[0].missing == whole.missing
    pd.testing.assert_frame_equal(found[1], expected[1])
    return whole


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    height=st.integers(9, 200),
    line0=st.integers(0, 70),
    sample0=st.integers(0, 40),
)
def test_a_viirs_scene_in_strips_is_the_whole_scene(
    seed: int, height: int, line0: int, sample0: int
) -> None:
    scene = drawn(seed, "VIIRS_I", line0, sample0)
    window = window_of(scene)
    found = in_strips(Sliced(scene), window, height, ViirsDetector(VIIRS, window))
    whole = check_same(found, as_one(scene, ViirsDetector(VIIRS, window)))
    assert set(np.unique(whole.fire_mask)) >= {FireClass.LAND, FireClass.CLOUD, FireClass.WATER}
    assert len(whole.pixels) > 10


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    height=st.integers(9, 200),
    line0=st.integers(0, 70),
    adaptive=st.booleans(),
)
def test_a_modis_scene_in_strips_is_the_whole_scene(
    seed: int, height: int, line0: int, adaptive: bool
) -> None:
    scene, parameters = drawn(seed, "MODIS", line0, 0), MODIS if adaptive else modis.parameters()
    window = window_of(scene)
    found = in_strips(Sliced(scene), window, height, ModisDetector(parameters, window))
    whole = check_same(found, as_one(scene, ModisDetector(parameters, window)))
    assert len(whole.pixels) > 10


def places(count: int) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "lon": draw.uniform(104.0, 112.0, count),
            "lat": draw.uniform(22.6, 24.8, count),
            "area_m2": draw.uniform(200.0, 3000.0, count),
            "t_k": 900.0,
        }
    )


@pytest.fixture(scope="module")
def viirs_granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    request = GranuleRequest("S-NPP", 1_604_556_300, places(150), scans=11, samples=(600, 4000))
    return simulate_granule(tmp_path_factory.mktemp("viirs"), request)


@pytest.fixture(scope="module")
def modis_granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    request = GranuleRequest("Terra", 1_604_545_200, places(150), scans=21)
    return simulate_granule(tmp_path_factory.mktemp("modis"), request)


@pytest.fixture(scope="module")
def viirs_as_one(viirs_granule: SimulatedGranule) -> tuple[Detection, pd.DataFrame]:
    files = viirs_granule.files
    with ViirsGranule(files["02IMG"], files["03IMG"], files["02MOD"]) as granule:
        return as_one(granule.read(), ViirsDetector(viirs.parameters(), granule.whole()))


@pytest.fixture(scope="module")
def modis_as_one(modis_granule: SimulatedGranule) -> tuple[Detection, pd.DataFrame]:
    with ModisGranule(modis_granule.files["021KM"], modis_granule.files["03"]) as granule:
        return as_one(granule.read(), ModisDetector(modis.parameters(), granule.whole()))


@pytest.mark.parametrize("height", [32, 64, 77, 350])
def test_a_viirs_granule_in_strips_is_the_whole_granule(
    viirs_granule: SimulatedGranule, viirs_as_one: tuple[Detection, pd.DataFrame], height: int
) -> None:
    files = viirs_granule.files
    with ViirsGranule(files["02IMG"], files["03IMG"], files["02MOD"]) as granule:
        window, p = granule.whole(), viirs.parameters()
        found = in_strips(granule, window, height, ViirsDetector(p, window))
    whole = check_same(found, viirs_as_one)
    assert len(whole.pixels) > 20
    assert (whole.fire_mask == FireClass.BOWTIE).any()


@pytest.mark.parametrize("height", [10, 33, 100])
def test_a_modis_granule_in_strips_is_the_whole_granule(
    modis_granule: SimulatedGranule, modis_as_one: tuple[Detection, pd.DataFrame], height: int
) -> None:
    files = modis_granule.files
    with ModisGranule(files["021KM"], files["03"]) as granule:
        window, p = granule.whole(), modis.parameters()
        found = in_strips(granule, window, height, ModisDetector(p, window))
    whole = check_same(found, modis_as_one)
    assert len(whole.pixels) > 5


def detected(made: SimulatedGranule, region: Extent | None = None, **more: Any) -> DetectedGranule:
    (files,) = granules(made.files.values())
    return detect_one(files, region, **more)


def test_over_a_region_the_fires_and_the_ground_are_those_of_the_whole_granule(
    viirs_granule: SimulatedGranule,
) -> None:
    region = Extent(106.0, 23.0, 109.0, 24.2)

    def inside(lon: Any, lat: Any) -> Any:
        return np.where(region.contains(lon, lat), 450000, 0)

    whole = detected(viirs_granule, label=inside)
    part = detected(viirs_granule, region, label=inside)
    own = whole.fires[region.contains(whole.fires["lon"], whole.fires["lat"])]
    assert 0 < len(own) < len(whole.fires)
    pd.testing.assert_frame_equal(part.fires, own.reset_index(drop=True))
    pd.testing.assert_frame_equal(part.coverage, whole.coverage, rtol=0.01)
    assert part.shape[1] < whole.shape[1]
    assert region.contains(
        [part.extent.west, part.extent.east], [part.extent.south, part.extent.north]
    ).all()


def test_a_granule_elsewhere_has_not_looked_and_says_so(viirs_granule: SimulatedGranule) -> None:
    with pytest.raises(OutsideRegionError, match="21"):
        detected(viirs_granule, Extent(10.0, 20.0, 12.0, 21.0))


class Deadly:
    """A scene that kills the process it is sent to."""

    image = Path("deadly.nc")

    def __reduce__(self) -> Any:
        return signal.raise_signal, (signal.SIGKILL,)


def test_a_process_that_is_killed_costs_its_own_granule_and_no_other(
    viirs_granule: SimulatedGranule,
) -> None:
    (files,) = granules(viirs_granule.files.values())
    scenes: Any = [files, Deadly(), files]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        first, killed, last = detect_each(scenes, executor=executor)
    assert isinstance(killed, UnreadableFileError)
    assert (killed.where, "--jobs" in killed.remedy) == ("deadly.nc", True)
    own = detected(viirs_granule).fires
    for other in (first, last):
        assert isinstance(other, DetectedGranule)
        pd.testing.assert_frame_equal(other.fires, own)


def test_a_granule_whose_process_is_killed_once_is_detected_after_all(
    viirs_granule: SimulatedGranule,
) -> None:
    (files,) = granules(viirs_granule.files.values())
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        worker = executor.submit(os.getpid).result()
        outcomes = detect_each([files, files], executor=executor)
        os.kill(worker, signal.SIGKILL)
        found = list(outcomes)
    assert [len(granule.fires) for granule in found if isinstance(granule, DetectedGranule)] == (
        [len(detected(viirs_granule).fires)] * 2
    )


def test_a_granule_tells_by_which_thresholds_it_was_detected(
    viirs_granule: SimulatedGranule,
) -> None:
    numb = replace(SHIPPED, viirs=with_overrides(SHIPPED.viirs, {"candidate_low_k": 329}))
    (shipped,) = detect_granules([viirs_granule.files["02IMG"]])
    (changed,) = detect_granules([viirs_granule.files["02IMG"]], detectors=numb)
    assert shipped.parameter_hash != changed.parameter_hash
    assert set(shipped.fires["parameter_hash"]) == {shipped.parameter_hash}
    assert SHIPPED.version != numb.version
    assert (shipped.sensor, shipped.platform, shipped.simulated) == ("VIIRS_I", "S-NPP", True)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"candidate_lo_k": 320}, "candidate_low_k"),
        ({"candidate_low_k": "hot"}, "candidate_low_k"),
        ({"candidate_low_k": float("nan")}, "number"),
        ({"window_first": 11.5}, "window_first"),
        ({"min_valid": "some"}, "any | all | grow"),
        ({"candidate_low_k": True}, "number"),
    ],
)
def test_a_threshold_that_does_not_exist_or_fit_is_refused(
    overrides: dict[str, object], told: str
) -> None:
    with pytest.raises(UsageError) as caught:
        with_overrides(viirs.parameters(), overrides)
    assert told in str(caught.value)


def test_whole_numbers_may_come_as_fractional_ones_and_words_as_they_are() -> None:
    changed = with_overrides(viirs.parameters(), {"window_last": 33.0, "min_valid": "all"})
    assert (changed.window_last, changed.min_valid) == (33, "all")
    assert isinstance(changed.window_last, int)


def test_a_granule_without_any_position_has_not_looked(
    viirs_granule: SimulatedGranule, tmp_path: Path
) -> None:
    import shutil

    import h5py

    for path in viirs_granule.files.values():
        shutil.copy(path, tmp_path)
    geo = tmp_path / viirs_granule.files["03IMG"].name
    with h5py.File(geo, "a") as file:
        file["geolocation_data/latitude"][:] = -999.9
        file["geolocation_data/longitude"][:] = -999.9
    with pytest.raises(UnreadableFileError, match="position"):
        next(detect_granules([tmp_path / viirs_granule.files["02IMG"].name]))
