"""`detect` of Landsat and Sentinel-2 scenes: fires as polygons."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typer

from firewatch.core.errors import UnreadableFileError

if TYPE_CHECKING:
    import pandas as pd

    from firewatch.cli.state import State
    from firewatch.core.geo import Extent
    from imagery.fire20m.detect import HighresFires
    from imagery.highres.find import HighresAmong
    from imagery.highres.scene import HighresScene


def detect_highres(state: State, among: HighresAmong, region: Extent | None) -> None:
    """Detect the fires of each scene and write them all; a faulty scene does not stop others."""
    import pandas as pd

    from firewatch.reports.clusters_export import SUFFIXES
    from firewatch.reports.suffixes import suffix_of
    from imagery.fire20m.series import detect_among
    from imagery.reading import OutsideRegionError

    if state.out is not None:
        suffix_of(state.out, SUFFIXES)
    failures = [_failed(state, fault) for fault in among.faults.values()]
    scenes, outside, tables = [], [], []
    for files in among.found:
        try:
            scene, fires = detect_among(files, among.found, region)
        except OutsideRegionError as error:
            typer.echo(str(error), err=True)
            outside.append(asdict(error))
            continue
        except UnreadableFileError as error:
            failures.append(_failed(state, error))
            continue
        _say(state, fires)
        scenes.append(_account(scene, fires))
        tables.append(_table(scene, fires))
    account = {"scenes": scenes, "failures": failures, "outside": outside}
    if not tables:
        # No scene looked: an empty file would say that there was no fire.
        state.exit_code = 1
        state.emit({"path": None, "fires": None, **account})
        typer.echo(state.words("detect.none"), err=True)
        return
    _write(state, pd.concat(tables, ignore_index=True), account)


def _failed(state: State, error: UnreadableFileError) -> dict[str, Any]:
    typer.echo(str(error), err=True)
    state.exit_code = 1
    return asdict(error)


def _say(state: State, fires: HighresFires) -> None:
    line = state.words(
        "detect.scene",
        name=fires.scene_id,
        fires=len(fires.clusters),
        static=int((fires.clusters["cause_mark"] != "").sum()),
        rows=fires.fire.shape[0],
        columns=fires.fire.shape[1],
        algorithm=fires.algorithm,
        version=fires.version,
        parameters=fires.parameter_hash,
    )
    typer.echo(line, err=True)


def _account(scene: HighresScene, fires: HighresFires) -> dict[str, Any]:
    return {
        "name": fires.scene_id,
        "platform": fires.platform,
        "acquired_utc": f"{datetime.fromtimestamp(fires.acquired_utc_s, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "rows": scene.grid.lines,
        "columns": scene.grid.columns,
        "algorithm": fires.algorithm,
        "version": fires.version,
        "parameter_hash": fires.parameter_hash,
        "missing": list(fires.missing),
        "fires": len(fires.clusters),
        "simulated": scene.simulated,
    }


def _table(scene: HighresScene, fires: HighresFires) -> pd.DataFrame:
    import pandas as pd

    acquired = pd.Timestamp(fires.acquired_utc_s, unit="s", tz="UTC").as_unit("s")
    said = {
        "scene_id": fires.scene_id,
        "platform": fires.platform,
        "sensor": fires.sensor,
        "acquired_utc": acquired,
        "algorithm": fires.algorithm,
        "version": fires.version,
        "parameter_hash": fires.parameter_hash,
        "simulated": "SIMULATED" if scene.simulated else "",
    }
    index = fires.clusters.index
    first = pd.DataFrame(
        {name: pd.Series([value] * len(index), index=index) for name, value in said.items()}
    ).astype({"acquired_utc": "datetime64[s, UTC]"})
    return pd.concat([first, fires.clusters], axis=1)


def _write(state: State, clusters: pd.DataFrame, account: dict[str, Any]) -> None:
    """Write the fires; as GeoJSON to standard output, with the account beside if `--json`."""
    from firewatch.reports.clusters_export import write_clusters

    if state.out is not None:
        write_clusters(state.out, clusters)
        state.emit({"path": str(state.out), "fires": len(clusters), **account})
        state.say("written", path=state.out)
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "fires.geojson"
        write_clusters(file, clusters)
        text = file.read_text(encoding="utf-8")
    if state.as_json:
        state.emit({**json.loads(text), **account})
    else:
        typer.echo(text, nl=False)
