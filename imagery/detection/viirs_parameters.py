"""Values of the VIIRS 375 m fire detection, as viirs_iband.json has and explains them."""

from __future__ import annotations

from dataclasses import dataclass

from imagery.detection.contextual import StopRule, WindowRule
from imagery.detection.scene import CloudClassUse


@dataclass(frozen=True)
class ViirsParameters:
    """One parameter set; units are in the names, shares are 0..1.

    Fields carry the same names as the entries of the data file, which state source and tag.
    """

    day_solar_zenith_deg: float
    cloud_bt_tir_k: float
    cloud_night_bt_mir_k: float
    cloud_bright_sum: float
    cloud_bright_bt_tir_k: float
    cloud_dim_sum: float
    cloud_dim_bt_tir_k: float
    cloud_class_use: CloudClassUse
    glint_near_deg: float
    glint_near_sum: float
    glint_far_deg: float
    glint_far_sum: float
    bright_rho_swir: float
    bright_rho_nir: float
    bright_bt_mir_k: float
    absolute_night_bt_mir_k: float
    saturated_bt_mir_k: float
    saturated_day_bt_tir_k: float
    saturated_day_sum: float
    fold_day_bt_tir_k: float
    fold_night_bt_tir_k: float
    fold_bt_mir_k: float
    fold_wrapped_bt_tir_k: float
    fold_own_bt_tir_k: float
    background_fire_day_bt_mir_k: float
    background_fire_day_dt_k: float
    background_fire_night_bt_mir_k: float
    background_fire_night_dt_k: float
    candidate_low_k: float
    candidate_high_k: float
    candidate_above_median_k: float
    candidate_min_valid: int
    candidate_window: int
    candidate_block: int
    candidate_stride: int
    candidate_day_dt_k: float
    candidate_night_bt_mir_k: float
    candidate_night_dt_k: float
    window_first: int
    window_last: int
    min_share: float
    min_count: int
    min_valid: StopRule
    prefilter_min_fires: int
    prefilter_fire_share: float
    prefilter_rho_nir: float
    prefilter_fire_mean_k: float
    prefilter_fire_mad_k: float
    prefilter_mads: float
    day_dt_mads: float
    day_dt_k: float
    day_mir_mads: float
    day_tir_below_k: float
    day_fire_mad_k: float
    night_dt_mads: float
    night_dt_k: float
    night_mir_mads: float
    secondary_bt_tir_k: float
    secondary_night_bt_tir_k: float
    secondary_dt_below_k: float
    low_dt_k: float
    low_glint_deg: float
    low_adjacent_glint: int
    low_above_adjacent_k: float
    frp_slope_m13: float
    frp_slope_i4: float
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
            beside=0,
        )
