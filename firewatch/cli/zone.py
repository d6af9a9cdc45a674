"""`firewatch zones`: the register of zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli import permit, starter, straw
from firewatch.cli.declared import (
    Authority,
    Crop,
    Crs,
    File,
    First,
    Hours,
    Kind,
    Last,
    LayerName,
    MappingFile,
    Months,
    Notice,
    Replaces,
    Within,
    checked_file,
)
from firewatch.cli.state import State, day_or_none, records, state_of, text_table

if TYPE_CHECKING:
    from zones.register.register import Register

app = typer.Typer(no_args_is_help=True, help="禁烧区、限烧区等分区 / the register of zones")
app.add_typer(permit.app, name="permit")
app.add_typer(straw.app, name="straw")
app.command("starter")(starter.starter)

Version = Annotated[
    str | None, typer.Option(help="登记册的某一版本 / the register as it was at a version")
]
OnDay = Annotated[str | None, typer.Option(help="某日有效的 / in force on a day")]

_SHOWN = [
    "zone_id", "kind", "name", "notice", "valid_from", "valid_to", "months", "hours",
    "retired_from",
]  # fmt: skip
_MOST_SHOWN = 3
"""Findings of one sort that an import prints; `check` prints more."""


@app.command("import")
def import_(
    context: typer.Context,
    file: File,
    kind: Kind = None,
    notice: Notice = None,
    first: First = None,
    last: Last = None,
    authority: Authority = "",
    months: Months = None,
    hours: Hours = None,
    crop: Crop = "",
    crs: Crs = None,
    mapping: MappingFile = None,
    within: Within = "",
    layer: LayerName = None,
    replaces: Replaces = None,
) -> None:
    """导入一份通告的分区；旧通告只有用 --replaces 指明才停用 / import the zones of one notice."""
    from firewatch.ledger.register import import_zones
    from firewatch.rulebook import rulebook

    state = state_of(context)
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
        checked = checked_file(file, context.params, rules, state.language)
        report, added = checked.report, checked.reading.register
        for line in (*checked.notes, *report.lines(state.language, _MOST_SHOWN)):
            typer.echo(line, err=True)
        findings = records(report.table(state.language)) if state.as_json else []
        if not report.can_import:
            state.emit({"imported": 0, "findings": findings})
            state.exit_code = 1
            return
        with ledger.writing() as connection:
            now_s = state.clock.now_epoch_s()
            outcome = import_zones(connection, added, now_s, checked.ended)
    done = {name: getattr(outcome, name) for name in ("known", "retired", "reinstated")} | {
        "imported": outcome.added
    }
    state.emit({**done, "version": outcome.register.version, "findings": findings})
    state.say("zones.imported", **done, version=outcome.register.version)


@app.command()
def check(
    context: typer.Context,
    file: File,
    kind: Kind = None,
    notice: Notice = None,
    first: First = None,
    last: Last = None,
    authority: Authority = "",
    months: Months = None,
    hours: Hours = None,
    crop: Crop = "",
    crs: Crs = None,
    mapping: MappingFile = None,
    within: Within = "",
    layer: LayerName = None,
    replaces: Replaces = None,
) -> None:
    """导入前逐条说明问题，--out 写出问题所在的图形 / explain every problem before an import."""
    from firewatch.core.errors import ZoneFileError
    from firewatch.rulebook import rulebook
    from zones.check import unreadable, write_places

    state = state_of(context)
    with state.ledger() as ledger:
        rules = rulebook(ledger, state.settings)
    try:
        checked = checked_file(file, context.params, rules, state.language)
        report, notes = checked.report, checked.notes
    except ZoneFileError as error:
        report, notes = unreadable(file, error), []
    for note in notes:
        state.show(note)
    for line in report.lines(state.language):
        state.show(line)
    if state.out is not None:
        write_places(report, state.out, state.language)
        state.say("written", path=state.out)
    findings = records(report.table(state.language))
    state.emit({"can_import": report.can_import, "zones": report.zones, "findings": findings})
    state.exit_code = 0 if report.can_import else 1


@app.command("list")
def list_(
    context: typer.Context,
    on: OnDay = None,
    kind: Kind = None,
    notice: Notice = None,
    version: Version = None,
) -> None:
    """列出登记的分区 / the zones on record."""
    from zones.register.kinds import kind_code

    state = state_of(context)
    register = _register(state, version, on)
    table = register.readable()
    for column, wanted in (("kind", kind_code(kind or "")), ("notice", notice)):
        table = table[table[column] == wanted] if wanted else table
    state.emit({"version": register.version, "zones": records(table)})
    shown = table[_SHOWN].assign(kind=[state.words.label("zone_kind", k) for k in table["kind"]])
    titles = {name: state.words(f"zone.{name}") for name in _SHOWN}
    state.show(
        text_table(shown.rename(columns=titles)) if len(table) else state.words("zones.none")
    )


@app.command()
def show(
    context: typer.Context,
    zone: Annotated[str, typer.Argument(help="分区编号或文号 / id of a zone, or a notice number")],
    version: Version = None,
) -> None:
    """一个分区（或一份通告）的全部登记内容 / everything on record about a zone or a notice."""
    from firewatch.core.errors import UsageError
    from firewatch.ledger.register import decided_by, import_of
    from firewatch.rulebook import rulebook
    from zones.register.described import described

    state = state_of(context)
    register = _register(state, version)
    zones = register.zones
    chosen = ((zones["zone_id"] == zone) | (zones["notice"] == zone)).to_numpy()
    if not chosen.any():
        raise UsageError(
            f"登记册中没有 {zone!r} / no such zone or notice", remedy="firewatch zones list"
        )
    with state.ledger() as ledger:
        areas = rulebook(ledger, state.settings).areas
        with ledger.reading() as connection:
            table = described(register.chosen(chosen), areas)
            table = table.merge(import_of(connection, table["zone_id"]), on="zone_id", how="left")
            counts = decided_by(connection, table["zone_id"])
    table["points"] = table["zone_id"].map(counts).fillna(0).astype(int)
    state.emit({"version": register.version, "zones": records(table)})
    table["kind"] = [state.words.label("zone_kind", kind) for kind in table["kind"]]
    for row in records(table):
        lines = (f"{state.words(f'zone.{name}')}: {value}" for name, value in row.items())
        state.show("\n".join([*lines, ""]))


@app.command()
def versions(context: typer.Context) -> None:
    """登记册、许可与空气质量表的历次导入 / every import and the version it led to."""
    from firewatch.core.time import local_text
    from firewatch.ledger.imports import imports

    state = state_of(context)
    with state.ledger() as ledger, ledger.reading() as connection:
        table = imports(connection)
    table = table.assign(imported_at=[local_text(second) for second in table["imported_at"]])
    state.emit({"imports": records(table)})
    state.show(text_table(table) if len(table) else state.words("zones.none"))


@app.command()
def export(
    context: typer.Context,
    on: OnDay = None,
    version: Version = None,
) -> None:
    """导出为 GeoPackage，带 QGIS 样式 / write the register as GeoPackage with a QGIS style."""
    from firewatch.outputs import zone_style
    from zones.register.write import write_register

    state = state_of(context)
    register = _register(state, version, on)
    path = state.output_path("zones.gpkg")
    write_register(register, path, zone_style(register, state.language))
    state.emit({"path": str(path), "zones": len(register), "version": register.version})
    state.say("written", path=path)


def _register(state: State, version: str | None, on: str | None = None) -> Register:
    """Return the register of now or of a version, and of it the zones in force on a day."""
    from firewatch.ledger.register import load_register, register_of_version

    with state.ledger() as ledger, ledger.reading() as connection:
        register = (
            register_of_version(connection, version) if version else load_register(connection)
        )
    day = day_or_none(on)
    return register.in_force(day) if day else register
