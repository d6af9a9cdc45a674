"""`compare`: how far two sources agree, fire pixel by fire pixel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.state import records, state_of, text_table

if TYPE_CHECKING:
    import pandas as pd


def register(app: typer.Typer) -> None:
    app.command()(compare)


def compare(
    context: typer.Context,
    tested: Annotated[Path, typer.Argument(help="被检验的火点文件或一级影像 / what is tested")],
    reference: Annotated[Path, typer.Argument(help="参照 / what it is held against")],
    reach: Annotated[
        float, typer.Option(help="匹配距离（像元边长的倍数）/ reach in pixel sides", min=0.1)
    ] = 2.0,
    shared: Annotated[
        bool, typer.Option("--shared", help="只比较双方都有的过境 / shared overpasses only")
    ] = False,
) -> None:
    """两个来源逐像元对照：命中、漏检、多检，按置信度；--out 列出各像元 / two sources compared."""
    from firewatch.core.files import atomic_path
    from firewatch.reports.csv_cells import write_csv
    from imagery.agreement import MatchRule, by_confidence, spread
    from imagery.agreement import compare as compared

    state = state_of(context)
    now_s = state.clock.now_epoch_s()
    rule = MatchRule(reach_pixels=reach, shared_only=shared)
    agreement = compared(_points(tested, now_s), _points(reference, now_s), rule)
    table, apart = by_confidence(agreement).reset_index(), spread(agreement).reset_index()
    if state.out is not None:
        with atomic_path(state.out) as temporary:
            write_csv(temporary, agreement.pixels)
        state.say("written", path=state.out)
    state.emit(
        {
            "by_confidence": records(table),
            "spread": records(apart),
            "overpasses": records(agreement.overpasses.reset_index()),
        }
    )
    titles = {name: state.words(f"compare.{name}") for name in table}
    state.show(text_table(table.rename(columns=titles)))
    state.show("")
    state.show(text_table(apart.rename(columns={n: state.words(f"compare.{n}") for n in apart})))


def _points(path: Path, now_epoch_s: int) -> pd.DataFrame:
    """Return the fire pixels of a file of fire points, or those found in a level-1 image."""
    from imagery.detect import detect_granules
    from imagery.level1.pairs import is_level1
    from imagery.open import read

    if is_level1(path):
        (granule,) = detect_granules([path])
        return granule.fires
    return read(path, now_epoch_s).points
