"""`firewatch simulate`: data that nobody measured, for trials and the demo."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from firewatch.cli.state import state_of

app = typer.Typer(no_args_is_help=True, help="模拟数据 / simulated data")


class _Sensor(Enum):
    OLI = "OLI"
    MSI = "MSI"


@app.callback()
def group() -> None:
    """模拟数据 / simulated data."""


@app.command()
def granule(
    context: typer.Context,
    platform: Annotated[
        str, typer.Option(help="S-NPP | NOAA-20 | NOAA-21 | Terra | Aqua")
    ] = "S-NPP",
    at: Annotated[
        str, typer.Option("--at", help="过境时刻（北京时间）/ time of the overpass")
    ] = "2020-11-05T14:05",
    fires: Annotated[int, typer.Option(help="火点个数 / number of fires", min=0)] = 200,
    scans: Annotated[int, typer.Option(help="扫描行数，整景约 200 / scans", min=1, max=203)] = 60,
    seed: Annotated[int, typer.Option(help="随机种子 / seed", min=0)] = 20201001,
) -> None:
    """模拟一景一级影像，旁附真值 / level-1 files of one granule, with the truth beside."""
    from firewatch.core.files import make_folder
    from firewatch.core.time import parse_time
    from firewatch.simulate.granule import GranuleRequest, simulate_granule
    from firewatch.simulate.granule_fires import scattered_fires

    state = state_of(context)
    folder = state.output_path("firewatch-granule")
    make_folder(folder)
    started_utc_s = int(parse_time(at).timestamp())
    request = GranuleRequest(
        platform, started_utc_s, scattered_fires(fires, seed), seed=seed, scans=scans
    )
    made = simulate_granule(folder, request)
    paths = [*made.files.values(), made.truth, made.cover]
    state.emit({"folder": str(folder), "files": [str(path) for path in paths], "simulated": True})
    state.say("simulated")
    state.say("simulate.written", count=len(paths), folder=folder)


@app.command()
def scene(
    context: typer.Context,
    sensor: Annotated[_Sensor, typer.Option(help="Landsat | Sentinel-2")] = _Sensor.MSI,
    at: Annotated[
        str, typer.Option("--at", help="过境时刻（北京时间）/ time of the overpass")
    ] = "2020-11-05T11:10",
    lon: Annotated[float, typer.Option(help="中心经度 / longitude", min=-180, max=180)] = 108.4,
    lat: Annotated[float, typer.Option(help="中心纬度 / latitude", min=0, max=80)] = 22.9,
    fires: Annotated[int, typer.Option(help="火点个数 / number of fires", min=0)] = 20,
    size: Annotated[
        float, typer.Option(help="火焰面积中位数，平方米 / median area of flames, m²", min=0.1)
    ] = 60.0,
    pixels: Annotated[int, typer.Option(help="边长，像元 / side in pixels", min=30)] = 300,
    cloud: Annotated[float, typer.Option(help="云量 0–1 / share of cloud", min=0, max=0.9)] = 0.05,
    series: Annotated[
        bool, typer.Option("--series", help="另写火前、火后各一景 / also before and after")
    ] = False,
    older: Annotated[
        bool, typer.Option("--older", help="旧版格式 / Collection 1, or baseline 02.09")
    ] = False,
    seed: Annotated[int, typer.Option(help="随机种子 / seed", min=0)] = 20201001,
) -> None:
    """模拟高分辨率影像（Landsat 或 Sentinel-2 文件夹），旁附真值 / high-resolution scenes."""
    from firewatch.core.files import make_folder
    from firewatch.core.time import parse_time
    from firewatch.simulate.highres import EDITIONS
    from firewatch.simulate.highres_series import SceneRequest, write_series

    state = state_of(context)
    folder = state.output_path("firewatch-scenes")
    make_folder(folder)
    request = SceneRequest(
        sensor.value, int(parse_time(at).timestamp()), lon, lat, fires, size, pixels, cloud, seed,
        edition=EDITIONS[sensor.value][int(older)],
    )  # fmt: skip
    paths = write_series(folder, request, whole=series)
    state.emit({"folder": str(folder), "files": [str(path) for path in paths], "simulated": True})
    state.say("simulated")
    state.say("simulate.written", count=len(paths), folder=folder)


@app.command()
def season(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="随机种子 / seed", min=0)] = 20201001,
    scale: Annotated[float, typer.Option(help="规模 / scale")] = 1.0,
) -> None:
    """模拟两季的 FIRMS 格式火点文件与一景一级影像 / files of two seasons, one granule."""
    from firewatch.simulate.season import simulate_season

    state = state_of(context)
    folder = state.output_path("firewatch-simulated")
    paths = simulate_season(folder, seed, scale).all()
    state.emit({"folder": str(folder), "files": [str(path) for path in paths], "simulated": True})
    state.say("simulated")
    state.say("simulate.written", count=len(paths), folder=folder)
