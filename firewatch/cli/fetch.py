"""`firewatch fetch`: fire points and scenes from other services."""

from __future__ import annotations

import math
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firewatch.cli.state import State, on_terminal, state_of
from firewatch.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from firewatch.core.geo import Extent
    from firewatch.core.time import Period
    from imagery.feeds.firms import FirmsOutcome
    from imagery.feeds.firms_folder import Piece
    from imagery.feeds.offers import Offer
    from imagery.feeds.sentinelhub import SentinelHubSource

First = Annotated[str, typer.Option("--from", help="起始日（北京时间）/ first day, Beijing time")]
Last = Annotated[str, typer.Option("--to", help="终止日（含）/ last day, included")]
Box = Annotated[
    str | None, typer.Option("--bbox", help="范围 西,南,东,北（度）/ W,S,E,N in degrees")
]

app = typer.Typer(no_args_is_help=True, help="从外部服务获取数据 / data from other services")


@app.callback()
def group() -> None:
    """从外部服务获取数据 / data from other services."""


@app.command()
def firms(
    context: typer.Context,
    first: First,
    last: Last,
    bbox: Box = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            help="VIIRS_SNPP（标准产品优先）、VIIRS_SNPP_NRT 等，可多次给出；缺省全部 / products",
        ),
    ] = None,
    ingest: Annotated[
        bool, typer.Option("--ingest", help="取得后即读入台账 / take them into the ledger")
    ] = False,
) -> None:
    """NASA FIRMS 火点，只取缺少的部分；密钥取自 FIREWATCH_FIRMS_MAP_KEY / fire points of FIRMS."""
    from firewatch.feeds import FIRMS_FOLDER, firms_client, firms_settings
    from imagery.feeds.firms import FirmsRequest, fetch_firms

    state = state_of(context)
    feeds = state.settings.feeds
    folder = state.out or feeds.folder / FIRMS_FOLDER
    request = FirmsRequest(
        _box(bbox) if bbox else _region(state),
        _period(first, last),
        tuple(sources or feeds.firms.sources),
    )
    outcome = fetch_firms(
        firms_client(feeds),
        request,
        folder,
        state.clock.now_epoch_s(),
        firms_settings(feeds),
        partial(_piece_done, state),
    )
    document = _firms_document(outcome, folder)
    _say_firms(state, outcome, folder)
    if ingest:
        document["ingest"] = _ingest(state, [folder / piece.name for piece in outcome.pieces])
    state.emit(document)


@app.command()
def sentinelhub(
    context: typer.Context,
    first: First,
    last: Last,
    bbox: Box = None,
    county: Annotated[
        str | None, typer.Option(help="县或市，名称或区划代码 / county or city, name or adcode")
    ] = None,
    max_cloud: Annotated[
        float, typer.Option(min=0, max=100, help="云量上限（%）/ most cloud, per cent")
    ] = 50.0,
    collections: Annotated[
        list[str] | None,
        typer.Option("--collection", help="sentinel-2-l1c | landsat-ot-l1，可多次给出 / both"),
    ] = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="只列出影像与费用 / only list scenes and cost")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="不再询问费用 / do not ask about cost")
    ] = False,
) -> None:
    """Sentinel-2 与 Landsat 影像；凭据取自 SH_CLIENT_ID、SH_CLIENT_SECRET / scenes as GeoTIFF."""
    from firewatch.feeds import scene_service, scenes_folder
    from imagery.feeds.offers import nothing_found

    state = state_of(context)
    feeds = state.settings.feeds
    if collections:
        hub = feeds.sentinelhub.model_copy(update={"collections": _collections(collections)})
        feeds = feeds.model_copy(update={"sentinelhub": hub})
    place = _place(state, bbox, county)
    folder = state.out or scenes_folder(feeds)
    source = scene_service(feeds, folder, progress=partial(_tile_done, state))
    first_s, after_s = _period(first, last).epoch_bounds_s()
    offers = source.search(place, first_s, after_s - 1, max_cloud)
    if not offers:
        raise nothing_found(source, place, first_s, after_s - 1, max_cloud)
    scenes = _scenes_document(source, offers, place)
    total_pu = sum(scene["cost_pu"] for scene in scenes)
    _show_scenes(state, scenes, total_pu)
    document = {"folder": str(folder), "cost_pu": round(total_pu, 3), "scenes": scenes}
    if not only_list:
        _agree(state, total_pu, feeds.sentinelhub.ask_above_pu, yes)
        _fetch_scenes(state, source, offers, place, scenes)
    state.emit(document)


