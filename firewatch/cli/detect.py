"""`detect`: fire pixels from level-1 imagery."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from firewatch.cli.state import state_of

if TYPE_CHECKING:
    from firewatch.cli.state import State
    from firewatch.core.geo import Extent


def register(app: typer.Typer) -> None:
    app.command()(detect)


def detect(
    context: typer.Context,
    scenes: Annotated[
        list[str],
        typer.Argument(help="VIIRS 02IMG 或 MODIS 021KM 文件、文件夹；几何文件放在旁边 / scenes"),
    ],
    region: Annotated[
        bool, typer.Option("--region", help="只处理监测区范围 / only the part over the region")
    ] = False,
) -> None:
    """由一级影像检测火点，缺省为整景、GeoJSON / fire pixels from level-1 imagery."""
    import pandas as pd

    from firewatch.core.errors import UsageError
    from firewatch.reports.detections_export import write_detections
    from imagery.detect import DETECTED_COLUMNS, detect_granules
    from imagery.open import expand

    state = state_of(context)
    found = []
    for granule in detect_granules(expand(scenes), _region(state) if region else None):
        found.append(granule.fires)
        rows, columns = granule.shape
        line = state.words(
            "detect.granule",
            name=granule.image.name,
            fires=len(granule.fires),
            rows=rows,
            columns=columns,
            algorithm=granule.algorithm,
            version=granule.version,
            parameters=granule.parameter_hash,
        )
        typer.echo(line, err=True)
    if not found:
        raise UsageError(
            "没有一级影像 / no level-1 image among the files",
            expected="VNP02IMG….nc, VJ102IMG….nc, MOD021KM….hdf …",
            remedy="给出影像文件或其所在文件夹 / name the images or their folder",
        )
    fires = pd.concat(found, ignore_index=True)[list(DETECTED_COLUMNS)]
    if state.out is not None:
        write_detections(state.out, fires)
        state.emit({"path": str(state.out), "fires": len(fires)})
        state.say("written", path=state.out)
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "detections.geojson"
        write_detections(file, fires)
        typer.echo(file.read_text(encoding="utf-8"), nl=False)


def _region(state: State) -> Extent:
    import shapely

    from firewatch.core.geo import Extent
    from zones.places.areas import load_areas

    settings = state.settings.region
    return Extent(*shapely.bounds(load_areas(settings.boundaries, settings.adcode).region).tolist())
