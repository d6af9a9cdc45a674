"""Zones and counties against PostGIS, which shares no line of the code that decides here.

Starts a server of its own on a Unix socket in a temporary folder and stops it afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import translate

from firewatch.core.footprint import boxes
from zones.geometry.shares import NOTHING
from zones.places.areas import load_areas
from zones.places.locate import locate
from zones.register.register import Register, register_from
from zones.ruling.certainty import certainty
from zones.ruling.rule import rule

pytestmark = pytest.mark.postgis
SEED = 20_201_105
# Whole numbers of this step and their middles are exact in a double, so that a point on an edge
# lies on it for every program.
STEP = 1 / 256


@dataclass(frozen=True)
class Server:
    """A running database and how to ask it."""

    programs: Path
    folder: Path

    def ask(self, script: str) -> list[list[str]]:
        """Run SQL and return the rows that it prints."""
        command = [self.programs / "psql", "-h", self.folder, "-U", "firewatch", "-d", "postgres"]
        options = ["-v", "ON_ERROR_STOP=1", "-qAtX", "-F", "\t"]
        done = subprocess.run(
            [*command, *options], input=script, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    def load(self, table: str, columns: str, rows: list[tuple]) -> None:
        lines = "\n".join("\t".join(map(repr_of, row)) for row in rows)
        script = f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({columns});\n"
        self.ask(f"{script}COPY {table} FROM STDIN;\n{lines}\n\\.\nANALYZE {table};\n")


def repr_of(value: object) -> str:
    return shapely.to_wkb(value, hex=True) if isinstance(value, shapely.Geometry) else str(value)


def programs() -> Path:
    """The folder of PostgreSQL's programs, or skip."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    places += [Path(found).parent] if found else []
    for place in places:
        asked = [place / "pg_config", "--sharedir"]
        if not all((place / name).exists() for name in ("initdb", "pg_ctl", "psql", "pg_config")):
            continue
        shared = subprocess.run(asked, text=True, capture_output=True, check=True).stdout.strip()
        if Path(shared, "extension", "postgis.control").exists():
            return place
    reason = "PostgreSQL with PostGIS is not installed (Debian: postgresql postgresql-15-postgis-3)"
    if os.environ.get("FIREWATCH_REQUIRE_POSTGIS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    place, folder = programs(), Path(tempfile.mkdtemp(prefix="fw-pg-"))
    # PostgreSQL refuses to run as root.
    as_other: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_other = ["runuser", "-u", "postgres", "--"]
    data, log = folder / "data", folder / "log"
    init = [place / "initdb", "-D", data, "-U", "firewatch", "-A", "trust", "-E", "UTF8"]
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    control = [*as_other, place / "pg_ctl", "-D", data, "-w"]
    quiet = {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    try:
        subprocess.run([*as_other, *init, "--locale=C", "--no-sync"], **quiet)
        subprocess.run([*control, "-l", log, "-o", options, "start"], **quiet)
        try:
            running = Server(place, folder)
            running.ask("SET client_min_messages = warning; CREATE EXTENSION postgis;")
            yield running
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def on_steps(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.set_precision(shape, STEP)


def layer() -> Register:
    """Overlapping stars with holes and islets, and tiles with common edges, on whole steps."""
    rng = np.random.default_rng(SEED)
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    shapes = []
    for x, y, size in rng.uniform([108.0, 22.0, 0.03], [108.6, 22.6, 0.15], (40, 3)):
        radius = size * rng.uniform(0.5, 1.0, 14)
        shell = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
        hole = shapely.Polygon(shell * 0.4 + np.array([x, y]) * 0.6)
        islet = translate(hole, 1.4 * size, 0)
        shapes.append(on_steps(shapely.Polygon(shell).difference(hole).union(islet)))
    tiles = [shapely.box(x, y, x + 32 * STEP, y + 32 * STEP)
             for x, y in product(108.5 + np.arange(4) / 8, 22.5 + np.arange(4) / 8)]  # fmt: skip
    shapes += tiles
    kinds = rng.choice(["ban", "restricted", "scenic"], 40).tolist() + ["ban", "restricted"] * 8
    table = pd.DataFrame({"kind": kinds, "name": [f"区{n}" for n in range(len(shapes))]})
    table = table.assign(notice="试〔2020〕1号", valid_from=18_200)
    return register_from(table, np.array(shapes, dtype=object))


def corners_and_middles(shapes: np.ndarray) -> np.ndarray:
    xy, ring = shapely.get_coordinates(shapely.boundary(shapes), return_index=True)
    same = ring[1:] == ring[:-1]
    found = np.concatenate([xy, ((xy[1:] + xy[:-1]) / 2)[same]])
    return found[np.random.default_rng(SEED).permutation(len(found))]


def points(xy: np.ndarray, county: int = 450102) -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    times = pd.Series([pd.Timestamp("2020-11-05T04:00:00Z")] * len(xy))
    sizes = {"scan_km": rng.uniform(0.4, 4.8, len(xy)), "track_km": rng.uniform(0.4, 2, len(xy))}
    when = {"acquired_utc": times.dt.as_unit("s"), "county_adcode": county}
    return pd.DataFrame({"lon": xy[:, 0], "lat": xy[:, 1], **sizes, **when})


@pytest.fixture(scope="module")
def register() -> Register:
    return layer()


@pytest.fixture(scope="module")
def ruled(server: Server, register: Register) -> pd.DataFrame:
    """Points on corners, edges and anywhere, ruled here and loaded there, as are the zones."""
    rng = np.random.default_rng(SEED)
    anywhere = rng.uniform([107.9, 21.9], [109.1, 23.1], (800, 2))
    table = points(np.concatenate([corners_and_middles(register.geometry)[:700], anywhere]))
    table = rule(table, register)
    ground = boxes(table["lon"], table["lat"], table["scan_km"], table["track_km"])
    rows = zip(range(len(table)), shapely.points(table[["lon", "lat"]]), ground, strict=True)
    server.load("point", "id int, place geometry, ground geometry", list(rows))
    zones = register.zones
    columns = (zones["zone_id"], zones["kind"], register.geometry)
    server.load("zone", "id text, kind text, shape geometry", list(zip(*columns, strict=True)))
    return table


@pytest.mark.parametrize("predicate", ["ST_Covers", "ST_Intersects"])
def test_every_point_lies_in_the_zones_that_postgis_names(
    server: Server, ruled: pd.DataFrame, predicate: str
) -> None:
    rows = server.ask(f"SELECT p.id, z.id FROM point p JOIN zone z ON {predicate}(shape, place);")
    hits = ruled["zones_hit"].str.split(";").explode()
    ours = {(str(point), zone) for point, zone in hits.items() if zone}
    assert ours == {(point, zone) for point, zone in rows}
    assert len(ours) > 1_000


def test_the_share_of_the_deciding_zone_is_the_one_that_postgis_measures(
    server: Server, register: Register, ruled: pd.DataFrame
) -> None:
    decided = ruled["ruling_zone_id"][ruled["ruling_zone_id"] != ""]
    server.load("decided", "point int, zone text", list(decided.items()))
    rows = server.ask(
        "SELECT point, ST_Area(ST_Intersection(shape, ground)) / ST_Area(ground) FROM decided d "
        "JOIN point p ON p.id = d.point JOIN zone z ON z.id = d.zone;"
    )
    expected = pd.Series({int(point): float(share) for point, share in rows})
    found = certainty(ruled, register)["ruling_share"].dropna()
    assert found.index.tolist() == sorted(expected.index)
    np.testing.assert_allclose(found, expected.sort_index(), rtol=0, atol=1e-6)
    assert found.between(0.01, 0.99).sum() > 300


def test_a_boundary_is_near_where_postgis_finds_ground_of_another_ruling(
    server: Server, register: Register, ruled: pd.DataFrame
) -> None:
    rows = server.ask(
        f"""
        CREATE TEMP VIEW laid AS SELECT p.id, ground, place,
            coalesce(ST_Union(shape) FILTER (WHERE kind = 'ban'), 'POLYGON EMPTY') AS ban,
            coalesce(ST_Union(shape) FILTER (WHERE kind = 'restricted'), 'POLYGON EMPTY') AS limited
            FROM point p LEFT JOIN zone z ON ST_Intersects(shape, ground) GROUP BY 1, 2, 3;
        CREATE TEMP VIEW parts AS SELECT id, ST_Area(ground) AS whole,
            CASE WHEN ST_Intersects(ban, place) THEN 'ban'
                 WHEN ST_Intersects(limited, place) THEN 'restricted' ELSE '' END AS own,
            ST_Area(ST_Intersection(ground, ban)) AS ban,
            ST_Area(ST_Difference(ST_Intersection(ground, limited), ban)) AS restricted,
            ST_Area(ST_Difference(ground, ST_Union(ban, limited))) AS nothing FROM laid;
        SELECT id FROM parts WHERE greatest(
            CASE WHEN own = 'ban' THEN 0 ELSE ban END,
            CASE WHEN own = 'restricted' THEN 0 ELSE restricted END,
            CASE WHEN own = '' THEN 0 ELSE nothing END) > {NOTHING} * whole ORDER BY id;
        """
    )
    near = certainty(ruled, register)["near_boundary"]
    assert np.flatnonzero(near).tolist() == [int(point) for (point,) in rows]
    assert 300 < near.sum() < len(near) - 300


@pytest.mark.parametrize("source", ["amap", "tianditu"])
def test_every_point_has_the_county_that_postgis_names(server: Server, source: str) -> None:
    areas = load_areas(source)
    rng = np.random.default_rng(SEED)
    corners = shapely.get_coordinates(areas.geometry)
    anywhere = rng.uniform([104.4, 20.8], [112.1, 26.5], (700, 2))
    xy = np.concatenate([corners[rng.permutation(len(corners))[:500]], anywhere, [[109.11, 21.03]]])
    placed = locate(points(xy).drop(columns="county_adcode"), areas)
    places = zip(range(len(xy)), shapely.points(xy), strict=True)
    server.load("place", "id int, place geometry", list(places))
    counties = zip(areas.counties["adcode"], areas.geometry, strict=True)
    server.load("county", "adcode int, shape geometry", list(counties))
    rows = server.ask(
        "SELECT id, coalesce(min(adcode), 0) FROM place LEFT JOIN county "
        "ON ST_Covers(shape, place) GROUP BY id ORDER BY id;"
    )
    assert placed["county_adcode"].tolist() == [int(adcode) for _, adcode in rows]
    assert placed["county_adcode"].tolist()[-1] == 450502
