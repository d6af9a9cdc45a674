"""Which flames of a scene earlier scenes rule out to be roofs."""

from __future__ import annotations

import pytest

from firewatch.simulate.highres import CLEAR, PlantedFire, draw_scene, grid_around
from imagery.highres.scene import HighresScene
from imagery.scar.flame import flames_in

PLACE = (108.4, 22.9)
FIRE = PlantedFire(*PLACE, flaming_m2=200.0)
NOVEMBER, DAY_S = 1_604_545_800, 86_400


def drawn(days: int, hot: bool) -> HighresScene:
    return draw_scene(
        7, sensor="OLI", grid=grid_around(*PLACE, "OLI", 60, 60), fires=(FIRE,) if hot else (),
        acquired_utc_s=NOVEMBER + days * DAY_S, sky=CLEAR, bright=False,
    ).scene  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "dark_before"),
    [
        ((), False),
        ((False,), True),
        ((True,), False),
        ((False, True), False),
        ((False, False, False, True), True),
        ((False, False, True, True), False),
    ],
)
def test_a_place_was_dark_before_if_earlier_scenes_say_so(
    earlier: tuple[bool, ...], dark_before: bool
) -> None:
    scenes = [drawn(-10 - 5 * number, hot) for number, hot in enumerate(earlier)]
    found = flames_in(drawn(0, True), scenes)
    assert len(found) == 1
    assert found["dark_before"].tolist() == [dark_before]
