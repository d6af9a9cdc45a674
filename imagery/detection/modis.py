"""MODIS 1 km fires: the contextual algorithm of Giglio et al. (2003, 2016) on a scene.

Two parameter sets: "c6" (Collection 6 and 6.1) and "c5". The limit of the fixed set for day
candidates (310 K) is the fallback of the published Collection 6; its own limit, which follows the
scene, was not at hand in a published form. `candidate_rule = "adaptive-own"` is a limit of
firewatch's own making.

Readings that make a difference, all part of `VERSION`: coast counts as land in windows; the
window's water colour (coastal rejection) is looked for in all its usable land pixels, not in the
candidate; candidates under a cloud mask from elsewhere are tested like any other.

With a band missing (always named in `Detection.missing`): without band 32 cloud tests take band
31; without band 1 or 2 the sum takes the other twice; without 1, 2 or 7 no glint by brightness and
no water by colour; without 2 the candidate limit and the desert rejection keep their thermal
conditions and the water-cloud test is not made; without angles no glint.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from imagery.detection.contextual import Background, Derivation, window_statistics
from imagery.detection.duplicates import bowtie_duplicates
from imagery.detection.frp import kaufman_power_mw, radiance_power_mw
from imagery.detection.masks import FireClass, Indices, count_adjacent, glint_angle_deg, mark_cloud
from imagery.detection.modis_parameters import ModisParameters as Parameters
from imagery.detection.modis_screen import AdaptiveLimits, Screening, screen
from imagery.detection.parameters import load_parameters, parameter_hash
from imagery.detection.pixels import pixel_columns
from imagery.detection.scene import CLOUDY, Bools, Detection, Scene
from imagery.detection.strips import LAND, WATER, band_at, in_order, missing_bands
from imagery.detection.sweep import Decided, Detector, Piece, detect_scene, window_of
from imagery.level1.geometry import MODIS_LINES_A_SCAN
from imagery.level1.window import Window
from imagery.radiometry import MODIS_21_22_UM, planck_radiance

__all__ = [
    "ALGORITHM",
    "VERSION",
    "ModisDetector",
    "Parameters",
    "confidence_pct",
    "contextual_tests",
    "detect",
    "fire_power_mw",
    "parameters",
    "rejected",
]

ALGORITHM = "firewatch-modis-1km"
VERSION = "1"

# The mean of radiances, as the official power seems to take it; that of the mean temperature is
# less by up to 6 % where the background varies.
_DERIVED: dict[str, Derivation] = {
    "dt": lambda values: values["mir"] - values["tir"],
    "radiance": lambda values: planck_radiance(MODIS_21_22_UM, values["mir"]).astype(np.float32),
}
_BANDS = {
    "bt_12_k": "32",
    "rho_red": "1",
    "rho_nir": "2",
    "rho_swir": "7",
    "cloud_class": "cloud_mask",
}


@cache
def parameters(collection: Literal["c6", "c5"] = "c6") -> Parameters:
    """Return the parameter set of a collection."""
    return load_parameters(Parameters, f"modis_{collection}")


def detect(scene: Scene, parameters: Parameters) -> Detection:
    """Return the fires of a MODIS scene.

    Pixels without geolocation or temperature are class 0: nothing is said about them, which is
    not the same as no fire.
    """
    return detect_scene(scene, ModisDetector(parameters, window_of(scene)))


class ModisDetector(Detector[Screening]):
    """The algorithm on its way over one granule, or a window of it."""

    algorithm = ALGORITHM
    version = VERSION

    def __init__(self, parameters: Parameters, window: Window) -> None:
        self._parameters = parameters
        adaptive = parameters.candidate_rule == "adaptive-own"
        self._limits = AdaptiveLimits(parameters, window) if adaptive else None
        self.parameter_hash = parameter_hash(parameters)
        self.overlap = max(parameters.window_last // 2, 1)
        self.reach = self._limits.grid.reach if self._limits else 0

    def look(self, piece: Piece) -> Screening:
        screening = screen(piece.scene, self._parameters)
        if self._limits is not None:
            self._limits.add(piece.scene, screening.surface, piece.fresh)
        return screening

    def decide(self, piece: Piece, look: Screening) -> Decided:
        scene, rows, p = piece.scene, piece.rows, self._parameters
        limits = np.array([rows.start, rows.stop]) * scene.shape[1]
        candidates = look.possible[slice(*np.searchsorted(look.possible, limits))]
        if self._limits is not None:
            candidates = candidates[self._limits.passed(scene, candidates)]
        values = _values(scene, look, candidates, p)
        fires = contextual_tests(values, p)
        unknown = (values["window"] == 0).to_numpy() & ~fires
        fires &= ~rejected(values, p)
        found = values[fires]
        percent = confidence_pct(found, p)
        steps = [p.confidence_nominal_pct, p.confidence_high_pct]
        level = np.searchsorted(steps, percent, side="right")
        flat = look.mask.ravel()
        flat[candidates[unknown]] = FireClass.UNCLASSIFIED
        flat[candidates[fires]] = FireClass.FIRE_LOW + level
        mask = look.mask[rows]
        if scene.cloud_class is not None and p.cloud_class_use != "none":
            mark_cloud(mask, scene.cloud_class[rows] == CLOUDY)
        missing = missing_bands(scene, _BANDS, p.day_solar_zenith_deg)
        return Decided(piece, mask, _pixels(scene, found, level, percent, p), missing)

    def product(self, fires: pd.DataFrame) -> pd.DataFrame:
        twice = bowtie_duplicates(fires, MODIS_LINES_A_SCAN, self._parameters.duplicate_share)
        return fires[~twice].reset_index(drop=True)

    def missing(self, named: Iterable[str], fires: pd.DataFrame) -> tuple[str, ...]:
        return in_order(named, _BANDS)


def absolute_test(values: pd.DataFrame, parameters: Parameters) -> Bools:
    """Return which candidates are fires whatever stands around them: test (1)."""
    limit = np.where(
        values["day"], parameters.absolute_day_bt_mir_k, parameters.absolute_night_bt_mir_k
    )
    hot: Bools = (values["bt_mir_k"] > limit).to_numpy()
    return hot


def contextual_tests(values: pd.DataFrame, parameters: Parameters) -> Bools:
    """Return which candidates are tentative fires, by tests (1) to (6).

    Parameters
    ----------
    values
        bt_mir_k, bt_tir_k, day (bool) and the columns of `window_statistics` for the fields mir,
        tir and dt.
    parameters
        Thresholds.
    """
    p, v = parameters, values
    dt = v["bt_mir_k"] - v["bt_tir_k"]
    relative = dt > v["mean_dt"] + p.dt_mads * v["mad_dt"]
    relative &= dt > v["mean_dt"] + p.dt_k
    relative &= v["bt_mir_k"] > v["mean_mir"] + p.mir_mads * v["mad_mir"]
    warm = v["bt_tir_k"] > v["mean_tir"] + v["mad_tir"] - p.tir_below_k
    relative &= ~v["day"] | warm | (v["mad_fire"] > p.fire_mad_k)
    fires: Bools = absolute_test(v, p) | (relative & (v["window"] > 0)).to_numpy()
    return fires


def rejected(values: pd.DataFrame, parameters: Parameters) -> Bools:
    """Return which tentative fires are none: glint, desert edge, coast, clearing. Day only.

    Parameters
    ----------
    values
        As for `contextual_tests`, with glint_deg, rho_red, rho_nir, rho_swir, on_water (bool),
        n_adjacent_water, n_water, n_hidden_water and n_shore (land or coast) of the window.
    parameters
        Thresholds.
    """
    reasons = [_glint(values, parameters), _desert(values, parameters), _coast(values, parameters)]
    if parameters.clearing:
        reasons.append(_clearing(values, parameters))
    result: Bools = np.logical_or.reduce(reasons) & values["day"].to_numpy()
    return result


def _glint(v: pd.DataFrame, p: Parameters) -> Bools:
    bright = (v["rho_red"] > p.glint_rho_red) & (v["rho_nir"] > p.glint_rho_nir)
    bright &= v["rho_swir"] > p.glint_rho_swir
    by_water = v["n_adjacent_water"] + v["n_water"] > 0
    result = v["glint_deg"] < p.glint_always_deg
    result |= (v["glint_deg"] < p.glint_bright_deg) & bright
    result |= (v["glint_deg"] < p.glint_water_deg) & by_water
    return result.to_numpy(dtype=bool)


def _desert(v: pd.DataFrame, p: Parameters) -> Bools:
    result = v["n_background_fires"] > p.desert_fire_share * v["n_valid"]
    result &= v["n_background_fires"] >= p.desert_min_fires
    # A missing band leaves the thermal conditions to decide.
    result &= ~(v["rho_nir"] <= p.desert_rho_nir)
    result &= v["mean_fire"] < p.desert_fire_mean_k
    result &= v["mad_fire"] < p.desert_fire_mad_k
    result &= v["bt_mir_k"] < v["mean_fire"] + p.desert_mads * v["mad_fire"]
    return result.to_numpy(dtype=bool)


def _coast(v: pd.DataFrame, p: Parameters) -> Bools:
    hidden = ~v["on_water"] & (v["n_hidden_water"] > 0)
    shore = v["on_water"] & (v["n_shore"] > 0)
    result: Bools = (hidden | shore).to_numpy(dtype=bool) & ~absolute_test(v, p)
    return result


def _clearing(v: pd.DataFrame, p: Parameters) -> Bools:
    result = ~v["on_water"] & (v["rho_nir"] > p.clearing_rho_nir)
    result &= v["bt_tir_k"] > v["mean_tir"] + p.clearing_tir_mads * v["mad_tir"]
    result &= v["bt_mir_k"] < p.clearing_bt_mir_k
    return result.to_numpy(dtype=bool)


def confidence_pct(values: pd.DataFrame, parameters: Parameters) -> Floats:
    """Return the detection confidence, 0..100: geometric mean of ramps (Giglio et al. 2003).

    Parameters
    ----------
    values
        As for `contextual_tests`, with n_adjacent_cloud and n_adjacent_water. Without a
        background, or with one that does not vary, the excess counts as full.
    parameters
        Ends of the ramps.
    """
    p, v = parameters, values
    hot = np.where(
        v["day"],
        _ramp(v["bt_mir_k"], p.confidence_day_low_k, p.confidence_day_high_k),
        _ramp(v["bt_mir_k"], p.confidence_night_low_k, p.confidence_night_high_k),
    )
    dt = v["bt_mir_k"] - v["bt_tir_k"]
    mir = _ramp(_excess(v["bt_mir_k"], v, "mir"), p.confidence_mir_low, p.confidence_mir_high)
    difference = _ramp(_excess(dt, v, "dt"), p.confidence_dt_low, p.confidence_dt_high)
    cloud = 1 - _ramp(v["n_adjacent_cloud"], 0, p.confidence_adjacent)
    water = 1 - _ramp(v["n_adjacent_water"], 0, p.confidence_adjacent)
    by_night = hot * mir * difference
    percent: Floats = 100 * np.where(
        v["day"], (by_night * cloud * water) ** (1 / 5), by_night ** (1 / 3)
    )
    return percent


def _ramp(values: pd.Series | Floats, low: float, high: float) -> Floats:
    return np.clip((np.asarray(values, dtype=float) - low) / (high - low), 0, 1)


def _excess(values: pd.Series, v: pd.DataFrame, field: str) -> Floats:
    above = (values - v[f"mean_{field}"]).to_numpy(dtype=float)
    mad = v[f"mad_{field}"].to_numpy(dtype=float)
    return np.where(mad > 0, above / np.where(mad > 0, mad, 1), np.inf)


def fire_power_mw(values: pd.DataFrame, area_km2: Floats, parameters: Parameters) -> Floats:
    """Return fire power (MW) in the form of the parameter set.

    Parameters
    ----------
    values
        bt_mir_k, mean_mir and, if known, mean_radiance (background, W m-2 sr-1 µm-1), for which
        the radiance of the mean temperature stands otherwise.
    area_km2
        Areas of the pixels.
    parameters
        Form and factor.
    """
    p, fire_k = parameters, values["bt_mir_k"]
    if p.frp_form == "kaufman":
        return kaufman_power_mw(fire_k, values["mean_mir"], area_km2, p.frp_kaufman)
    background = (
        values["mean_radiance"]
        if "mean_radiance" in values
        else planck_radiance(MODIS_21_22_UM, values["mean_mir"])
    )
    fire = planck_radiance(MODIS_21_22_UM, fire_k)
    return radiance_power_mw(fire, background, area_km2, p.frp_slope)


def _values(scene: Scene, screening: Screening, candidates: Indices, p: Parameters) -> pd.DataFrame:
    """Return what the tests need to know of each candidate and its surroundings."""
    lines, samples = np.divmod(candidates, scene.shape[1])
    wet = screening.mask == FireClass.WATER
    background = Background(
        surface=screening.surface,
        fields={"mir": scene.bt_mir_k, "tir": scene.bt_tir_k},
        derived=_DERIVED,
        fire_field="mir",
        counted={
            "water": wet,
            "hidden_water": screening.hidden_water,
            "shore": ~scene.water | scene.coast,
        },
    )
    on_water = wet[lines, samples]
    kinds = np.where(on_water, WATER, LAND).astype(np.uint8)
    statistics = window_statistics(background, lines, samples, kinds, p.window_rule)
    values = {
        "row": lines,
        "col": samples,
        "day": scene.solar_zenith_deg[lines, samples] < p.day_solar_zenith_deg,
        "bt_mir_k": scene.bt_mir_k[lines, samples].astype(float),
        "bt_tir_k": scene.bt_tir_k[lines, samples].astype(float),
        "rho_red": band_at(scene.rho_red, lines, samples),
        "rho_nir": band_at(scene.rho_nir, lines, samples),
        "rho_swir": band_at(scene.rho_swir, lines, samples),
        "glint_deg": glint_angle_deg(
            scene.solar_zenith_deg[lines, samples],
            scene.view_zenith_deg[lines, samples],
            scene.relative_azimuth_deg[lines, samples],
        ),
        "on_water": on_water,
        "n_adjacent_water": count_adjacent(screening.mask, FireClass.WATER, lines, samples),
        "n_adjacent_cloud": count_adjacent(screening.mask, FireClass.CLOUD, lines, samples),
    }
    return pd.DataFrame(statistics | values)


def _pixels(
    scene: Scene,
    found: pd.DataFrame,
    level: NDArray[np.intp],
    percent: Floats,
    p: Parameters,
) -> pd.DataFrame:
    """Return the table of fire pixels, with those seen twice."""
    lines, samples = found["row"].to_numpy(np.intp), found["col"].to_numpy(np.intp)
    area = (scene.scan_km.astype(float) * scene.track_km)[samples]
    power = fire_power_mw(found, area, p)
    # A saturated band says only that the fire is stronger.
    power = np.where(scene.mir_saturated[lines, samples], np.nan, power)
    return pd.DataFrame(
        pixel_columns(scene, found, lines, samples)
        | {
            "confidence": np.array(["low", "nominal", "high"])[level],
            "confidence_pct": percent,
            "frp_mw": power,
            "frp_source": np.where(np.isnan(power), "", "B21/22"),
            "test": np.where(absolute_test(found, p), "absolute", "contextual"),
        }
    )
