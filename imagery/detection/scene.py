"""One pass of a sensor as arrays, ready for fire detection.

A level-1 reader or a simulator makes a `Scene`; the detectors take nothing else. Rows are scan
lines and columns samples, in the order of the swath, so that neighbours in the array were
neighbours for the sensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Float32s: TypeAlias = NDArray[np.float32]
Bools: TypeAlias = NDArray[np.bool_]
Bytes: TypeAlias = NDArray[np.uint8]
SensorName: TypeAlias = Literal["VIIRS_I", "MODIS"]
CloudClassUse: TypeAlias = Literal["background", "reject", "none"]

NO_CLOUD_CLASS = 255
"""Value of `Scene.cloud_class` where the cloud mask says nothing."""
CLOUDY = 0
"""Value of `Scene.cloud_class` where the cloud mask is sure of cloud."""


@dataclass(frozen=True, eq=False)
class FireRadiance:
    """The band that measures fire power, repeated onto the grid of the scene.

    For VIIRS this is M13 (4.05 µm, 750 m): every M pixel covers 2 × 2 pixels of the I grid, those
    whose line and sample *in the granule* have the same whole half.

    Attributes
    ----------
    radiance
        (rows, cols), W m-2 sr-1 µm-1, NaN where invalid or bow-tie deleted.
    pixel_area_km2
        (cols,), area of the coarse pixel that covers each column.
    """

    radiance: Float32s
    pixel_area_km2: Float32s


@dataclass(frozen=True, eq=False)
class Scene:
    """One granule, or a window of one.

    Attributes
    ----------
    sensor, platform, granule
        "VIIRS_I" or "MODIS"; "S-NPP", "NOAA-20", "NOAA-21", "Terra" or "Aqua"; the file's stem.
    started_utc_s, ended_utc_s
        Epoch seconds of the granule's first and last scan.
    lon, lat
        (rows, cols), degrees, NaN where the file has no geolocation.
    solar_zenith_deg, view_zenith_deg, relative_azimuth_deg
        (rows, cols), degrees, NaN where unknown; relative azimuth is sun minus sensor as seen
        from the ground, any sign, 0 when the sensor looks from where the sun stands.
    bt_mir_k, bt_tir_k
        (rows, cols), K, NaN where invalid: VIIRS I4 and I5; MODIS T4 (band 22, from 331 K on
        band 21) and band 31.
    bt_12_k
        (rows, cols), K, MODIS band 32; None for VIIRS.
    rho_red, rho_nir, rho_swir
        (rows, cols), reflectance 0..1 at the top of the atmosphere, NaN at night or where
        invalid, None without the band: VIIRS I1, I2, I3 divided by the cosine of the solar
        zenith; MODIS 1, 2, 7 as its fire product uses them, not divided.
    mir_saturated, mir_nominal, tir_nominal, bowtie_deleted
        (rows, cols), from the quality flags of the file.
    water, coast
        (rows, cols), from the land/water mask; both False on land.
    fire_radiance
        VIIRS M13 for fire power, None without it.
    scan_km, track_km
        (cols,), size of a pixel along the scan and along the track.
    sample0, line0
        Position of the first column and row in the granule.
    cloud_class
        (rows, cols), classes of a cloud mask made elsewhere: 0 cloudy, 1 uncertain, 2 probably
        clear, 3 clear, `NO_CLOUD_CLASS` unknown; None without one.
    missing
        What the reader could not give beside bands, e.g. "land_water_mask".
    """

    sensor: SensorName
    platform: str
    granule: str
    started_utc_s: int
    ended_utc_s: int
    lon: Float32s
    lat: Float32s
    solar_zenith_deg: Float32s
    view_zenith_deg: Float32s
    relative_azimuth_deg: Float32s
    bt_mir_k: Float32s
    bt_tir_k: Float32s
    bt_12_k: Float32s | None
    rho_red: Float32s | None
    rho_nir: Float32s | None
    rho_swir: Float32s | None
    mir_saturated: Bools
    mir_nominal: Bools
    tir_nominal: Bools
    bowtie_deleted: Bools
    water: Bools
    coast: Bools
    fire_radiance: FireRadiance | None
    scan_km: Float32s
    track_km: Float32s
    sample0: int = 0
    line0: int = 0
    cloud_class: Bytes | None = None
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, np.ndarray):
                continue
            expected = self.shape[1:] if name in ("scan_km", "track_km") else self.shape
            if value.shape != expected:
                raise ValueError(f"{name} has shape {value.shape}, expected {expected}")

    @property
    def shape(self) -> tuple[int, int]:
        """Return (rows, cols)."""
        rows, cols = self.bt_mir_k.shape
        return rows, cols


@dataclass(frozen=True, eq=False)
class Detection:
    """What a detector found in a scene.

    Attributes
    ----------
    fire_mask
        (rows, cols), the class codes of the official products, `imagery.detection.masks.FireClass`.
    pixels
        One row a fire pixel, in the order of line and sample: line, sample (in the granule), lon,
        lat, bt_mir_k, bt_tir_k, mean_mir_k, mean_tir_k, mean_dt_k, mad_mir_k, mad_tir_k,
        mad_dt_k, window (pixels a side, 0 without statistics), n_valid, n_background_fires,
        confidence (low|nominal|high), frp_mw (NaN when not known), frp_source (name of the band
        or ""), day_night (D|N), scan_km, track_km, view_zenith_deg, water (bool), cloud_class
        (int, -1 without a cloud mask), test (name of the test that found it).
    algorithm, version, parameter_hash
        Who found it; a change of any of the three makes another product.
    missing
        Bands and masks that were not at hand.
    """

    fire_mask: Bytes
    pixels: pd.DataFrame
    algorithm: str
    version: str
    parameter_hash: str
    missing: tuple[str, ...] = ()
