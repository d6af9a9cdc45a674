"""MODIS 1 km level-1B granules (``M?D021KM`` with ``M?D03``), collection 6.1.

Format: MODIS level-1B product user's guide (MCST). Scales, offsets, fill limits and the order of
bands are taken from the file.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from imagery.closing import Closing
from imagery.detection.scene import Scene
from imagery.level1.canvas import Canvas
from imagery.level1.geometry import MODIS_LINES_A_SCAN, MODIS_SAMPLES, modis_size_km
from imagery.level1.hdf4 import Hdf4File
from imagery.level1.pairs import checked_platform, granule_name
from imagery.level1.surface import COAST_CLASS, WATER
from imagery.level1.window import Grid, Window, sampled_columns, sampled_lines, window_over
from imagery.radiometry import (
    MODIS_21_22_UM,
    MODIS_31_UM,
    MODIS_32_UM,
    NIGHT_FROM_DEG,
    Counts,
    Singles,
    planck_table,
    relative_azimuth_deg,
    temperature_by_table,
)
from imagery.reading import unreadable

MARGIN_PX = 150
"""Half of a 301 x 301 neighbourhood, the largest any rule looks at."""
BAND_22_BELOW_K = 331.0
"""Band 22 is less noisy but saturates near this temperature; band 21 measures beyond."""

_EMISSIVE = "EV_1KM_Emissive"
_SATURATED_COUNT = 65_533
_LARGEST_VALID = 32_767
_LARGEST_PIXEL_KM = 5.0
_PAIR_TOLERANCE_S = 60
# Three granules; no pass over a receiving station lasts longer. A damaged file may promise more.
_MOST_LINES = 6_500


@dataclass(frozen=True)
class _Thermal:
    """A thermal band: T = slope · T(Planck at the wavelength) + shift."""

    wavelength_um: float
    slope: float
    shift_k: float


# Wavelengths and corrections as in public implementations of Giglio et al. (2003, 2016).
_THERMAL = {
    "21": _Thermal(MODIS_21_22_UM, 1.00009, -0.05167),
    "22": _Thermal(MODIS_21_22_UM, 1.00010, -0.05332),
    "31": _Thermal(MODIS_31_UM, 1.00046, -0.09968),
    "32": _Thermal(MODIS_32_UM, 1.0, 0.0),
}
_REFLECTIVE = {
    "rho_red": ("EV_250_Aggr1km_RefSB", "1"),
    "rho_nir": ("EV_250_Aggr1km_RefSB", "2"),
    "rho_swir": ("EV_500_Aggr1km_RefSB", "7"),
}


def read_modis(
    l1b: Path, geo: Path, region: Extent | None = None, margin_px: int = MARGIN_PX
) -> Scene:
    """Return a MODIS 1 km granule, or the part of it over a region.

    Reflectances keep the factor cos(SZA), as the fire product of MODIS uses them.

    Parameters
    ----------
    l1b, geo
        ``M?D021KM`` and ``M?D03``.
    region
        Degrees; None reads the whole granule.
    margin_px
        Pixels around the region.

    Raises
    ------
    OutsideRegionError
        If no pixel lies over the region.
    UnreadableFileError
        If a file is damaged, lacks something, or the two are not of one granule.
    """
    with ModisGranule(l1b, geo) as granule:
        return granule.read(granule.window(region, margin_px) if region else None)


class ModisGranule(Closing):
    """The open files of a granule, to be read in windows; a context manager."""

    def __init__(self, l1b: Path, geo: Path) -> None:
        with ExitStack() as self._open:
            self._image = self._open.enter_context(Hdf4File(Path(l1b)))
            self._geo = self._open.enter_context(Hdf4File(Path(geo)))
            self.shape = _checked_shape(self._image, self._geo)
            self.started_utc_s = _checked_times(self._image, self._geo)
            self._open = self._open.pop_all()

    def close(self) -> None:
        self._open.close()

    def whole(self) -> Window:
        """Return the window that is the whole granule."""
        return Window(0, self.shape[0], 0, self.shape[1])

    def window(self, region: Extent, margin_px: int = MARGIN_PX) -> Window:
        """Return the window over a region; see `imagery.level1.window.window_over`."""
        lines, samples = self.shape
        rows, columns = np.array(sampled_lines(lines)), sampled_columns(samples)
        lon, lat = (
            _degrees(self._geo, name, self.whole())[np.ix_(rows, columns)]
            for name in ("Longitude", "Latitude")
        )
        grid = Grid(lines, samples, MODIS_LINES_A_SCAN, _LARGEST_PIXEL_KM)
        return window_over(self._geo.path, region, lon, lat, grid, margin_px)

    def read(
        self, window: Window | None = None, before: Scene | None = None, kept: int = 0
    ) -> Scene:
        """Return the pixels of a window, or of the whole granule.

        Parameters
        ----------
        before
            What was read of the same samples just before the window; its last `kept` lines come
            in front of those of the window.
        """
        window = window or self.whole()
        canvas = Canvas(window, before, kept)
        _fill(canvas, self._image, self._geo)
        scan_km, track_km = modis_size_km()
        found: dict[str, Any] = {**dict.fromkeys(_REFLECTIVE), **canvas.arrays}
        return Scene(
            sensor="MODIS",
            platform=_platform(self._image),
            granule=self._image.path.stem,
            started_utc_s=self.started_utc_s,
            ended_utc_s=self._image.moment("ENDING"),
            **found,
            fire_radiance=None,
            scan_km=scan_km[window.samples],
            track_km=track_km[window.samples],
            sample0=window.sample0,
            line0=canvas.line0,
        )

    def strip_lines(self, wanted: int) -> int:
        """Return the height of strips: all lines, for HDF4 may unpack a band from its begin."""
        return max(wanted, self.shape[0])


def _fill(canvas: Canvas, image: Hdf4File, geo: Hdf4File) -> None:
    window = canvas.window
    mir, saturated = _mir(image, window)
    tir, classes = _temperature(image, "31", window), geo.integers("Land/SeaMask", window)
    angles = _angles(geo, window)
    values: dict[str, NDArray[Any]] = {
        "lon": _degrees(geo, "Longitude", window),
        "lat": _degrees(geo, "Latitude", window),
        **angles,
        "bt_mir_k": mir,
        "bt_tir_k": tir,
        "bt_12_k": _temperature(image, "32", window),
        "mir_saturated": saturated,
        "mir_nominal": np.isfinite(mir) & ~saturated,
        "tir_nominal": np.isfinite(tir),
        "bowtie_deleted": np.zeros(window.shape, dtype=bool),
        "water": WATER.take(classes, mode="clip"),
        "coast": classes == COAST_CLASS,
    }
    for name, array in values.items():
        canvas.new(name, array.dtype)[:] = array
    _fill_reflective(canvas, image, angles["solar_zenith_deg"])


def _checked_shape(image: Hdf4File, geo: Hdf4File) -> tuple[int, int]:
    shape = image.shape(_EMISSIVE)[1:]
    fits = len(shape) == 2 and shape[1] == MODIS_SAMPLES and not shape[0] % MODIS_LINES_A_SCAN
    if not fits or not 0 < shape[0] <= _MOST_LINES:
        raise unreadable(
            image.path,
            "granule_shape",
            place=_EMISSIVE,
            found_shape=image.shape(_EMISSIVE),
            expected_shape=f"(n, n x {MODIS_LINES_A_SCAN} ≤ {_MOST_LINES}, {MODIS_SAMPLES})",
        )
    for name in ("Latitude", "Longitude", "Land/SeaMask"):
        if geo.shape(name) != shape:
            raise unreadable(
                geo.path,
                "granule_shape",
                place=name,
                found_shape=geo.shape(name),
                expected_shape=shape,
            )
    return shape[0], shape[1]


def _checked_times(image: Hdf4File, geo: Hdf4File) -> int:
    ours, theirs = image.moment("BEGINNING"), geo.moment("BEGINNING")
    name = granule_name(image.path)
    faults = (
        (abs(ours - theirs) > _PAIR_TOLERANCE_S, "RANGEBEGINNINGTIME", theirs, ours),
        (_platform(image) != _platform(geo), "platform", _platform(geo), _platform(image)),
    )
    for wrong, place, found, expected in faults:
        if wrong:
            raise unreadable(
                geo.path,
                "granule_pair",
                other=image.path.name,
                place=place,
                found_value=found,
                expected_value=expected,
                fetch=name.partner("03") if name else "M?D03",
            )
    return ours


def _platform(file: Hdf4File) -> str:
    stated = file.core_metadata("ASSOCIATEDPLATFORMSHORTNAME").title()
    return checked_platform(file.path, stated, "MODIS L1B")


def _band_index(file: Hdf4File, name: str, band: str) -> int:
    bands = [part.strip() for part in str(file.attribute(name, "band_names")).split(",")]
    if band not in bands:
        raise unreadable(
            file.path, "granule_missing", place=f"{name}:band_names {band}", format="MODIS L1B"
        )
    return bands.index(band)


def _counts(file: Hdf4File, name: str, band: str, window: Window) -> Counts:
    return file.integers(name, window, _band_index(file, name, band)).astype(np.uint16, copy=False)


def _table(file: Hdf4File, band: str) -> Singles:
    index, thermal = _band_index(file, _EMISSIVE, band), _THERMAL[band]
    return planck_table(
        thermal.wavelength_um,
        file.scale(_EMISSIVE, "radiance_scales", index),
        file.number(_EMISSIVE, "radiance_offsets", index),
        _largest_valid(file, _EMISSIVE) + 1,
        thermal.slope,
        thermal.shift_k,
    )


def _largest_valid(file: Hdf4File, name: str) -> int:
    if "valid_range" not in file.attributes(name):
        return _LARGEST_VALID
    return min(int(file.number(name, "valid_range", 1)), _LARGEST_VALID)


def _temperature(file: Hdf4File, band: str, window: Window) -> Singles:
    return temperature_by_table(_counts(file, _EMISSIVE, band, window), _table(file, band))


def _mir(file: Hdf4File, window: Window) -> tuple[Singles, Any]:
    """Return T4 and where even band 21 is saturated; there T4 is the highest it can tell."""
    table = _table(file, "21")
    counts = _counts(file, _EMISSIVE, "21", window)
    hot = temperature_by_table(counts, table)
    saturated = counts == _SATURATED_COUNT
    hot[saturated] = np.nanmax(table)
    fine = _temperature(file, "22", window)
    return np.where(fine < BAND_22_BELOW_K, fine, hot), saturated & ~(fine < BAND_22_BELOW_K)


def _fill_reflective(canvas: Canvas, file: Hdf4File, solar_zenith_deg: Singles) -> None:
    """Read the reflective bands, none of them for a window by night."""
    night = ~(solar_zenith_deg < NIGHT_FROM_DEG)
    for key, (name, band) in _REFLECTIVE.items():
        if not file.has(name) or (night.all() and not canvas.had(key)):
            continue
        index = _band_index(file, name, band)
        scale = file.scale(name, "reflectance_scales", index)
        offset = file.number(name, "reflectance_offsets", index)
        counts = _counts(file, name, band, canvas.window)
        rho = canvas.new(key)
        rho[:] = scale * (counts.astype(np.float32) - offset)
        rho[(counts > _largest_valid(file, name)) | night] = np.nan


def _angles(geo: Hdf4File, window: Window) -> dict[str, Any]:
    sun, view = (_angle(geo, f"{name}Azimuth", window) for name in ("Solar", "Sensor"))
    return {
        "solar_zenith_deg": _angle(geo, "SolarZenith", window),
        "view_zenith_deg": _angle(geo, "SensorZenith", window),
        "relative_azimuth_deg": relative_azimuth_deg(sun, view),
    }


def _angle(geo: Hdf4File, name: str, window: Window) -> Singles:
    packed = geo.part(name, window)
    degrees = (packed * np.float32(geo.scale(name, "scale_factor"))).astype(np.float32)
    fill = geo.attributes(name).get("_FillValue")
    if fill is not None:
        degrees[packed == fill] = np.nan
    return degrees


def _degrees(geo: Hdf4File, name: str, window: Window) -> Singles:
    degrees = geo.part(name, window).astype(np.float32)
    limit = 90.0 if name == "Latitude" else 180.0
    degrees[~(np.abs(degrees) <= limit)] = np.nan
    return degrees
