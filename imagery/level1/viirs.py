"""VIIRS 375 m level-1B granules (``V??02IMG`` with ``V??03IMG``) of NASA, collection 2.

Format: NASA VIIRS Level-1 product user's guide. Scales, offsets, tables, fill values and the
meaning of bits are taken from the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firewatch.core.errors import UnreadableFileError
from firewatch.core.geo import Extent
from imagery.closing import Closing
from imagery.detection.scene import FireRadiance, Scene
from imagery.level1.canvas import Canvas
from imagery.level1.geometry import VIIRS_LINES_A_SCAN, VIIRS_SAMPLES, viirs_i_size_km
from imagery.level1.netcdf import NetcdfFile
from imagery.level1.pairs import checked_platform, granule_name
from imagery.level1.surface import COAST_CLASS, WATER
from imagery.level1.viirs_bands import (
    GEOLOCATION,
    OBSERVATION,
    lines_of_degrees,
    quality_bits,
    read_angle,
    read_degrees,
    read_relative_azimuth,
    read_scaled,
    read_solar_zenith,
    read_temperature,
    read_twofold,
)
from imagery.level1.window import (
    Grid,
    Window,
    coarse_lines,
    lines_near,
    sampled_columns,
    sampled_lines,
    window_over,
)
from imagery.radiometry import Singles
from imagery.reading import outside_region, unreadable

MARGIN_PX = 290
"""As far as the scene-dependent threshold of Schroeder et al. (2014) looks: half of 501 pixels, and
up to 40 to the nodes of the grid on which it is taken."""

_PLATFORMS = {
    "suomi-npp": "S-NPP",
    "s-npp": "S-NPP",
    "snpp": "S-NPP",
    "npp": "S-NPP",
    "jpss-1": "NOAA-20",
    "jpss1": "NOAA-20",
    "noaa-20": "NOAA-20",
    "jpss-2": "NOAA-21",
    "jpss2": "NOAA-21",
    "noaa-21": "NOAA-21",
}
_REFLECTIVE = {"rho_red": "I01", "rho_nir": "I02", "rho_swir": "I03"}
_IMAGE_VARIABLES = tuple(
    f"{OBSERVATION}/{name}"
    for name in ("I01", "I02", "I03", "I04", "I05", "I04_quality_flags", "I05_quality_flags")
)
_GEO_VARIABLES = tuple(
    f"{GEOLOCATION}/{name}"
    for name in (
        "longitude", "latitude", "land_water_mask", "solar_zenith", "solar_azimuth",
        "sensor_zenith", "sensor_azimuth",
    )
)  # fmt: skip
# Higher strips take more memory than keeping what they cut.
_HIGHEST_STRIP = 1024
_PAIR_TOLERANCE_S = 60
# Three granules; no pass over a receiving station lasts longer. A damaged file may promise more.
_MOST_LINES = 20_000
_LARGEST_PIXEL_KM = 0.9
_WATER_BYTES = np.resize(WATER, 256).tobytes()
# Further below its table's end than this no count comes from a saturated detector.
_CEILING_K = 0.5


def read_viirs(
    img02: Path,
    geo03: Path,
    mod02: Path | None = None,
    mod03: Path | None = None,
    region: Extent | None = None,
    margin_px: int = MARGIN_PX,
) -> Scene:
    """Return a VIIRS I-band granule, or the part of it over a region.

    Parameters
    ----------
    img02, geo03
        ``V??02IMG`` and ``V??03IMG``.
    mod02, mod03
        ``V??02MOD`` for M13, from which fire power is computed, and its geolocation, which is
        only checked to be of the same granule.
    region
        Degrees; None reads the whole granule.
    margin_px
        Pixels around the region.

    Raises
    ------
    OutsideRegionError
        If no pixel lies over the region.
    UnreadableFileError
        If a file is damaged, lacks something, or the files are not of one granule.
    """
    with ViirsGranule(img02, geo03, mod02, mod03) as granule:
        return granule.read(granule.window(region, margin_px) if region else None)


class OptionalFileError(UnreadableFileError):
    """A file of a granule that cannot be used, and without which the granule can be read."""


@contextmanager
def _optional() -> Iterator[None]:
    try:
        yield
    except UnreadableFileError as error:
        raise OptionalFileError(error.what, error.where, error.expected, error.remedy) from error


class ViirsGranule(Closing):
    """The open files of a granule, to be read in windows; a context manager.

    Raises
    ------
    OptionalFileError
        From every method, if it is the 02MOD or the 03MOD that cannot be read.
    """

    def __init__(
        self, img02: Path, geo03: Path, mod02: Path | None = None, mod03: Path | None = None
    ) -> None:
        with ExitStack() as self._open_files:
            self._image = self._open(img02)
            self._geo = self._open(geo03)
            self.started_utc_s = self._image.moment("time_coverage_start")
            self.ended_utc_s = self._image.moment("time_coverage_end")
            self.platform = _platform(self._image)
            self.shape = self._checked_shape()
            self._check_same_granule(self._geo)
            with _optional():
                self._mod = self._open_coarse(mod02, f"{OBSERVATION}/M13")
                self._open_coarse(mod03, f"{GEOLOCATION}/latitude")
            self._open_files = self._open_files.pop_all()

    def _open(self, path: Path) -> NetcdfFile:
        return self._open_files.enter_context(NetcdfFile(Path(path)))

    def _open_coarse(self, path: Path | None, name: str) -> NetcdfFile | None:
        """Return a file of the 750 m pixels of this granule, which has a variable."""
        if path is None:
            return None
        file = self._open(path)
        self._check_shapes(file, [name], (self.shape[0] // 2, self.shape[1] // 2))
        self._check_same_granule(file)
        return file

    def close(self) -> None:
        self._open_files.close()

    def whole(self) -> Window:
        """Return the window that is the whole granule."""
        return Window(0, self.shape[0], 0, self.shape[1])

    def window(self, region: Extent, margin_px: int = MARGIN_PX) -> Window:
        """Return the window over a region; see `imagery.level1.window.window_over`."""
        lines, samples = self.shape
        grid = Grid(lines, samples, VIIRS_LINES_A_SCAN, _LARGEST_PIXEL_KM)
        columns = sampled_columns(samples)

        def positions(rows: Sequence[int]) -> tuple[Singles, Singles]:
            found = (lines_of_degrees(self._geo, name, rows) for name in ("longitude", "latitude"))
            lon, lat = (degrees[:, columns] for degrees in found)
            return lon, lat

        near = lines_near(region, *positions(coarse_lines(lines)), grid)
        if not near:
            raise outside_region(self._geo.path, region)
        lon, lat = (
            np.full((len(sampled_lines(lines)), len(columns)), np.nan, np.float32) for _ in range(2)
        )
        rows = np.searchsorted(sampled_lines(lines), near)
        lon[rows], lat[rows] = positions(near)
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
        self._fill_thermal(canvas)
        self._fill_reflective(canvas, self._fill_geometry(canvas))
        self._fill_surface(canvas)
        areas = self._fill_fire_radiance(canvas)
        scan_km, track_km = viirs_i_size_km()
        found: dict[str, Any] = {**dict.fromkeys(_REFLECTIVE), **canvas.arrays}
        radiance = found.pop("fire_radiance", None)
        return Scene(
            sensor="VIIRS_I",
            platform=self.platform,
            granule=self._image.path.stem,
            started_utc_s=self.started_utc_s,
            ended_utc_s=self.ended_utc_s,
            **found,
            bt_12_k=None,
            fire_radiance=None if areas is None else FireRadiance(radiance, areas),
            scan_km=scan_km[window.samples],
            track_km=track_km[window.samples],
            sample0=window.sample0,
            line0=canvas.line0,
        )

    def strip_lines(self, wanted: int) -> int:
        """Return a height of strips, near the one wanted, that unpack each chunk once.

        Strips begin where chunks of I4 do, if those are not too high; chunks of a variable that
        strips cut are kept until the next one.
        """
        chunk = self._image.chunk_lines(f"{OBSERVATION}/I04")
        height = -(-wanted // chunk) * chunk if chunk <= _HIGHEST_STRIP else wanted
        every = [(self._image, _IMAGE_VARIABLES, 1), (self._geo, _GEO_VARIABLES, 1)]
        if self._mod is not None:
            every.append((self._mod, (f"{OBSERVATION}/M13",), 2))
        for file, names, lines in every:
            for name in names:
                if file.has(name) and height % (file.chunk_lines(name) * lines):
                    file.keep_chunks(name)
        return height

    @cached_property
    def _by_day(self) -> bool:
        return self._image.text("DayNightFlag").strip().lower() != "night"

    def _checked_shape(self) -> tuple[int, int]:
        name = f"{OBSERVATION}/I04"
        shape = tuple(self._image.variable(name).shape)
        fits = len(shape) == 2 and shape[1] == VIIRS_SAMPLES and not shape[0] % VIIRS_LINES_A_SCAN
        if not fits or not 0 < shape[0] <= _MOST_LINES:
            raise unreadable(
                self._image.path,
                "granule_shape",
                place=name,
                found_shape=shape,
                expected_shape=f"(n x {VIIRS_LINES_A_SCAN} ≤ {_MOST_LINES}, {VIIRS_SAMPLES})",
            )
        self._check_shapes(self._image, [f"{OBSERVATION}/I05"], shape)
        self._check_shapes(self._geo, [f"{GEOLOCATION}/latitude"], shape)
        return shape[0], shape[1]

    @staticmethod
    def _check_shapes(file: NetcdfFile, names: list[str], shape: tuple[int, ...]) -> None:
        for name in names:
            found = tuple(file.variable(name).shape)
            if found != shape:
                raise unreadable(
                    file.path, "granule_shape", place=name, found_shape=found, expected_shape=shape
                )

    def _check_same_granule(self, other: NetcdfFile) -> None:
        name = granule_name(self._image.path)
        their = granule_name(other.path)
        role = their.product.role if their else "03IMG"
        fetch = name.partner(role) if name else role
        started_utc_s, platform = other.moment("time_coverage_start"), _platform(other)
        late = abs(started_utc_s - self.started_utc_s) > _PAIR_TOLERANCE_S
        faults = (
            (late, "time_coverage_start", started_utc_s, self.started_utc_s),
            (platform != self.platform, "platform", platform, self.platform),
        )
        for wrong, place, theirs, ours in faults:
            if wrong:
                raise unreadable(
                    other.path,
                    "granule_pair",
                    other=self._image.path.name,
                    place=place,
                    found_value=theirs,
                    expected_value=ours,
                    fetch=fetch,
                )

    def _fill_geometry(self, canvas: Canvas) -> Singles:
        """Read positions and angles; return 1 / cosine of the solar zenith."""
        geo, window = self._geo, canvas.window
        factor = read_solar_zenith(geo, window, canvas.new("solar_zenith_deg"))
        read_degrees(geo, "longitude", window, canvas.new("lon"))
        read_degrees(geo, "latitude", window, canvas.new("lat"))
        read_angle(geo, "sensor_zenith", window, canvas.new("view_zenith_deg"))
        relative = canvas.new("relative_azimuth_deg")
        # Only glint needs the azimuths.
        if self._by_day:
            read_relative_azimuth(geo, window, relative)
        else:
            relative[:] = np.nan
        return factor

    def _fill_thermal(self, canvas: Canvas) -> None:
        window = canvas.window
        mir, tir = canvas.new("bt_mir_k"), canvas.new("bt_tir_k")
        bowtie, saturated, mir_nominal, tir_nominal = (
            canvas.new(name, np.bool_)
            for name in ("bowtie_deleted", "mir_saturated", "mir_nominal", "tir_nominal")
        )
        ceiling_k = read_temperature(self._image, "I04", window, mir, bowtie) - _CEILING_K
        read_temperature(self._image, "I05", window, tir, None)
        mir_bits = quality_bits(self._image, "I04")

        def take_mir(flags: NDArray[Any], rows: slice) -> None:
            saturated[rows] = ((flags & mir_bits.saturated) != 0) | (mir[rows] >= ceiling_k)
            bowtie[rows] |= (flags & mir_bits.bowtie) != 0
            mir_nominal[rows] = ((flags & mir_bits.harmless) == flags) & ~np.isnan(mir[rows])

        tir_bits = quality_bits(self._image, "I05")

        def take_tir(flags: NDArray[Any], rows: slice) -> None:
            tir_nominal[rows] = ((flags & tir_bits.harmless) == flags) & ~np.isnan(tir[rows])

        self._image.each_block(f"{OBSERVATION}/I04_quality_flags", window, take_mir)
        self._image.each_block(f"{OBSERVATION}/I05_quality_flags", window, take_tir)

    def _fill_reflective(self, canvas: Canvas, factor: Singles) -> None:
        if not self._by_day:
            return
        for key, band in _REFLECTIVE.items():
            name = f"{OBSERVATION}/{band}"
            if self._image.has(name):
                read_scaled(self._image, name, canvas.window, canvas.new(key), factor)

    def _fill_surface(self, canvas: Canvas) -> None:
        water, coast = canvas.new("water", np.bool_), canvas.new("coast", np.bool_)

        def take(classes: NDArray[Any], rows: slice) -> None:
            # Ten times as fast as a lookup, whose indices NumPy first widens to 64 bits.
            narrow = classes.astype(np.uint8, casting="same_kind", copy=False)
            found = narrow.tobytes().translate(_WATER_BYTES)
            water[rows] = np.frombuffer(found, dtype=np.bool_).reshape(classes.shape)
            np.equal(classes, COAST_CLASS, out=coast[rows])

        self._geo.each_block(f"{GEOLOCATION}/land_water_mask", canvas.window, take)

    def _fill_fire_radiance(self, canvas: Canvas) -> Singles | None:
        """Read M13; return the areas of its pixels by sample, None without it."""
        if self._mod is None:
            return None
        out = canvas.new("fire_radiance")
        with _optional():
            read_twofold(self._mod, f"{OBSERVATION}/M13", canvas.window, out)
        scan_km, track_km = viirs_i_size_km()
        areas: Singles = (scan_km * track_km).reshape(-1, 2).sum(axis=1) * 2
        return areas.repeat(2)[canvas.window.samples]


def _platform(file: NetcdfFile) -> str:
    said = _PLATFORMS.get(file.text("platform").strip().lower(), "")
    return checked_platform(file.path, said, "VIIRS L1B")
