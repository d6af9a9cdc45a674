"""Granules written value by value with h5py and pyhdf, without any code of the reader."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from pyhdf.SD import SD, SDC

LINES, SAMPLES = 64, 6400
_WRITTEN: dict[bytes, bytes] = {}
"""Files by what they hold: to deflate a granule takes longer than to read it."""
STAMP = "A2020312.0605"
START = "2020-11-07T06:05:00.000Z"
END = "2020-11-07T06:11:00.000Z"


def viirs_variables() -> dict[str, np.ndarray]:
    """Return a quiet granule of one's own to change."""
    return {name: values.copy() for name, values in _quiet_granule().items()}


@cache
def _quiet_granule() -> dict[str, np.ndarray]:
    """Return a quiet granule with a few fires: counts, tables and positions around 108 E 23 N."""
    rng = np.random.default_rng(7)
    line, sample = np.mgrid[0:LINES, 0:SAMPLES]
    lut4 = np.linspace(200.0, 362.5, 65_536).astype("f4")
    lut5 = np.linspace(150.0, 390.0, 65_536).astype("f4")
    lut4[:20], lut4[65_528:] = -999.3, -999.3
    lut5[:20], lut5[65_528:] = -999.3, -999.3
    shape = (LINES, SAMPLES)
    hot = rng.random(shape) < 0.001
    return {
        "I01": rng.integers(1000, 20_000, shape, dtype="u2"),
        "I02": rng.integers(1000, 20_000, shape, dtype="u2"),
        "I03": rng.integers(1000, 20_000, shape, dtype="u2"),
        # About 300 K, with a pixel in a thousand at 349 K.
        "I04": np.where(hot, 60_000, rng.integers(39_500, 41_000, shape)).astype("u2"),
        "I05": rng.integers(40_000, 41_000, shape, dtype="u2"),
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
        """Write a file, or a copy of it where the same was written before."""
        said = repr((group, start, platform, self.day_night, self.packing))
        held = [(name, values.dtype.str, values.shape) for name, values in variables.items()]
        content = [np.ascontiguousarray(values).tobytes() for values in variables.values()]
        key = hashlib.sha256(b"".join([f"{said}{held}".encode(), *content])).digest()
        if key in _WRITTEN:
            path.write_bytes(_WRITTEN[key])
            return
        self._write_anew(path, group, variables, start, platform)
        _WRITTEN[key] = path.read_bytes()

    def _write_anew(
        self, path: Path, group: str, variables: dict[str, np.ndarray], start: str, platform: str
    ) -> None:
        with h5py.File(path, "w") as file:
            file.attrs.update(
                time_coverage_start=np.bytes_(start),
                time_coverage_end=np.bytes_(END),
                platform=np.bytes_(platform),
                DayNightFlag=np.bytes_(self.day_night),
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


MODIS_LINES, MODIS_SAMPLES = 20, 1354
EMISSIVE_BANDS = "20,21,22,23,24,25,27,28,29,30,31,32,33,34,35,36"
RADIANCE_SCALES = np.linspace(2.0e-4, 8.0e-4, 16)
RADIANCE_OFFSETS = np.linspace(100.0, 2000.0, 16)
_ODL = """
GROUP = INVENTORYMETADATA
  OBJECT = RANGEBEGINNINGDATE
    NUM_VAL = 1
    VALUE = "2020-11-07"
  END_OBJECT = RANGEBEGINNINGDATE
  OBJECT = RANGEBEGINNINGTIME
    NUM_VAL = 1
    VALUE = "{start}"
  END_OBJECT = RANGEBEGINNINGTIME
  OBJECT = RANGEENDINGDATE
    VALUE = "2020-11-07"
  END_OBJECT = RANGEENDINGDATE
  OBJECT = RANGEENDINGTIME
    VALUE = "03:30:00.000000"
  END_OBJECT = RANGEENDINGTIME
  OBJECT = ASSOCIATEDPLATFORMSHORTNAME
    CLASS = "1"
    VALUE = "{platform}"
  END_OBJECT = ASSOCIATEDPLATFORMSHORTNAME
END_GROUP = INVENTORYMETADATA
END
"""


def modis_variables() -> dict[str, np.ndarray]:
    """Return counts and positions of two MODIS scans around 108 E 23 N."""
    rng = np.random.default_rng(11)
    line, sample = np.mgrid[0:MODIS_LINES, 0:MODIS_SAMPLES]
    shape = (MODIS_LINES, MODIS_SAMPLES)
    return {
        "EV_1KM_Emissive": rng.integers(3000, 6000, (16, *shape)).astype("u2"),
        "EV_250_Aggr1km_RefSB": rng.integers(500, 9000, (2, *shape)).astype("u2"),
        "EV_500_Aggr1km_RefSB": rng.integers(500, 9000, (5, *shape)).astype("u2"),
        "Latitude": (23.5 - line * 0.009).astype("f4"),
        "Longitude": (101.0 + sample * 0.01).astype("f4"),
        "SolarZenith": np.full(shape, 4100, "i2"),
        "SolarAzimuth": np.full(shape, 15_000, "i2"),
        "SensorZenith": np.full(shape, 2000, "i2"),
        "SensorAzimuth": np.full(shape, -9000, "i2"),
        "Land/SeaMask": np.ones(shape, "u1"),
    }


@dataclass
class ModisGranuleText:
    """What goes into the two files; a test changes it before writing."""

    variables: dict[str, np.ndarray] = field(default_factory=modis_variables)
    start: str = "03:25:00.000000"
    geo_start: str = "03:25:00.000000"
    platform: str = "Terra"
    geo_platform: str = "Terra"

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write 021KM and 03 and return their paths."""
        paths = tuple(
            folder / f"{name}.A2020312.0325.061.2020313000000.hdf" for name in ("MOD021KM", "MOD03")
        )
        image = {k: v for k, v in self.variables.items() if k.startswith("EV_")}
        located = {k: v for k, v in self.variables.items() if not k.startswith("EV_")}
        self._write(paths[0], image, self.start, self.platform)
        self._write(paths[1], located, self.geo_start, self.geo_platform)
        return paths[0], paths[1]

    @staticmethod
    def _write(path: Path, variables: dict[str, np.ndarray], start: str, platform: str) -> None:
        kinds = {"u2": SDC.UINT16, "i2": SDC.INT16, "f4": SDC.FLOAT32, "u1": SDC.UINT8}
        file = SD(str(path), SDC.WRITE | SDC.CREATE)
        core = file.attr("CoreMetadata.0")
        core.set(SDC.CHAR, _ODL.format(start=start, platform=platform))
        for name, values in variables.items():
            made = file.create(name, kinds[values.dtype.str[1:]], values.shape)
            made[:] = values
            if name == "EV_1KM_Emissive":
                made.attr("band_names").set(SDC.CHAR, EMISSIVE_BANDS)
                made.attr("radiance_scales").set(SDC.FLOAT64, RADIANCE_SCALES.tolist())
                made.attr("radiance_offsets").set(SDC.FLOAT64, RADIANCE_OFFSETS.tolist())
                made.attr("valid_range").set(SDC.UINT16, [0, 32_767])
            elif name.startswith("EV_"):
                bands = "1,2" if values.shape[0] == 2 else "3,4,5,6,7"
                scales = [5e-5 + 1e-6 * n for n in range(values.shape[0])]
                made.attr("band_names").set(SDC.CHAR, bands)
                made.attr("reflectance_scales").set(SDC.FLOAT64, scales)
                made.attr("reflectance_offsets").set(SDC.FLOAT64, [10.0] * values.shape[0])
                made.attr("valid_range").set(SDC.UINT16, [0, 32_767])
            elif name.startswith(("Solar", "Sensor")):
                made.attr("scale_factor").set(SDC.FLOAT64, 0.01)
                made.attr("_FillValue").set(SDC.INT16, -32_767)
            made.endaccess()
        file.end()


@pytest.fixture
def modis() -> ModisGranuleText:
    return ModisGranuleText()
