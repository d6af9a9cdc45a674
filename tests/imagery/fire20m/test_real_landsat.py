"""Two real Landsat 8 scenes without fire, and flames mixed into their own numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imagery.fire20m.detect import detect_fires
from imagery.highres.find import highres_among
from imagery.highres.read import read_highres
from imagery.highres.scene import HighresScene, Role

pytestmark = pytest.mark.realdata
SCENES = ("LC08_L1TP_016037_20170813_20170814_01_RT", "LC08_L1TP_195025_20130707_20170503_01_T1")
# Number of the band and its middle, micrometres.
BANDS: dict[Role, tuple[int, float]] = {
    "coastal": (1, 0.443), "blue": (2, 0.482), "green": (3, 0.561), "red": (4, 0.655),
    "nir": (5, 0.865), "swir1": (6, 1.609), "swir2": (7, 2.201),
}  # fmt: skip
SIZES_M2 = (2.0, 4.0, 8.0, 16.0, 64.0, 256.0)
PIXEL_M2 = 900.0


def planck(um: float, kelvin: float) -> float:
    return float(1.191042972e8 / um**5 / (np.exp(14387.769 / (um * kelvin)) - 1))


def with_flames(
    scene: HighresScene, mtl: str, where: np.ndarray, kelvin: float, area_m2: float
) -> HighresScene:
    """Return a scene in whose pixels a flame covers some square metres, radiance by radiance."""

    def said(name: str, band: int) -> float:
        match = re.search(rf"{name}_BAND_{band} = (\S+)", mtl)
        assert match is not None
        return float(match[1])

    share = area_m2 / PIXEL_M2
    line, column = where.T
    numbers = {}
    for role, stored in scene.numbers.items():
        numbers[role] = stored.copy()
        if role in BANDS:
            band, um = BANDS[role]
            mult, add = said("RADIANCE_MULT", band), said("RADIANCE_ADD", band)
            radiance = (1 - share) * (stored[line, column] * mult + add)
            exact = np.rint((radiance + share * planck(um, kelvin) - add) / mult)
            numbers[role][line, column] = np.clip(exact, 1, 65535)
    return replace(scene, numbers=numbers)


@pytest.fixture(params=SCENES)
def real(request: pytest.FixtureRequest, realdata: Path) -> tuple[HighresScene, str]:
    among = highres_among([realdata / "landsat8_l1_samples"])
    files = next(files for files in among.found if files.scene_id == request.param)
    mtl = (files.paths[0].parent / f"{request.param}_MTL.txt").read_text()
    return read_highres(files), mtl


def places(scene: HighresScene) -> np.ndarray:
    """Return pixels of clear land, ten apart."""
    seen = np.min(list(scene.numbers.values()), axis=0) > 0
    land = seen & (scene.reflectance("nir") > 0.12) & (scene.reflectance("blue") < 0.2)
    spots = np.argwhere(land)
    return spots[(spots % 10 == 5).all(axis=1)]


def test_no_pixel_burns(real: tuple[HighresScene, str]) -> None:
    found = detect_fires(real[0])
    assert not found.fire.any()
    assert found.clusters.empty


def test_flames_of_their_own_numbers_are_found(real: tuple[HighresScene, str]) -> None:
    scene, mtl = real
    spots = places(scene)
    assert len(spots) >= 4
    recall = {}
    for kelvin in (900.0, 1100.0):
        for area_m2 in SIZES_M2:
            fire = detect_fires(with_flames(scene, mtl, spots, kelvin, area_m2)).fire
            found = fire[tuple(spots.T)]
            recall[kelvin, area_m2] = float(found.mean())
            others = fire.copy()
            others[tuple(spots.T)] = False
            line, column = np.nonzero(others)
            beside = np.abs(np.stack([line, column], axis=1)[:, None] - spots).max(axis=2)
            assert (beside.min(axis=1, initial=99) <= 1).all()
    print(f"\n{scene.scene_id}: {len(spots)} fires a size,", recall)
    assert recall[1100.0, 64.0] >= 0.95
    assert recall[900.0, 256.0] >= 0.95
