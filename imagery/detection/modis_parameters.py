"""Values of the MODIS 1 km fire detection, as modis_c6.json and modis_c5.json have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from imagery.detection.contextual import StopRule, WindowRule
from imagery.detection.scene import CloudClassUse


@dataclass(frozen=True)
class ModisParameters:
    """One parameter set; units are in the names, shares are 0..1.

    Fields carry the same names as the entries of the data file, which state source and tag.
    """

    day_solar_zenith_deg: float
    cloud_bright_sum: float
    cloud_bt_12_k: float
    cloud_dim_sum: float
    cloud_dim_bt_12_k: float
    cloud_water: bool
    cloud_water_rho_nir: float
    cloud_water_bt_12_k: float
    cloud_class_use: CloudClassUse
    candidate_rule: Literal["fixed", "adaptive-own"]
    candidate_day_bt_mir_k: float
    candidate_day_dt_k: float
    candidate_rho_nir: float
    candidate_night_bt_mir_k: float
    candidate_night_dt_k: float
    adaptive_window: int
    adaptive_block: int
    adaptive_above_mean_k: float
    adaptive_low_k: float
    adaptive_high_k: float
    adaptive_dt_above_mean_k: float
    adaptive_dt_low_k: float
    water_fires: bool
    absolute_day_bt_mir_k: float
    absolute_night_bt_mir_k: float
    background_fire_day_bt_mir_k: float
    background_fire_day_dt_k: float
    background_fire_night_bt_mir_k: float
    background_fire_night_dt_k: float
    window_first: int
    window_last: int
    min_share: float
    min_count: int
    min_valid: StopRule
    dt_mads: float
    dt_k: float
    mir_mads: float
    tir_below_k: float
    fire_mad_k: float
    glint_always_deg: float
    glint_bright_deg: float
    glint_rho_red: float
    glint_rho_nir: float
    glint_rho_swir: float
    glint_water_deg: float
    desert_fire_share: float
    desert_min_fires: int
    desert_rho_nir: float
    desert_fire_mean_k: float
    desert_fire_mad_k: float
    desert_mads: float
    coast_rho_swir: float
    coast_rho_nir: float
    clearing: bool
    clearing_tir_mads: float
    clearing_rho_nir: float
    clearing_bt_mir_k: float
    confidence_day_low_k: float
    confidence_day_high_k: float
    confidence_night_low_k: float
    confidence_night_high_k: float
    confidence_mir_low: float
    confidence_mir_high: float
    confidence_dt_low: float
    confidence_dt_high: float
    confidence_adjacent: float
    confidence_nominal_pct: float
    confidence_high_pct: float
    frp_form: Literal["radiance", "kaufman"]
    frp_slope: float
    frp_kaufman: float
    duplicate_share: float

    @property
    def window_rule(self) -> WindowRule:
        """Return how background windows grow."""
        return WindowRule(
            first=self.window_first,
            last=self.window_last,
            min_share=self.min_share,
            min_count=self.min_count,
            stop=self.min_valid,
            beside=1,
        )
