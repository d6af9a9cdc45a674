"""`tally` and `report`: counts and the year-on-year report."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.desk import desk_of
from firewatch.cli.state import records, state_of, text_table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from firewatch.count.compare import Comparison

SeasonOption = Annotated[str | None, typer.Option(help="季节，如 2020-21 / season")]
RuleOption = Annotated[str | None, typer.Option(help="event_day | overpass_point | pixel")]


class TallyKey(StrEnum):
    CITY = "city"
    COUNTY = "county"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ZONE = "zone"
    SOURCE = "source"
    STATUS = "status"


class ReportKind(StrEnum):
    YOY = "yoy"


def register(app: typer.Typer) -> None:
    app.command()(tally)
    app.command()(report)


def tally(
    context: typer.Context,
    by: Annotated[TallyKey, typer.Option(help="按什么统计 / what to count by")] = TallyKey.CITY,
    season: SeasonOption = None,
    rule: RuleOption = None,
    area: Annotated[
        str | None,
        typer.Option(help="按日、周、月时限于某市或县 / city or county, for day, week, month"),
    ] = None,
) -> None:
    """统计与同比 / counts of a season beside the one before."""
    from firewatch.core.files import atomic_path
    from firewatch.core.i18n import texts
    from firewatch.outputs import comparison
    from firewatch.reports.csv_cells import write_csv
    from firewatch.reports.statements import banners

    state = state_of(context)
    with state.ledger() as ledger:
        desk = desk_of(state, ledger, season, rule)
        compared = comparison(desk)
        if by in (TallyKey.DAY, TallyKey.WEEK, TallyKey.MONTH):
            from firewatch.count.calendar import tally_by_calendar

            counties = desk.rules.areas.counties_of(area) if area else None
            with ledger.reading() as connection:
                table = tally_by_calendar(
                    connection, compared.rule, compared.base, compared.now, by, counties
                )
        else:
            table = comparison_table(compared, by)
    labels = banners(compared, texts("firewatch.reports", state.language))
    state.emit(
        {
            "season": compared.season_name,
            "base_season": compared.base_name,
            "rule": compared.rule.title,
            "by": str(by),
            "simulated": compared.simulated,
            "illustrative": compared.illustrative,
            "rows": records(table),
            "notes": list(compared.notes),
        }
    )
    if state.out is not None:
        # A file travels alone: it carries what was counted, and what it is not.
        note = "；".join([*labels, compared.rule.title])
        with atomic_path(state.out) as temporary:
            write_csv(temporary, table.assign(note=note))
        state.say("written", path=state.out)
        return
    state.show("\n".join([*labels, text_table(table)]))
    state.show("\n".join(f"· {note}" for note in compared.notes))


def comparison_table(compared: Comparison, by: TallyKey) -> pd.DataFrame:
    """Return the part of a comparison that was asked for."""
    import pandas as pd

    if by == TallyKey.COUNTY:
        return compared.counties
    if by == TallyKey.CITY:
        return pd.concat([compared.cities, compared.total], ignore_index=True)
    key = {"zone": "zone_kind", "source": "source", "status": "status"}[str(by)]
    return compared.breakdowns[key]


def report(
    context: typer.Context,
    kind: Annotated[ReportKind, typer.Argument(help="yoy 同比报告 / year-on-year")],
    season: SeasonOption = None,
    rule: RuleOption = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Word 报告附地图 / maps in the Word report")
    ] = False,
) -> None:
    """同比报告（Excel、Word、CSV）/ the year-on-year report."""
    from firewatch.outputs import comparison, season_points, write_report

    state = state_of(context)
    folder = state.output_path(".")
    with state.ledger() as ledger:
        desk = desk_of(state, ledger, season, rule)
        points = season_points(desk)
        paths: list[Path] = write_report(
            desk, comparison(desk), points, folder, with_pictures=pictures
        )
    state.emit({"kind": str(kind), "paths": [str(path) for path in paths]})
    for path in paths:
        state.say("written", path=path)
