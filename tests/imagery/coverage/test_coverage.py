"""What ground was seen, summed pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from imagery.coverage.ground import AREA_COLUMNS, GROUND, GranuleGround, Seen, coverage
from imagery.detection.scene import Scene
from imagery.swath import ground_area_km2, sizes_km

SHAPE = (300, 40)
# What a class of each product tells of the ground, as the products' documents say.
VIIRS = ["not_seen", None, "glint", "water", "cloud", "clear", "not_seen", *["clear"] * 3]
MODIS = ["not_seen"] * 3 + ["water", "cloud", "clear", "not_seen", *["clear"] * 3]


def label(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Three areas side by side, and a strip that belongs to none."""
    codes = np.select([lon < 107, lon < 108, lon < 109], [450100, 450200, 450300], 0)
    return np.where(lat > 21, codes, 0)


def pass_over(seed: int = 3, **changes: Any) -> Seen:
    draw = np.random.default_rng(seed)
    lon, lat = draw.uniform(106, 110, SHAPE), draw.uniform(20.5, 24, SHAPE)
    lon[draw.random(SHAPE) < 0.02] = np.nan
    view = draw.uniform(0, 65, SHAPE)
    view[draw.random(SHAPE) < 0.02] = np.nan
    values: dict[str, Any] = {
        "family": "VIIRS_I",
        "fire_mask": draw.integers(0, 10, SHAPE).astype(np.uint8),
        "lon": lon,
        "lat": lat,
        "pixel_area_km2": draw.uniform(0.1, 0.6, SHAPE[1]),
        "view_zenith_deg": view,
        "day": draw.random(SHAPE) < 0.6,
    }
    return Seen(**(values | changes))


def literal(seen: Seen, meaning: list[str | None]) -> dict[tuple[int, str, str], dict[str, float]]:
    found: dict[tuple[int, str, str], dict[str, float]] = {}
    rows, cols = seen.fire_mask.shape
    for row in range(rows):
        for col in range(cols):
            lon, lat = float(seen.lon[row, col]), float(seen.lat[row, col])
            ground = meaning[seen.fire_mask[row, col]]
            code = 0 if np.isnan(lon) or np.isnan(lat) else int(label(np.array(lon), np.array(lat)))
            if not code or ground is None:
                continue
            if seen.water is not None and seen.water[row, col]:
                ground = "water"
            angle = seen.view_zenith_deg[row, col]
            view = "0-30" if angle <= 30 else "30-50" if angle <= 50 else "50-90"
            view = "unknown" if np.isnan(angle) else view
            key = (code, view, "D" if seen.day[row, col] else "N")
            area = float(np.broadcast_to(seen.pixel_area_km2, (rows, cols))[row, col])
            sums = found.setdefault(key, {})
            sums[f"{ground}_km2"] = sums.get(f"{ground}_km2", 0) + area
            if seen.cropland is not None and seen.cropland[row, col]:
                name = f"cropland_{ground}_km2"
                sums[name] = sums.get(name, 0) + area
    return found


def check(seen: Seen, meaning: list[str | None]) -> pd.DataFrame:
    table, expected = coverage(seen, label), literal(seen, meaning)
    keys = list(zip(table["area_code"], table["view_class"], table["day_night"], strict=True))
    assert keys == sorted(expected)
    for key, row in zip(keys, table.to_dict("records"), strict=True):
        for name in [name for name in table if name.endswith("_km2")]:
            assert row[name] == pytest.approx(expected[key].get(name, 0.0)), (key, name)
    assert set(table["basis"]) == {"measured"}
    return table


def test_areas_are_the_sum_of_their_pixels() -> None:
    check(pass_over(), VIIRS)


def test_the_classes_of_modis_mean_what_its_product_says() -> None:
    check(pass_over(family="MODIS"), MODIS)


def test_water_under_cloud_is_no_cloudy_land() -> None:
    water = np.random.default_rng(1).random(SHAPE) < 0.3
    check(pass_over(water=water), VIIRS)


def test_cropland_is_counted_beside_all_land() -> None:
    cropland = np.random.default_rng(2).random(SHAPE) < 0.4
    areas = np.random.default_rng(2).uniform(0.1, 0.6, SHAPE)
    table = check(pass_over(cropland=cropland, pixel_area_km2=areas), VIIRS)
    for ground in GROUND[:4]:
        assert (table[f"cropland_{ground}_km2"] <= table[f"{ground}_km2"]).all()


def test_a_granule_without_positions_has_seen_nothing() -> None:
    nowhere = np.full(SHAPE, np.nan)
    table = coverage(pass_over(lon=nowhere, lat=nowhere), label)
    assert table.empty
    assert set(AREA_COLUMNS) < set(table)


def test_a_granule_without_input_is_all_not_seen() -> None:
    table = coverage(pass_over(fire_mask=np.zeros(SHAPE, np.uint8)), label)
    assert table["not_seen_km2"].sum() > 0
    assert table[["clear_km2", "cloud_km2", "glint_km2", "water_km2"]].to_numpy().sum() == 0


def test_arrays_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="lat"):
        pass_over(lat=np.zeros((3, 3)))


@pytest.mark.parametrize(
    ("family", "scans", "lines", "swath_km"), [("VIIRS_I", 202, 32, 3040), ("MODIS", 203, 10, 2330)]
)
def test_ground_of_a_swath_is_counted_once(
    family: str, scans: int, lines: int, swath_km: float
) -> None:
    scan_km, track_km = sizes_km(family)
    assert scan_km.sum() == pytest.approx(swath_km, rel=0.03)
    along_km = scans * lines * track_km.min()
    total = ground_area_km2(family).sum() * scans * lines
    assert total == pytest.approx(scan_km.sum() * along_km)
    assert (scan_km * track_km).sum() * scans * lines > 1.3 * total


def test_lines_deleted_on_board_leave_their_ground_to_the_others() -> None:
    share = np.ones(6400)
    share[:1280], share[1280] = 0.75, 0
    ground, whole = ground_area_km2("VIIRS_I", share), ground_area_km2("VIIRS_I")
    np.testing.assert_allclose(ground[:1280] * 0.75, whole[:1280])
    assert ground[1280] == 0


def test_a_detection_in_a_window_of_the_swath_has_the_ground_of_its_samples() -> None:
    rows, cols, sample0 = 8, 50, 1000
    grid = np.zeros((rows, cols), np.float32)
    flags = np.zeros((rows, cols), bool)
    deleted = flags.copy()
    deleted[:2] = True
    mask = np.where(deleted, 1, 5).astype(np.uint8)
    scene = Scene(
        "VIIRS_I", "S-NPP", "g", 0, 360, grid + 106, grid + 23, grid + 40, grid + 20, grid, grid,
        grid, None, None, None, None, flags, flags, flags, deleted, flags, flags, None,
        grid[0], grid[0], sample0=sample0,
    )  # fmt: skip
    ground = GranuleGround(label)
    for part in (slice(0, 3), slice(3, 8)):
        ground.add(scene, mask[part], part)
    table = ground.table()
    assert table[["area_code", "view_class", "day_night"]].to_numpy().tolist() == [
        [450100, "0-30", "D"]
    ]
    whole = ground_area_km2("VIIRS_I")[sample0 : sample0 + cols].sum() * rows
    assert table["clear_km2"][0] == pytest.approx(whole)
