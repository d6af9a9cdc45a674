"""`ingest` and `redecide`: data in, decisions anew."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firewatch.cli.state import State, on_terminal, records, state_of, text_table
from firewatch.core.files import atomic_path

if TYPE_CHECKING:
    import pandas as pd

    from firewatch.core.time import Period
    from firewatch.decide import Outcome
    from firewatch.ledger.store import Ledger
    from firewatch.pipeline import IngestOutcome
    from firewatch.recording import Declaration, FileOutcome
    from imagery.sources import Watch


def register(app: typer.Typer) -> None:
    app.command()(ingest)
    app.command()(redecide)


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            help="火点文件、卫星影像、观测覆盖表，或其文件夹、通配符 / files, folders, globs"
        ),
    ],
    covers: Annotated[
        str | None,
        typer.Option(help="文件覆盖范围 W,S,E,N；与 --from --to 同用 / extent the files cover"),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="覆盖起始日 / first day covered")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="覆盖终止日 / last day covered")] = None,
) -> None:
    """读入火点文件与一级影像，判定并入账 / take fire points and imagery in."""
    from firewatch.pipeline import ingest as run_ingest
    from firewatch.rulebook import rulebook, watch_over
    from firewatch.views import points_by_city

    state = state_of(context)
    declared = _declaration(covers, first, last)
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
        now_s = state.clock.now_epoch_s()
        watch = watch_over(rules.areas, state.settings)
        outcome = run_ingest(ledger, paths, rules, now_s, declared, progress_of(state), watch)
        by_city = points_by_city(ledger, outcome.file_ids, rules)
    _show_ingest(state, outcome, by_city)


def redecide(
    context: typer.Context,
    first: Annotated[str | None, typer.Option("--from", help="起始日 / first day")] = None,
    last: Annotated[str | None, typer.Option("--to", help="终止日 / last day")] = None,
) -> None:
    """分区、许可、行政区划或名单更新后重新判定并报告变化，--out 列出各点 / decide again."""
    from firewatch.changes import changed_points, changed_values, rulings_by_city
    from firewatch.pipeline import redecide as run_redecide
    from firewatch.reports.csv_cells import write_csv
    from firewatch.rulebook import rulebook, watch_over
    from firewatch.views import area_names

    state = state_of(context)
    period = period_of(first, last)
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
        watch = watch_over(rules.areas, state.settings)
        outcome = run_redecide(ledger, rules, state.clock.now_epoch_s(), "redecide", period)
        names = area_names(rules.areas)
        if state.out is not None and len(outcome.after):
            with ledger.reading() as connection, atomic_path(state.out) as temporary:
                write_csv(temporary, changed_points(connection, outcome, names))
        otherwise = _detected_otherwise(ledger, watch, period)
    values, by_city = changed_values(outcome), rulings_by_city(outcome, names)
    state.emit(
        {
            "run_id": outcome.run_id,
            "points": len(outcome.after),
            "register_version": rules.register.version,
            "changes": records(values),
            "by_city": records(by_city),
            "detected_otherwise": otherwise,
        }
    )
    if outcome.after.empty:
        state.say("redecide.same", version=rules.register.version)
    else:
        _show_changes(state, outcome, values, by_city)
    for detected in otherwise:
        state.say("redecide.otherwise", **detected)


def _detected_otherwise(
    ledger: Ledger, watch: Watch, period: Period | None
) -> list[dict[str, Any]]:
    """Return the versions, and numbers of granules, that settings in force would not make."""
    from firewatch.ledger.requests import otherwise_detected
    from firewatch.pipeline import bounds_of
    from imagery.detection.reading import versions_in_force

    cropland_version = watch.cropland.version if watch.cropland else ""
    versions = versions_in_force(watch.detectors)
    with ledger.reading() as connection:
        return records(
            otherwise_detected(connection, versions, cropland_version, *bounds_of(period))
        )


def _show_changes(
    state: State, outcome: Outcome, values: pd.DataFrame, by_city: pd.DataFrame
) -> None:
    state.say("redecide.changed", points=len(outcome.after), run=outcome.run_id)
    for change in records(values):
        state.show("  {column}: {before} → {after}  {points}".format(**change))
    if len(by_city):
        rulings = [state.words.label("ruling", code) for code in by_city["ruling"]]
        titles = {name: state.words(f"redecide.{name}") for name in by_city}
        state.show(text_table(by_city.assign(ruling=rulings).rename(columns=titles)))
    if state.out is not None:
        state.say("written", path=state.out)
    else:
        state.say("redecide.list")


def _declaration(covers: str | None, first: str | None, last: str | None) -> Declaration | None:
    from firewatch.core.errors import UsageError
    from firewatch.core.geo import Extent
    from firewatch.recording import Declaration

    period = period_of(first, last)
    if covers is None and period is None:
        return None
    try:
        west, south, east, north = (float(number) for number in (covers or "").split(","))
    except ValueError as error:
        raise UsageError(
            f"--covers {covers!r} 无法识别 / extent not understood",
            expected="104,20,113,27 并给出 --from 与 --to",
            remedy="范围与时段须一并声明 / declare extent and period together",
        ) from error
    if period is None:
        raise UsageError("--covers 须与 --from、--to 同用 / --covers needs --from and --to")
    return Declaration(Extent(west, south, east, north), period)


def period_of(first: str | None, last: str | None) -> Period | None:
    """Return the days from `--from` to `--to`, None if neither is given."""
    from firewatch.core.errors import UsageError
    from firewatch.core.time import Period, parse_day

    if first is None and last is None:
        return None
    if first is None or last is None:
        raise UsageError("--from 与 --to 须同时给出 / --from and --to go together")
    return Period(parse_day(first), parse_day(last))


def progress_of(state: State) -> Any:
    """Return a callback: a counter that overwrites itself on a terminal, plain lines elsewhere."""
    done = [0]

    def after_file(outcome: FileOutcome, total: int) -> None:
        done[0] += 1
        if total == 1:
            return
        line = state.words("ingest.progress", done=done[0], total=total, name=outcome.name)
        typer.echo(f"\r\x1b[K{line}" if on_terminal() else line, nl=not on_terminal(), err=True)
        if on_terminal() and done[0] == total:
            typer.echo("", err=True)

    return after_file


def _said_of(file: FileOutcome) -> str:
    """Return which sentence says what became of a file without an error."""
    if not file.file_id:
        return "left_out"
    return "again" if file.again else "known" if file.known else "file"


def _show_ingest(state: State, outcome: IngestOutcome, by_city: dict[str, int]) -> None:
    from firewatch.recording import TALLY

    files = []
    for file in outcome.files:
        entry: dict[str, Any] = {"path": str(file.path)}
        entry |= {name: getattr(file, name) for name in TALLY}
        entry |= {"companions": list(map(str, file.companions))} if file.companions else {}
        entry |= {"remark": file.remark} if file.remark else {}
        entry |= {"error": file.error} if file.error else {}
        entry |= {"known": True} if file.known else {}
        entry |= {"again": True} if file.again else {}
        files.append(entry)
        if file.error:
            typer.echo(file.error, err=True)
        elif not state.as_json:
            state.say(f"ingest.{_said_of(file)}", **{**asdict(file), "path": file.name})
            if file.remark:
                state.show(f"  {file.remark}")
            if file.rejected and not file.known:
                state.say("ingest.rejected", rejected=file.rejected, file_id=file.file_id)
    state.emit({"files": files, "by_city": by_city, "simulated": outcome.simulated})
    if outcome.simulated:
        state.say("simulated")
    for city, count in by_city.items():
        state.show(f"  {city} {count}")
    if outcome.failed:
        state.say("ingest.failed", failed=len(outcome.failed), files=len(outcome.files))
        state.exit_code = 1
