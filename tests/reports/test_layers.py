"""Layers for GIS."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pandas as pd
import pytest
import shapely

from firewatch.reports.layers import DRIVERS, write_layer

TABLE = pd.DataFrame({"scene_id": ["a", "b"], "area_m2": [400.0, 900.0]})
SQUARES = [shapely.box(108, 22, 108.01, 22.01), shapely.box(108.1, 22.1, 108.2, 22.2)]


@pytest.mark.parametrize(("suffix", "driver"), DRIVERS.items())
def test_the_same_rows_give_the_same_bytes_whenever_they_are_written(
    tmp_path: Path, suffix: str, driver: str
) -> None:
    written = []
    for name in ("first", "second"):
        path = tmp_path / f"{name}{suffix}"
        write_layer(path, TABLE, SQUARES, layer="fires", kind="MultiPolygon", driver=driver)
        written.append(path)
    assert written[0].read_bytes() == written[1].read_bytes()
    layer = geopandas.read_file(written[0])
    assert set(layer.geom_type) == {"MultiPolygon"} and layer.crs.to_epsg() == 4326
    assert layer["area_m2"].tolist() == [400.0, 900.0]
