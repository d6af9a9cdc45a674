"""Evidence pictures inside the map: found by event, small, newest first, within a budget."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firewatch.chips import chip_mark
from firewatch.core.errors import UsageError
from firewatch.pictures import WIDEST_PX, pictures_of

EVENTS = [f"E_S-NPP_VIIRS_I_2_20201105T0612_1083{number}_2281" for number in range(4)]


def chip(folder: Path, event_id: str, seed: int = 0, width: int = 1080, height: int = 600) -> Path:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 4), dtype=np.uint8)
    path = folder / f"450102_20201105T1412_{chip_mark(event_id)}.png"
    Image.fromarray(noise).save(path)
    return path


def test_pictures_come_by_event_and_no_wider_than_a_page_needs(tmp_path: Path) -> None:
    chip(tmp_path, EVENTS[0])
    chip(tmp_path, EVENTS[1], width=300)
    chip(tmp_path, "E_of_another_season")
    found = pictures_of(tmp_path, EVENTS)
    sizes = {name: Image.open(io.BytesIO(data)).size for name, data in found.images.items()}
    assert sizes == {EVENTS[0]: (WIDEST_PX, 300), EVENTS[1]: (300, 600)}
    assert (found.left_out, found.unreadable) == (0, ())


def test_once_the_budget_is_reached_the_rest_is_counted(tmp_path: Path) -> None:
    for number, event in enumerate(EVENTS):
        chip(tmp_path, event, number)
    one = len(pictures_of(tmp_path, EVENTS[:1]).images[EVENTS[0]])
    found = pictures_of(tmp_path, EVENTS, most_bytes=int(2.5 * one))
    assert list(found.images) == EVENTS[:2]
    assert found.left_out == 2
    assert sum(map(len, found.images.values())) <= 2.5 * one


def test_a_damaged_picture_is_named_and_the_others_are_there(tmp_path: Path) -> None:
    damaged = chip(tmp_path, EVENTS[0])
    damaged.write_bytes(damaged.read_bytes()[:3000])
    chip(tmp_path, EVENTS[1])
    found = pictures_of(tmp_path, EVENTS)
    assert list(found.images) == [EVENTS[1]]
    assert found.unreadable == (damaged.name,)


def test_a_folder_that_is_not_there_is_told_and_an_empty_one_gives_nothing(tmp_path: Path) -> None:
    assert pictures_of(tmp_path, EVENTS).images == {}
    with pytest.raises(UsageError, match="absent"):
        pictures_of(tmp_path / "absent", EVENTS)
