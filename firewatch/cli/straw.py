"""`firewatch zones straw`: the straw-stock ledger, and the plan's rates."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firewatch.cli.state import day_or_none, records, state_of, text_table

app = typer.Typer(no_args_is_help=True, help="秸秆存量台账 / the straw-stock ledger")


class SumBy(StrEnum):
    """What the stock is summed by."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    CROP = "crop"
    USE = "use"


_KEYS = {
    SumBy.CITY: ("city_adcode",),
    SumBy.COUNTY: ("county_adcode",),
    SumBy.TOWNSHIP: ("county_adcode", "township"),
    SumBy.CROP: ("crop",),
    SumBy.USE: ("use",),
}


@app.command()
def add(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="台账：乡镇、作物、面积、吨数、利用去向、日期 / the ledger's table"),
    ],
    county: Annotated[
        str, typer.Option(help="表中未写县名时所属的县 / county of rows that name none")
    ] = "",
) -> None:
    """登记台账；有误的行逐条列出、不入账 / register entries; rows in error are listed."""
    from firewatch.ledger.straw import add_straw_stock
    from firewatch.rulebook import rulebook
    from zones.straw.read import read_straw_stock

    state = state_of(context)
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
        code = rules.areas.counties_of(county)[0] if county else 0
        reading = read_straw_stock(file, rules.areas, county_adcode=code, townships=rules.townships)
        with ledger.writing() as connection:
            whole = add_straw_stock(connection, reading.stock, state.clock.now_epoch_s())
    notes = list(reading.notes(state.language))
    for note in notes:
        typer.echo(note, err=True)
    taken = {"rows": reading.rows, "taken": len(reading.stock)}
    state.emit({**taken, "version": whole.version, "notes": notes})
    state.say("straw.added", **taken)


@app.command("list")
def list_(
    context: typer.Context,
    by: Annotated[SumBy, typer.Option(help="汇总方式 / sum by")] = SumBy.COUNTY,
    on: Annotated[str | None, typer.Option(help="某日存量，缺省为今日 / stock on a day")] = None,
) -> None:
    """某日秸秆存量汇总 / the stock on a day, summed."""
    from firewatch.core.i18n import texts
    from firewatch.core.time import date_of_day_number
    from firewatch.ledger.straw import load_straw_stock
    from zones.places.areas import load_areas

    state = state_of(context)
    region = state.settings.region
    areas = load_areas(region.boundaries, region.adcode)
    with state.ledger() as ledger, ledger.reading() as connection:
        stock = load_straw_stock(connection)
    table = stock.sums(_KEYS[by], day_or_none(on) or state.clock.today())
    names = {**areas.city_names(), **areas.county_names()}
    for code in ("city_adcode", "county_adcode"):
        if code in table:
            table.insert(0, code.removesuffix("_adcode"), table[code].map(names))
    for name in ("oldest_day", "newest_day"):
        table[name] = [str(date_of_day_number(day)) for day in table[name]]
    state.emit({"version": stock.version, "stock": records(table)})
    if table.empty:
        state.say("straw.none")
        return
    say = texts("zones", state.language)
    for kind in ("crop", "use"):
        if kind in table:
            table[kind] = [say.label(f"straw_{kind}", code) for code in table[kind]]
    state.show(text_table(table.rename(columns={n: state.words(f"straw.{n}") for n in table})))


@app.command()
def rates(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="各市或县的秸秆产生量、利用量、双高基地面积、机收面积 / figures of each area"
        ),
    ],
) -> None:
    """秸秆综合利用率与机收率，对照方案目标 / the rates against the plan's targets."""
    import pandas as pd

    from zones.places.areas import load_areas
    from zones.straw.rates import read_rates, titled

    state = state_of(context)
    region = state.settings.region
    reading = read_rates(file, load_areas(region.boundaries, region.adcode))
    notes = list(reading.notes(state.language))
    for note in notes:
        typer.echo(note, err=True)
    total = reading.total.assign(area=state.words("straw.total"))
    both = pd.concat([reading.table, total], ignore_index=True)
    state.emit({"rates": records(reading.table), "total": records(reading.total), "notes": notes})
    state.show(text_table(titled(both, state.language)))
