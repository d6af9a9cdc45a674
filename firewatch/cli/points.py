"""`points`, `heat`, `rejections`, `explain`: what is on record, row by row."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.state import records, state_of, text_table

if TYPE_CHECKING:
    from firewatch.cli.state import State
    from firewatch.core.time import Period


class PointFormat(StrEnum):
    CSV = "csv"
    GEOJSON = "geojson"
    GPKG = "gpkg"


def register(app: typer.Typer) -> None:
    app.command()(points)
    app.command()(heat)
    app.command()(rejections)
    app.command()(explain)


def points(
    context: typer.Context,
    season: Annotated[str | None, typer.Option(help="2020-21；缺省为全部 / all if absent")] = None,
    form: Annotated[
        PointFormat | None,
        typer.Option(
            "--format", help="csv | geojson | gpkg；缺省按 --out 后缀 / by suffix of --out"
        ),
    ] = None,
) -> None:
    """导出已判定的火点 / ruled fire points, to standard output unless --out."""
    from firewatch.core.errors import UsageError
    from firewatch.reports.points_export import write_points
    from firewatch.rulebook import rulebook
    from firewatch.views import PUBLIC_COLUMNS, current_points

    state = state_of(context)
    with state.ledger() as ledger, ledger.reading() as connection:
        rules = rulebook(ledger, state.settings)
        period = season_period(state, season)
        table = current_points(connection, rules, state.language, period)
    table = table[PUBLIC_COLUMNS]
    if state.out is not None:
        path = state.out.with_suffix(f".{form}") if form else state.out
        write_points(path, table, state.language)
        state.emit({"path": str(path), "points": len(table)})
        state.say("points.written", points=len(table), path=path)
        return
    if form == PointFormat.GPKG:
        raise UsageError(
            "GeoPackage 不能写到标准输出 / GeoPackage needs a file", remedy="--out firepoints.gpkg"
        )
    with TemporaryDirectory() as folder:
        default = PointFormat.GEOJSON if state.as_json else PointFormat.CSV
        file = Path(folder) / f"points.{form or default}"
        write_points(file, table, state.language)
        typer.echo(file.read_text(encoding="utf-8-sig"), nl=False)


def heat(context: typer.Context) -> None:
    """固定热源 / static heat sources found by recurrence, as of now."""
    import pandas as pd

    from firewatch.cause.static_heat import cell_centre, shipped_rule, static_cells
    from firewatch.ledger.heat import seen_in_cells

    state = state_of(context)
    rule = shipped_rule()
    with state.ledger() as ledger, ledger.reading() as connection:
        seen = seen_in_cells(connection, state.clock.now_epoch_s())
    cells = static_cells(seen, rule).reset_index()
    centres = [cell_centre(cell) for cell in cells["heat_cell"]]
    table = pd.DataFrame(centres, columns=["lon", "lat"]).join(cells.drop(columns="heat_cell"))
    table = table.sort_values("days", ascending=False, ignore_index=True)
    state.emit({"cells": records(table)})
    state.show(text_table(table) if len(table) else state.words("heat.none"))


def rejections(
    context: typer.Context,
    file_id: Annotated[
        int | None, typer.Argument(help="文件号；缺省为全部 / all if absent")
    ] = None,
) -> None:
    """被拒绝的行、原因与处理办法 / rejected rows, why, and what to do."""
    from sqlalchemy import select

    from firewatch.ledger import tables
    from firewatch.ledger.store import fetch

    state = state_of(context)
    rejected, source_files = tables.rejections, tables.source_files
    query = (
        select(source_files.c.name.label("file"), rejected)
        .join(source_files, source_files.c.file_id == rejected.c.file_id)
        .order_by(rejected.c.file_id, rejected.c.source_row)
    )
    if file_id is not None:
        query = query.where(rejected.c.file_id == file_id)
    with state.ledger() as ledger, ledger.reading() as connection:
        table = fetch(connection, query)
    state.emit({"rejections": records(table)})
    state.show(text_table(table) if len(table) else state.words("rejections.none"))


def explain(
    context: typer.Context,
    point_id: Annotated[str, typer.Argument(help="火点编号 / id of a fire point")],
) -> None:
    """一个火点的全部来历：文件与行、历次判定、预警 / every fact behind a point."""
    from firewatch.core.errors import UsageError
    from firewatch.ledger.history import history_of
    from firewatch.rulebook import rulebook
    from firewatch.views import current_points

    state = state_of(context)
    with state.ledger() as ledger, ledger.reading() as connection:
        rules = rulebook(ledger, state.settings)
        found = history_of(connection, point_id, state.language)
        if found is None:
            raise UsageError(
                f"台账中没有火点 {point_id!r} / no such point", remedy="firewatch points"
            )
        table = current_points(connection, rules, state.language)
    current = table[table["point_id"] == point_id]
    described = records(current)
    history = {name: records(rows) for name, rows in found.items()}
    state.emit({"point_id": point_id, "current": described, **history})
    for row in described:
        state.show("\n".join(f"{name}: {value}" for name, value in row.items()))
    for name, rows in found.items():
        state.show(f"\n{state.words(f'explain.{name}')}\n{text_table(rows)}")


def season_period(state: State, name: str | None) -> Period | None:
    """Return the period of a season by name, or None for all seasons."""
    if name is None:
        return None
    calendar = state.settings.campaign.calendar
    return calendar.season(calendar.start_year(name))
