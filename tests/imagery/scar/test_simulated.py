"""Burn scars on simulated ground that is harvested, ploughed and flooded between the scenes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from firewatch.simulate.highres import SimulatedScene, Sky, draw_scene, grid_around
from firewatch.simulate.highres_fires import BurntField, burnt_share
from firewatch.simulate.highres_ground import Cover
from imagery.highres.grid import Grid
from imagery.highres.scene import SensorName
from imagery.scar.burned import has_burned, nbr
from imagery.scar.look import look_at
from imagery.scar.outline import groups_of
from imagery.scar.parameters import scar_parameters

SEED, SIDE = 3, 220
P = scar_parameters()


def drawn(
    sensor: SensorName, grid: Grid, day: int, fields: tuple[BurntField, ...] = ()
) -> SimulatedScene:
    moment = datetime(2020, 11, day, 3, 10, tzinfo=UTC)
    return draw_scene(
        SEED, sensor=sensor, grid=grid, acquired_utc_s=int(moment.timestamp()), burnt=fields,
        sky=Sky(cloud_share=0.02), worked=0.3 if day > 5 else 0.0,
    )  # fmt: skip


@pytest.mark.parametrize(("sensor", "least_m"), [("MSI", 60), ("OLI", 90)])
def test_burnt_fields_are_found_and_worked_fields_are_not(sensor: SensorName, least_m: int) -> None:
    grid = grid_around(108.6, 23.0, sensor, SIDE, SIDE)
    before = drawn(sensor, grid, 1)
    draw = np.random.default_rng(SEED)
    fields = []
    while len(fields) < 12:
        line, column = draw.uniform(15, SIDE - 15, 2)
        if before.cover[int(line), int(column)] in (Cover.STUBBLE, Cover.CANE):
            lon, lat = grid.lon_lat(line, column)
            fields.append(BurntField(float(lon), float(lat), least_m, least_m))
    after = drawn(sensor, grid, 11, tuple(fields))
    looks = [look_at(made.scene, grid, P.cloud_margin_m) for made in (before, after)]
    seen = looks[0].seen & looks[1].seen
    found = groups_of(has_burned(*looks, P), grid, P.min_area_m2) > 0
    whole = 0
    for field in fields:
        share = burnt_share([field], grid, 0, SIDE)
        if seen[share > 0.02].all():
            whole += 1
            assert found[share > 0.02].any()
    assert whole >= 5, seen.mean()
    unburnt = seen & (burnt_share(fields, grid, 0, SIDE) == 0)
    assert np.count_nonzero(found & unburnt) <= 4
    # The fall alone takes worked fields for burnt ones.
    fall = nbr(looks[0].nir, looks[0].swir2) - nbr(looks[1].nir, looks[1].swir2)
    alone = np.count_nonzero((fall >= P.nbr_fall) & unburnt)
    print(f"{sensor}: fall of NBR alone {alone} of {np.count_nonzero(unburnt)} pixels")
    assert alone > 300
