"""Simulated VIIRS granules in the format of NASA's level 1B, collection 2."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.files import atomic_path
from firewatch.core.geo import Floats
from firewatch.simulate.granule_forward import (
    I4,
    I5,
    M13,
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
from imagery.radiometry import FIRST_FILL_COUNT, Quality, brightness_temperature

if TYPE_CHECKING:
    import h5py

Part: TypeAlias = tuple[slice, slice]

# Scale and offset of radiance (thermal) or reflectance times cos(SZA), as in real granules.
_SCALES = {
    "I01": (1.9991758e-05, 0.0),
    "I02": (1.9991758e-05, 0.0),
    "I03": (1.9991758e-05, 0.0),
    "I04": (6.104354e-05, 0.0016703),
    "I05": (0.0003815221, 0.141121),
    "M13": (0.008, 0.0),
}
_LAST = FIRST_FILL_COUNT - 1
_BOWTIE = 65_533
_NO_COUNT, _NO_DEGREES, _NO_ANGLE = np.uint16(65_535), np.float32(-999.9), np.int16(-32_768)
NO_COVER = 255
"""Cover of pixels that were not worked out."""
_NO_TEMPERATURE = -999.3
# What real tables give for count 0; a folded I4 pixel shows exactly this.
_LOWEST_K = {"I04": 208.0, "I05": 150.0}
_CHUNK = (64, 3200)
_DEFLATE = 4
_SCANS_A_BLOCK = 8
_REFLECTANCE_NOISE = 0.002
FOLD_RADIANCE = 50.0
"""I4 radiance from which the count starts again at its lowest.

