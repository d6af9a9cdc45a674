"""Small scenes over fields near Nanning, and a source that offers them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from firewatch.core.geo import Extent
from imagery.feeds.offers import Offer
from imagery.highres.grid import Grid
from imagery.highres.scene import Calibration, Ground, HighresScene

SIDE = 60
GRID = Grid("EPSG:32648", (20.0, 0.0, 700_000.0, 0.0, -20.0, 2_530_000.0), SIDE, SIDE)
BANDS = ("blue", "green", "red", "nir", "swir1", "swir2")
SURFACES = {
    "crop": (0.08, 0.09, 0.07, 0.34, 0.18, 0.09),
    "stubble": (0.10, 0.13, 0.16, 0.27, 0.31, 0.22),
    "dry_soil": (0.10, 0.13, 0.18, 0.27, 0.35, 0.28),
    "ploughed": (0.07, 0.08, 0.10, 0.17, 0.20, 0.15),
    "char": (0.06, 0.06, 0.06, 0.09, 0.15, 0.16),
    "water": (0.07, 0.06, 0.04, 0.03, 0.01, 0.005),
    "flooded": (0.08, 0.08, 0.07, 0.09, 0.06, 0.03),
}
"""Reflectance of surfaces in the order of `BANDS`; in shadow all are about a third."""
NOON_S = 1_604_545_200
DAY_S = 86_400


def scene(
    surfaces: NDArray[np.str_],
    day: float,
    *,
    ground: NDArray[np.uint8] | None = None,
    grid: Grid = GRID,
    light: float = 1.0,
    name: str = "",
) -> HighresScene:
    """Return a Sentinel-2 scene of the named surfaces; `day` counts from 5 November 2020."""
    table = np.array([SURFACES[surface] for surface in SURFACES])
    codes = np.array([list(SURFACES).index(surface) for surface in surfaces.ravel()])
    values = table[codes].reshape(*surfaces.shape, len(BANDS)) * light
    numbers = {
        band: np.round(values[..., i] * 10_000).astype(np.uint16) for i, band in enumerate(BANDS)
    }
    if ground is None:
        ground = np.full(surfaces.shape, Ground.CLEAR, np.uint8)
    for stored in numbers.values():
        stored[ground == Ground.NO_DATA] = 0
    return HighresScene(
        name or f"S2_day{day:g}",
        "Sentinel-2A",
        "MSI",
        int(NOON_S + day * DAY_S),
        grid,
        numbers,  # type: ignore[arg-type]
        dict.fromkeys(BANDS, Calibration(1e-4, 0.0, saturated=65_535)),  # type: ignore[arg-type]
        ground,
        45.0,
        sun_corrected=True,
    )


def fields(surface: str, shape: tuple[int, int] = (SIDE, SIDE)) -> NDArray[np.str_]:
    return np.full(shape, surface, dtype="U10")


class Offered:
    """Scenes in memory, offered like those of a service."""

    def __init__(self, scenes: Sequence[HighresScene]) -> None:
        self.scenes = {one.scene_id: one for one in scenes}
        self.fetched: list[str] = []

    def search(
        self, extent: Extent, first_s: int, last_s: int, max_cloud_pct: float = 100
    ) -> list[Offer]:
        return [
            Offer(
                one.scene_id, one.platform, "sentinel-2-l1c", one.acquired_utc_s, math.nan,
                one.grid.extent(),
            )
            for one in self.scenes.values()
            if first_s <= one.acquired_utc_s <= last_s and one.grid.extent().meets(extent)
        ]  # fmt: skip

    def scene(self, offer: Offer, extent: Extent) -> HighresScene:
        self.fetched.append(offer.scene_id)
        return self.scenes[offer.scene_id]


def footprint(
    line: float = 30, column: float = 30, half: float = 9.5, grid: Grid = GRID
) -> BaseGeometry:
    """Return the ground of one detecting pixel, 380 m wide by default."""
    lon, lat = grid.lon_lat([line + half, line - half], [column - half, column + half])
    return shapely.box(lon[0], lat[0], lon[1], lat[1])


@pytest.fixture
def scenes() -> SimpleNamespace:
    """Return what makes scenes, a footprint in them, and a source of them."""
    return SimpleNamespace(
        GRID=GRID, NOON_S=NOON_S, DAY_S=DAY_S, scene=scene, fields=fields, source=Offered,
        footprint=footprint,
    )  # fmt: skip
