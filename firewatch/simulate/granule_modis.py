"""Simulated MODIS granules in the format of the level 1B, collection 6.1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.files import atomic_path, not_written
from firewatch.core.geo import Floats
from firewatch.simulate.granule_forward import (
    B21,
    B22,
    B31,
    B32,
    FirePixels,
    ThermalBand,
    clear_radiance,
    counts,
    noisy,
    truth_rows,
    with_fires,
)
from firewatch.simulate.granule_ground import Fields, Ground
from firewatch.simulate.granule_swath import Block, Swath

if TYPE_CHECKING:
    from pyhdf.SD import SD

_EMISSIVE_BANDS = tuple(str(n) for n in (*range(20, 26), *range(27, 37)))
# Band → (band of the forward model, scale, offset): radiance = scale · (count - offset).
_THERMAL: dict[str, tuple[ThermalBand, float, float]] = {
    "21": (B21, 0.003149510128, 2730.583496),
    "22": (B22, 6.921597757e-05, 2730.583496),
    "31": (B31, 8.400219959e-04, 1577.339722),
    "32": (B32, 7.296953117e-04, 1658.221313),
}
_REFLECTIVE = {
    "EV_250_Aggr1km_RefSB": ("1,2", ("red", "nir")),
    "EV_500_Aggr1km_RefSB": ("3,4,5,6,7", (None, None, None, None, "swir")),
}
_REFLECTANCE_SCALE = 5.0e-05
_LAST = 32_767
_SATURATED, _FILL = 65_533, 65_535
_REFLECTANCE_NOISE = 0.002
_ODL = """GROUP = INVENTORYMETADATA
{objects}END_GROUP = INVENTORYMETADATA
END
"""
_OBJECT = """  OBJECT = {name}
    NUM_VAL = 1
    VALUE = "{value}"
  END_OBJECT = {name}
