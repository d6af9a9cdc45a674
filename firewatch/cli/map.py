"""`map`: the page, pictures, and files for GIS and globes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.desk import desk_of
from firewatch.cli.output import RuleOption, SeasonOption
from firewatch.cli.state import state_of

if TYPE_CHECKING:
    from firewatch.cli.state import State
    from firewatch.map_files import MapFiles

_DEFAULT_PAGE = "map.html"


def register(app: typer.Typer) -> None:
    app.command("map")(map_)


def map_(
    context: typer.Context,
    season: SeasonOption = None,
    rule: RuleOption = None,
    png: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="图片写入该文件夹（Word 报告用）/ pictures for reports"
        ),
    ] = None,
    geojson: Annotated[
        Path | None, typer.Option(metavar="FILE", help="火点 .geojson / fire points")
    ] = None,
    gpkg: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="全部图层 .gpkg，含 QGIS 样式 / every layer, styled for QGIS"
        ),
    ] = None,
    kml: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=".kml 或 .kmz，供谷歌地球、奥维 / for Google Earth and Ovital",
        ),
    ] = None,
    chips: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="confirm 的证据图片放入网页 / evidence pictures"),
    ] = None,
    online_tiles: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="网页可切换的在线底图：tianditu,amap,osm / backgrounds from the network",
        ),
    ] = "",
) -> None:
    """离线地图（一个 HTML 文件）、图片、GIS 图层 / the map as one HTML file, pictures, layers.

    只要求其他文件时不写 HTML；同时要 HTML 请加 --out / without --out, asking for other files
    leaves the HTML out.
    """
    from firewatch.map_files import MapFiles, write_map_files

    state = state_of(context)
    alone = not (png or geojson or gpkg or kml)
    for_page = bool(state.out or chips or online_tiles)
    page = state.output_path(_DEFAULT_PAGE) if alone or for_page else None
    wanted = MapFiles(page, png, geojson, gpkg, kml)
    tiles = _tile_names(online_tiles, state)
    _check(wanted, chips, state)
    paths: list[Path] = []
    with state.ledger() as ledger:
        count = write_map_files(
            desk_of(state, ledger, season, rule), wanted, paths.append,
            chips=chips, online_tiles=tiles,
        )  # fmt: skip
    state.emit(
        {
            "path": str(page) if page else None,
            "paths": [str(path) for path in paths],
            "points": count,
        }
    )
    for path in paths:
        state.say("written", path=path)


def _tile_names(listed: str, state: State) -> tuple[str, ...]:
    """Return the names of online backgrounds, known and with the key they need."""
    from maps.tiles import tile_sources

    names = tuple(name.strip() for name in listed.split(",") if name.strip())
    key = state.settings.map.tianditu_key.get_secret_value()
    return tuple(source.key for source in tile_sources(names, {"tianditu": key}))


def _check(wanted: MapFiles, chips: Path | None, state: State) -> None:
    """Refuse before any work is done what could not be written, or must not be written over."""
    from firewatch.cli.keep import inputs_of, keep_apart, keep_inputs
    from firewatch.core.errors import UsageError

    wanted.check()
    keep_apart(wanted.files().values())
    inputs = inputs_of(state)
    for option, path in wanted.files().items():
        keep_inputs(path, inputs, option)
    if chips is not None and not chips.is_dir():
        raise UsageError(
            "没有这个文件夹 / no such folder",
            where=str(chips),
            remedy="先运行 / first run: firewatch confirm --out",
        )
