"""Granules written value by value with h5py and pyhdf, without any code of the reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

LINES, SAMPLES = 64, 6400
STAMP = "A2020312.0605"
START = "2020-11-07T06:05:00.000Z"
END = "2020-11-07T06:11:00.000Z"


def viirs_variables() -> dict[str, np.ndarray]:
    """Return a quiet granule of one's own to change."""
    return {name: values.copy() for name, values in _quiet_granule().items()}


@cache
def _quiet_granule() -> dict[str, np.ndarray]:
    """Return a quiet granule: counts, tables and positions around 108 E 23 N."""
    rng = np.random.default_rng(7)
    line, sample = np.mgrid[0:LINES, 0:SAMPLES]
    lut4 = np.linspace(200.0, 362.5, 65_536).astype("f4")
    lut5 = np.linspace(150.0, 390.0, 65_536).astype("f4")
    lut4[:20], lut4[65_528:] = -999.3, -999.3
    lut5[:20], lut5[65_528:] = -999.3, -999.3
    shape = (LINES, SAMPLES)
    return {
        "I01": rng.integers(1000, 20_000, shape, dtype="u2"),
        "I02": rng.integers(1000, 20_000, shape, dtype="u2"),
        "I03": rng.integers(1000, 20_000, shape, dtype="u2"),
        "I04": rng.integers(30_000, 50_000, shape, dtype="u2"),
        "I05": rng.integers(30_000, 50_000, shape, dtype="u2"),
        "I04_quality_flags": np.zeros(shape, "u2"),
        "I05_quality_flags": np.zeros(shape, "u2"),
        "I04_brightness_temperature_lut": lut4,
        "I05_brightness_temperature_lut": lut5,
        "latitude": (23.5 - line * 0.0034).astype("f4"),
        "longitude": (96.0 + sample * 0.0036).astype("f4"),
        "solar_zenith": np.full(shape, 4000, "i2"),
        "solar_azimuth": np.full(shape, -17_000, "i2"),
        "sensor_zenith": (np.abs(sample - 3200) * 2).astype("i2"),
        "sensor_azimuth": np.full(shape, 17_000, "i2"),
        "land_water_mask": np.ones(shape, "u1"),
        "M13": rng.integers(100, 5000, (LINES // 2, SAMPLES // 2), dtype="u2"),
    }


BANDS = ("I01", "I02", "I03", "I04", "I05")
SCALES = {
    "I01": (2.0e-5, 0.0),
    "I02": (1.9e-5, 0.0),
    "I03": (2.1e-5, 0.001),
    "I04": (6.104354e-05, 0.0016703),
    "I05": (0.0003815221, 0.141121),
    "M13": (0.0002, 0.01),
}
GEOLOCATION = (
    "latitude",
    "longitude",
    "solar_zenith",
    "solar_azimuth",
    "sensor_zenith",
    "sensor_azimuth",
    "land_water_mask",
)


@dataclass
class ViirsGranuleText:
    """What goes into the files; a test changes it before writing."""

    variables: dict[str, np.ndarray] = field(default_factory=viirs_variables)
    platform: str = "Suomi-NPP"
    geo_platform: str = "Suomi-NPP"
    start: str = START
    geo_start: str = START
    day_night: str = "Day"
    prefix: str = "VNP"
    packing: dict[str, Any] = field(default_factory=lambda: {"scale_factor": 0.01})

    def write(self, folder: Path) -> dict[str, Path]:
        """Write 02IMG, 03IMG and 02MOD and return their paths by role."""
        made = {
            role: folder / f"{self.prefix}{role}.{STAMP}.002.2020313000000.nc"
            for role in ("02IMG", "03IMG", "02MOD")
        }
        observed = {k: v for k, v in self.variables.items() if k not in GEOLOCATION and k != "M13"}
        located = {k: v for k, v in self.variables.items() if k in GEOLOCATION}
        m13 = {k: v for k, v in self.variables.items() if k == "M13"}
        self._write(made["02IMG"], "observation_data", observed, self.start, self.platform)
        self._write(made["03IMG"], "geolocation_data", located, self.geo_start, self.geo_platform)
        self._write(made["02MOD"], "observation_data", m13, self.start, self.platform)
        return made

    def _write(
        self, path: Path, group: str, variables: dict[str, np.ndarray], start: str, platform: str
    ) -> None:
        with h5py.File(path, "w") as file:
            file.attrs.update(
                time_coverage_start=np.bytes_(start),
                time_coverage_end=END,
                platform=platform,
                DayNightFlag=self.day_night,
            )
            for name, values in variables.items():
                chunks = (16, 3200) if values.shape == (LINES, SAMPLES) else None
                made = file.create_dataset(
                    f"{group}/{name}",
                    data=values,
                    chunks=chunks,
                    compression="gzip",
                    compression_opts=1,
                )
                if name in SCALES:
                    made.attrs["scale_factor"], made.attrs["add_offset"] = SCALES[name]
                    made.attrs["valid_max"] = np.uint16(65_527)
                elif name.startswith(("solar", "sensor")):
                    made.attrs.update(self.packing)
                    made.attrs["_FillValue"] = np.int16(-32_768)


@pytest.fixture
def viirs() -> ViirsGranuleText:
    return ViirsGranuleText()


@pytest.fixture
def written(viirs: ViirsGranuleText, tmp_path: Path) -> Callable[[], dict[str, Path]]:
    """Return a function that writes the granule as it is now."""
    return lambda: viirs.write(tmp_path)
