"""`coverage`: what ground was seen, and its hand-over to another office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.data import period_of
from firewatch.cli.state import records, state_of, text_table
from firewatch.core.errors import FirewatchError
from firewatch.count.ground_key import GroundKey

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from firewatch.cli.state import State
    from firewatch.core.time import Period
    from firewatch.count.ground import Ground

_SUFFIXES = (".csv", ".parquet")
_GROUND = ("clear", "cloud", "glint", "not_seen")
_HIDDEN = ("city_adcode", "county_adcode", *(f"cropland_{ground}_km2" for ground in _GROUND))
_FORMS = {
    **dict.fromkeys((*(f"{ground}_km2" for ground in _GROUND), "water_km2"), "{:,.0f}".format),
    **dict.fromkeys(("clear_share", "cropland_clear_share"), "{:.1%}".format),
    **dict.fromkeys(("overpasses", "days", "feed_days"), "{:.0f}".format),
}
"""How numbers are written for people."""


def register(app: typer.Typer) -> None:
    app.command()(coverage)


def coverage(
    context: typer.Context,
    by: Annotated[GroundKey, typer.Option(help="按什么汇总 / listed by")] = GroundKey.CITY,
    season: Annotated[str | None, typer.Option(help="季节，如 2020-21 / season")] = None,
    first: Annotated[str | None, typer.Option("--from", help="起始日 / first day")] = None,
    last: Annotated[str | None, typer.Option("--to", help="终止日 / last day")] = None,
) -> None:
    """观测覆盖：晴空、云、耀斑、未见；--out x.parquet 移交他处 / what ground was seen."""
    from firewatch.count.ground import ground_table, ground_total
    from firewatch.reports.suffixes import suffix_of

    state = state_of(context)
    suffix = suffix_of(state.out, _SUFFIXES) if state.out is not None else ""
    period = _period(state, season, first, last)
    ground, simulated = _ground(state, period, hand_over=suffix == ".parquet")
    table, total = ground_table(ground, by), ground_total(ground)
    notes = _notes(state, ground, simulated)
    state.emit(
        {
            "from": str(period.start),
            "to": str(period.end),
            "by": str(by),
            "rows": records(table),
            "total": records(total)[0],
            "simulated": simulated,
            "notes": notes,
        }
    )
    if suffix == ".csv":
        _write_table(state, table, notes)
    if state.out is not None:
        state.say("written", path=state.out)
        return
    named = "city" if "city" in table else str(by)
    _show(state, table, total.assign(**{named: state.words("coverage.total")}), notes)


def _ground(state: State, period: Period, *, hand_over: bool) -> tuple[Ground, bool]:
    """Return the ground seen and whether data are simulated; hand it over from the same view."""
    from firewatch.count.ground import ground_of
    from firewatch.views import area_names, holds_simulated
    from zones.places.areas import load_areas

    region = state.settings.region
    names = area_names(load_areas(region.boundaries, region.adcode))
    gap_min = state.settings.supersession.overpass_gap_min
    with state.ledger() as ledger, ledger.reading() as connection:
        simulated = holds_simulated(connection)
        if hand_over:
            _hand_over(state, connection, period, simulated)
        return ground_of(connection, period, names, gap_min), simulated


def _show(state: State, table: pd.DataFrame, total: pd.DataFrame, notes: list[str]) -> None:
    import pandas as pd

    both = pd.concat([table, total])[list(table)]
    state.show(text_table(_for_people(state, both)))
    state.show("\n".join(f"· {note}" for note in notes))


def _period(state: State, season: str | None, first: str | None, last: str | None) -> Period:
    """Return the days asked for; without any the settings' season."""
    from firewatch.core.errors import UsageError

    given = period_of(first, last)
    if given is not None and season is not None:
        raise UsageError("--season 与 --from、--to 只取其一 / either --season or --from and --to")
    campaign = state.settings.campaign
    calendar = campaign.calendar
    start_year = calendar.start_year(season) if season else campaign.start_year
    return given or calendar.season(start_year)


def _hand_over(state: State, connection: Connection, period: Period, simulated: bool) -> None:
    from firewatch.ledger.coverage import coverage_between
    from imagery.coverage.table import write_coverage

    assert state.out is not None
    first_s, after_s = period.epoch_bounds_s()
    table = coverage_between(connection, first_s, after_s - 1)
    if table.empty:
        raise _nothing_seen(period)
    write_coverage(table, state.out, simulated=simulated)


def _nothing_seen(period: Period) -> FirewatchError:
    return FirewatchError(
        "这段时间台账中没有任何一景的观测覆盖，没有可移交的内容，未写文件"
        " / no granule of this period is on record, so there is nothing to hand over or to write",
        where=f"{period.start} … {period.end}",
        expected="一级影像、带 03 文件的二级产品，或他处移交的 Parquet"
        " / level-1 imagery, level-2 products with their 03 file, or another office's Parquet",
        remedy="用 firewatch ingest 读入上述文件，或用 --season、--from、--to 另选时段"
        " / take such files in with firewatch ingest, or choose another period",
    )


def _write_table(state: State, table: pd.DataFrame, notes: list[str]) -> None:
    from firewatch.core.files import atomic_path
    from firewatch.reports.csv_cells import write_csv

    assert state.out is not None
    with atomic_path(state.out) as temporary:
        # A file travels alone: it carries what its numbers are.
        write_csv(temporary, table.assign(note="；".join(notes)))


def _notes(state: State, ground: Ground, simulated: bool) -> list[str]:
    """Say what the numbers are, and what is not in them."""
    seen = ground.seen
    versions = sorted({text for text in seen["cropland_version"] if text})
    notes = [state.words("coverage.simulated")] if simulated else []
    notes.append(state.words("coverage.unit"))
    if (seen["basis"] == "measured").any():
        if versions:
            notes.append(state.words("coverage.cropland", versions=", ".join(versions)))
    else:
        notes.append(state.words("coverage.unmeasured"))
    if ground.elsewhere:
        codes = ", ".join(map(str, ground.elsewhere))
        notes.append(state.words("coverage.elsewhere", codes=codes))
    return notes


def _for_people(state: State, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with titles, whole km² and percent, without codes."""
    from firewatch.core.i18n import texts

    # Cropland has its share here; its areas are in the JSON document and in files.
    hidden = [name for name in map(str, table) if name in _HIDDEN]
    if table["cropland_clear_share"].isna().all():
        hidden.append("cropland_clear_share")
    shown = table.drop(columns=hidden)
    for name in shown:
        if name in _FORMS:
            shown[name] = ["—" if value != value else _FORMS[name](value) for value in shown[name]]
    labels = texts("firewatch.count", state.language)
    shown["basis"] = [labels.label("basis", code) for code in shown["basis"]]
    if "county" in shown:
        shown["county"] = shown["county"].fillna("")
    return shown.rename(columns={name: state.words(f"coverage.{name}") for name in shown})
