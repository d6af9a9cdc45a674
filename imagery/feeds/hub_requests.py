"""What Sentinel Hub is asked for: bands, numbers, tiles, and what they cost.

Sentinel Hub documentation: Process API (at most 2,500 pixels a side), Evalscript V3, Sentinel-2
L1C, Landsat 8-9 L1, and "Processing Unit definition": area / (512 × 512 pixels), at least 0.01,
times input bands / 3 without dataMask, times 1 for 16 bits, at least 0.005 a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from firewatch.core.geo import Extent
from imagery.feeds.offers import COLLECTIONS
from imagery.highres.grid import Grid, utm_crs, utm_zone
from imagery.highres.products import MSI_BANDS, OLI_BANDS, OLI_ROLES, PIXEL_M
from imagery.highres.scene import Calibration, Role, SensorName

LARGEST_SIDE_PX: Final = 2500
FULL: Final = 65_535
NUMBERS: Final = Calibration(mult=1e-4, add=-0.1, fill=0, saturated=FULL)
"""Reflectance as whole numbers, in the manner of Sentinel-2 since baseline 04.00."""

_UNIT_PX = 512
_UNIT_BANDS = 3
_LEAST_AREA, _LEAST_REQUEST_PU = 0.01, 0.005
# Corners of Landsat pixels lie at odd multiples of 15 m.
_LANDSAT_ORIGIN_M = 15


@dataclass(frozen=True)
class Product:
    """One collection of the service, and what of it is fetched.

    Parameters
    ----------
    bands
        The service's name of each band, by role.
    quality
        Bands of flags that go into the answer as they are, after the roles.
    flags
        Bands that the script reads only.
    pixel_m, origin_m
        Side of a pixel, and where its corners lie.
    """

    collection: str
    sensor: SensorName
    bands: Mapping[Role, str]
    quality: tuple[str, ...]
    flags: tuple[str, ...]
    pixel_m: int
    origin_m: int

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(self.bands)

    @property
    def layers(self) -> int:
        """Return the number of bands in an answer."""
        return len(self.bands) + len(self.quality)

    @property
    def inputs(self) -> int:
        """Return the number of bands that count for the cost."""
        return self.layers + len(self.flags)


PRODUCTS: Final[Mapping[str, Product]] = {
    COLLECTIONS["MSI"]: Product(
        COLLECTIONS["MSI"],
        "MSI",
        # B10 tells thin cloud; the service's own mask of cloud is not everywhere.
        {role: MSI_BANDS[role].name for role in MSI_BANDS if role != "coastal"},
        (),
        (),
        PIXEL_M["MSI"],
        0,
    ),
    COLLECTIONS["OLI"]: Product(
        COLLECTIONS["OLI"],
        "OLI",
        {role: f"B{OLI_BANDS[role]:02d}" for role in OLI_ROLES},
        ("BQA",),
        ("QA_RADSAT",),
        PIXEL_M["OLI"],
        _LANDSAT_ORIGIN_M,
    ),
}


def evalscript(product: Product) -> str:
    """Return the script that gives numbers of `NUMBERS`, 0 without data, then the flags.

    QA_RADSAT of Landsat: bit n - 1 says that band n is full.
    """
    bands = [*product.bands.values(), *product.quality, *product.flags, "dataMask"]
    units = ["REFLECTANCE"] * len(product.bands) + ["DN"] * (len(bands) - len(product.bands))
    values = [f"number(s.{name}, {_is_full(product, name)})" for name in product.bands.values()] + [
        f"s.{name}" for name in product.quality
    ]
    nothing = ["0"] * len(product.bands) + ["1"] * len(product.quality)
    return "\n".join(
        [
            "//VERSION=3",
            "function setup() {",
            f"  return {{input: [{{bands: {_quoted(bands)}, units: {_quoted(units)}}}],",
            f'    output: {{bands: {product.layers}, sampleType: "UINT16"}}}};',
            "}",
            "function number(rho, full) {",
            f"  if (full) return {FULL};",
            f"  return Math.max(1, Math.min({FULL}, Math.round(rho * 10000) + 1000));",
            "}",
            "function evaluatePixel(s) {",
            f"  if (s.dataMask == 0) return [{', '.join(nothing)}];",
            f"  return [{', '.join(values)}];",
            "}",
            "",
        ]
    )


def _is_full(product: Product, band: str) -> str:
    if not product.flags:
        return "false"
    return f"(s.{product.flags[0]} >> {int(band[1:]) - 1}) & 1"


def _quoted(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def grid_over(product: Product, extent: Extent) -> Grid:
    """Return the grid of a product's pixels over a box, in the UTM zone of the box's middle."""
    lon, lat = (extent.west + extent.east) / 2, (extent.south + extent.north) / 2
    step, origin = float(product.pixel_m), float(product.origin_m)
    pixels = (step, 0.0, origin, 0.0, -step, origin)
    return Grid(utm_crs(utm_zone(lon), lat >= 0), pixels, lines=1, columns=1).covering(extent)


@dataclass(frozen=True)
class Tile:
    """A part of a grid that one request may ask for."""

    line0: int
    column0: int
    grid: Grid

    def bounds_m(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north in the grid's system."""
        a, _, west, _, e, north = self.grid.transform
        return west, north + e * self.grid.lines, west + a * self.grid.columns, north


def tiles_of(grid: Grid) -> list[Tile]:
    """Return a grid as tiles within the size limit, of nearly the same size."""
    return [
        Tile(line0, column0, grid.window(line0, column0, lines, columns))
        for line0, lines in _cuts(grid.lines)
        for column0, columns in _cuts(grid.columns)
    ]


def _cuts(length: int) -> list[tuple[int, int]]:
    parts = -(-length // LARGEST_SIDE_PX)
    edges = [length * part // parts for part in range(parts + 1)]
    return [(first, after - first) for first, after in pairwise(edges)]


def cost_pu(product: Product, grid: Grid) -> float:
    """Return the processing units that a grid of a product costs."""
    return sum(_tile_pu(product, tile.grid) for tile in tiles_of(grid))


def _tile_pu(product: Product, grid: Grid) -> float:
    area = max(grid.lines * grid.columns / _UNIT_PX**2, _LEAST_AREA)
    return max(area * product.inputs / _UNIT_BANDS, _LEAST_REQUEST_PU)


def data_input(product: Product, first: str, last: str) -> dict[str, Any]:
    """Return the input part of a process request; nearest pixels, for flames are not smeared.

    Parameters
    ----------
    first, last
        Bounds of the time of acquisition, as ISO 8601.
    """
    return {
        "type": product.collection,
        "dataFilter": {
            "timeRange": {"from": first, "to": last},
            "mosaickingOrder": "mostRecent",
        },
        "processing": {"upsampling": "NEAREST", "downsampling": "NEAREST"},
    }
