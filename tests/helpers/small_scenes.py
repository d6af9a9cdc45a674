"""Small scenes of even land, into which tests of the detectors put what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imagery.detection.scene import Scene


@dataclass(frozen=True)
class SmallScenes:
    """Scenes of one sensor: land of dark vegetation, by day with the sun at 50°.

    Parameters
    ----------
    stripe
        Lines and columns after which temperatures change by 2 K, so that all mean absolute
        deviations, also of dT, are 1 K.
    tir_k, bt_12_k
        Temperature at 11 µm unless a test says otherwise, and at 12 µm if the sensor has it.
    heading
        sensor, platform, granule and ended_utc_s.
    """

    size: int
    stripe: int
    step_deg: float
    pixel_km: float
    tir_k: float
    bt_12_k: float | None
    rho_swir: float
    heading: Mapping[str, Any]

    @property
    def centre(self) -> tuple[int, int]:
        return self.size // 2, self.size // 2

    def scene(
        self, day: bool, mir: float = 300.0, tir: float | None = None, **changes: Any
    ) -> Scene:
        """Return land of these temperatures (K); other arrays of the scene by their names."""
        y, x = np.mgrid[: self.size, : self.size]
        none = np.zeros(y.shape, dtype=bool)

        def full(value: float) -> np.ndarray:
            return np.full(y.shape, value, dtype=np.float32)

        def striped(value: float, place: np.ndarray) -> np.ndarray:
            return full(value) + np.where(place // self.stripe % 2, 1, -1).astype(np.float32)

        made = Scene(
            **self.heading, started_utc_s=0,
            lon=(108 + self.step_deg * x).astype(np.float32),
            lat=(24 - self.step_deg * y).astype(np.float32),
            solar_zenith_deg=full(40 if day else 120), view_zenith_deg=full(5),
            relative_azimuth_deg=full(60),
            bt_mir_k=striped(mir, x), bt_tir_k=striped(self.tir_k if tir is None else tir, y),
            bt_12_k=None if self.bt_12_k is None else full(self.bt_12_k),
            rho_red=full(0.08) if day else None, rho_nir=full(0.25) if day else None,
            rho_swir=full(self.rho_swir) if day else None,
            mir_saturated=none.copy(), mir_nominal=~none, tir_nominal=~none,
            bowtie_deleted=none.copy(), water=none.copy(), coast=none.copy(), fire_radiance=None,
            scan_km=np.full(self.size, self.pixel_km, np.float32),
            track_km=np.full(self.size, self.pixel_km, np.float32),
        )  # fmt: skip
        return replace(made, **changes)

    def put(self, made: Scene, spot: Any = None, **values: Any) -> Scene:
        """Set values of the arrays of a scene at one place, the middle if none is named."""
        for name, value in values.items():
            getattr(made, name)[self.centre if spot is None else spot] = value
        return made


VIIRS = SmallScenes(
    size=41, stripe=1, step_deg=0.004, pixel_km=0.4, tir_k=298.0, bt_12_k=None, rho_swir=0.18,
    heading={
        "sensor": "VIIRS_I", "platform": "S-NPP", "granule": "VNP02IMG.A2024001.0600.002",
        "ended_utc_s": 360,
    },
)  # fmt: skip
MODIS = SmallScenes(
    size=31, stripe=2, step_deg=0.01, pixel_km=1.0, tir_k=295.0, bt_12_k=294.0, rho_swir=0.15,
    heading={
        "sensor": "MODIS", "platform": "Terra", "granule": "MOD021KM.A2024001.0300.061",
        "ended_utc_s": 300,
    },
)  # fmt: skip