Where a real I4 folds is not published in what was at hand. The published test for folded pixels
asks for I5 above 325 K by day, which flames of 900 K bring about from this radiance on.
"""
_PLATFORM_NAMES = {"S-NPP": "Suomi-NPP", "NOAA-20": "JPSS-1", "NOAA-21": "JPSS-2"}


def write_viirs(
    paths: dict[str, Path],
    platform: str,
    swath: Swath,
    ground: Ground,
    fires: FirePixels,
    times: tuple[str, str],
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, NDArray[np.uint8]]:
    """Write 02IMG, 03IMG and 02MOD; return the truth by fire pixel and the cover by pixel.

    Samples outside the swath's columns hold fill, their cover is `NO_COVER`.

    Parameters
    ----------
    paths
        Where to write, by role.
    times
        Begin and end, ISO 8601.
    """
    by_day = bool((swath.block(0, 1).solar_zenith_deg < 90).any())
    cover = np.full((swath.lines, swath.scanner.samples), NO_COVER, dtype=np.uint8)
    truth = []
    with ExitStack() as stack:
        files = {
            role: stack.enter_context(_created(path, platform, times, by_day))
            for role, path in paths.items()
        }
        _declare(files, swath, by_day)
        for first in range(0, swath.scans, _SCANS_A_BLOCK):
            last = min(first + _SCANS_A_BLOCK, swath.scans)
            block = swath.block(first, last)
            fields = ground.fields(block)
            line0 = first * swath.scanner.lines_a_scan
            lines = slice(line0, line0 + block.shape[0])
            part = lines, swath.columns
            inside = fires.within(line0, block.shape[0], swath.columns.start)
            rows = _write_image(files, part, swath, block, fields, inside, rng, by_day)
            _write_geolocation(files["03IMG"], part, block, fields)
            cover[part] = fields.cover
            line, sample = rows["line"] + line0, rows["sample"] + swath.columns.start
            truth.append(rows.assign(line=line, sample=sample))
    return pd.concat(truth, ignore_index=True), cover


@contextmanager
def _created(
    path: Path, platform: str, times: tuple[str, str], by_day: bool
) -> Iterator[h5py.File]:
    with atomic_path(path) as temporary, _opened(temporary) as file:
        attributes = {
            "title": "SIMULATED VIIRS Level-1B data; nobody measured this",
            "simulated": "SIMULATED",
            "product_name": path.name,
            "platform": _PLATFORM_NAMES[platform],
            "instrument": "VIIRS",
            "OrbitNumber": np.int32(1),
            "orbit_number": np.int32(1),
            "startDirection": "Ascending",
            "endDirection": "Ascending",
            "DayNightFlag": "Day" if by_day else "Night",
            "time_coverage_start": times[0],
            "time_coverage_end": times[1],
        }
        file.attrs.update({name: _fixed(value) for name, value in attributes.items()})
        yield file


@contextmanager
def _opened(temporary: Path) -> Iterator[h5py.File]:
    """Give a new file in memory, written when it is whole.

    On a full disk the library leaves its file open, and crashes when it throws it away.
    """
    import h5py

    written = io.BytesIO()
    with h5py.File(written, "w") as file:
        yield file
    temporary.write_bytes(written.getbuffer())


def _fixed(value: object) -> object:
    """Return text as netCDF writes it, of fixed length; other values as they are."""
    return np.bytes_(value, "ascii") if isinstance(value, str) else value


def _declare(files: dict[str, h5py.File], swath: Swath, by_day: bool) -> None:
    shape = (swath.lines, swath.scanner.samples)
    image, geo, mod = files["02IMG"], files["03IMG"], files["02MOD"]
    for band in ("I01", "I02", "I03") if by_day else ():
        _band(image, band, shape, "radiance_scale_factor")
    for band, wave in (("I04", I4), ("I05", I5)):
        _band(image, band, shape, "")
        _dataset(image, f"observation_data/{band}_quality_flags", shape, "u2").attrs.update(
            flag_masks=np.array([int(bit) for bit in Quality], dtype="u2"),
            flag_meanings=_fixed(" ".join(str(bit.name).capitalize() for bit in Quality)),
        )
        image[f"observation_data/{band}_brightness_temperature_lut"] = _table(band, wave)
    _band(mod, "M13", (shape[0] // 2, shape[1] // 2), "")
    for name in ("latitude", "longitude"):
        place = f"geolocation_data/{name}"
        _dataset(geo, place, shape, "f4", _NO_DEGREES).attrs["_FillValue"] = _NO_DEGREES
    for name in ("solar_zenith", "solar_azimuth", "sensor_zenith", "sensor_azimuth"):
        _dataset(geo, f"geolocation_data/{name}", shape, "i2", _NO_ANGLE).attrs.update(
            scale_factor=np.float32(0.01), add_offset=np.float32(0), _FillValue=_NO_ANGLE
        )
    _dataset(geo, "geolocation_data/land_water_mask", shape, "u1", np.uint8(255))


def _dataset(
    file: h5py.File, name: str, shape: tuple[int, int], kind: str, fill: np.generic | None = None
) -> h5py.Dataset:
    return file.create_dataset(
        name,
        shape,
        kind,
        chunks=(min(_CHUNK[0], shape[0]), min(_CHUNK[1], shape[1])),
        compression="gzip",
        compression_opts=_DEFLATE,
        fillvalue=fill,
    )


def _band(file: h5py.File, band: str, shape: tuple[int, int], radiance: str) -> None:
    scale, offset = _SCALES[band]
    attributes = _dataset(file, f"observation_data/{band}", shape, "u2", _NO_COUNT).attrs
    attributes.update(
        scale_factor=np.float32(scale),
        add_offset=np.float32(offset),
        valid_min=np.uint16(0),
        valid_max=np.uint16(_LAST),
        _FillValue=_NO_COUNT,
        flag_values=np.array([65_532, 65_533, 65_534], dtype="u2"),
        flag_meanings="Missing_EV Bowtie_Deleted Cal_Fail",
    )
    if radiance:
        attributes[radiance] = np.float32(0.0015311801)


def _table(band: str, wave: ThermalBand) -> NDArray[np.float32]:
    scale, offset = _SCALES[band]
    radiance = scale * np.arange(65_536) + offset
    table = brightness_temperature(wave.wavelength_um, radiance).astype(np.float32)
    table[0] = _LOWEST_K[band]
    table[FIRST_FILL_COUNT:] = _NO_TEMPERATURE
    return np.nan_to_num(table, nan=_NO_TEMPERATURE)


def _write_image(
    files: dict[str, h5py.File],
    part: Part,
    swath: Swath,
    block: Block,
    fields: Fields,
    fires: FirePixels,
    rng: np.random.Generator,
    by_day: bool,
) -> pd.DataFrame:
    scanner = swath.scanner
    repeats = (block.shape[0] // scanner.lines_a_scan, 1)
    deleted = np.tile(scanner.deleted()[:, swath.columns], repeats)
    seen = fires.seen(fields.cloud)
    clear = {
        "mir": (I4, clear_radiance(I4, fields, block)),
        "tir": (I5, clear_radiance(I5, fields, block)),
    }
    observed = files["02IMG"]["observation_data"]
    for name, (band, radiance) in (("I04", clear["mir"]), ("I05", clear["tir"])):
        measured = noisy(band, with_fires(band, radiance, seen), rng)
        flags = np.where(deleted, int(Quality.BOWTIE_DELETED), 0).astype(np.uint16)
        digital, saturated, folded = _digitised(name, measured)
        flags[saturated & ~folded & ~deleted] |= int(Quality.SATURATION)
        observed[name][part] = np.where(deleted, _BOWTIE, digital)
        observed[f"{name}_quality_flags"][part] = flags
    power = noisy(M13, with_fires(M13, clear_radiance(M13, fields, block), seen), rng)
    coarse = power.reshape(power.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3))
    values = counts(coarse, *_SCALES["M13"], _LAST)
    half = tuple(slice(side.start // 2, side.stop // 2) for side in part)
    files["02MOD"]["observation_data/M13"][half] = np.where(deleted[::2, ::2], _BOWTIE, values)
    if by_day:
        _write_reflective(observed, part, block, fields, deleted, rng)
    rows = truth_rows(fires, fields.cloud, clear)
    at = fires.line, fires.sample
    return rows.assign(bowtie_deleted=deleted[at], cover=fields.cover[at])


def _digitised(
    name: str, radiance: Floats
) -> tuple[NDArray[np.uint16], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return counts, where the band saturates and where the count starts again from 0."""
    scale, offset = _SCALES[name]
    saturated = radiance > scale * _LAST + offset
    folded = (radiance > FOLD_RADIANCE) & (name == "I04")
    digital = counts(radiance, scale, offset, _LAST)
    digital[folded] = 0
    return digital, saturated, folded


def _write_reflective(
    observed: Any,
    part: Part,
    block: Block,
    fields: Fields,
    deleted: NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    cosine = np.clip(np.cos(np.radians(block.solar_zenith_deg)), 0, None)
    for name, rho in (("I01", fields.red), ("I02", fields.nir), ("I03", fields.swir)):
        noise = _REFLECTANCE_NOISE * rng.standard_normal(rho.shape, dtype=np.float32)
        values = counts((rho + noise) * cosine, *_SCALES[name], _LAST)
        observed[name][part] = np.where(deleted, _BOWTIE, values)


def _write_geolocation(file: h5py.File, part: Part, block: Block, fields: Fields) -> None:
    located = file["geolocation_data"]
    located["latitude"][part] = block.lat
    located["longitude"][part] = block.lon
    angles = {
        "solar_zenith": block.solar_zenith_deg,
        "solar_azimuth": block.solar_azimuth_deg,
        "sensor_zenith": block.view_zenith_deg,
        "sensor_azimuth": block.view_azimuth_deg,
    }
    for name, degrees in angles.items():
        located[name][part] = np.rint(degrees * 100).astype(np.int16)
    located["land_water_mask"][part] = fields.land_water
