"""VIIRS 375 m fires: the contextual algorithm of Schroeder et al. (2014) on a scene.

Order: classes (bow-tie, cloud, water, glint), fires by fixed tests, candidates by the limit of the
scene, background windows, day pre-filter, contextual tests, low-confidence neighbours, confidence,
fire power, pixels seen twice.

Readings of the published text that make a difference, all part of `VERSION`:

- The candidate itself is never part of its background.
- A folded pixel is a fire and stands outside all statistics, for its I4 temperature is none.
- Water is what the land/water mask says; on its coasts, and everywhere without a mask, day pixels
  with I1 > I2 > I3 are water too.
- "nominal to low" is for the day only, and a pixel is "less than 15 K above its neighbours" when
  not even the coldest clear neighbour is 15 K colder.
- The secondary test asks at night for I5 above 295 K beside a negative difference, and always that
  the difference is well below that of the background: land on warm nights is slightly negative.

With a band missing (always named in `Detection.missing`):

- I2 (or I1): the sums I1 + I2 take the other twice; tests on I2 alone are not made, except that
  the day pre-filter keeps its thermal conditions. No bright-target test, no water by colour.
- I1 to I3: cloud is I5 below 265 K only, no glint, no bright-target test.
- M13: power from I4 where that is not saturated, `frp_source` "I4"; otherwise none.
- Land/water mask: water by colour by day, none at night.
- View angles: no glint.
- The night test of the South Atlantic anomaly (particle hits on the detector, 110° W to 11° E, 7° N
  to 55° S) is not made; a scene with night fires there names "south_atlantic_test".
- A cloud mask from elsewhere is never needed. Where there is one, its cloudy pixels are no
  background and are reported as cloud, but a candidate under it is tested like any other and keeps
  `cloud_class`: such masks take smoke for cloud.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from firewatch.core.geo import Floats
from imagery.detection.columns import Columns, Rows, chosen, stacked
from imagery.detection.contextual import (
    BACKGROUND_FIRE,
    Background,
    Derivation,
    window_statistics,
)
from imagery.detection.duplicates import bowtie_duplicates
from imagery.detection.frp import radiance_power_mw, share_of_group
from imagery.detection.masks import (
    CONFIDENCE_OF_CLASS,
    FireClass,
    Indices,
    count_adjacent,
    glint_angle_deg,
    mark_cloud,
    neighbours,
)
from imagery.detection.parameters import load_parameters, parameter_hash
from imagery.detection.pixels import pixel_columns
from imagery.detection.scene import CLOUDY, Bools, Bytes, Detection, Scene
from imagery.detection.strips import LAND, WATER, band_at, in_order, missing_bands
from imagery.detection.sweep import Decided, Detector, Piece, detect_scene, window_of
from imagery.detection.viirs_parameters import ViirsParameters as Parameters
from imagery.detection.viirs_screen import (
    CONTEXTUAL,
    SECONDARY,
    TESTS,
    SceneLimit,
    Screening,
    screen,
)
from imagery.level1.geometry import VIIRS_LINES_A_SCAN
from imagery.level1.window import Window
from imagery.radiometry import VIIRS_I4_UM, planck_radiance

__all__ = [
    "ALGORITHM",
    "VERSION",
    "Parameters",
    "ViirsDetector",
    "contextual_tests",
    "detect",
    "parameters",
]

ALGORITHM = "firewatch-viirs-375m"
VERSION = "1"
# Lines over which one fire can act on another: it lets its neighbour pass the secondary test, and
# that one shares the power of an M13 pixel with a third.
_RIPPLE = 2

# The mean of radiances, for power goes with radiance; that of the mean temperature is less.
_DERIVED: dict[str, Derivation] = {
    "dt": lambda values: values["mir"] - values["tir"],
    "radiance": lambda values: planck_radiance(VIIRS_I4_UM, values["mir"]).astype(np.float32),
}
_BANDS = {
    "rho_red": "I1",
    "rho_nir": "I2",
    "rho_swir": "I3",
    "fire_radiance": "M13",
    "cloud_class": "cloud_mask",
}


@cache
def parameters() -> Parameters:
    """Return the published parameter set."""
    return load_parameters(Parameters, "viirs_iband")


def detect(scene: Scene, parameters: Parameters) -> Detection:
    """Return the fires of a VIIRS scene.

    Pixels without geolocation or temperature are class 0: nothing is said about them, which is
    not the same as no fire.
    """
    return detect_scene(scene, ViirsDetector(parameters, window_of(scene)))


class ViirsDetector(Detector[Screening]):
    """The algorithm on its way over one granule, or a window of it."""

    algorithm = ALGORITHM
    version = VERSION

    def __init__(self, parameters: Parameters, window: Window) -> None:
        self._parameters = parameters
        self._limit = SceneLimit(parameters, window)
        self.parameter_hash = parameter_hash(parameters)
        self.overlap = parameters.window_last // 2 + _RIPPLE
        self.reach = self._limit.grid.reach + _RIPPLE

    def look(self, piece: Piece) -> Screening:
        screening = screen(piece.scene, self._parameters)
        self._limit.add(piece.scene, screening.surface, piece.fresh)
        return screening

    def decide(self, piece: Piece, look: Screening) -> Decided:
        scene, rows, p = piece.scene, piece.rows, self._parameters
        columns = scene.shape[1]
        near = look.between((rows.start - _RIPPLE) * columns, (rows.stop + _RIPPLE) * columns)
        candidates = near.possible[self._limit.passed(scene, near.possible)]
        fires = _find(scene, near, candidates, p)
        _set_confidence(scene, near.mask, fires, p)
        mask = near.mask[rows]
        if scene.cloud_class is not None and p.cloud_class_use != "none":
            mark_cloud(mask, scene.cloud_class[rows] == CLOUDY)
        pixels = _pixels(scene, near.mask, fires, p)
        here = (fires["row"] >= rows.start) & (fires["row"] < rows.stop)
        missing = missing_bands(scene, _BANDS, p.day_solar_zenith_deg)
        return Decided(piece, mask, pixels[here].reset_index(drop=True), missing)

    def product(self, fires: pd.DataFrame) -> pd.DataFrame:
        twice = bowtie_duplicates(fires, VIIRS_LINES_A_SCAN, self._parameters.duplicate_share)
        return fires[~twice].reset_index(drop=True)

    def missing(self, named: Iterable[str], fires: pd.DataFrame) -> tuple[str, ...]:
        by_night = in_south_atlantic_anomaly(fires["lon"], fires["lat"])[fires["day_night"] == "N"]
        untested = ("south_atlantic_test",) if by_night.any() else ()
        return (*in_order(named, _BANDS), *untested)


def in_south_atlantic_anomaly(lon: ArrayLike, lat: ArrayLike) -> Bools:
    """Return where night fires need a test against particle hits (VNP14IMG algorithm document)."""
    x, y = np.asarray(lon), np.asarray(lat)
    inside: Bools = (x >= -110) & (x <= 11) & (y >= -55) & (y <= 7)
    return inside


def contextual_tests(values: Rows, parameters: Parameters) -> Bools:
    """Return which candidates are fires, given their background.

    Parameters
    ----------
    values
        bt_mir_k, bt_tir_k, day (bool), rho_nir (NaN where missing) and the columns of
        `window_statistics` for the fields mir, tir and dt.
    parameters
        Thresholds.
    """
    p, v = parameters, values
    dt = v["bt_mir_k"] - v["bt_tir_k"]
    by_day = dt > v["mean_dt"] + p.day_dt_mads * v["mad_dt"]
    by_day &= dt > v["mean_dt"] + p.day_dt_k
    by_day &= v["bt_mir_k"] > v["mean_mir"] + p.day_mir_mads * v["mad_mir"]
    warm = v["bt_tir_k"] > v["mean_tir"] + v["mad_tir"] - p.day_tir_below_k
    by_day &= warm | (v["mad_fire"] > p.day_fire_mad_k)
    by_night = dt > v["mean_dt"] + p.night_dt_mads * v["mad_dt"]
    by_night &= dt > v["mean_dt"] + p.night_dt_k
    by_night &= v["bt_mir_k"] > v["mean_mir"] + p.night_mir_mads * v["mad_mir"]
    passed = np.where(v["day"], by_day & ~hot_soil(values, parameters), by_night)
    fires: Bools = passed & np.asarray(v["window"] > 0)
    return fires


def hot_soil(values: Rows, parameters: Parameters) -> Bools:
    """Return which candidates the day pre-filter rejects: the edge of a wide hot surface."""
    p, v = parameters, values
    many = v["n_background_fires"] >= p.prefilter_min_fires
    many |= v["n_background_fires"] > p.prefilter_fire_share * v["n_valid"]
    # A missing band leaves the thermal conditions to decide.
    reject = many & (v["n_background_fires"] > 0) & ~(v["rho_nir"] <= p.prefilter_rho_nir)
    reject &= v["mean_fire"] < p.prefilter_fire_mean_k
    reject &= v["mad_fire"] < p.prefilter_fire_mad_k
    reject &= v["bt_mir_k"] < v["mean_fire"] + p.prefilter_mads * v["mad_fire"]
    return np.asarray(reject, dtype=bool)


def _find(scene: Scene, screening: Screening, positions: Indices, p: Parameters) -> Columns:
    """Return all fires with their background; writes classes 6 and 8 and those of neighbours."""
    mask = screening.mask
    candidates = _statistics(scene, screening, positions, p, for_tests=True)
    found = contextual_tests(candidates, p)
    flat = mask.ravel()
    flat[positions[candidates["window"] == 0]] = FireClass.UNCLASSIFIED
    flat[positions[found]] = FireClass.FIRE_NOMINAL
    fixed = _statistics(scene, screening, screening.fixed, p)
    near = _secondary(scene, mask, np.concatenate([screening.fixed, positions[found]]), p)
    beside = _statistics(scene, screening, near, p)
    hidden = _hidden_fire(scene, beside, p)
    flat[near[hidden]] = FireClass.FIRE_LOW
    fires = stacked([fixed, chosen(candidates, found), chosen(beside, hidden)])
    numbers = [len(screening.fixed), int(found.sum()), int(hidden.sum())]
    fires["test"] = np.repeat(np.array([0, CONTEXTUAL, SECONDARY], dtype=np.uint8), numbers)
    fires["test"][: numbers[0]] = screening.fixed_test
    return chosen(fires, np.lexsort((fires["col"], fires["row"])))


def _statistics(
    scene: Scene,
    screening: Screening,
    positions: Indices,
    p: Parameters,
    *,
    for_tests: bool = False,
) -> Columns:
    """Return positions (row, col), values and background of pixels.

    With `for_tests` the background may be missing where it cannot make the pixel a fire.
    """
    lines, samples = np.divmod(positions, scene.shape[1])
    day = scene.solar_zenith_deg[lines, samples] < p.day_solar_zenith_deg
    least = ("dt", np.where(day, p.day_dt_k, p.night_dt_k)) if for_tests else None
    fields = {"mir": scene.bt_mir_k, "tir": scene.bt_tir_k}
    if scene.fire_radiance is not None:
        fields["m13"] = scene.fire_radiance.radiance
    background = Background(screening.surface, fields, _DERIVED, "mir", {})
    kinds = np.where(screening.mask[lines, samples] == FireClass.WATER, WATER, LAND).astype(
        np.uint8
    )
    known = screening.surface[lines, samples] & (0xFF ^ BACKGROUND_FIRE)
    kinds = np.where(known > 0, known, kinds).astype(np.uint8)
    statistics = window_statistics(background, lines, samples, kinds, p.window_rule, least)
    return statistics | {
        "row": lines,
        "col": samples,
        "bt_mir_k": scene.bt_mir_k[lines, samples],
        "bt_tir_k": scene.bt_tir_k[lines, samples],
        "rho_nir": band_at(scene.rho_nir, lines, samples),
        "day": day,
    }


def _secondary(scene: Scene, mask: Bytes, fires: Indices, p: Parameters) -> Indices:
    """Return flat positions beside fires that saturation or the fold may have hidden."""
    lines, samples = np.divmod(fires, scene.shape[1])
    y, x, inside = neighbours(lines, samples, scene.shape)
    near = np.unique((y * scene.shape[1] + x)[inside])
    y, x = np.divmod(near, scene.shape[1])
    mir, tir = scene.bt_mir_k[y, x], scene.bt_tir_k[y, x]
    day = scene.solar_zenith_deg[y, x] < p.day_solar_zenith_deg
    suspect = (tir >= p.secondary_bt_tir_k) | scene.mir_saturated[y, x]
    suspect |= (mir < tir) & (day | (tir > p.secondary_night_bt_tir_k))
    classes = mask[y, x]
    open_class = (classes == FireClass.LAND) | (classes == FireClass.WATER)
    open_class |= classes == FireClass.UNCLASSIFIED
    beside: Indices = near[suspect & open_class]
    return beside


def _hidden_fire(scene: Scene, beside: Columns, p: Parameters) -> Bools:
    """Return which pixels beside fires are warm, saturated or far below their background."""
    below = beside["bt_mir_k"] - beside["bt_tir_k"] < beside["mean_dt"] - p.secondary_dt_below_k
    warm = beside["bt_tir_k"] >= p.secondary_bt_tir_k
    hidden: Bools = warm | below | scene.mir_saturated[beside["row"], beside["col"]]
    return hidden


def _set_confidence(scene: Scene, mask: Bytes, fires: Columns, p: Parameters) -> None:
    """Turn weak and glint-like nominal fires of the day into low ones, in `mask`."""
    lines, samples = fires["row"], fires["col"]
    glint = glint_angle_deg(
        *(
            angle[lines, samples]
            for angle in (
                scene.solar_zenith_deg,
                scene.view_zenith_deg,
                scene.relative_azimuth_deg,
            )
        )
    )
    dt = fires["bt_mir_k"] - fires["bt_tir_k"]
    weak = (dt <= p.low_dt_k) | (glint < p.low_glint_deg)
    doubtful = count_adjacent(mask, FireClass.GLINT, lines, samples) >= p.low_adjacent_glint
    lonely = count_adjacent(mask, FireClass.FIRE_HIGH, lines, samples) == 0
    doubtful |= lonely & (_above_coldest_k(scene, mask, lines, samples) < p.low_above_adjacent_k)
    nominal = mask[lines, samples] == FireClass.FIRE_NOMINAL
    demoted = nominal & fires["day"] & weak & doubtful
    mask[lines[demoted], samples[demoted]] = FireClass.FIRE_LOW


def _above_coldest_k(scene: Scene, mask: Bytes, lines: Indices, samples: Indices) -> Floats:
    """Return how far I4 is above the coldest clear neighbour; -inf with no such neighbour."""
    y, x, inside = neighbours(lines, samples, scene.shape)
    classes = mask[y, x]
    clear = inside & (classes >= FireClass.WATER) & (classes != FireClass.CLOUD)
    coldest = np.where(clear, scene.bt_mir_k[y, x], np.inf).min(axis=1, initial=np.inf)
    return np.asarray(scene.bt_mir_k[lines, samples] - coldest, dtype=float)


def _pixels(scene: Scene, mask: Bytes, fires: Columns, p: Parameters) -> pd.DataFrame:
    """Return the table of fire pixels, with those seen twice."""
    lines, samples = fires["row"], fires["col"]
    power, source = _power(scene, fires, lines, samples, p)
    classes = mask[lines, samples]
    confidence = np.array([CONFIDENCE_OF_CLASS.get(FireClass(code), "") for code in range(10)])
    return pd.DataFrame(
        pixel_columns(scene, fires, lines, samples)
        | {
            "confidence": confidence[classes],
            "frp_mw": power,
            "frp_source": source,
            "test": np.array(TESTS)[fires["test"]],
        }
    )


def _power(
    scene: Scene, fires: Columns, lines: Indices, samples: Indices, p: Parameters
) -> tuple[Floats, NDArray[np.str_]]:
    """Return fire power (MW) and the band it comes from, M13 before I4."""
    power = np.full(len(lines), np.nan)
    if scene.fire_radiance is not None:
        coarse = radiance_power_mw(
            scene.fire_radiance.radiance[lines, samples],
            fires["mean_m13"],
            scene.fire_radiance.pixel_area_km2[samples],
            p.frp_slope_m13,
        )
        power = share_of_group(coarse, (lines + scene.line0) // 2, (samples + scene.sample0) // 2)
    measured = ~np.isnan(power)
    # A saturated or folded I4 says only that the fire is stronger.
    usable = ~measured & scene.mir_nominal[lines, samples] & ~scene.mir_saturated[lines, samples]
    usable &= fires["bt_mir_k"] > fires["bt_tir_k"]
    usable &= fires["bt_mir_k"] < p.saturated_bt_mir_k
    area = (scene.scan_km * scene.track_km)[samples]
    fine = radiance_power_mw(
        planck_radiance(VIIRS_I4_UM, fires["bt_mir_k"]),
        fires["mean_radiance"],
        area,
        p.frp_slope_i4,
    )
    power = np.where(usable, fine, power)
    source = np.where(measured, "M13", np.where(np.isnan(power), "", "I4"))
    return power, source