"""


def write_modis(
    paths: dict[str, Path],
    platform: str,
    swath: Swath,
    ground: Ground,
    fires: FirePixels,
    times: tuple[str, str],
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, NDArray[np.uint8]]:
    """Write 021KM and 03; return the truth by fire pixel and the cover by pixel.

    The corrections of a reader's temperatures for the width of the bands (below 0.1 K) are
    left out, and so is the triangular response along the scan.
    """
    block = swath.block(0, swath.scans)
    fields = ground.fields(block)
    seen = fires.seen(fields.cloud)
    image = _emissive(fields, block, seen, rng)
    with _created(paths["021KM"], platform, times) as file:
        _write_emissive(file, image)
        if (block.solar_zenith_deg < 90).any():
            _write_reflective(file, fields, block, rng)
    with _created(paths["03"], platform, times) as file:
        _write_geolocation(file, fields, block)
    clear: dict[str, tuple[ThermalBand, Floats]] = {
        "mir": (B21, clear_radiance(B21, fields, block)),
        "tir": (B31, clear_radiance(B31, fields, block)),
    }
    at = fires.line, fires.sample
    rows = truth_rows(fires, fields.cloud, clear)
    return rows.assign(bowtie_deleted=False, cover=fields.cover[at]), fields.cover


@contextmanager
def _created(path: Path, platform: str, times: tuple[str, str]) -> Iterator[SD]:
    """Give a new file.

    Of a full disk the library says HDF4Error or ValueError, and no more.
    """
    from pyhdf.error import HDF4Error
    from pyhdf.SD import SD, SDC

    with atomic_path(path) as temporary:
        try:
            file = SD(str(temporary), SDC.WRITE | SDC.CREATE)
            _state(file, path.name, platform, times)
            yield file
            file.end()
        except (HDF4Error, ValueError) as error:
            raise not_written(path, str(error)) from error


def _state(file: SD, official: str, platform: str, times: tuple[str, str]) -> None:
    """Write what the file says about itself."""
    from pyhdf.SD import SDC

    values = {"LOCALGRANULEID": official, "ASSOCIATEDPLATFORMSHORTNAME": platform}
    for which, moment in zip(("BEGINNING", "ENDING"), times, strict=True):
        date, time = moment.removesuffix("Z").split("T")
        values |= {f"RANGE{which}DATE": date, f"RANGE{which}TIME": time}
    objects = "".join(_OBJECT.format(name=name, value=value) for name, value in values.items())
    file.attr("CoreMetadata.0").set(SDC.CHAR, _ODL.format(objects=objects))
    file.attr("simulated").set(SDC.CHAR, "SIMULATED")
    file.attr("title").set(SDC.CHAR, "SIMULATED MODIS Level-1B data; nobody measured this")


def _emissive(
    fields: Fields, block: Block, seen: FirePixels, rng: np.random.Generator
) -> NDArray[np.uint16]:
    image = np.full((len(_EMISSIVE_BANDS), *block.shape), _FILL, dtype=np.uint16)
    for name, (band, scale, offset) in _THERMAL.items():
        radiance = noisy(band, with_fires(band, clear_radiance(band, fields, block), seen), rng)
        digital = counts(radiance, scale, -scale * offset, _LAST)
        digital[radiance > scale * (_LAST - offset)] = _SATURATED
        image[_EMISSIVE_BANDS.index(name)] = digital
    return image


def _write_emissive(file: SD, image: NDArray[np.uint16]) -> None:
    from pyhdf.SD import SDC

    data = _dataset(file, "EV_1KM_Emissive", image)
    data.attr("band_names").set(SDC.CHAR, ",".join(_EMISSIVE_BANDS))
    scales = [_THERMAL.get(band, (None, 1.0, 0.0))[1] for band in _EMISSIVE_BANDS]
    offsets = [_THERMAL.get(band, (None, 1.0, 0.0))[2] for band in _EMISSIVE_BANDS]
    data.attr("radiance_scales").set(SDC.FLOAT32, scales)
    data.attr("radiance_offsets").set(SDC.FLOAT32, offsets)
    data.attr("valid_range").set(SDC.UINT16, [0, _LAST])
    data.attr("_FillValue").set(SDC.UINT16, _FILL)
    data.endaccess()


def _write_reflective(file: SD, fields: Fields, block: Block, rng: np.random.Generator) -> None:
    from pyhdf.SD import SDC

    cosine = np.clip(np.cos(np.radians(block.solar_zenith_deg)), 0, None)
    for name, (bands, sources) in _REFLECTIVE.items():
        image = np.full((len(sources), *block.shape), _FILL, dtype=np.uint16)
        for index, source in enumerate(sources):
            if source is None:
                continue
            rho = getattr(fields, source)
            noise = _REFLECTANCE_NOISE * rng.standard_normal(rho.shape, dtype=np.float32)
            image[index] = counts((rho + noise) * cosine, _REFLECTANCE_SCALE, 0.0, _LAST)
        data = _dataset(file, name, image)
        data.attr("band_names").set(SDC.CHAR, bands)
        data.attr("reflectance_scales").set(SDC.FLOAT32, [_REFLECTANCE_SCALE] * len(sources))
        data.attr("reflectance_offsets").set(SDC.FLOAT32, [0.0] * len(sources))
        data.attr("valid_range").set(SDC.UINT16, [0, _LAST])
        data.endaccess()


def _write_geolocation(file: SD, fields: Fields, block: Block) -> None:
    from pyhdf.SD import SDC

    for name, degrees in (("Latitude", block.lat), ("Longitude", block.lon)):
        _dataset(file, name, degrees).endaccess()
    angles = {
        "SolarZenith": block.solar_zenith_deg,
        "SolarAzimuth": block.solar_azimuth_deg,
        "SensorZenith": block.view_zenith_deg,
        "SensorAzimuth": block.view_azimuth_deg,
    }
    for name, degrees in angles.items():
        data = _dataset(file, name, np.rint(degrees * 100).astype(np.int16))
        data.attr("scale_factor").set(SDC.FLOAT64, 0.01)
        data.attr("_FillValue").set(SDC.INT16, -32_767)
        data.endaccess()
    _dataset(file, "Land/SeaMask", fields.land_water).endaccess()


def _dataset(file: SD, name: str, values: NDArray[Any]) -> Any:
    from pyhdf.SD import SDC

    kinds = {"u2": SDC.UINT16, "i2": SDC.INT16, "f4": SDC.FLOAT32, "u1": SDC.UINT8}
    data = file.create(name, kinds[values.dtype.str[1:]], values.shape)
    data.setcompress(SDC.COMP_DEFLATE, 4)
    data[:] = np.ascontiguousarray(values)
    return data
