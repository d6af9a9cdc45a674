"""The geolocation file beside a level-2 fire file: its name, and what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from imagery.closing import Closing
from imagery.level1.hdf4 import Hdf4File
from imagery.level1.netcdf import NetcdfFile
from imagery.level1.pairs import granule_name
from imagery.level1.window import Window
from imagery.level2.granule import FILL_BELOW, Level2
from imagery.level2.products import product_named
from imagery.reading import SIMULATED_PREFIX, unreadable

_STAMP = re.compile(r"\.A(\d{7}\.\d{4})\.")
_LOWEST_DEG = -327.0
"""Fill values lie below: -999.9 as real, -32767 as hundredths of a degree."""


@dataclass(frozen=True)
class _Names:
    """What a geolocation file calls its variables, and the suffix of its name."""

    role: str
    suffix: str
    lon: str
    lat: str
    view_zenith: str
    solar_zenith: str
    surface: str


_GROUP = "geolocation_data"
_VIIRS = tuple(
    f"{_GROUP}/{name}"
    for name in ("longitude", "latitude", "sensor_zenith", "solar_zenith", "land_water_mask")
)
_NAMES = {
    "VIIRS_I": _Names("03IMG", "nc", *_VIIRS),
    "VIIRS_M": _Names("03MOD", "nc", *_VIIRS),
    "MODIS": _Names(
        "03", "hdf", "Longitude", "Latitude", "SensorZenith", "SolarZenith", "Land/SeaMask"
    ),
}


def geolocation_name(granule: Level2) -> str:
    """Return the name of the geolocation file of a granule, ``*`` where it cannot be known."""
    short_name, time, _ = _companion(granule) or ("", "", False)
    return f"{short_name}.A{time}.*.{_NAMES[granule.heading.product.family].suffix}"


def geolocation_of(level2: Path | Level2, candidates: Iterable[Path]) -> Path | None:
    """Return the geolocation file of a level-2 fire file among candidates, by official names.

    Parameters
    ----------
    level2
        The file, known by its name alone, or the granule read from it, known by its content.
    candidates
        Files of any kind; of several that fit, the newest production of the newest collection is
        taken. A simulated file goes with simulated ones only.
    """
    companion = _companion(level2)
    fits = [
        (name.collection, path.name, path)
        for path in candidates
        if (name := granule_name(path)) is not None
        and (name.product.short_name, name.time, name.simulated) == companion
    ]
    return max(fits)[2] if fits else None


def _companion(level2: Path | Level2) -> tuple[str, str, bool] | None:
    """Return short name and time of the geolocation file, and whether it is simulated."""
    path = level2 if isinstance(level2, Path) else level2.path
    stamp = _STAMP.search(path.name)
    if isinstance(level2, Path):
        simulated = path.name.startswith(SIMULATED_PREFIX)
        product = product_named(path.name.removeprefix(SIMULATED_PREFIX))
        time = None
    else:
        product, simulated = level2.heading.product, level2.heading.simulated
        time = datetime.fromtimestamp(level2.heading.started_utc_s, UTC).strftime("%Y%j.%H%M")
    time = stamp[1] if stamp else time
    if product is None or time is None:
        return None
    return product.short_name[:3] + _NAMES[product.family].role, time, simulated


@dataclass(frozen=True, eq=False)
class Located:
    """Lines of a geolocation file: degrees, NaN where unknown, and classes of the surface."""

    lon: Floats
    lat: Floats
    view_zenith_deg: Floats
    solar_zenith_deg: Floats
    surface: NDArray[np.uint8]


class Geolocation(Closing):
    """An open geolocation file of a product family; a context manager.

    Raises
    ------
    UnreadableFileError
        From every method, if the file or what is asked for cannot be read.
    """

    def __init__(self, path: Path, family: str) -> None:
        self.path = path
        self._names = _NAMES[family]
        self._file: NetcdfFile | Hdf4File
        self._file = NetcdfFile(path) if self._names.suffix == "nc" else Hdf4File(path)

    def close(self) -> None:
        self._file.close()

    def has_shape(self, shape: tuple[int, int]) -> bool:
        names = self._names
        needed = (names.lon, names.lat, names.view_zenith, names.solar_zenith, names.surface)
        return all(self._file.shape(name) == shape for name in needed)

    def started_utc_s(self) -> int | None:
        """Return the start of the granule in epoch seconds, None where the file is silent."""
        if isinstance(self._file, NetcdfFile):
            silent = not self._file.text("time_coverage_start")
            return None if silent else self._file.moment("time_coverage_start")
        silent = "CoreMetadata.0" not in self._file.global_attributes
        return None if silent else self._file.moment("BEGINNING")

    def lines(self, start: int, stop: int) -> Located:
        names = self._names
        lon, lat, view, sun = (
            self._degrees(name, start, stop)
            for name in (names.lon, names.lat, names.view_zenith, names.solar_zenith)
        )
        return Located(lon, lat, view, sun, self._values(names.surface, start, stop))

    def _values(self, name: str, start: int, stop: int) -> NDArray[Any]:
        if isinstance(self._file, NetcdfFile):
            return self._file.part(name, (slice(start, stop),))
        return self._file.part(name, Window(start, stop, 0, self._file.shape(name)[1]))

    def _degrees(self, name: str, start: int, stop: int) -> Floats:
        degrees = self._values(name, start, stop).astype(np.float64) * self._scale(name)
        known = np.isfinite(degrees) & (degrees > max(FILL_BELOW, _LOWEST_DEG))
        return np.where(known, degrees, np.nan)

    def _scale(self, name: str) -> float:
        if isinstance(self._file, NetcdfFile):
            scale = self._file.optional(name, "scale_factor")
        else:
            scale = self._file.attributes(name).get("scale_factor")
        if scale is None:
            return 1.0
        if not isinstance(scale, (int, float)) or not 0 < scale < np.inf:
            place = f"{name}:scale_factor"
            raise unreadable(
                self.path, "granule_damaged", found=str(scale), place=place, format=self._names.role
            )
        return float(scale)
