"""The contextual engine against a literal loop over pixels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from imagery.detection import contextual
from imagery.detection.coarse import BlockSums, CoarseGrid, Nodes, bin_of, histogram_median
from imagery.detection.contextual import BACKGROUND_FIRE, Background, WindowRule
from imagery.level1.window import Window

RULES = {
    "VIIRS, grow": WindowRule(11, 31, 0.25, 10, "grow"),
    "VIIRS, any": WindowRule(11, 31, 0.25, 10, "any"),
    "VIIRS, all": WindowRule(11, 31, 0.25, 10, "all"),
    "MODIS C6": WindowRule(3, 21, 0.25, 8, "all", beside=1),
    "MODIS C5": WindowRule(5, 21, 0.25, 8, "all", beside=1),
}


def window_statistics(*arguments) -> pd.DataFrame:
    return pd.DataFrame(contextual.window_statistics(*arguments))


def _scene(seed, valid_share):
    random = np.random.default_rng(seed)
    shape = (60, 70)
    kinds = random.choice([1, 2], size=shape, p=[0.8, 0.2]).astype(np.uint8)
    surface = np.where(random.random(shape) < valid_share, kinds, 0).astype(np.uint8)
    surface[(random.random(shape) < 0.05) & (surface > 0)] |= BACKGROUND_FIRE
    mir = random.normal(300, 5, shape).astype(np.float32)
    tir = random.normal(295, 3, shape).astype(np.float32)
    tir[random.random(shape) < 0.02] = np.nan
    marked = random.random(shape) < 0.1
    background = Background(
        surface,
        {"mir": mir, "tir": tir},
        {"dt": lambda values: values["mir"] - values["tir"]},
        "mir",
        {"marked": marked},
    )
    corners = np.array([0, 0, 59, 59, 30, 1])
    lines = np.concatenate([corners, random.integers(0, 60, 60)])
    samples = np.concatenate([[0, 69, 0, 69, 0, 1], random.integers(0, 70, 60)])
    wanted = random.choice([1, 2], size=len(lines)).astype(np.uint8)
    return background, lines, samples, wanted


def _window(background, line, sample, kind, side, beside):
    """Return (valid, fires, marked) lists of positions, by looking at one pixel at a time."""
    rows, cols = background.surface.shape
    valid, fires, marked = [], [], 0
    for y in range(line - side // 2, line + side // 2 + 1):
        for x in range(sample - side // 2, sample + side // 2 + 1):
            if not (0 <= y < rows and 0 <= x < cols):
                continue
            if y == line and abs(x - sample) <= beside:
                continue
            if background.surface[y, x] == kind:
                valid.append((y, x))
            if background.surface[y, x] == kind + BACKGROUND_FIRE:
                fires.append((y, x))
            marked += bool(background.counted["marked"][y, x])
    return valid, fires, marked


def _moments(values):
    values = [value for value in values if value == value]
    if not values:
        return np.nan, np.nan
    mean = sum(values) / len(values)
    return mean, sum(abs(value - mean) for value in values) / len(values)


def _literal(background, line, sample, kind, rule):
    for side in range(rule.first, rule.last + 1, 2):
        valid, fires, marked = _window(background, line, sample, kind, side, rule.beside)
        share, count = len(valid) >= rule.min_share * side**2, len(valid) >= rule.min_count
        enough = {
            "any": share or count,
            "all": share and count,
            "grow": share or (count and side == rule.last),
        }[rule.stop]
        if enough:
            break
    row = {"window": side if enough else 0, "n_valid": len(valid)}
    row |= {"n_background_fires": len(fires), "n_marked": marked}
    mir, tir = (background.fields[name].astype(float) for name in ("mir", "tir"))
    fields = {"mir": mir, "tir": tir, "dt": mir - tir}
    for name, field in fields.items():
        moments = _moments([field[spot] for spot in valid]) if enough else (np.nan, np.nan)
        row[f"mean_{name}"], row[f"mad_{name}"] = moments
    moments = _moments([mir[spot] for spot in fires]) if enough and fires else (0, 0)
    row["mean_fire"], row["mad_fire"] = moments
    return row


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
@pytest.mark.parametrize("valid_share", [0.9, 0.3, 0.06, 0.01])
def test_window_statistics_are_those_of_a_literal_loop(rule, valid_share):
    background, lines, samples, kinds = _scene(int(valid_share * 100), valid_share)
    found = window_statistics(background, lines, samples, kinds, rule)
    literal = pd.DataFrame(
        [
            _literal(background, y, x, int(kind), rule)
            for y, x, kind in zip(lines, samples, kinds, strict=True)
        ]
    )
    counts = ["window", "n_valid", "n_background_fires", "n_marked"]
    np.testing.assert_array_equal(found[counts], literal[counts])
    statistics = [name for name in literal if name.startswith(("mean_", "mad_"))]
    np.testing.assert_allclose(found[statistics], literal[statistics], rtol=1e-5, atol=1e-4)


def test_chunks_do_not_change_the_statistics(monkeypatch):
    background, lines, samples, kinds = _scene(1, 0.3)
    whole = window_statistics(background, lines, samples, kinds, RULES["VIIRS, grow"])
    monkeypatch.setattr("imagery.detection.contextual._CHUNK_VALUES", 700)
    parts = window_statistics(background, lines, samples, kinds, RULES["VIIRS, grow"])
    pd.testing.assert_frame_equal(whole, parts)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
@pytest.mark.parametrize("valid_share", [0.9, 0.06])
def test_a_scene_full_of_candidates_has_the_statistics_of_each(rule, valid_share):
    background, *_ = _scene(5, valid_share)
    y, x = (axis.ravel() for axis in np.indices(background.surface.shape))
    kinds = np.random.default_rng(1).choice([1, 2], size=len(y)).astype(np.uint8)
    every = window_statistics(background, y, x, kinds, rule)
    some = np.arange(0, len(y), 400)
    alone = window_statistics(background, y[some], x[some], kinds[some], rule)
    pd.testing.assert_frame_equal(every.iloc[some].reset_index(drop=True), alone)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_only_candidates_that_cannot_stand_out_lack_statistics(rule):
    background, *_ = _scene(6, 0.5)
    mir = background.fields["mir"]
    background.fields["tir"][:] = np.nan_to_num(background.fields["tir"], nan=295)
    y, x = (axis.ravel() for axis in np.indices(background.surface.shape))
    kinds = np.ones(len(y), dtype=np.uint8)
    every = window_statistics(background, y, x, kinds, rule)
    least = np.full(len(y), 4.0)
    wanted = window_statistics(background, y, x, kinds, rule, ("dt", least))
    pd.testing.assert_frame_equal(wanted[["window", "n_valid"]], every[["window", "n_valid"]])
    above = (mir - background.fields["tir"])[y, x] - every["mean_dt"] > 4.0
    known = wanted["mean_dt"].notna()
    assert known[above].all()
    assert known.sum() < 1.05 * above.sum()
    pd.testing.assert_frame_equal(wanted[above], every[above])


def test_no_candidates_give_an_empty_table_with_all_columns():
    background, *_ = _scene(2, 0.5)
    none = np.array([], dtype=np.intp)
    found = window_statistics(background, none, none, none.astype(np.uint8), RULES["VIIRS, grow"])
    assert len(found) == 0
    assert {"window", "mean_dt", "mad_fire", "n_marked"} <= set(found.columns)


def test_modis_leaves_out_the_centre_and_its_neighbours_along_the_scan():
    y, x = WindowRule(3, 21, 0.25, 8, "all", beside=1).ring(0, 3)
    assert sorted(zip(y, x, strict=True)) == [(-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)]


def _added(grid, window, mask, number, dtype, values):
    """Return sums of the values of a mask, added in strips of five lines."""
    sums = BlockSums(grid, window, number, dtype)
    for start in range(0, len(mask), 5):
        y, x = grid.looked_at(mask[start : start + 5], window.line0 + start, window.sample0)
        which, weights = values(start + y, x)
        sums.add(window.line0 + start + y, window.sample0 + x, which, weights)
    return sums


def test_coarse_medians_are_those_of_the_window_within_a_bin():
    random = np.random.default_rng(3)
    values = (random.normal(302, 4, (96, 128)) + np.linspace(-3, 3, 128)).astype(np.float32)
    mask = random.random(values.shape) < 0.7
    grid = CoarseGrid(window=64, block=16, stride=1)
    sums = _added(
        grid, Window(0, 96, 0, 128), mask, 52, np.int32,
        lambda y, x: (bin_of(values[y, x], 300.0, 305.0, 50), None),
    )  # fmt: skip
    medians, number = histogram_median(sums.around(0, 96)[0], 300.0, 305.0)
    for row, col in [(0, 0), (3, 4), (6, 8), (1, 7)]:
        part = np.s_[max(0, row * 16 - 32) : row * 16 + 32, max(0, col * 16 - 32) : col * 16 + 32]
        assert number[row, col] == mask[part].sum()
        median = np.clip(np.median(values[part][mask[part]]), 300, 305)
        assert medians[row, col] == pytest.approx(median, abs=0.1)


@pytest.mark.parametrize("stride", [1, 3])
def test_coarse_sums_are_those_of_the_window_wherever_the_granule_was_cut(stride):
    random = np.random.default_rng(4)
    values = random.normal(302, 4, (100, 80)).astype(np.float32)
    mask = random.random(values.shape) < 0.7
    grid = CoarseGrid(window=32, block=16, stride=stride)
    looked = np.zeros_like(mask)
    looked[::stride, ::stride] = mask[::stride, ::stride]
    part = Window(7, 100, 21, 80)
    sums = _added(
        grid, part, mask[7:, 21:], 2, np.float64,
        lambda y, x: (np.ones(len(y), dtype=np.intp), values[7 + y, 21 + x]),
    )  # fmt: skip
    found, line, sample = sums.around(50, 60)
    assert (line, sample, found.shape) == (48, 16, (2, 5, 2))
    for row, col in [(0, 0), (0, 2), (1, 1), (1, 4)]:
        y, x = line + 16 * row, sample + 16 * col
        around = np.s_[max(y - 16, 7) : y + 16, max(x - 16, 21) : x + 16]
        assert found[row, col, 1] == values[around][looked[around]].sum(dtype=np.float64)


def test_values_between_nodes_are_bilinear():
    grid = CoarseGrid(window=32, block=10, stride=1)
    nodes = Nodes(grid, 100, 50, np.add.outer(np.arange(4.0), 10 * np.arange(5.0)))
    lines, samples = np.array([0, 12, 29]), np.array([0, 5, 39])
    expected = (lines + 0.5) / 10 + (samples + 0.5)
    np.testing.assert_allclose(nodes.at(lines + 100, samples + 50), expected)
