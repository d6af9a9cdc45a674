"""Each rule of the MODIS detector decides a pixel that is decided otherwise without it.

A case is a small scene, whether the pixel in its middle is a fire by the rules of Collection 6,
thresholds that switch one rule or one of its conditions off, and whether it is a fire then. What
the rules do together is in `test_modis`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
from small_scenes import MODIS

from imagery.detection import modis
from imagery.detection.duplicates import bowtie_duplicates
from imagery.detection.masks import FireClass
from imagery.detection.scene import Scene

SIZE, CENTRE = MODIS.size, MODIS.centre
scene, put = MODIS.scene, MODIS.put
C6 = modis.parameters("c6")
OFF, ALWAYS = 999.0, -999.0


def by_day(mir_k: float = 330.0, tir_k: float = 298.0, **values: object) -> Scene:
    return put(scene(True), bt_mir_k=mir_k, bt_tir_k=tir_k, **values)


def by_night(mir_k: float, tir_k: float) -> Scene:
    return put(scene(False), bt_mir_k=mir_k, bt_tir_k=tir_k)


def glint(angle_deg: float, **values: object) -> Scene:
    """Return a fire seen this far from the mirror image of the sun."""
    made = by_day(**({"rho_red": 0.15, "rho_swir": 0.15} | values))
    made.view_zenith_deg[:], made.relative_azimuth_deg[:] = 40 - angle_deg, 180
    return made


def desert(number: int = 5, mean_k: float = 330.0, mad_k: float = 1.0, **values: object) -> Scene:
    """Return a pixel of 332 K with `number` likely fires in its window, two rows above."""
    made = by_day(**({"mir_k": 332.0, "tir_k": 300.0} | values))
    for place in range(number):
        mir = mean_k + (mad_k if place % 2 else -mad_k)
        put(made, (13, 13 + place), bt_mir_k=mir, bt_tir_k=300)
    return made


def alone(day: bool, mir_k: float, others: int = 0) -> Scene:
    """Return a pixel in cloud with some clear pixels two rows below."""
    made = scene(day)
    made.bt_12_k[:] = 260
    put(made, bt_12_k=294, bt_mir_k=mir_k, bt_tir_k=300)
    return put(made, np.s_[17, 10 : 10 + others], bt_12_k=294)


def dark_water_near(red: float, nir: float, swir: float) -> Scene:
    return put(by_day(), (14, 17), rho_red=red, rho_nir=nir, rho_swir=swir)


def clearing(mir_k: float = 320.0, tir_k: float = 305.0, nir: float = 0.3) -> Scene:
    return by_day(mir_k, tir_k, rho_nir=nir)


def cool(mir_k: float, tir_k: float, mir: float = 288.0, tir: float = 285.0) -> Scene:
    """Return a pixel in a cool scene, for limits that follow the scene."""
    made = put(scene(True, mir, tir), bt_mir_k=mir_k, bt_tir_k=tir_k)
    made.bt_12_k[:] = 284
    return made


@dataclass(frozen=True)
class Case:
    made: Callable[[], Scene]
    fire: bool
    off: dict[str, float]
    base: dict[str, object] = field(default_factory=dict)


WIDE = {"window_first": 15}
CLEARING = {"clearing": True}
ADAPTIVE = {"candidate_rule": "adaptive-own"}
CASES = {
    "candidate: T4 by day": Case(
        lambda: by_day(309.5, 296), False, {"candidate_day_bt_mir_k": 305.0}
    ),
    "candidate: difference by day": Case(
        lambda: put(scene(True, 300, 299), bt_mir_k=315, bt_tir_k=306), False,
        {"candidate_day_dt_k": 5.0},
    ),
    "candidate: T4 by night": Case(
        lambda: put(scene(False, 290, 285), bt_mir_k=304, bt_tir_k=290), False,
        {"candidate_night_bt_mir_k": 300.0},
    ),
    "candidate: difference by night": Case(
        lambda: put(scene(False, 300, 299), bt_mir_k=310, bt_tir_k=301), False,
        {"candidate_night_dt_k": 5.0},
    ),
    "candidate: not too bright": Case(
        lambda: by_day(rho_nir=0.36), False, {"candidate_rho_nir": OFF}
    ),
    "adaptive: above the mean": Case(
        lambda: cool(307, 296.5, mir=303, tir=299), False, {"adaptive_above_mean_k": 0.0},
        ADAPTIVE,
    ),
    "adaptive: lowest": Case(
        lambda: cool(299, 286), False, {"adaptive_low_k": 290.0}, ADAPTIVE
    ),
    "adaptive: highest": Case(
        lambda: cool(331.5, 321.3, mir=327, tir=324), True, {"adaptive_high_k": OFF}, ADAPTIVE
    ),
    "adaptive: difference above the mean": Case(
        lambda: cool(312, 300.5, mir=301, tir=293), False, {"adaptive_dt_above_mean_k": 0.0},
        ADAPTIVE | {"dt_k": 0.0, "dt_mads": 0.0},
    ),
    "adaptive: lowest difference": Case(
        lambda: cool(310, 301, mir=298, tir=298), False, {"adaptive_dt_low_k": 5.0}, ADAPTIVE
    ),
    "absolute, day": Case(lambda: alone(True, 361), True, {"absolute_day_bt_mir_k": OFF}),
    "absolute, night": Case(lambda: alone(False, 321), True, {"absolute_night_bt_mir_k": OFF}),
    "window: a quarter": Case(lambda: alone(True, 340, 10), False, {"min_share": 0.0}),
    "window: at least eight": Case(
        lambda: alone(True, 340, 7), False, {"min_count": 3}, {"min_share": 0.0}
    ),
    "T5 is not asked beside uneven fires": Case(
        lambda: desert(2, mad_k=8, mean_k=340, tir_k=291), True, {"fire_mad_k": OFF}
    ),
    "glint a": Case(lambda: glint(1.5, rho_red=0.08), False, {"glint_always_deg": 0.0}),
    "glint b": Case(lambda: glint(9), False, {"glint_bright_deg": 0.0}),
    "glint b: red": Case(lambda: glint(9, rho_red=0.1), True, {"glint_rho_red": ALWAYS}),
    "glint b: near infrared": Case(
        lambda: glint(9, rho_nir=0.15), True, {"glint_rho_nir": ALWAYS}
    ),
    "glint b: short-wave infrared": Case(
        lambda: glint(9, rho_swir=0.1), True, {"glint_rho_swir": ALWAYS}
    ),
    "glint c": Case(
        lambda: put(glint(14), (13, 14), water=True), False, {"glint_water_deg": 0.0}
    ),
    "desert": Case(desert, False, {"desert_min_fires": 100}),
    "desert: four fires": Case(lambda: desert(3), True, {"desert_min_fires": 3}),
    "desert: a tenth": Case(desert, True, {"desert_fire_share": 0.0}, WIDE),
    "desert: bright in near infrared": Case(
        lambda: desert(rho_nir=0.14), True, {"desert_rho_nir": ALWAYS}
    ),
    "desert: no hot fires": Case(
        lambda: desert(mean_k=347, mir_k=350), True, {"desert_fire_mean_k": OFF}
    ),
    "desert: even fires": Case(lambda: desert(mad_k=3.6), True, {"desert_fire_mad_k": OFF}),
    "desert: six deviations": Case(lambda: desert(mir_k=339), True, {"desert_mads": OFF}),
    "coast": Case(lambda: dark_water_near(0.06, 0.03, 0.02), False, {"coast_rho_swir": 0.0}),
    "coast: dark at 2.1 um": Case(
        lambda: dark_water_near(0.06, 0.03, 0.06), True, {"coast_rho_swir": OFF}
    ),
    "coast: dark in near infrared": Case(
        lambda: dark_water_near(0.20, 0.16, 0.02), True, {"coast_rho_nir": OFF}
    ),
    "clearing": Case(clearing, False, {"clearing_bt_mir_k": 0.0}, CLEARING),
    "clearing: warm at 11 um": Case(
        lambda: clearing(tir_k=296), True, {"clearing_tir_mads": ALWAYS}, CLEARING
    ),
    "clearing: bright in near infrared": Case(
        lambda: clearing(nir=0.26), True, {"clearing_rho_nir": ALWAYS}, CLEARING
    ),
    "clearing: not hot": Case(
        lambda: clearing(mir_k=326), True, {"clearing_bt_mir_k": OFF}, CLEARING
    ),
}  # fmt: skip


def is_fire(made: Scene, **changes: object) -> bool:
    return bool(modis.detect(made, replace(C6, **changes)).fire_mask[CENTRE] >= FireClass.FIRE_LOW)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_rule_decides_a_pixel(case: Case) -> None:
    made = case.made()
    assert is_fire(made, **case.base) is case.fire
    assert is_fire(made, **(case.base | case.off)) is not case.fire


@pytest.mark.parametrize(
    ("day", "mir_k", "tir_k", "left_out"),
    [
        (True, 330, 305, 1), (True, 330, 315, 0), (True, 324, 300, 0),
        (False, 312, 300, 1), (False, 312, 303, 0), (False, 309, 290, 0),
    ],
)  # fmt: skip
def test_likely_fires_are_hot_and_far_above_11_um_and_are_no_background(
    day: bool, mir_k: float, tir_k: float, left_out: int
) -> None:
    made = put(scene(day), bt_mir_k=340, bt_tir_k=299)
    put(made, (17, 15), bt_mir_k=mir_k, bt_tir_k=tir_k)
    pixels = modis.detect(made, C6).pixels.set_index("line")
    assert pixels.loc[15, "n_background_fires"] == left_out
    assert pixels.loc[15, "n_valid"] == 22 - left_out


@pytest.mark.parametrize("spoiled", ["mir_nominal", "tir_nominal", "bowtie_deleted", "water"])
def test_pixels_of_bad_quality_or_another_surface_are_no_background(spoiled: str) -> None:
    made = by_night(330, 299)
    put(made, np.s_[17, 14:17], **{spoiled: spoiled in ("bowtie_deleted", "water")})
    assert modis.detect(made, C6).pixels["n_valid"].tolist() == [19]


def test_clouds_over_water_are_bright_and_cool() -> None:
    made = put(scene(True), (0, slice(0, 3)), water=True)
    put(made, (0, 0), rho_nir=0.26, bt_12_k=299)
    put(made, (0, 1), rho_nir=0.26, bt_12_k=301)
    put(made, (0, 2), rho_nir=0.24, bt_12_k=299)
    found = modis.detect(made, C6).fire_mask[0, :3]
    assert found.tolist() == [FireClass.CLOUD, FireClass.WATER, FireClass.WATER]


def test_hidden_water_has_a_negative_ndvi() -> None:
    assert is_fire(dark_water_near(0.03, 0.06, 0.02))
    assert not is_fire(dark_water_near(0.06, 0.03, 0.02))


def test_water_that_the_mask_knows_is_no_hidden_water() -> None:
    made = dark_water_near(0.06, 0.03, 0.02)
    assert not is_fire(made)
    assert is_fire(put(made, (14, 17), water=True))


def test_bright_water_after_sunset_is_no_cloud() -> None:
    made = put(scene(True), water=True, rho_nir=0.3, bt_12_k=299)
    assert modis.detect(made, C6).fire_mask[CENTRE] == FireClass.CLOUD
    put(made, solar_zenith_deg=86)
    assert modis.detect(made, C6).fire_mask[CENTRE] == FireClass.WATER


def test_a_fire_among_like_fires_is_no_desert_by_night() -> None:
    made = by_night(318, 297)
    for place in range(5):
        put(made, (13, 13 + place), bt_mir_k=315 + place % 2, bt_tir_k=297)
    assert is_fire(made)
    assert not is_fire(desert())


def test_no_forest_is_cleared_on_water() -> None:
    made = clearing()
    assert not is_fire(made, **CLEARING)
    made.water[:], made.bt_12_k[:] = True, 301
    assert is_fire(made, **CLEARING)


def test_a_cool_pixel_at_11_um_is_a_fire_by_night_only() -> None:
    assert is_fire(by_night(316, 290))
    assert not is_fire(by_day(330, 290))


@pytest.mark.parametrize(("apart_km", "twice"), [(0.15, 1), (0.3, 0)])
def test_nearness_of_duplicates_is_measured_by_their_own_size(apart_km: float, twice: int) -> None:
    pixels = pd.DataFrame(
        {
            "line": [9, 10, 50],
            "lon": [108.0, 108.0, 110.0],
            "lat": [24.0, 24.0 + apart_km / 111.2, 24.0],
            "bt_mir_k": [330.0, 333.0, 330.0],
            "scan_km": [0.4, 0.4, 4.8],
            "track_km": [0.4, 0.4, 2.0],
        }
    )
    assert bowtie_duplicates(pixels, 10, 0.5).sum() == twice
