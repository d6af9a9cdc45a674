"""`detect`: fire pixels from level-1 imagery."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.state import on_terminal, state_of
from firewatch.core.errors import FirewatchError, UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from firewatch.cli.state import State
    from firewatch.core.geo import Extent
    from imagery.detection.detect import DetectedGranule
    from imagery.highres.find import HighresAmong
    from imagery.level1.scenes import SceneFiles, Scenes


def register(app: typer.Typer) -> None:
    app.command()(detect)


def detect(
    context: typer.Context,
    scenes: Annotated[
        list[str],
        typer.Argument(
            help="VIIRS 02IMG、MODIS 021KM（几何文件放在旁边）、已定标 GeoTIFF、"
            "Landsat 8/9 或哨兵二号 L1C 文件夹 / scenes or their folders"
        ),
    ],
    region: Annotated[
        bool, typer.Option("--region", help="只处理监测区范围 / only the part over the region")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="同时处理的景数，缺省为处理器核数 / granules at a time"),
    ] = None,
) -> None:
    """由一级影像检测火点，缺省为整景、GeoJSON / fire pixels from level-1 imagery."""
    import pandas as pd

    from firewatch.cli.detect_highres import detect_highres
    from firewatch.reports.detections_export import SUFFIXES
    from firewatch.reports.suffixes import suffix_of
    from imagery.open import expand

    state = state_of(context)
    if state.out is not None:
        # Before the long work, not after it.
        suffix_of(state.out, SUFFIXES)
    files = expand(scenes)
    among, highres = _among(files, state.settings.detection.stack_platform)
    _tell_unused(state, scenes, files, among, highres)
    if highres.found or highres.faults:
        detect_highres(state, highres, _region(state) if region else None)
        return
    found, faults = list(among.found), among.faults.values()
    account = _Account()
    for fault in faults:
        _fail(state, account, fault)
    with _executor(len(found), jobs) as executor:
        for number, granule in enumerate(_detected(state, found, region, executor), 1):
            if isinstance(granule, FirewatchError):
                _fail(state, account, granule)
            else:
                _say(state, granule)
                account.add(granule)
            _progress(state, number, len(found))
    if not account.fires:
        # No granule looked: an empty file would say that there was no fire.
        state.exit_code = 1
        state.emit({"path": None, "fires": None, **account.document()})
        typer.echo(state.words("detect.none"), err=True)
        return
    _write(state, pd.concat(account.fires, ignore_index=True), account)


@dataclass
class _Account:
    """What became of each granule."""

    fires: list[pd.DataFrame] = field(default_factory=list)
    granules: list[dict[str, object]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    outside: list[dict[str, str]] = field(default_factory=list)

    def add(self, granule: DetectedGranule) -> None:
        started = datetime.fromtimestamp(granule.started_utc_s, UTC)
        self.fires.append(granule.fires)
        self.granules.append(
            {
                "name": granule.files.name,
                "platform": granule.platform,
                "started_utc": f"{started:%Y-%m-%dT%H:%M:%SZ}",
                "rows": granule.shape[0],
                "columns": granule.shape[1],
                "algorithm": granule.algorithm,
                "version": granule.version,
                "parameter_hash": granule.parameter_hash,
                "missing": list(granule.missing),
                "set_aside": [asdict(fault) for fault in granule.set_aside],
                "fires": len(granule.fires),
                "simulated": granule.simulated,
            }
        )

    def document(self) -> dict[str, object]:
        """Return the account as a part of a JSON document."""
        names = ("granules", "failures", "outside")
        return {name: getattr(self, name) for name in names}


def _among(files: Sequence[Path], stack_platform: str) -> tuple[Scenes, HighresAmong]:
    """Return what there is to detect: granules, or scenes of Landsat and Sentinel-2.

    Raises
    ------
    UsageError
        If there is nothing, or some of both: their fires are tables of different columns.
    """
    from imagery.highres.find import highres_among
    from imagery.level1.scenes import scenes_among

    among = scenes_among(files, stack_platform)
    taken = {path for scene in among.found for path in scene.paths}
    highres = highres_among(path for path in among.others if path not in taken)
    coarse, fine = among.found or among.faults, highres.found or highres.faults
    if coarse and fine:
        raise UsageError(
            "既有 VIIRS/MODIS 又有 Landsat/哨兵二号影像 / images of both resolutions",
            expected="一次只检测一类 / one kind at a time",
            remedy="分两次运行 detect / run detect twice",
        )
    if not coarse and not fine:
        raise UsageError(
            "没有一级影像 / no level-1 image among the files",
            expected="VNP02IMG….nc, VJ102IMG….nc, MOD021KM….hdf, …i04….tif, LC08…_MTL.txt, …SAFE",
            remedy="给出影像文件或其所在文件夹 / name the images or their folder",
        )
    return among, highres


def _tell_unused(
    state: State, scenes: list[str], files: Sequence[Path], among: Scenes, highres: HighresAmong
) -> None:
    """Tell what was named and is absent or no image; in folders there may be anything."""
    from imagery.highres.apart import scenes_apart
    from imagery.level1.pairs import granule_name

    used = {path for scene in (*among.found, *highres.found) for path in scene.paths}
    used |= {*among.faults, *highres.faults}
    named = {Path(scene).expanduser() for scene in scenes}
    for path in files:
        if not path.exists():
            typer.echo(state.words("detect.absent", path=path), err=True)
            state.exit_code = 1
        elif path in named - used and granule_name(path) is None and not scenes_apart([path]):
            typer.echo(state.words("detect.no_image", path=path), err=True)


@contextmanager
def _executor(granules: int, jobs: int | None) -> Iterator[Executor | None]:
    """Give processes for several granules; None where one process does."""
    workers = min(jobs or os.cpu_count() or 1, granules)
    if workers < 2:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        yield executor


def _detected(
    state: State, found: list[SceneFiles], region: bool, executor: Executor | None
) -> Iterator[DetectedGranule | FirewatchError]:
    from firewatch.rulebook import detectors_of
    from imagery.detection.detect import detect_each

    extent = _region(state) if region else None
    detectors = detectors_of(state.settings.detection)
    return detect_each(found, extent, detectors=detectors, executor=executor)


def _fail(state: State, account: _Account, error: FirewatchError) -> None:
    """Tell a granule that was not detected; one that looked elsewhere is no failure."""
    from imagery.reading import OutsideRegionError

    _clear_line()
    typer.echo(str(error), err=True)
    if isinstance(error, OutsideRegionError):
        account.outside.append(asdict(error))
    else:
        account.failures.append(asdict(error))
        state.exit_code = 1


def _say(state: State, granule: DetectedGranule) -> None:
    from imagery.reading import both

    rows, columns = granule.shape
    line = state.words(
        "detect.granule",
        name=granule.files.name,
        fires=len(granule.fires),
        rows=rows,
        columns=columns,
        algorithm=granule.algorithm,
        version=granule.version,
        parameters=granule.parameter_hash,
    )
    _clear_line()
    typer.echo(line, err=True)
    for fault in granule.set_aside:
        typer.echo(f"{both('detected.set_aside')}: {fault}", err=True)


def _progress(state: State, done: int, total: int) -> None:
    if on_terminal() and done < total:
        typer.echo(state.words("detect.progress", done=done, total=total), nl=False, err=True)


def _clear_line() -> None:
    if on_terminal():
        typer.echo("\r\x1b[K", nl=False, err=True)


def _write(state: State, fires: pd.DataFrame, account: _Account) -> None:
    """Write the fires; as GeoJSON to standard output, with the account beside if `--json`."""
    from firewatch.reports.detections_export import write_detections

    if state.out is not None:
        write_detections(state.out, fires)
        state.emit({"path": str(state.out), "fires": len(fires), **account.document()})
        state.say("written", path=state.out)
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "detections.geojson"
        write_detections(file, fires)
        text = file.read_text(encoding="utf-8")
    if state.as_json:
        state.emit({**json.loads(text), **account.document()})
    else:
        typer.echo(text, nl=False)


def _region(state: State) -> Extent:
    from zones.places.areas import load_areas

    settings = state.settings.region
    return load_areas(settings.boundaries, settings.adcode).extent
