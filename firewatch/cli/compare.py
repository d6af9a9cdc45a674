"""`compare`: how far two sources agree, fire pixel by fire pixel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.state import records, state_of, text_table

if TYPE_CHECKING:
    import pandas as pd

    from firewatch.cli.state import State
    from imagery.agreement import Agreement
    from imagery.reading import Look, Reading
    from imagery.sources import Source


def register(app: typer.Typer) -> None:
    app.command()(compare)


def compare(
    context: typer.Context,
    tested: Annotated[
        Path, typer.Argument(help="被检验的火点文件、二级产品、一级影像或文件夹 / what is tested")
    ],
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
    ours, theirs = (_side(state, path) for path in (tested, reference))
    seen, held = _seen(state, ours, theirs), _seen(state, theirs, ours)
    agreement = compared(seen, held, MatchRule(reach_pixels=reach, shared_only=shared))
    if not _shared_overpass(ours, theirs, (seen, held), agreement):
        raise _nothing_shared(ours, theirs)
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
            "left_out": {
                "tested": len(ours.points) - len(seen),
                "reference": len(theirs.points) - len(held),
            },
            "simulated": ours.simulated or theirs.simulated,
        }
    )
    if ours.simulated or theirs.simulated:
        state.say("simulated")
    titles = {name: state.words(f"compare.{name}") for name in table}
    state.show(text_table(table.rename(columns=titles)))
    state.show("")
    state.show(text_table(apart.rename(columns={n: state.words(f"compare.{n}") for n in apart})))


@dataclass(frozen=True, eq=False)
class _Side:
    """What one of the two sources holds.

    `looks` tells where it looked; None where a part of it does not say.
    """

    path: Path
    points: pd.DataFrame
    looks: tuple[Look, ...] | None
    simulated: bool

    @property
    def times(self) -> str:
        """Return each satellite with the first and the last time (UTC) at which it looked."""
        import pandas as pd

        looked = [(look.platform, look.first_s, look.last_s) for look in self.looks or ()]
        known = pd.DataFrame(looked, columns=["platform", "first", "last"])
        known["first"], known["last"] = (
            pd.to_datetime(known[name], unit="s", utc=True) for name in ("first", "last")
        )
        at = self.points["acquired_utc"]
        fires = pd.DataFrame(
            {"platform": self.points["platform"].astype("str"), "first": at, "last": at}
        )
        spans = pd.concat([known, fires]).groupby("platform").agg({"first": "min", "last": "max"})
        texts = [
            f"{row.Index} {row.first:%Y-%m-%d %H:%M} … {row.last:%Y-%m-%d %H:%M}"
            for row in spans.itertuples()
        ]
        return "; ".join(texts) or "—"


def _side(state: State, path: Path) -> _Side:
    """Read a source: files of fire points, official products, or imagery to detect fires in."""
    import pandas as pd

    from firewatch.core.errors import UnreadableFileError
    from firewatch.core.schema import empty

    found = _sources(state, path)
    readings = []
    for source in found:
        try:
            readings.append(_reading(state, source))
        except UnreadableFileError as error:
            if len(found) == 1:
                raise
            typer.echo(str(error), err=True)
            state.exit_code = 1
    if not readings:
        raise _nothing_usable(path)
    points = [reading.points for reading in readings if len(reading.points)]
    looks = [reading.looks for reading in readings]
    return _Side(
        path,
        pd.concat(points, ignore_index=True) if points else empty("read"),
        tuple(look for some in looks for look in some) if all(looks) else None,
        any(reading.simulated for reading in readings),
    )


def _sources(state: State, path: Path) -> list[Source]:
    """Return what lies at a path; of a file its granule or pass, whose other files lie beside."""
    from imagery.level1.pairs import beside
    from imagery.open import expand
    from imagery.sources import sources

    platform = state.settings.detection.stack_platform
    if not path.is_file():
        return [one for one in sources(expand([path]), platform) if not one.highres]
    around = {file.resolve(): file for folder in beside(path) for file in folder.iterdir()}
    around.pop(path.resolve(), None)
    alike = (file for file in around.values() if file.suffix == path.suffix)
    among = sources([path, *alike], platform)
    return [source for source in among if path in source.paths and not source.highres]


def _reading(state: State, source: Source) -> Reading:
    from firewatch.rulebook import detectors_of
    from imagery.detection.detect import detect_one
    from imagery.detection.reading import reading_of_detection
    from imagery.open import read

    if source.fault is not None:
        raise source.fault
    if source.imagery is None:
        return read(source.path, state.clock.now_epoch_s())
    detectors = detectors_of(state.settings.detection)
    return reading_of_detection(detect_one(source.imagery, detectors=detectors))


def _seen(state: State, side: _Side, other: _Side) -> pd.DataFrame:
    """Return the points where the other source looked too, as far as that is known."""
    from imagery.agreement import looked_at

    if other.looks is None:
        return side.points
    inside = looked_at(side.points, other.looks)
    if not inside.all():
        left_out = state.words("compare.left_out", count=(~inside).sum(), path=side.path)
        typer.echo(left_out, err=True)
    return side.points[inside].reset_index(drop=True)


def _shared_overpass(
    ours: _Side, theirs: _Side, kept: tuple[pd.DataFrame, pd.DataFrame], agreement: Agreement
) -> bool:
    """Tell whether both sources looked at anything together, be it without fire for one of them."""
    from imagery.agreement import looks_met

    seen, held = kept
    counts = agreement.overpasses
    if ((counts["tested"] > 0) & (counts["reference"] > 0)).any():
        return True
    if ours.looks is not None and theirs.looks is not None:
        return looks_met(ours.looks, theirs.looks)
    return (ours.looks is not None and len(held) > 0) or (
        theirs.looks is not None and len(seen) > 0
    )


def _nothing_shared(ours: _Side, theirs: _Side) -> Exception:
    from firewatch.core.errors import FirewatchError

    return FirewatchError(
        "两个来源没有共同的过境，无从对照 / the two sources share no overpass: nothing to compare",
        where=f"{ours.path}: {ours.times}\n{theirs.path}: {theirs.times}",
        expected="同一卫星、同一时刻的两个来源 / two sources of one satellite at one time",
        remedy="核对两边的卫星与日期（UTC）/ check satellites and dates (UTC) of both",
    )


def _nothing_usable(path: Path) -> Exception:
    from firewatch.core.errors import UnreadableFileError

    return UnreadableFileError(
        "没有可读的火点文件或影像 / no readable file of fire points or imagery",
        where=str(path),
        expected="FIRMS, MOD14/VNP14IMG, VNP02IMG + VNP03IMG, MOD021KM + MOD03, I4 + I5 GeoTIFF",
        remedy="先处理上面列出的各文件 / first mend the files listed above",
    )