def _fetch_scenes(
    state: State,
    source: SentinelHubSource,
    offers: Sequence[Offer],
    place: Extent,
    scenes: Sequence[dict[str, Any]],
) -> None:
    """Fetch scenes one after the other; one without data over the place is told, no failure."""
    from imagery.reading import OutsideRegionError

    for offer, scene in zip(offers, scenes, strict=True):
        try:
            source.scene(offer, place)
        except OutsideRegionError as error:
            scene["remark"] = error.what
            typer.echo(str(error), err=True)
            continue
        path = source.path_of(offer, place)
        scene["path"] = str(path)
        state.say("written", path=path)


def _scenes_document(
    source: SentinelHubSource, offers: Sequence[Offer], place: Extent
) -> list[dict[str, Any]]:
    from firewatch.core.time import local_text

    return [
        {
            "scene_id": offer.scene_id,
            "platform": offer.platform,
            "collection": offer.collection,
            "acquired": local_text(offer.acquired_utc_s),
            "acquired_utc_s": offer.acquired_utc_s,
            # Not every catalogue states it.
            "cloud_pct": round(offer.cloud_pct, 1) if offer.cloud_pct == offer.cloud_pct else None,
            "cost_pu": round(source.cost_pu(offer, place), 3),
        }
        for offer in offers
    ]


def _show_scenes(state: State, scenes: Sequence[dict[str, Any]], total_pu: float) -> None:
    for scene in scenes:
        cloud = "?" if scene["cloud_pct"] is None else f"{scene['cloud_pct']:.0f}"
        shown = {**scene, "cloud": cloud, "cost": f"{scene['cost_pu']:.1f}"}
        state.say("fetch.scene", **shown)
    state.say("fetch.cost", scenes=len(scenes), cost=f"{total_pu:.1f}")


def _agree(state: State, total_pu: float, ask_above_pu: float, yes: bool) -> None:
    """Ask before much is spent.

    Raises
    ------
    UsageError
        If nobody is there to ask.
    """
    if yes or total_pu <= ask_above_pu:
        return
    words = {"cost": f"{total_pu:.1f}", "limit": f"{ask_above_pu:g}"}
    if not (sys.stdin.isatty() and on_terminal()):
        raise UsageError(
            state.words("fetch.large", **words),
            expected=state.words("fetch.large_expected"),
            remedy=state.words("fetch.large_remedy"),
        )
    typer.confirm(state.words("fetch.ask", **words), abort=True, err=True)


def _tile_done(state: State, done: int, total: int) -> None:
    if total > 1:
        typer.echo(state.words("fetch.tile", done=done, total=total), err=True)


def _piece_done(state: State, piece: Piece, done: int, total: int) -> None:
    line = state.words(
        "fetch.piece",
        done=done,
        total=total,
        source=piece.source,
        first=piece.first,
        last=piece.last,
        rows=piece.rows,
    )
    typer.echo(line, err=True)


def _say_firms(state: State, outcome: FirmsOutcome, folder: Path) -> None:
    rows = sum(piece.rows for piece in outcome.pieces)
    state.say(
        "fetch.firms",
        files=len(outcome.pieces),
        rows=rows,
        asked=len(outcome.asked),
        folder=folder,
    )
    growing = [piece for piece in outcome.pieces if not piece.settled]
    if growing:
        state.say("fetch.growing", first=min(piece.first for piece in growing))
    for name, days in outcome.without.items():
        state.say("fetch.without", name=name, first=days[0], last=days[-1], days=len(days))


