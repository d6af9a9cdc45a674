"""Series before, during and after fires, and the command that writes them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firewatch.cli.main import run
from firewatch.simulate.highres_ground import Cover
from firewatch.simulate.highres_series import SceneRequest, draw_series
from imagery.highres.scene import Ground, HighresScene, SensorName

NOVEMBER = 1_604_545_800


def nbr(scene: HighresScene) -> np.ndarray:
    nir, swir = scene.reflectance("nir"), scene.reflectance("swir2")
    return (nir - swir) / (nir + swir)


@pytest.mark.parametrize(("sensor", "days"), [("OLI", 16), ("MSI", 5)])
def test_what_burns_during_has_burnt_after_and_had_not_before(
    sensor: SensorName, days: int
) -> None:
    request = SceneRequest(sensor, NOVEMBER, 108.4, 22.9, fires=8, pixels=150, cloud_share=0.0)
    before, during, after = draw_series(request)
    steps = np.diff([one.scene.acquired_utc_s for one in (before, during, after)])
    assert steps.tolist() == [days * 86_400] * 2
    assert len(before.truth) == len(after.truth) == 0
    hottest = during.truth.sort_values("share_flaming").groupby("fire").tail(1)
    assert len(hottest) == 8
    assert (hottest["rho_swir2"] > 0.5).mean() > 0.6
    at = hottest["line"].to_numpy(), hottest["column"].to_numpy()
    assert np.isin(before.cover[at], [Cover.STUBBLE, Cover.CANE]).all()
    assert (after.cover[at] == Cover.BURNT).all()
    fall = nbr(before.scene) - nbr(after.scene)
    assert np.median(fall[at]) > 0.25
    burnt = [(one.cover == Cover.BURNT).sum() for one in (before, during, after)]
    assert burnt[0] == 0
    assert 0.3 * burnt[2] < burnt[1] < 0.7 * burnt[2]


def test_the_command_writes_a_series_and_says_that_it_is_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--json", "--out", tmp_path, "simulate", "scene", "--sensor", "OLI", "--series"]
    line += ["--fires", 4, "--pixels", 90, "--at", "2020-11-05T11:10", "--older"]
    assert run([str(word) for word in line]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["simulated"] is True
    names = [Path(path).name for path in said["files"]]
    assert names[::3] == [
        f"SIMULATED_LC08_L1TP_125044_{day}_{day}_01_T1" for day in (20201020, 20201105, 20201121)
    ]
    assert all((tmp_path / name).exists() for name in names)
    truth = pd.read_csv(tmp_path / names[4])
    assert truth["fire"].nunique() == 4
    assert not list(tmp_path.glob(".*"))


def test_the_command_refuses_night_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--out", str(tmp_path), "simulate", "scene", "--at", "2020-11-05T23:00"]
    assert run(line) != 0
    assert "太阳" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_clouds_of_a_request_lie_over_its_scenes() -> None:
    request = SceneRequest("MSI", NOVEMBER, 108.4, 22.9, fires=0, pixels=150, cloud_share=0.4)
    (scene,) = draw_series(request, whole=False)
    assert (scene.scene.ground == Ground.CLOUD).mean() > 0.1
    assert len(scene.truth) == 0
