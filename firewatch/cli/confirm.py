"""`confirm`: what high-resolution scenes show of suspected fires."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firewatch.cli.state import State, day_or_none, on_terminal, state_of
from firewatch.core.errors import FirewatchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from firewatch.confirm import Confirmed, Inquiry
    from firewatch.core.time import Period
    from firewatch.fires import FireEvent
    from imagery.feeds.offers import SceneSource
    from imagery.scar.values import SceneLook

ScenesOption = Annotated[
    list[Path] | None,
    typer.Option("--scenes", help="本地影像文件或文件夹，可多次给出 / local scenes"),
]
OnlineOption = Annotated[
    bool, typer.Option("--online", help="本地没有的从 Sentinel Hub 取 / fetch what is not at hand")
]
_DEFAULT_FOLDER = "chips"
_AROUND_DAYS = 3


def register(app: typer.Typer) -> None:
    app.command()(confirm)


def confirm(
    context: typer.Context,
    events: Annotated[
        list[str] | None, typer.Argument(help="火情或火点编号 / ids of events or points")
    ] = None,
    scenes: ScenesOption = None,
    days: Annotated[
        float, typer.Option(help="找明火：前后几天内的影像 / flame within so many days", min=0)
    ] = 2.0,
    window: Annotated[
        float, typer.Option(help="找过火迹地：前后几天内的影像 / scenes for scars", min=1)
    ] = 30.0,
    day: Annotated[
        str | None, typer.Option(help="该日（北京时间）全部疑似火情 / all suspected of a day")
    ] = None,
    season: Annotated[
        str | None, typer.Option(help="该季全部疑似火情，如 2020-21 / all suspected of a season")
    ] = None,
    online: OnlineOption = False,
) -> None:
    """高分影像佐证：明火、过火迹地、无痕迹或未见；图片写入 --out / evidence of a fire."""
    from dataclasses import replace

    from firewatch.confirm import Inquiry, confirm_each
    from imagery.scar.parameters import evidence_parameters

    state = state_of(context)
    source = scene_source(state, scenes, online)
    parameters = replace(evidence_parameters(), during_days=days, window_days=window)
    done: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    with state.ledger() as ledger:
        chosen = _chosen(state, ledger, events or [], day, season)
        inquiry = Inquiry(
            ledger, source, parameters, state.output_path(_DEFAULT_FOLDER), state.language,
            state.clock.now_epoch_s(),
        )  # fmt: skip
        for event, result in confirm_each(chosen, inquiry, lambda n, of: _progress(state, n, of)):
            if isinstance(result, FirewatchError):
                failed.append(_failed(state, event, result))
            else:
                done.append(_told(state, result, inquiry))
    if not chosen:
        state.say("confirm.none")
    elif len(chosen) > 1:
        _sum_up(state, done, failed)
    state.emit({"events": done, "failed": failed})


def scene_source(state: State, scenes: Sequence[Path] | None, online: bool) -> SceneSource:
    """Return where scenes come from: files given, else those fetched before; then the service.

    Raises
    ------
    UsageError
        If there is neither.
    """
    from firewatch.feeds import scene_service, scenes_folder
    from firewatch.scenes import JoinedSource
    from imagery.feeds.folder import FolderSource

    feeds = state.settings.feeds
    missing = [path for path in scenes or [] if not path.exists()]
    if missing:
        raise UsageError(
            "没有这个文件或文件夹 / no such file or folder",
            where=str(missing[0]),
            remedy="检查 --scenes / check --scenes",
        )
    kept = scenes_folder(feeds)
    paths = list(scenes or ([kept] if kept.is_dir() else []))
    if not paths and not online:
        raise UsageError(
            "没有影像来源 / nowhere to take scenes from",
            expected=f"--scenes 文件夹 / folder, {kept}",
            remedy="用 --scenes 给出本地影像，或先运行 firewatch fetch sentinelhub（confirm 也可加"
            " --online）/ name local scenes with --scenes, or fetch them (confirm takes --online)",
        )
    sources: list[SceneSource] = []
    if paths:
        folder = FolderSource(paths)
        for fault in folder.faults.values():
            typer.echo(str(fault), err=True)
        sources.append(folder)
    if online:
        sources.append(scene_service(feeds))
    return JoinedSource(sources) if len(sources) > 1 else sources[0]


def _chosen(
    state: State, ledger: Any, names: Sequence[str], day: str | None, season: str | None
) -> list[FireEvent]:
    """Return the fires asked about: by name, or all suspected ones of a day or a season."""
    from firewatch.cli.points import season_period
    from firewatch.core.time import Period
    from firewatch.fires import events_named, suspected_events

    if sum((bool(names), day is not None, season is not None)) != 1:
        raise UsageError(
            "请给出火情编号、--day、--season 之一 / give events, --day or --season",
            expected="firewatch confirm E_… | --day 2020-11-05 | --season 2020-21",
        )
    if names:
        return events_named(_points(state, ledger, None), names)
    only = day_or_none(day)
    period = Period(only, only) if only else season_period(state, season)
    assert period is not None
    # Fires that began before or went on after it keep all their points.
    reach = timedelta(days=_AROUND_DAYS)
    table = _points(state, ledger, Period(period.start - reach, period.end + reach))
    return suspected_events(table, period.epoch_bounds_s())


def _points(state: State, ledger: Any, period: Period | None) -> pd.DataFrame:
    from firewatch.rulebook import rulebook
    from firewatch.views import current_points

    with ledger.reading() as connection:
        rules = rulebook(ledger, state.settings)
        return current_points(connection, rules, state.language, period)


def _told(state: State, result: Confirmed, inquiry: Inquiry) -> dict[str, Any]:
    """Show what was found of one fire and return it as part of the document."""
    from imagery.scar.reasons import reason_text

    evidence = result.evidence
    reason = reason_text(evidence.reason, state.language)
    label = state.words.label("finding", str(evidence.finding))
    if evidence.simulated or result.event.simulated:
        state.say("simulated")
    state.show(f"{result.event.event_id}\n  {label}\n  {reason}")
    for fault in evidence.unreadable:
        typer.echo(f"  {fault}", err=True)
        state.exit_code = 1
    state.say("written", path=result.chip)
    return {
        "event_id": result.event.event_id,
        "point_ids": result.event.points["point_id"].tolist(),
        "finding": str(evidence.finding),
        "clear_share": round(float(evidence.clear_share), 4),
        "hectares": round(float(evidence.hectares), 4),
        "reason": reason,
        "during": _scene(evidence.during),
        "before": _scene(evidence.before),
        "after": _scene(evidence.after),
        "looks": [_scene(look) for look in evidence.looks],
        "outline": _geojson(evidence.polygon),
        "parameters": evidence.parameters,
        "evidence_id": result.evidence_id,
        "unreadable": list(evidence.unreadable),
        "simulated": bool(evidence.simulated or result.event.simulated),
        "chip": str(result.chip),
    }


def _scene(look: SceneLook | None) -> dict[str, Any] | None:
    if look is None:
        return None
    from firewatch.core.time import local_text

    return {
        "moment": look.moment,
        "scene_id": look.scene_id,
        "platform": look.platform,
        "acquired_local": local_text(look.acquired_utc_s),
        "clear_share": round(float(look.clear_share), 4),
    }


def _geojson(outline: Any) -> Any:
    import json

    import shapely

    return None if outline is None else json.loads(shapely.to_geojson(outline))


def _failed(state: State, event: FireEvent, error: FirewatchError) -> dict[str, str]:
    state.exit_code = 1
    typer.echo(f"{event.event_id}: {error}", err=True)
    return {"event_id": event.event_id, "error": str(error)}


def _sum_up(state: State, done: list[dict[str, Any]], failed: list[dict[str, str]]) -> None:
    from firewatch.core.vocab import Finding

    parts = [
        f"{state.words.label('finding', str(finding))} {count}"
        for finding in Finding
        if (count := sum(one["finding"] == finding for one in done))
    ]
    state.say("confirm.sum", found="，".join(parts), done=len(done), failed=len(failed))


def _progress(state: State, done: int, total: int) -> None:
    if total > 1 and on_terminal() and done < total:
        typer.echo(state.words("confirm.progress", done=done + 1, total=total), err=True)
