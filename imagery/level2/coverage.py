"""Coverage from the fire mask of an official level-2 file and the geolocation file beside it.

Level-2 fire files hold positions of fire pixels only. Between them nothing can be said of where a
pixel lies, so the 03 file of the granule is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imagery.coverage import Label, Seen, coverage, summed
from imagery.level1.pairs import SIMULATED_PREFIX, granule_name
from imagery.level1.surface import WATER
from imagery.level2.granule import FILL_BELOW, Level2
from imagery.level2.products import product_named
from imagery.libraries import needed_for
from imagery.masks import FireClass
from imagery.radiometry import NIGHT_FROM_DEG
from imagery.reading import unreadable
from imagery.swath import ground_area_km2

_STRIP_ROWS = 640
_STAMP = re.compile(r"\.A(\d{7}\.\d{4})\.")


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


class _Geolocation(Protocol):
    def shape(self, name: str) -> tuple[int, ...]: ...

    def lines(self, name: str, start: int, stop: int) -> NDArray[Any]: ...

    def scale(self, name: str) -> float: ...


def geolocation_name(granule: Level2) -> str:
    """Return the name of the geolocation file of a granule, ``*`` where it cannot be known."""
    heading = granule.heading
    names = _NAMES[heading.product.family]
    moment = pd.Timestamp(heading.started_utc_s, unit="s").strftime("A%Y%j.%H%M")
    return f"{heading.product.short_name[:3]}{names.role}.{moment}.*.{names.suffix}"


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
    granule = _granule_of(level2)
    fits = [
        (name.collection, path.name, path)
        for path in candidates
        if (name := granule_name(path)) is not None
        and (name.product.short_name, name.time, name.simulated) == granule
    ]
    return max(fits)[2] if fits else None


def _granule_of(level2: Path | Level2) -> tuple[str, str, bool] | None:
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


def coverage_of_granule(granule: Level2, geolocation: Path | None, label: Label) -> pd.DataFrame:
    """Return what ground an official product has seen; see `imagery.coverage.coverage`.

    Parameters
    ----------
    geolocation
        The 03 file of the same granule.

    Raises
    ------
    UnreadableFileError
        Without that file, if it is of another granule by its shape, or damaged. The granule can
        then only be noted as present (`imagery.coverage_table.feed_present`).
    """
    if geolocation is None:
        raise _needs_geolocation(granule, granule.path)
    family = granule.heading.product.family
    names = _NAMES[family]
    rows, cols = granule.fire_mask.shape
    deleted = granule.fire_mask == FireClass.BOWTIE
    kept = np.ones(cols) if family == "MODIS" else 1 - deleted.mean(axis=0)
    area_km2 = ground_area_km2(family, np.pad(kept, (0, _full_width(family) - cols)))[:cols]
    parts = []
    opened = _opened_hdf5 if names.suffix == "nc" else _opened_hdf4
    with needed_for(geolocation), opened(geolocation) as file:
        if any(file.shape(name) != (rows, cols) for name in (names.lon, names.lat)):
            raise _needs_geolocation(granule, geolocation)
        for start in range(0, rows, _STRIP_ROWS):
            stop = min(rows, start + _STRIP_ROWS)
            parts.append(coverage(_seen(granule, file, names, area_km2, start, stop), label))
    return summed(parts)


def _full_width(family: str) -> int:
    return len(ground_area_km2(family))


def _seen(
    granule: Level2,
    file: _Geolocation,
    names: _Names,
    area_km2: NDArray[np.float64],
    start: int,
    stop: int,
) -> Seen:
    lon, lat, view, sun = (
        _degrees(file, name, start, stop)
        for name in (names.lon, names.lat, names.view_zenith, names.solar_zenith)
    )
    surface = file.lines(names.surface, start, stop).astype(np.uint8)
    return Seen(
        family=granule.heading.product.family,
        fire_mask=granule.fire_mask[start:stop],
        lon=lon,
        lat=lat,
        pixel_area_km2=area_km2,
        view_zenith_deg=view,
        day=sun < NIGHT_FROM_DEG,
        water=WATER[surface],
    )


def _degrees(file: _Geolocation, name: str, start: int, stop: int) -> NDArray[np.float64]:
    """Return angles in degrees, NaN for fill values: -999.9 as real, -32767 as scaled integer."""
    degrees = file.lines(name, start, stop).astype(np.float64) * file.scale(name)
    return np.where((degrees < max(FILL_BELOW, -327.0)) | ~np.isfinite(degrees), np.nan, degrees)


def _needs_geolocation(granule: Level2, path: Path) -> Exception:
    return unreadable(
        path,
        "coverage_geolocation",
        product=granule.heading.product.short_name,
        fetch=geolocation_name(granule),
        shape=granule.fire_mask.shape,
    )


class _Hdf5:
    def __init__(self, file: Any) -> None:
        self._file = file

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self._file[name].shape)

    def lines(self, name: str, start: int, stop: int) -> NDArray[Any]:
        return np.asarray(self._file[name][start:stop])

    def scale(self, name: str) -> float:
        return float(np.ravel(self._file[name].attrs.get("scale_factor", 1.0))[0])


class _Hdf4:
    def __init__(self, file: Any) -> None:
        self._file = file

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self._file.select(name).info()[2])

    def lines(self, name: str, start: int, stop: int) -> NDArray[Any]:
        return np.asarray(self._file.select(name)[start:stop])

    def scale(self, name: str) -> float:
        return float(self._file.select(name).attributes().get("scale_factor", 1.0))


@contextmanager
def _opened_hdf5(path: Path) -> Iterator[_Geolocation]:
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            yield _Hdf5(file)
    except (OSError, RuntimeError, KeyError) as error:
        raise _damaged(path, error) from error


@contextmanager
def _opened_hdf4(path: Path) -> Iterator[_Geolocation]:
    from pyhdf.error import HDF4Error
    from pyhdf.SD import SD, SDC

    try:
        file = SD(str(path), SDC.READ)
        try:
            yield _Hdf4(file)
        finally:
            file.end()
    except (HDF4Error, ValueError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> Exception:
    place = str(error) or type(error).__name__
    return unreadable(path, "granule_damaged", place=place, format="03")
