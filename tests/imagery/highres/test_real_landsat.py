"""Two real Landsat 8 scenes that no one here made."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import rasterio

from imagery.highres.find import highres_among
from imagery.highres.products import OLI_BANDS, OLI_ROLES
from imagery.highres.read import read_highres

pytestmark = pytest.mark.realdata
SCENES = ("LC08_L1TP_016037_20170813_20170814_01_RT", "LC08_L1TP_195025_20130707_20170503_01_T1")


def _said(mtl: str, name: str) -> float:
    match = re.search(rf"^\s*{name} = (\S+)$", mtl, re.MULTILINE)
    assert match is not None
    return float(match[1])


@pytest.mark.parametrize("scene_id", SCENES)
def test_reflectance_equals_the_formula_of_the_mtl(realdata: Path, scene_id: str) -> None:
    among = highres_among([realdata / "landsat8_l1_samples"])
    files = next(files for files in among.found if files.scene_id == scene_id)
    scene = read_highres(files)
    folder = files.paths[0].parent
    mtl = (folder / f"{scene_id}_MTL.txt").read_text()
    sine = np.sin(np.radians(_said(mtl, "SUN_ELEVATION")))
    for role in OLI_ROLES:
        band = OLI_BANDS[role]
        with rasterio.open(folder / f"{scene_id}_B{band}.TIF") as image:
            stored = image.read(1).astype(np.int64) & 0xFFFF
        expected = _said(mtl, f"REFLECTANCE_MULT_BAND_{band}") * stored
        expected += _said(mtl, f"REFLECTANCE_ADD_BAND_{band}")
        seen = stored > 0
        plain, corrected = scene.reflectance(role, sun_correct=False), scene.reflectance(role)
        np.testing.assert_allclose(plain[seen], expected[seen], atol=1e-6)
        np.testing.assert_allclose(corrected[seen], expected[seen] / sine, atol=2e-6)
        assert np.isnan(plain[~seen]).all()


def test_both_scenes_are_found_and_nothing_else(realdata: Path) -> None:
    among = highres_among([realdata / "landsat8_l1_samples"])
    assert sorted(files.scene_id for files in among.found) == sorted(SCENES)
    assert not among.faults
    assert [files.cloud_pct for files in among.found] == [6.03, 26.7]
