"""`burned`: burned ground of a county by season, an independent check of the counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firewatch.cli.confirm import ScenesOption, scene_source
from firewatch.cli.state import State, on_terminal, records, state_of, text_table

if TYPE_CHECKING:
    import pandas as pd

    from firewatch.burned import BurnedInquiry, BurnedSeason
    from firewatch.cli.state import State

_SUFFIXES = (".csv", ".xlsx", ".gpkg")
_PAIR_SHOWN = ("before_time", "after_time", "seen_ha", "burned_ha", "before_scene", "after_scene")
_COMPARED = ("counted", "burned_ha", "burned_share", "burned_cropland_ha")
"""What is compared with the season before."""
_FORMS = {
    **dict.fromkeys(
        ("area_ha", "seen_ha", "burned_ha", "seen_cropland_ha", "burned_cropland_ha"),
        "{:,.1f}".format,
    ),
    **dict.fromkeys(("seen_share", "seen_time_share", "seen_cropland_share"), "{:.1%}".format),
    "burned_share": "{:.3%}".format,
    "seen_days": "{:.0f}".format,
}
"""How numbers are written for people."""


def register(app: typer.Typer) -> None:
    app.command()(burned)


def burned(
    context: typer.Context,
    county: Annotated[str, typer.Option(help="县（市、区）或市，名称或区划代码 / county or city")],
    season: Annotated[str | None, typer.Option(help="季节，如 2020-21 / season")] = None,
    scenes: ScenesOption = None,
    window: Annotated[
        float, typer.Option(help="一对影像最多相隔几天 / days between the scenes of a pair", min=1)
    ] = 30.0,
    rule: Annotated[str | None, typer.Option(help="event_day | overpass_point | pixel")] = None,
) -> None:
    """过火面积：一县一季，与火点数对照、与上年同期相比 / burned ground beside the count."""
    from firewatch.burned import burned_season, season_table
    from firewatch.cli.desk import desk_of
    from firewatch.count.seasons import season_pair
    from firewatch.reports.suffixes import suffix_of

    state = state_of(context)
    if state.out is not None:
        suffix_of(state.out, _SUFFIXES)
    # A season of a county is much to fetch: `fetch sentinelhub` tells its cost first.
    source = scene_source(state, scenes, online=False)
    with state.ledger() as ledger:
        desk = desk_of(state, ledger, season, rule)
        inquiry = _inquiry(state, desk, county, source, window)
        pair = season_pair(desk.calendar, desk.start_year, desk.now)
        with ledger.reading() as connection:
            both = [
                burned_season(
                    inquiry, connection, name, period, lambda n, of: _progress(state, n, of)
                )
                for name, period in ((pair.base_name, pair.base), (pair.now_name, pair.now))
            ]
    for fault in dict.fromkeys(fault for one in both for fault in one.unreadable):
        typer.echo(fault, err=True)
        state.exit_code = 1
    table, pairs = season_table(both), _pairs(both)
    notes = _notes(state, inquiry, both)
    paths = _written(state, table, pairs, both, notes)
    state.emit(
        {
            "county": county,
            "seasons": records(table),
            "pairs": records(pairs),
            "change_pct": {
                name: None if change != change else round(change, 1)
                for name, change in _changes(table).items()
            },
            "rule": desk.rule.title,
            "parameters": inquiry.parameters.title,
            "simulated": _simulated(both),
            "notes": notes,
            "paths": [str(path) for path in paths],
        }
    )
    _show(state, table, pairs, notes)
    for path in paths:
        state.say("written", path=path)


def _inquiry(state: State, desk: Any, county: str, source: Any, window: float) -> BurnedInquiry:
    from firewatch.burned import BurnedInquiry, outline_of
    from firewatch.rulebook import watch_over
    from imagery.scar.parameters import scar_parameters

    areas = desk.rules.areas
    codes = areas.counties_of(county)
    return BurnedInquiry(
        outline=outline_of(codes, areas.counties["adcode"], areas.geometry),
        counties=codes,
        source=source,
        rule=desk.rule,
        parameters=scar_parameters(),
        longest_days=window,
        cropland=watch_over(areas, state.settings).cropland,
    )


def _pairs(seasons: list[BurnedSeason]) -> pd.DataFrame:
    """Return every pair of scenes of the seasons, times in Beijing."""
    import pandas as pd

    from firewatch.core.time import local_text
    from imagery.scar.season import PAIR_COLUMNS

    parts = [one.ground.pairs.assign(season=one.name) for one in seasons if one.ground is not None]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=["season", *PAIR_COLUMNS])
    for moment in ("before", "after"):
        times = [local_text(int(seconds)) for seconds in table[f"{moment}_s"]]
        table = table.drop(columns=f"{moment}_s").assign(**{f"{moment}_time": times})
    first = ["season", "before_time", "after_time"]
    return table[[*first, *(name for name in table if name not in first)]].reset_index(drop=True)


def _changes(table: pd.DataFrame) -> dict[str, float]:
    """Return the change of count and ground against the season before, %; NaN where unknown."""
    from firewatch.burned import change_pct

    return {name: change_pct(*map(float, table[name])) for name in _COMPARED}


def _simulated(seasons: list[BurnedSeason]) -> bool:
    return any(one.ground is not None and one.ground.simulated for one in seasons)


def _notes(state: State, inquiry: BurnedInquiry, seasons: list[BurnedSeason]) -> list[str]:
    """Say what the hectares are, and what is not in them."""
    words = state.words
    notes = [words("simulated")] if _simulated(seasons) else []
    notes.append(words("burned.what", days=inquiry.longest_days))
    notes.append(inquiry.rule.describe(state.language))
    for one in seasons:
        if one.ground is None:
            notes.append(words("burned.no_scene", season=one.name))
        elif not one.ground.seen_ha:
            notes.append(words("burned.no_pair", season=one.name))
        else:
            part = one.seen_days / one.period.days
            share = one.ground.seen_ha / one.area_ha
            notes.append(words("burned.seen", season=one.name, share=share, part=part))
    if inquiry.cropland is None:
        notes.append(words("burned.no_cropland"))
    return notes


def _show(state: State, table: pd.DataFrame, pairs: pd.DataFrame, notes: list[str]) -> None:
    known = table.dropna(axis="columns", how="all")
    changes = {name: _percent(change) for name, change in _changes(table).items()}
    # A season stands in a column: two of them, many measures.
    upright = _for_people(state, known).set_index(state.words("burned.season")).T
    upright[state.words("burned.change")] = [changes.get(name, "") for name in known.columns[1:]]
    state.show(text_table(upright.reset_index(names="")))
    if len(pairs):
        listed = pairs[["season", *_PAIR_SHOWN]]
        state.show("\n" + text_table(_for_people(state, listed)))
    state.show("\n".join(f"· {note}" for note in notes))


def _percent(change: float) -> str:
    return "—" if change != change else f"{change:+.1f}%"


def _for_people(state: State, table: pd.DataFrame) -> pd.DataFrame:
    shown = table.copy().astype(object)
    for name in shown:
        form = _FORMS.get(str(name))
        if form is not None:
            shown[name] = ["—" if value != value else form(value) for value in table[name]]
    return shown.rename(columns={name: state.words(f"burned.{name}") for name in shown})


def _written(
    state: State,
    table: pd.DataFrame,
    pairs: pd.DataFrame,
    seasons: list[BurnedSeason],
    notes: list[str],
) -> list[Path]:
    """Write the tables as asked for, and the scars beside them."""
    from firewatch.reports.burned import write_burned, write_scars

    if state.out is None:
        return []
    scars = state.out.with_suffix(".gpkg")
    outlines = [one.ground.outlines.assign(season=one.name) for one in seasons if one.ground]
    paths = []
    if state.out.suffix.lower() != ".gpkg":
        write_burned(state.out, table, pairs, notes)
        paths.append(state.out)
    if outlines:
        write_scars(scars, outlines, "；".join(notes), simulated=_simulated(seasons))
        paths.append(scars)
    return paths


def _progress(state: State, done: int, total: int) -> None:
    if on_terminal():
        typer.echo(state.words("burned.progress", done=done + 1, total=total), err=True)
