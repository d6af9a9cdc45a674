"""Values of VIIRS level-1B variables, scaled and freed of fill as the file itself says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagery.level1.netcdf import NetcdfFile
from imagery.level1.window import Window
from imagery.radiometry import (
    FIRST_FILL_COUNT,
    HARMLESS,
    Mask,
    Quality,
    Singles,
    relative_azimuth_deg,
    sun_factor,
    temperature_by_table,
    usable_table,
)
from imagery.reading import unreadable

OBSERVATION = "observation_data"
GEOLOCATION = "geolocation_data"
BOWTIE_COUNT = 65_533
# Middle of any table of brightness temperatures.
_USUAL_K = (150.0, 500.0)


@dataclass(frozen=True)
class Bits:
    """Masks of the quality flags as the file defines them."""

    saturated: int
    bowtie: int
    harmless: int


def empty(window: Window) -> Singles:
    return np.empty(window.shape, dtype=np.float32)


def _first_fill(file: NetcdfFile, variable: str) -> int:
    """Return the first count that is no measurement, as the file says."""
    if file.optional(variable, "valid_max") is None:
        return FIRST_FILL_COUNT
    return int(file.number(variable, "valid_max")) + 1


def read_temperature(
    file: NetcdfFile, band: str, window: Window, out: Singles, bowtie: Mask | None
) -> float:
    """Read a thermal band into `out` and return the highest temperature of its table, K."""
    name = f"{OBSERVATION}/{band}"
    lut = file.whole(f"{OBSERVATION}/{band}_brightness_temperature_lut")
    if lut.shape != (65_536,):
        raise unreadable(
            file.path,
            "granule_shape",
            place=f"{name}_brightness_temperature_lut",
            found_shape=lut.shape,
            expected_shape=(65_536,),
        )
    table = usable_table(lut, _first_fill(file, name))
    usual_k = float(np.nanmedian(table)) if np.isfinite(table).any() else np.nan
    if not _USUAL_K[0] <= usual_k <= _USUAL_K[1]:
        place = f"{name}_brightness_temperature_lut"
        raise unreadable(file.path, "stack_unit", found=f"{usual_k:g}", place=place, unit="K")

    def take(counts: NDArray[Any], rows: slice) -> None:
        temperature_by_table(counts, table, out[rows])
        if bowtie is not None:
            np.equal(counts, BOWTIE_COUNT, out=bowtie[rows])

    file.each_block(name, window, take)
    return float(np.nanmax(table))


def read_scaled(
    file: NetcdfFile, name: str, window: Window, out: Singles, factor: Singles | None = None
) -> None:
    """Read scale_factor · count + add_offset of a 16-bit band, NaN for fill.

    Parameters
    ----------
    factor
        What the values are multiplied by, of the shape of the window.
    """
    scale = np.float32(file.scale(name))
    offset = np.float32(file.number(name, "add_offset"))
    first_fill = _first_fill(file, name)

    def take(counts: NDArray[Any], rows: slice) -> None:
        values = out[rows]
        np.multiply(counts, scale, out=values, casting="unsafe")
        if offset:
            values += offset
        if factor is not None:
            values *= factor[rows]
        if counts.size and counts.max() >= first_fill:
            np.copyto(values, np.nan, where=counts >= first_fill)

    file.each_block(name, window, take)


def read_twofold(file: NetcdfFile, name: str, window: Window, out: Singles) -> None:
    """Read a band of 750 m on the 375 m grid of a window, each value on its 2 x 2 pixels."""
    coarse = Window(
        window.line0 // 2, -(-window.line1 // 2), window.sample0 // 2, -(-window.sample1 // 2)
    )
    radiance = empty(coarse)
    read_scaled(file, name, coarse, radiance)
    # Where a window begins on an odd line or sample, the second already is the next pixel.
    beside = radiance.repeat(2, axis=1)[:, window.sample0 % 2 :][:, : out.shape[1]]
    lines = np.arange(window.line0, window.line1) // 2 - coarse.line0
    np.take(beside, lines, axis=0, out=out, mode="clip")


def read_angle(file: NetcdfFile, name: str, window: Window, out: Singles) -> None:
    """Read an angle in degrees, packed into integers or not, NaN for fill."""
    unpack = _angle_unpacker(file, name)
    file.each_block(f"{GEOLOCATION}/{name}", window, lambda values, rows: unpack(values, out[rows]))


def read_solar_zenith(file: NetcdfFile, window: Window, out: Singles) -> Singles:
    """Read the solar zenith angle and return 1 / its cosine, NaN by night."""
    name = "solar_zenith"
    unpack = _angle_unpacker(file, name)
    kind = file.variable(f"{GEOLOCATION}/{name}").dtype
    factor = empty(window)
    table = np.empty(65_536, dtype=np.float32)
    packed = kind.kind in "iu" and kind.itemsize == 2
    if packed:
        unpack(np.arange(65_536, dtype=np.uint16).view(kind), table)
        table = sun_factor(table)

    def take(values: NDArray[Any], rows: slice) -> None:
        unpack(values, out[rows])
        if packed:
            np.take(table, values.view(np.uint16), out=factor[rows], mode="clip")
        else:
            factor[rows] = sun_factor(out[rows])

    file.each_block(f"{GEOLOCATION}/{name}", window, take)
    return factor


def read_relative_azimuth(file: NetcdfFile, window: Window, out: Singles) -> None:
    """Read the angle between the azimuths of sun and sensor, 0..180°."""
    names = ("solar_azimuth", "sensor_azimuth")
    unpack_view = _angle_unpacker(file, names[1])
    read_angle(file, names[0], window, out)

    def take(values: NDArray[Any], rows: slice) -> None:
        view = np.empty(values.shape, dtype=np.float32)
        unpack_view(values, view)
        relative_azimuth_deg(out[rows], view, out=out[rows])

    file.each_block(f"{GEOLOCATION}/{names[1]}", window, take)


def _angle_unpacker(file: NetcdfFile, name: str) -> Callable[[NDArray[Any], Singles], None]:
    place = f"{GEOLOCATION}/{name}"
    packed = file.variable(place).dtype.kind in "iu"
    scale = np.float32(file.scale(place) if packed else 1)
    has_offset = file.optional(place, "add_offset") is not None
    offset = np.float32(file.number(place, "add_offset") if has_offset else 0)
    fill = file.optional(place, "_FillValue")

    def unpack(values: NDArray[Any], out: Singles) -> None:
        np.multiply(values, scale, out=out, casting="unsafe")
        if offset:
            out += offset
        if fill is not None:
            np.copyto(out, np.nan, where=values == fill)

    return unpack


def lines_of_degrees(file: NetcdfFile, name: str, lines: Iterable[int]) -> Singles:
    """Return some lines of longitude or latitude, NaN for fill."""
    return _without_fill(file.lines(f"{GEOLOCATION}/{name}", lines), name)


def read_degrees(file: NetcdfFile, name: str, window: Window, out: Singles) -> None:
    """Read longitude or latitude, NaN for fill."""

    def take(values: NDArray[Any], rows: slice) -> None:
        out[rows] = _without_fill(values, name)

    file.each_block(f"{GEOLOCATION}/{name}", window, take)


def _without_fill(values: NDArray[Any], name: str) -> Singles:
    """Return coordinates with NaN for what is none, fill values (-999.9) among them."""
    limit = 90.0 if name == "latitude" else 180.0
    degrees = values.astype(np.float32, copy=False)
    # Most blocks hold positions only; a NaN fails the comparison.
    if not (degrees.min(initial=0) >= -limit and degrees.max(initial=0) <= limit):
        degrees[~(np.abs(degrees) <= limit)] = np.nan
    return degrees


def quality_bits(file: NetcdfFile, band: str) -> Bits:
    """Return what the bits of a band's quality flags mean, from the file where it says so."""
    name = f"{OBSERVATION}/{band}_quality_flags"
    masks = file.optional(name, "flag_masks")
    meanings = file.optional(name, "flag_meanings")
    bits = {flag.name: int(flag) for flag in Quality}
    if masks is not None and meanings is not None:
        said = dict(zip(str(meanings).upper().split(), np.ravel(masks).tolist(), strict=False))
        bits.update({key: int(value) for key, value in said.items() if key in bits})
    harmless = sum(bits[flag.name] for flag in Quality if flag in HARMLESS)
    return Bits(bits["SATURATION"], bits["BOWTIE_DELETED"], harmless)
