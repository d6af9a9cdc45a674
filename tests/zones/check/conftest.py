"""Files of zones to check, and measures that do not come from the code under test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import shapely
from pyproj import Geod

from zones.check import CheckReport, Finding, check_zones
from zones.places.areas import Areas, load_areas
from zones.register.read import ZoneReading, read_zones
from zones.register.register import Register

Columns = Sequence[object]


@pytest.fixture(scope="session")
def areas() -> Areas:
    return load_areas()


@pytest.fixture(scope="session")
def city(areas: Areas) -> Callable[[str], shapely.Geometry]:
    """Return the function name of a city or county → its polygon."""

    def polygon(name: str) -> shapely.Geometry:
        if name in set(areas.cities()["name"]):
            return areas.city_geometry()[areas.cities()["name"].tolist().index(name)]
        return areas.geometry[areas.counties["name"].tolist().index(name)]

    return polygon


@pytest.fixture
def read(tmp_path: Path, write_layer: Callable[..., Path]) -> Callable[..., ZoneReading]:
    """Return a function that writes zones to a file and reads it."""

    def reading(shapes: Sequence[shapely.Geometry], **columns: Columns) -> ZoneReading:
        count = len(shapes)
        told: dict[str, Columns] = {
            "kind": ["ban"] * count,
            "name": [f"区{number}" for number in range(1, count + 1)],
            "notice": ["南府规〔2025〕3号"] * count,
            "authority": [""] * count,
            "valid_from": ["2025-01-01"] * count,
        }
        path = tmp_path / f"zones{len(list(tmp_path.iterdir()))}.gpkg"
        return read_zones(write_layer(path, shapes, {**told, **columns}, "EPSG:4326"))

    return reading


@pytest.fixture
def check(read: Callable[..., ZoneReading], areas: Areas) -> Callable[..., CheckReport]:
    """Return a function that writes zones to a file, reads it and checks it."""

    def report(
        shapes: Sequence[shapely.Geometry], existing: Register | None = None, **columns: Columns
    ) -> CheckReport:
        return check_zones(read(shapes, **columns), areas, existing or Register.empty())

    return report


@pytest.fixture(scope="session")
def of_code() -> Callable[[CheckReport, str], list[Finding]]:
    def chosen(report: CheckReport, code: str) -> list[Finding]:
        return [finding for finding in report.findings if finding.code == code]

    return chosen


@pytest.fixture(scope="session")
def geodesic_km2() -> Callable[[shapely.Geometry], float]:
    """Return the function polygon → area on the ellipsoid with geodesic edges."""
    ellipsoid = Geod(ellps="WGS84")

    def area(shape: shapely.Geometry) -> float:
        parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
        # Geodesic edges of short pieces are the straight lines of the map.
        return (
            sum(
                abs(
                    ellipsoid.geometry_area_perimeter(
                        shapely.segmentize(shapely.normalize(p), 0.01)
                    )[0]
                )
                for p in parts
            )
            / 1e6
        )

    return area
