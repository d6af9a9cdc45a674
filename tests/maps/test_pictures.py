"""Pictures for reports and the wall: what is drawn, what is said, and that nothing is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from firewatch.core.geo import distance_km
from firewatch.core.i18n import texts
from firewatch.core.vocab import Language
from maps.city_table import city_rows
from maps.inputs import Backdrop, MapInputs
from maps.page import style
from maps.picture_scene import Scene
from maps.picture_sheet import _light, pictured
from maps.pictures import (
    PictureKind,
    compared_points,
    draw_city,
    draw_pair,
    draw_province,
    write_pictures,
)

Make = Callable[..., MapInputs]
LONG = "很长的名字" * 20
NAMES = ["$\\frac{1}{2}$ _x_ ^2", '<img src="x" onerror="alert(1)">', "甲\u202e乙", "🔥市", LONG]


@pytest.fixture(scope="module")
def figures(inputs: MapInputs) -> dict[str, Figure]:
    scene = Scene(inputs)
    return {
        "province": draw_province(scene),
        "city": draw_city(scene, 450100),
        "pair": draw_pair(scene),
    }


def maps_of(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.findobj(lambda each: each.get_gid() == "scale")]


def drawn(axes: Axes) -> dict[str, int]:
    """Return how many markers each look of fire points has on a map."""
    return {
        part.get_gid(): len(part.get_offsets())
        for part in axes.collections
        if isinstance(part, PathCollection) and part.get_gid()
    }


def oracle(points: pd.DataFrame) -> dict[str, int]:
    """Count looks by the words of the style: rejected, supervision and heat before the ruling."""
    look = points["ruling"].astype(str)
    look = look.mask(points["cause"].isin(["static_heat", "works"]), "heat")
    look = look.mask(points["source"] == "supervision", "supervision")
    look = look.mask(points["status"] == "rejected", "rejected")
    return {str(name): int(count) for name, count in look.value_counts().items()}


def said(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def joined(figure: Figure) -> str:
    """Return all texts in order of writing, without the line ends of wrapping."""
    return "".join(said(figure)).replace("\n", "").replace(" ", "")


def test_every_point_is_drawn_once_in_the_shape_of_its_ruling(
    figures: dict[str, Figure], inputs: MapInputs
) -> None:
    (axes,) = maps_of(figures["province"])
    assert drawn(axes) == oracle(inputs.points)
    looks = {look["key"]: look for look in style()["points"]}
    for part in axes.collections:
        if part.get_gid() in looks:
            # On the page y points down.
            shape = np.array(style()["shapes"][looks[part.get_gid()]["shape"]])
            shape = shape.reshape(-1, 2) * [1, -1]
            path = part.get_paths()[0].vertices
            if len(shape):
                np.testing.assert_allclose(path[:-1] / np.abs(path).max(), shape / abs(shape).max())
            else:
                np.testing.assert_allclose(np.hypot(*path[::3].T), 0.5, rtol=0.05)


def test_points_stand_where_they_burned(figures: dict[str, Figure], inputs: MapInputs) -> None:
    (axes,) = maps_of(figures["province"])
    places = np.vstack([part.get_offsets() for part in axes.collections if part.get_gid()])
    wanted = inputs.points[["lon", "lat"]].to_numpy()
    order = [np.lexsort(table.T) for table in (places, wanted)]
    np.testing.assert_allclose(places[order[0]], wanted[order[1]])


def test_a_city_shows_its_own_points_and_names_its_counties(
    figures: dict[str, Figure], inputs: MapInputs
) -> None:
    (axes,) = maps_of(figures["city"])
    mine = inputs.points[inputs.points["city_adcode"] == 450100]
    assert drawn(axes) == oracle(mine)
    names = [text.get_text().replace("\n", "") for text in axes.texts if text.get_gid() == "name"]
    counties = inputs.counties[inputs.counties["city_adcode"] == 450100]["name"]
    assert [name.replace(" ", "") for name in names] == [name.replace(" ", "") for name in counties]
    box = shapely.bounds(inputs.city_geometry[0])
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    assert west < box[0] and south < box[1] and east > box[2] and north > box[3]


def test_both_seasons_share_extent_and_scale_and_only_days_compared_are_drawn(
    figures: dict[str, Figure], inputs: MapInputs
) -> None:
    left, right = maps_of(figures["pair"])
    assert left.get_xlim() == right.get_xlim() and left.get_ylim() == right.get_ylim()
    sizes = [axes.get_window_extent().size for axes in (left, right)]
    np.testing.assert_allclose(sizes[0], sizes[1])
    first, last = (pd.Timestamp(day, tz="Asia/Shanghai") for day in ("2020-11-01", "2020-12-21"))
    time = pd.to_datetime(inputs.points["acquired_s"], unit="s", utc=True)
    now = inputs.points[((time >= first) & (time < last)).to_numpy()]
    assert drawn(right) == oracle(now)
    assert sum(drawn(left).values()) == len(inputs.base_points)
    assert f"{sum(drawn(right).values())} 个火点" in "".join(said(figures["pair"]))


def test_days_that_are_not_over_yet_count_on_neither_side(make: Make) -> None:
    inputs = make()
    few = inputs.days.assign(compared=np.arange(len(inputs.days)) < 5)
    base, now = compared_points(replace(inputs, days=few))
    for table, day in ((base, "2019-11-06"), (now, "2020-11-06")):
        assert 0 < len(table) < len(inputs.points)
        until = pd.Timestamp(day, tz="Asia/Shanghai").timestamp()
        assert (table["acquired_s"] < until).all()
    assert "尚未结束" in joined(draw_pair(Scene(replace(inputs, days=few))))


@pytest.mark.parametrize("kind", ["province", "pair", "city"])
def test_no_text_leaves_the_paper(figures: dict[str, Figure], kind: str) -> None:
    nothing_outside(figures[kind])


def nothing_outside(figure: Figure) -> None:
    canvas = FigureCanvasAgg(figure)
    with pictured():
        canvas.draw()
    wide, high = canvas.get_width_height()
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent(canvas.get_renderer())
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= wide and box.y1 <= high, text


def test_the_table_has_the_numbers_of_the_page(
    figures: dict[str, Figure], inputs: MapInputs
) -> None:
    written = said(figures["province"])
    for row in city_rows(inputs.cities, style(), texts("maps", Language.ZH)):
        for key in ("base", "now", "change", "allowance"):
            assert row[key] in written
        assert f"{row['mark']} {row['verdict_label']}" in written
    assert {"22500", "27", "25030", "22541"} <= set(written)


def test_numbers_of_the_legend_are_points_drawn(
    figures: dict[str, Figure], inputs: MapInputs
) -> None:
    written = said(figures["province"])
    for count in oracle(inputs.points).values():
        assert f"{count}" in written


def test_the_scale_bar_is_as_long_as_it_says(figures: dict[str, Figure]) -> None:
    for figure in figures.values():
        axes = maps_of(figure)[0]
        bars = axes.findobj(lambda part: part.get_gid() == "scale")
        left, right = min(bar.get_x() for bar in bars), max(bar.get_x() for bar in bars)
        share = right - left + bars[0].get_width()
        west, east = axes.get_xlim()
        middle = sum(axes.get_ylim()) / 2
        length = float(distance_km(west, middle, west + share * (east - west), middle))
        (label,) = (text for text in axes.texts if text.get_text().endswith("公里"))
        assert length == pytest.approx(float(label.get_text().split()[0]), rel=0.01)


def test_a_degree_of_latitude_is_as_long_as_on_earth_at_the_middle(
    figures: dict[str, Figure],
) -> None:
    for figure in figures.values():
        axes = maps_of(figure)[0]
        (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
        middle = (south + north) / 2
        wide, high = axes.get_window_extent().size
        across = float(distance_km(west, middle, east, middle)) / wide
        up = float(distance_km(west, south, west, north)) / high
        assert across == pytest.approx(up, rel=0.01)


def test_the_same_input_gives_the_same_bytes_of_moderate_size(
    tmp_path: Path, inputs: MapInputs
) -> None:
    first = write_pictures(inputs, tmp_path / "a", which=[PictureKind.PROVINCE])
    again = write_pictures(inputs, tmp_path / "b", which=[PictureKind.PROVINCE])
    assert first[0].read_bytes() == again[0].read_bytes()
    assert first[0].stat().st_size < 1_000_000
    with Image.open(first[0]) as image:
        assert image.width == 2200 and image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
        assert not {"Software", "Creation Time"} & set(image.info)
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}
    drawn_looks = oracle(inputs.points)
    for look in style()["points"]:
        if look["key"] in drawn_looks:
            assert tuple(bytes.fromhex(look["fillColor"][1:])) in colours


def test_a_symbol_keeps_its_colour_where_a_thousand_shades_have_more_pixels() -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 256, (90, 90, 4), dtype=np.uint8)
    picture = np.repeat(np.repeat(picture, 4, axis=0), 4, axis=1)
    yellow = next(look for look in style()["points"] if look["key"] == "supervision")
    picture[5, 5, :3] = list(bytes.fromhex(yellow["fillColor"][1:]))
    light = np.asarray(_light(picture).convert("RGB"))
    assert light[5, 5].tolist() == picture[5, 5, :3].tolist()


def test_simulated_data_are_marked_in_name_and_on_every_map(
    tmp_path: Path, figures: dict[str, Figure], make: Make
) -> None:
    for figure in figures.values():
        for axes in maps_of(figure):
            assert [text for text in axes.texts if text.get_gid() == "mark"]
    one_city = make(20, cities=make().cities[:1], city_geometry=make().city_geometry[:1])
    names = [path.name for path in write_pictures(one_city, tmp_path)]
    assert names == [f"SIMULATED_map_{name}.png" for name in ("province", "pair", "city_450100")]
    real = replace(one_city, simulated=False)
    assert "SIMULATED" not in joined(draw_province(Scene(real)))
    (path,) = write_pictures(real, tmp_path, which=[PictureKind.PAIR])
    assert path.name == "map_pair.png"


@pytest.mark.parametrize("name", NAMES, ids=["dollars", "tags", "turned", "emoji", "long"])
def test_names_that_attack_stay_text_and_on_the_paper(make: Make, name: str) -> None:
    inputs = make(50)
    figure = draw_province(
        Scene(replace(inputs, title=name, cities=inputs.cities.assign(name=[name, "乙市"])))
    )
    written = [text for text in figure.findobj(Text) if text.get_text()]
    assert not any(text.get_parse_math() for text in written)
    # Once as title, once in the table, once on the map.
    assert joined(figure).count(name.replace(" ", "")) >= 3
    nothing_outside(figure)


def test_every_note_and_source_is_whole_and_the_cloud_note_is_never_missing(make: Make) -> None:
    notes = ("审图号：桂S(2020)1号", "长注" * 150)
    inputs = make(10, notes=notes, sources=("来源：" + "甲、" * 90,))
    cloud = texts("maps", Language.ZH)("cloud_note")
    for figure in (draw_province(Scene(inputs)), draw_pair(Scene(inputs))):
        for text in (*notes, *inputs.sources, cloud):
            assert text in joined(figure)


@pytest.mark.parametrize("language", list(Language))
def test_a_map_without_anything_says_what_is_missing(make: Make, language: Language) -> None:
    full = make(0)
    none = np.empty(0, dtype=object)
    inputs = replace(
        full, language=language, base_points=full.points, counties=full.counties[:0],
        county_geometry=none, cities=full.cities[:0], city_geometry=none, zones=full.zones[:0],
        zone_geometry=none, target=None, days=full.days[:0],
    )  # fmt: skip
    words = texts("maps", language)
    for figure in (draw_province(Scene(inputs)), draw_pair(Scene(inputs))):
        for key in ("points", "zones", "comparison", "counties"):
            assert words(f"picture.no_{key}").replace(" ", "") in joined(figure)
        nothing_outside(figure)


def test_a_pair_without_last_year_says_so_and_draws_this_season(make: Make) -> None:
    full = make(30)
    figure = draw_pair(Scene(replace(full, base_points=full.points[:0])))
    left, right = maps_of(figure)
    assert drawn(left) == {} and sum(drawn(right).values()) == 30
    assert "没有上年同期的火点" in joined(figure)


def test_one_point_is_one_marker(make: Make) -> None:
    (axes,) = maps_of(draw_province(Scene(make(1))))
    assert sum(drawn(axes).values()) == 1


def test_too_many_points_become_cells_that_hold_them_all(make: Make) -> None:
    most = style()["view"]["most_plain_points"]
    inputs = make(most + 1)
    figure = draw_province(Scene(inputs))
    (axes,) = maps_of(figure)
    (cells,) = (part for part in axes.collections if part.get_gid() == "density")
    assert int(np.ma.sum(cells.get_array())) == len(inputs.points)
    assert "改绘密度" in joined(figure)


def test_rivers_and_relief_of_the_user_lie_below_the_points(make: Make) -> None:
    picture = BytesIO()
    Image.fromarray(np.full((20, 20, 3), 90, dtype=np.uint8)).save(picture, format="PNG")
    backdrop = Backdrop(
        np.array([shapely.LineString([(107, 23), (109, 24)])], dtype=object),
        picture.getvalue(), ((23.0, 107.0), (24.0, 109.0)),
    )  # fmt: skip
    (axes,) = maps_of(draw_province(Scene(make(5, backdrop=backdrop))))
    (relief,) = axes.images
    assert tuple(relief.get_extent()) == (107.0, 109.0, 23.0, 24.0)
    points = [part for part in axes.collections if part.get_gid()]
    assert relief.get_zorder() < min(part.get_zorder() for part in points)
