"""What scenes show of one fire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from firewatch.core.errors import UnreadableFileError
from firewatch.core.vocab import Finding, Language
from imagery.highres.scene import Ground, HighresScene
from imagery.reading import OutsideRegionError
from imagery.scar.evidence import evidence_of
from imagery.scar.reasons import reason_text
from imagery.scar.values import Evidence

EVENT_H = 4
"""Hours after the noon of day 0 at which the fire is detected."""


def no_flames(scene: HighresScene, earlier: Sequence[HighresScene]) -> pd.DataFrame:
    return pd.DataFrame({"geometry": [], "cause_mark": [], "area_m2": [], "dark_before": []})


def asked(scenes: Any, given: list[HighresScene], **options: Any) -> Evidence:
    options.setdefault("detect", no_flames)
    place = options.pop("footprint", scenes.footprint())
    return evidence_of(place, scenes.NOON_S + EVENT_H * 3600, scenes.source(given), **options)


def burnt(scenes: Any, patch: Any = np.s_[26:32, 26:36]) -> Any:
    surfaces = scenes.fields("stubble")
    surfaces[patch] = "char"
    return surfaces


def clouded(scenes: Any, patch: Any) -> Any:
    ground = np.full(scenes.GRID.shape, Ground.CLEAR, np.uint8)
    ground[patch] = Ground.CLOUD
    return ground


def test_a_field_that_turned_to_char_is_a_scar_with_its_hectares(scenes: Any) -> None:
    found = asked(scenes, [scenes.scene(scenes.fields("crop"), -4), scenes.scene(burnt(scenes), 3)])
    assert found.finding == Finding.BURN_SCAR
    assert found.hectares == pytest.approx(6 * 10 * 0.04)
    lon, lat = scenes.GRID.lon_lat([32, 26], [26, 36])
    assert found.polygon.bounds == pytest.approx((lon[0], lat[0], lon[1], lat[1]), abs=1e-4)
    assert (found.before.scene_id, found.after.scene_id) == ("S2_day-4", "S2_day3")
    assert found.during is None
    assert found.clear_share == 1
    assert set(found.scenes) == {"before", "after"}


def test_a_scar_that_reaches_out_of_the_footprint_keeps_all_its_ground(scenes: Any) -> None:
    surfaces = burnt(scenes, np.s_[35:45, 30:50])
    surfaces[5:9, 5:9] = "char"
    found = asked(scenes, [scenes.scene(scenes.fields("crop"), -4), scenes.scene(surfaces, 3)])
    assert found.hectares == pytest.approx(10 * 20 * 0.04)


def test_a_harvested_field_is_no_scar(scenes: Any) -> None:
    found = asked(
        scenes,
        [scenes.scene(scenes.fields("crop"), -4), scenes.scene(scenes.fields("stubble"), 3)],
    )
    assert found.finding == Finding.NO_TRACE_CLEAR
    assert found.polygon is None and found.hectares == 0


def test_each_pixel_comes_from_the_nearest_scene_that_shows_it(scenes: Any) -> None:
    given = [
        scenes.scene(scenes.fields("char"), -20),
        scenes.scene(scenes.fields("crop"), -9),
        scenes.scene(scenes.fields("crop"), -4, ground=clouded(scenes, np.s_[:, :30])),
        scenes.scene(burnt(scenes), 3, ground=clouded(scenes, np.s_[:, 30:])),
        scenes.scene(burnt(scenes), 8),
        scenes.scene(scenes.fields("ploughed"), 20),
    ]
    found = asked(scenes, given)
    assert found.finding == Finding.BURN_SCAR
    assert found.hectares == pytest.approx(6 * 10 * 0.04)
    assert {look.scene_id for look in found.looks} == {
        "S2_day-9", "S2_day-4", "S2_day3", "S2_day8"
    }  # fmt: skip


def test_clear_ground_long_after_the_fire_tells_nothing(scenes: Any) -> None:
    before, late = (scenes.scene(scenes.fields("stubble"), day) for day in (-4, 15))
    assert asked(scenes, [before, late]).finding == Finding.NOT_SEEN
    soon = scenes.scene(scenes.fields("stubble"), 9)
    assert asked(scenes, [before, soon]).finding == Finding.NO_TRACE_CLEAR


@pytest.mark.parametrize(("hidden", "finding"), [(4, "no_trace_clear"), (5, "not_seen")])
def test_four_fifths_of_the_footprint_must_be_clear(scenes: Any, hidden: int, finding: str) -> None:
    # The footprint has 20 columns, 20 to 39; a cloud hides 3 columns beyond itself.
    cloud = clouded(scenes, np.s_[:, : 20 + hidden - 3])
    given = [
        scenes.scene(scenes.fields("stubble"), -4),
        scenes.scene(scenes.fields("stubble"), 3, ground=cloud),
    ]
    found = asked(scenes, given)
    assert found.finding == finding
    assert found.clear_share == pytest.approx(1 - hidden / 20, abs=0.005)


@pytest.mark.parametrize(
    ("days", "key"),
    [((), "none"), ((3,), "before"), ((-4,), "after"), ((-40, 45), "none")],
)
def test_without_scenes_on_both_sides_the_place_was_not_seen(
    scenes: Any, days: tuple[int, ...], key: str
) -> None:
    found = asked(scenes, [scenes.scene(scenes.fields("crop"), day) for day in days])
    assert found.finding == Finding.NOT_SEEN
    assert found.reason.key == f"not_seen_{key}"
    for language in Language:
        assert reason_text(found.reason, language)


def flames_at(line: float, column: float, mark: str = "", dark_before: bool = True) -> Any:
    """Return a detector that sees one flame of a pixel; earlier scenes make it a bright roof."""

    def detect(scene: HighresScene, earlier: Sequence[HighresScene]) -> pd.DataFrame:
        lon, lat = scene.grid.lon_lat([line + 1, line], [column, column + 1])
        outline = shapely.box(lon[0], lat[0], lon[1], lat[1])
        marked = mark if earlier else ""
        return pd.DataFrame(
            {
                "geometry": [outline],
                "cause_mark": [marked],
                "area_m2": [400.0],
                "dark_before": [dark_before],
            }
        )

    return detect


def test_flame_within_days_confirms_a_fire(scenes: Any) -> None:
    given = [scenes.scene(scenes.fields("stubble"), day) for day in (-1, 1.5)]
    found = asked(scenes, given, detect=flames_at(30, 30))
    assert found.finding == Finding.CONFIRMED_ACTIVE
    assert found.during.scene_id == "S2_day-1"
    assert found.hectares == pytest.approx(0.04)
    assert found.polygon.area > 0


@pytest.mark.parametrize("day", [-3, 3])
def test_flame_long_before_or_after_is_another_fire(scenes: Any, day: int) -> None:
    given = [scenes.scene(scenes.fields("stubble"), day)]
    assert asked(scenes, given, detect=flames_at(30, 30)).finding != Finding.CONFIRMED_ACTIVE


def test_flame_beside_the_footprint_is_another_fire(scenes: Any) -> None:
    given = [scenes.scene(scenes.fields("stubble"), 1)]
    found = asked(scenes, given, detect=flames_at(30, 45))
    assert found.finding == Finding.NOT_SEEN


def test_a_bright_roof_that_earlier_scenes_show_never_confirms(scenes: Any) -> None:
    given = [scenes.scene(scenes.fields("stubble"), day) for day in (-60, -4, 1)]
    roof = flames_at(30, 30, mark="static_bright")
    found = asked(scenes, given, detect=roof)
    assert found.finding == Finding.NO_TRACE_CLEAR
    assert "1 处亮目标" in reason_text(found.reason, Language.ZH)
    assert "1 bright" in reason_text(found.reason, Language.EN)


@pytest.mark.parametrize(("line", "finding"), [(30, "not_seen"), (25, "confirmed_active")])
def test_what_is_bright_at_the_rim_of_a_cloud_never_confirms(
    scenes: Any, line: int, finding: str
) -> None:
    # The cloud begins at line 32; what lies within 60 m of it, three pixels, is not clear.
    cloud = clouded(scenes, np.s_[32:, :])
    given = [scenes.scene(scenes.fields("stubble"), 1, ground=cloud)]
    found = asked(scenes, given, detect=flames_at(line, 30))
    assert found.finding == finding
    told = reason_text(found.reason, Language.EN)
    assert ("1 bright spots at the rim of clouds" in told) == (finding == "not_seen")


@pytest.mark.parametrize("dark_before", [False, True])
def test_what_no_earlier_scene_shows_without_brightness_confirms_nothing(
    scenes: Any, dark_before: bool
) -> None:
    given = [scenes.scene(scenes.fields("stubble"), 1)]
    found = asked(scenes, given, detect=flames_at(30, 30, dark_before=dark_before))
    assert (found.finding == Finding.CONFIRMED_ACTIVE) == dark_before
    assert ("rules out a roof" in reason_text(found.reason, Language.EN)) != dark_before


def test_a_scar_beside_flame_is_told_too(scenes: Any) -> None:
    given = [scenes.scene(scenes.fields("crop"), -4), scenes.scene(burnt(scenes), 1)]
    found = asked(scenes, given, detect=flames_at(30, 30))
    assert found.finding == Finding.CONFIRMED_ACTIVE
    assert found.hectares == pytest.approx(6 * 10 * 0.04)
    assert "2.40 公顷" in reason_text(found.reason, Language.ZH)


def test_a_scene_while_the_event_lasts_is_neither_before_nor_after(scenes: Any) -> None:
    given = [
        scenes.scene(scenes.fields("crop"), -4),
        scenes.scene(burnt(scenes), 1),
        scenes.scene(burnt(scenes, np.s_[26:36, 26:36]), 3),
    ]
    found = asked(scenes, given, until_s=scenes.NOON_S + 2 * scenes.DAY_S)
    assert found.after.scene_id == "S2_day3"
    assert found.during.scene_id == "S2_day1"
    assert found.hectares == pytest.approx(4.0)


def test_reasons_name_scenes_dates_and_clear_shares_in_both_languages(scenes: Any) -> None:
    found = asked(scenes, [scenes.scene(scenes.fields("crop"), -4), scenes.scene(burnt(scenes), 3)])
    for language in Language:
        text = reason_text(found.reason, language)
        for part in ("S2_day-4", "S2_day3", "2020-11-01", "2020-11-08", "100%", "2.40"):
            assert part in text


def test_a_scene_that_cannot_be_read_is_told_and_the_others_decide(scenes: Any) -> None:
    class Damaged(scenes.source):  # type: ignore[misc,name-defined]
        def scene(self, offer: Any, extent: Any) -> HighresScene:
            if offer.scene_id == "S2_day2":
                raise UnreadableFileError("cut off", where="S2_day2")
            if offer.scene_id == "S2_day1":
                raise OutsideRegionError("elsewhere")
            return super().scene(offer, extent)  # type: ignore[no-any-return]

    given = [scenes.scene(scenes.fields("crop"), -4)]
    given += [scenes.scene(burnt(scenes), day) for day in (1, 2, 3)]
    found = evidence_of(
        scenes.footprint(), scenes.NOON_S + EVENT_H * 3600, Damaged(given), detect=no_flames
    )
    assert found.finding == Finding.BURN_SCAR
    assert found.unreadable == ("S2_day2: cut off",)


def test_no_scene_is_fetched_twice_and_no_more_than_needed(scenes: Any) -> None:
    given = [scenes.scene(scenes.fields("crop"), day) for day in (-25, -9, -4, 1, 6, 20)]
    source = scenes.source(given)
    evidence_of(scenes.footprint(), scenes.NOON_S + EVENT_H * 3600, source, detect=no_flames)
    assert sorted(source.fetched) == ["S2_day-4", "S2_day1"]


def test_two_tiles_of_one_day_show_the_footprint_together(scenes: Any) -> None:
    west, east = (scenes.GRID.window(0, column, 60, 30) for column in (0, 30))
    given = [
        scenes.scene(surfaces[:, part], day, grid=grid, name=f"{day}{tile}")
        for day, surfaces in ((-4, scenes.fields("crop")), (3, burnt(scenes)))
        for tile, grid, part in (("W", west, np.s_[:30]), ("E", east, np.s_[30:]))
    ]
    found = asked(scenes, given)
    assert found.finding == Finding.BURN_SCAR
    assert found.hectares == pytest.approx(2.4)
    assert found.clear_share == 1
