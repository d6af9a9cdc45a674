"""`firewatch zones`: the register of zones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.state import records, state_of, text_table

if TYPE_CHECKING:
    from datetime import date


app = typer.Typer(no_args_is_help=True, help="禁烧区、限烧区等分区 / the register of zones")

_SHOWN = ["zone_id", "kind", "name", "notice", "valid_from", "valid_to", "illustrative"]


def _day(text: str | None) -> date | None:
    from firewatch.core.time import parse_day

    return parse_day(text) if text else None


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="GeoPackage、shapefile（可为 zip）或 GeoJSON")],
    kind: Annotated[str | None, typer.Option(help="ban | restricted | …")] = None,
    notice: Annotated[str | None, typer.Option(help="文号 / notice number")] = None,
    first: Annotated[str | None, typer.Option("--from", help="生效日 / in force from")] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="失效日（含）/ last day in force")
    ] = None,
    authority: Annotated[str, typer.Option(help="发布机关 / issuing authority")] = "",
    crs: Annotated[
        str | None, typer.Option(help="坐标系，如 EPSG:4490 / where none is declared")
    ] = None,
) -> None:
    """导入一份通告的分区 / import the zones of one notice."""
    from firewatch.ledger.register import import_zones
    from zones.read import read_zones

    state = state_of(context)
    reading = read_zones(
        file,
        kind=kind,
        notice=notice,
        valid_from=_day(first),
        valid_to=_day(last),
        authority=authority,
        crs=crs,
    )
    with state.ledger() as ledger, ledger.writing() as connection:
        whole = import_zones(connection, reading.register, state.clock.now_epoch_s())
    notes = list(reading.notes(state.language))
    for note in notes:
        typer.echo(note, err=True)
    state.emit({"imported": len(reading.register), "version": whole.version, "notes": notes})
    state.say("zones.imported", count=len(reading.register), version=whole.version)


@app.command("list")
def list_(
    context: typer.Context,
    on: Annotated[str | None, typer.Option(help="某日有效的 / in force on a day")] = None,
) -> None:
    """列出登记的分区 / the zones on record."""
    from firewatch.ledger.register import load_register

    state = state_of(context)
    with state.ledger() as ledger, ledger.reading() as connection:
        register = load_register(connection)
    day = _day(on)
    table = (register.in_force(day) if day else register).readable()[_SHOWN]
    state.emit({"version": register.version, "zones": records(table)})
    state.show(text_table(table) if len(table) else state.words("zones.none"))


@app.command()
def starter(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", help="生效日 / in force from")] = "2019-10-01",
) -> None:
    """按已公布的规则画示意性分区 / draw an illustrative register by the published rules."""
    from firewatch.ledger.register import import_zones
    from zones.areas import load_areas
    from zones.starter import starter_register
    from zones.write import write_register

    state = state_of(context)
    region = state.settings.region
    valid_from = _day(first)
    assert valid_from is not None
    drawn = starter_register(load_areas(region.boundaries, region.adcode), valid_from)
    if state.out is not None:
        write_register(drawn, state.out)
        state.emit({"path": str(state.out), "zones": len(drawn)})
        state.say("written", path=state.out)
        return
    with state.ledger() as ledger, ledger.writing() as connection:
        whole = import_zones(connection, drawn, state.clock.now_epoch_s())
    version = whole.register.version
    state.emit({"imported": len(drawn), "version": version, "illustrative": True})
    state.say("zones.starter", count=len(drawn), version=version)
