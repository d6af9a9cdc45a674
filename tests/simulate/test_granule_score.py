"""Scoring a detector on a simulated granule, on tables small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from firewatch.core.geo import Extent, distance_km
from firewatch.simulate.granule_ground import Cover
from firewatch.simulate.granule_score import due_fires, false_alarms, spaced_fires, weak_fires

NIGHT_LIMIT_K, DT_LIMIT_K = 295.0, 10.0


def truth(*rows: tuple[int, int, float, float, bool, bool]) -> pd.DataFrame:
    """Return rows of fire, sample (line 0), I4, I5, under cloud, deleted."""
    columns = ["fire", "sample", "bt_mir_k", "bt_tir_k", "cloud", "bowtie_deleted"]
    table = pd.DataFrame(list(rows), columns=columns)
    return table.assign(line=0, area_m2=100.0, cover=int(Cover.LAND))


ROWS = truth(
    (0, 0, 320, 290, False, False),
    (1, 1, 320, 290, True, False),
    (2, 2, 320, 290, False, True),
    (3, 3, 301, 290, False, False),
    (4, 4, 299, 280, False, False),
    (5, 5, 310, 290, False, False),
    (5, 6, 330, 290, False, False),
    (6, 7, 290, 285, False, False),
)
MASK = np.array([[9, 4, 1, 5, 5, 8, 5, 5, 5, 5, 5, 7, 5, 5]], dtype=np.uint8)


def test_a_fire_is_due_where_a_pixel_that_sees_it_passes_the_limit_by_the_margin() -> None:
    due = due_fires(ROWS, MASK, np.full(len(ROWS), NIGHT_LIMIT_K), DT_LIMIT_K).set_index("fire")
    assert due.index.tolist() == [0, 3, 5]
    assert due["only_mir"].tolist() == [False, True, False]
    assert due["found"].tolist() == [True, False, True]
    assert due.loc[5, "bt_mir_k"] == 330


def test_a_fire_is_weak_where_no_pixel_comes_near_the_limit() -> None:
    weak = weak_fires(ROWS, MASK, np.full(len(ROWS), NIGHT_LIMIT_K))
    assert weak["fire"].tolist() == [6]
    assert not weak["found"].any()


def test_false_alarms_are_counted_away_from_fires_cloud_and_pixels_not_seen() -> None:
    cover = np.full(MASK.shape, int(Cover.LAND), dtype=np.uint8)
    cover[0, 9:] = Cover.COAST
    cover[0, 13] = Cover.CLOUD
    table = false_alarms(cover, MASK, ROWS)
    # Fires cover samples 0 to 7 and the one beside each.
    assert table.loc["COAST"].tolist() == [4, 1, 250_000]
    assert table.loc["LAND"].tolist() == [0, 0, 0]
    assert "CLOUD" not in table.index


def test_spaced_fires_stand_apart_and_come_in_every_size() -> None:
    fires = spaced_fires(Extent(108, 23, 109, 24), (50, 500), 60, seed=3)
    assert fires["area_m2"].value_counts().to_dict() == {50: 60, 500: 60}
    lon, lat = fires["lon"].to_numpy(), fires["lat"].to_numpy()
    apart = distance_km(lon[:, None], lat[:, None], lon, lat)
    assert apart[np.triu_indices(len(fires), 1)].min() > 4
    assert spaced_fires(Extent(108, 23, 108.1, 23.1), (50,), 60, 3).shape == (4, 4)


def test_two_fires_in_one_mask_do_not_find_each_other() -> None:
    due = due_fires(ROWS, np.full_like(MASK, 5), np.full(len(ROWS), NIGHT_LIMIT_K), DT_LIMIT_K)
    assert not due["found"].any()
    assert due["area_m2"].tolist() == pytest.approx([100.0] * 3)