def _firms_document(outcome: FirmsOutcome, folder: Path) -> dict[str, Any]:
    files = [
        {
            "path": str(folder / piece.name),
            "source": piece.source,
            "first": str(piece.first),
            "last": str(piece.last),
            "rows": piece.rows,
            "settled": piece.settled,
            "fetched": piece.name in outcome.asked,
        }
        for piece in outcome.pieces
    ]
    return {"folder": str(folder), "files": files, "without": _days(outcome.without)}


def _days(without: Mapping[str, Sequence[date]]) -> dict[str, list[str]]:
    return {name: [str(day) for day in days] for name, days in without.items()}


def _ingest(state: State, files: Sequence[Path]) -> dict[str, Any]:
    """Take files into the ledger and tell what became of them."""
    from firewatch.pipeline import ingest
    from firewatch.recording import TALLY
    from firewatch.rulebook import rulebook, watch_over
    from firewatch.views import points_by_city

    if not files:
        return {"files": 0}
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
        watch = watch_over(rules.areas, state.settings)
        outcome = ingest(ledger, files, rules, state.clock.now_epoch_s(), watch=watch)
        by_city = points_by_city(ledger, outcome.file_ids, rules)
    totals = {name: sum(getattr(file, name) for file in outcome.files) for name in TALLY}
    state.say("fetch.ingested", files=len(outcome.files), **totals)
    for city, count in by_city.items():
        state.show(f"  {city} {count}")
    for file in outcome.failed:
        typer.echo(file.error, err=True)
        state.exit_code = 1
    return {
        "files": len(outcome.files),
        **totals,
        "failed": len(outcome.failed),
        "by_city": by_city,
    }


def _period(first: str, last: str) -> Period:
    from firewatch.core.time import Period, parse_day

    return Period(parse_day(first), parse_day(last))


def _place(state: State, bbox: str | None, county: str | None) -> Extent:
    if (bbox is None) == (county is None):
        raise UsageError(
            "--bbox 与 --county 须给出其中一个 / give either --bbox or --county",
            expected="--county 横州市，或 --bbox 109.0,22.3,109.6,23.0",
        )
    return _box(bbox) if bbox else _county(state, county or "")


def _county(state: State, name: str) -> Extent:
    import shapely

    from firewatch.core.geo import Extent
    from zones.places.areas import load_areas

    region = state.settings.region
    areas = load_areas(region.boundaries, region.adcode)
    inside = areas.counties["adcode"].isin(areas.counties_of(name)).to_numpy()
    return Extent(*shapely.total_bounds(areas.geometry[inside]).tolist())


def _region(state: State) -> Extent:
    from firewatch.core.geo import Extent
    from zones.places.areas import load_areas

    region = state.settings.region
    extent = load_areas(region.boundaries, region.adcode).extent
    # Outward to a tenth of a degree: points of two product versions lie a pixel apart.
    west, south = (math.floor(side * 10) / 10 for side in (extent.west, extent.south))
    east, north = (math.ceil(side * 10) / 10 for side in (extent.east, extent.north))
    return Extent(west, south, east, north)


def _box(text: str) -> Extent:
    """Read ``W,S,E,N`` in degrees."""
    from firewatch.core.geo import Extent

    try:
        west, south, east, north = (float(side) for side in text.split(","))
    except ValueError:
        west = south = east = north = 0.0
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise UsageError(
            f"--bbox {text!r} 无法识别 / box not understood",
            expected="109.0,22.3,109.6,23.0",
            remedy="写成 西,南,东,北（度）/ write west,south,east,north in degrees",
        )
    return Extent(west, south, east, north)


def _collections(names: Sequence[str]) -> list[str]:
    from imagery.feeds.hub_requests import PRODUCTS

    for name in names:
        if name not in PRODUCTS:
            raise UsageError(
                f"--collection {name!r} 无法识别 / no such collection",
                expected=" | ".join(PRODUCTS),
                remedy="改正 --collection / correct it",
            )
    return list(names)
