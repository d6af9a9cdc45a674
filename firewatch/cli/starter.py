"""`firewatch zones starter`: zones drawn by rule from what the user has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.state import state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from zones.starter import InputClass


def starter(
    context: typer.Context,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            help="类别=文件，可多次给出，如 railway=铁路.gpkg；类别见 zones starter --classes"
            " / class=file, may be repeated",
        ),
    ] = None,
    first: Annotated[str, typer.Option("--from", help="生效日 / in force from")] = "2019-10-01",
    rules: Annotated[
        Path | None, typer.Option(help="缓冲距离表（CSV）/ table of distances in place of ours")
    ] = None,
    wind: Annotated[
        float | None,
        typer.Option(help="主导风来向（度，0 为北）/ degrees the prevailing wind comes from"),
    ] = None,
    crs: Annotated[str | None, typer.Option(help="输入文件的坐标系 / of the input files")] = None,
    packaged: Annotated[
        bool,
        typer.Option(help="未给出的类别用自带的点 / packaged points for classes not given"),
    ] = True,
    classes: Annotated[
        bool, typer.Option("--classes", help="列出类别与缓冲距离 / list classes and distances")
    ] = False,
) -> None:
    """按通告的缓冲距离由城镇、道路等画示意性分区 / draw an illustrative register by rule."""
    from firewatch.core.time import parse_day
    from firewatch.ledger.register import import_zones
    from zones.places.areas import load_areas
    from zones.register.write import write_register
    from zones.starter import StarterInputs, draw_starter, read_inputs

    state = state_of(context)
    table = _rules(rules, wind)
    if classes:
        state.emit({"classes": table.astype("str").to_dict("records")})
        state.show(table.to_string(index=False, na_rep=""))
        return
    region = state.settings.region
    given = _files(inputs or ())
    brought = read_inputs(given, crs) if given else StarterInputs.none()
    valid_from = parse_day(first)
    areas = load_areas(region.boundaries, region.adcode)
    drawing = draw_starter(areas, valid_from, brought, table, packaged=packaged)
    notes = list(drawing.sentences(state.language))
    for note in notes:
        typer.echo(note, err=True)
    drawn, done = drawing.register, {"illustrative": True, "notes": notes}
    if state.out is not None:
        write_register(drawn, state.out)
        state.emit({"path": str(state.out), "zones": len(drawn), **done})
        state.say("written", path=state.out)
        return
    with state.ledger() as ledger, ledger.writing() as connection:
        outcome = import_zones(connection, drawn, state.clock.now_epoch_s())
    version = outcome.register.version
    state.emit({"imported": outcome.added, "version": version, **done})
    state.say("zones.starter", count=outcome.added, version=version)


def _rules(path: Path | None, wind_from_deg: float | None) -> pd.DataFrame:
    from zones.starter import read_rules, starter_rules, with_wind

    table = read_rules(path) if path else starter_rules()
    return table if wind_from_deg is None else with_wind(table, wind_from_deg)


def _files(written: Sequence[str]) -> dict[InputClass, list[Path]]:
    from firewatch.core.errors import UsageError
    from zones.starter import input_class

    files: dict[InputClass, list[Path]] = {}
    for text in written:
        name, separator, path = text.partition("=")
        if not separator:
            raise UsageError(
                f"--input {text!r} 无法识别 / not understood",
                expected="railway=铁路.gpkg",
                remedy="写成 类别=文件 / write class=file",
            )
        files.setdefault(input_class(name), []).append(Path(path))
    return files
