"""`firewatch zones permit`: burn permits, and the air they depend on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.declared import Within, areas_named_in
from firewatch.cli.state import day_or_none, records, state_of, text_table

if TYPE_CHECKING:
    import pandas as pd

    from firewatch.cli.state import State

app = typer.Typer(no_args_is_help=True, help="计划烧除许可 / burn permits")

OnDay = Annotated[str | None, typer.Option(help="某日有效的 / that can hold on a day")]
_SHOWN = [
    "number", "issuer", "name", "valid_from", "valid_to", "hours", "straw_area_ha",
    "max_wind_m_s", "max_aqi", "revoked_from",
]  # fmt: skip
_DAYS = ["first_day", "last_day"]
_CONFLICT = ["number", "kind", "zone", "notice", "overlap_km2", "first_day", "last_day", "days"]


@app.command()
def add(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="许可图层，或含经纬度与半径、乡镇村名的表格 / layer or table of permits"
        ),
    ],
    polygons: Annotated[
        Path | None, typer.Option(help="表格所列编号的地块图层 / layer with each number's ground")
    ] = None,
    by_name: Annotated[
        bool, typer.Option(help="表格按乡镇、村名给出范围 / the table names townships or villages")
    ] = False,
    within: Within = "",
    crs: Annotated[str | None, typer.Option(help="坐标系 / coordinate system")] = None,
    issuer: Annotated[str, typer.Option(help="发放机关 / who issued them")] = "",
) -> None:
    """登记许可；与禁烧区重叠的逐一报告 / register permits; conflicts with ban areas are told."""
    from firewatch.core.time import date_of_day_number
    from firewatch.ledger.permits import add_permits
    from firewatch.rulebook import rulebook
    from zones.permits.conflicts import conflicts
    from zones.permits.read import read_permits

    state = state_of(context)
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
        named = areas_named_in(file, rules, within) if by_name else None
        reading = read_permits(
            file,
            polygons=polygons,
            layer=named.layer if named else None,
            crs=crs,
            areas=rules.areas,
            issuer=issuer,
        )
        with ledger.writing() as connection:
            done = add_permits(connection, reading.permits, state.clock.now_epoch_s())
    against = conflicts(reading.permits, rules.register, rules.precedence)
    notes = [*(named.notes(state.language) if named else ()), *reading.notes(state.language)]
    for note in notes:
        typer.echo(note, err=True)
    days = {name: [str(date_of_day_number(n)) for n in against[name]] for name in _DAYS}
    against = against.assign(**days)
    found = records(against)
    counted = {"added": done.added, "reinstated": done.reinstated}
    version = done.permits.version
    state.emit({**counted, "version": version, "conflicts": found, "notes": notes})
    state.say("permits.added", **counted, version=version)
    if found:
        state.say("permits.conflicts", count=len(found))
        shown = against[_CONFLICT].assign(
            kind=[state.words.label("zone_kind", kind) for kind in against["kind"]]
        )
        state.show(_titled(state, "conflict", shown))


@app.command("list")
def list_(context: typer.Context, on: OnDay = None) -> None:
    """列出许可，旁列所在县乡的秸秆存量 / the permits, beside the straw stock of their places."""
    from firewatch.ledger.straw import load_straw_stock
    from firewatch.rulebook import rulebook
    from zones.straw.beside import beside_permits

    state = state_of(context)
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
        with ledger.reading() as connection:
            stock = load_straw_stock(connection)
    day = day_or_none(on)
    permits = rules.permits.in_force(day) if day else rules.permits
    table = permits.readable()
    beside = beside_permits(
        stock, permits, rules.areas, day or state.clock.today(), rules.townships
    )
    beside.insert(0, "county", beside["county_adcode"].map(rules.areas.county_names()))
    state.emit(
        {"version": permits.version, "permits": records(table), "beside_stock": records(beside)}
    )
    if table.empty:
        state.say("permits.none")
    else:
        state.show(_titled(state, "permit", table[_SHOWN]))
    if len(beside):
        state.say("permits.beside")
        state.show(_titled(state, "beside", beside.drop(columns="county_adcode")))


@app.command()
def responsible(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="许可编号 / number of the permit")],
) -> None:
    """一份许可的责任人，只在屏幕显示 / who answers for a permit, on the screen only."""
    from firewatch.core.errors import UsageError
    from firewatch.ledger.permits import load_permits

    state = state_of(context)
    with state.ledger() as ledger, ledger.reading() as connection:
        table = load_permits(connection).permits
    found = table[table["number"] == number]
    if found.empty:
        raise UsageError(
            f"没有编号为 {number!r} 的许可 / no such permit", remedy="firewatch zones permit list"
        )
    for name, person in zip(found["name"], found["responsible"], strict=True):
        state.show(f"{number} {name}: {person or '—'}")


@app.command()
def revoke(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="许可编号 / number of the permit")],
    first: Annotated[str, typer.Option("--from", help="自此日起失效 / no longer holds from")],
    issuer: Annotated[str, typer.Option(help="发放机关 / who issued it")] = "",
) -> None:
    """撤销许可 / let a permit no longer hold from a day on."""
    from firewatch.core.time import day_number, parse_day
    from firewatch.ledger.permits import revoke_permits

    state = state_of(context)
    from_day = day_number(parse_day(first))
    with state.ledger() as ledger, ledger.writing() as connection:
        whole = revoke_permits(connection, number, issuer, from_day, state.clock.now_epoch_s())
    state.emit({"revoked": number, "from": first, "version": whole.version})
    state.say("permits.revoked", number=number, first=first)


@app.command()
def air(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="日期、市或县、AQI、风速（CSV、Excel）/ day, area, index, wind")
    ],
) -> None:
    """登记逐日空气质量指数与风速 / register each day's index and wind."""
    from firewatch.core.files import sha256_of_file
    from firewatch.ledger.permits import add_air_quality
    from zones.permits.air_quality import read_air_quality
    from zones.places.areas import load_areas

    state = state_of(context)
    region = state.settings.region
    values = read_air_quality(file, load_areas(region.boundaries, region.adcode))
    with state.ledger() as ledger, ledger.writing() as connection:
        whole = add_air_quality(
            connection, values, state.clock.now_epoch_s(), file.name, sha256_of_file(file)
        )
    state.emit({"rows": len(values), "version": whole.version})
    state.say("air.added", count=len(values), version=whole.version)


def _titled(state: State, kind: str, table: pd.DataFrame) -> str:
    return text_table(table.rename(columns={n: state.words(f"{kind}.{n}") for n in table}))
