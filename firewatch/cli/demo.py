"""`firewatch demo`: the main job on two simulated seasons, of which one overpass is imagery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firewatch.cli.data import progress_of
from firewatch.cli.desk import desk_of
from firewatch.cli.state import State, state_of, text_table

if TYPE_CHECKING:
    from firewatch.count.compare import Comparison
    from firewatch.ledger.store import Ledger
    from firewatch.pipeline import IngestOutcome
    from firewatch.simulate.season_granule import SeasonGranule

DEFAULT_FOLDER = "firewatch-demo"
# The first moment after the simulated season: the last day's fires are still fresh.
SEASON_OVER = "2021-03-01T00:00"
_SHOWN = ["city", "base", "now", "change_pct", "target_max", "allowance", "verdict"]


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 20201001,
) -> None:
    """用两季模拟数据走完全程 / the whole way of the data on two simulated seasons."""
    from firewatch.outputs import write_everything

    state = state_of(context)
    folder = state.output_path(DEFAULT_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    state = State(
        str(folder / "firewatch.db"), state.as_of or SEASON_OVER, state.lang, state.as_json, folder
    )
    context.obj = state
    state.say("simulated")
    granule = _fill(state, folder, seed)
    written: list[Path] = []
    with state.ledger() as ledger:
        desk = desk_of(state, ledger)
        compared = write_everything(desk, folder, written.append)
    document = {"folder": str(folder), "files": [str(path) for path in written], "simulated": True}
    state.emit(document | {"granule": granule})
    _summary(state, folder, compared, granule)


def _fill(state: State, folder: Path, seed: int) -> dict[str, Any] | None:
    """Simulate the seasons, draw the zones, and take the files in.

    Returns
    -------
    dict or None
        What came of the season's granule; None if it has none.
    """
    from datetime import date

    from firewatch.core.time import Clock, parse_time
    from firewatch.ledger.register import import_zones
    from firewatch.pipeline import ingest
    from firewatch.rulebook import rulebook, watch_over
    from firewatch.simulate.season import simulate_season
    from imagery.sources import sources
    from zones.places.areas import load_areas
    from zones.starter import draw_starter

    state.say("demo.simulate")
    files = simulate_season(folder / "input", seed)
    settings = state.settings.model_copy(update={"works": files.works})
    state.settings = settings
    # Rows are judged "in the future" against the season's end, whatever season the user looks at.
    now_s = Clock(parse_time(SEASON_OVER)).now_epoch_s()
    areas = load_areas(settings.region.boundaries, settings.region.adcode)
    with state.ledger() as ledger:
        with ledger.writing() as connection:
            import_zones(connection, draw_starter(areas, date(2019, 10, 1)).register, now_s)
        state.say("demo.ingest", count=len(sources(files.points)))
        rules = rulebook(ledger, settings)
        outcome = ingest(
            ledger,
            files.points,
            rules,
            now_s,
            progress=progress_of(state),
            watch=watch_over(areas, settings),
        )
        granule = _of_granule(ledger, files.granule, outcome) if files.granule else None
    state.say(
        "demo.ingested",
        rows=sum(file.rows for file in outcome.files),
        inside=sum(file.inside for file in outcome.files),
        new=sum(file.new for file in outcome.files),
        superseded=sum(file.superseded for file in outcome.files),
        rejected=sum(file.rejected for file in outcome.files),
    )
    return granule


def _of_granule(ledger: Ledger, made: SeasonGranule, outcome: IngestOutcome) -> dict[str, Any]:
    """Return what was found in the granule, what ground it saw, and what burned in truth."""
    import pandas as pd

    from firewatch.core.time import local_text
    from firewatch.ledger.coverage import coverage_between

    with ledger.reading() as connection:
        ground = coverage_between(connection, made.epoch_s, made.epoch_s)
    ground = ground[ground["platform"] == made.platform]
    return {
        "platform": made.platform,
        "time": local_text(made.epoch_s),
        "points": sum(file.inside for file in outcome.files if file.path in made.files),
        "clear_km2": round(float(ground["clear_km2"].sum())),
        "cloud_km2": round(float(ground["cloud_km2"].sum())),
        "burning": int(pd.read_csv(made.truth)["fire"].nunique()),
        "truth": str(made.truth),
    }


def _summary(
    state: State, folder: Path, compared: Comparison, granule: dict[str, Any] | None
) -> None:
    import pandas as pd

    table = pd.concat([compared.cities, compared.total], ignore_index=True)[_SHOWN]
    verdicts = [state.words.label("verdict", code) for code in table["verdict"]]
    titles = {name: state.words(f"column.{name}") for name in _SHOWN}
    state.show("")
    state.show(text_table(table.assign(verdict=verdicts).rename(columns=titles)))
    state.show("")
    if granule:
        state.say("demo.granule", **granule)
        state.show("")
    state.say("demo.open", folder=folder, season=compared.season_name)
