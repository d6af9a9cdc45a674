"""`firewatch simulate`: data that nobody measured, for trials and the demo."""

from __future__ import annotations

from typing import Annotated

import typer

from firewatch.cli.state import state_of

app = typer.Typer(no_args_is_help=True, help="模拟数据 / simulated data")


@app.callback()
def group() -> None:
    """模拟数据 / simulated data."""


@app.command()
def season(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 20201001,
    scale: Annotated[float, typer.Option(help="规模 / scale")] = 1.0,
) -> None:
    """模拟两季的 FIRMS 格式火点文件 / FIRMS-format files of two seasons."""
    from firewatch.simulate.season import simulate_season

    state = state_of(context)
    folder = state.output_path("firewatch-simulated")
    paths = simulate_season(folder, seed, scale).all()
    state.emit({"folder": str(folder), "files": [str(path) for path in paths], "simulated": True})
    state.say("simulated")
    state.say("simulate.written", count=len(paths), folder=folder)
