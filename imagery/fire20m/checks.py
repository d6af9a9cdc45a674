"""Whether a scene can be tested for fire, and by which algorithms."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imagery.fire20m.landsat import KUMAR_ROY_ROLES, SCHROEDER_ROLES
from imagery.fire20m.murphy import MURPHY_ROLES
from imagery.fire20m.parameters import Fire20mParameters
from imagery.fire20m.sentinel2 import HU_ROLES, TAI_ROLES
from imagery.highres.scene import HighresScene, Role, SensorName
from imagery.reading import unreadable

NEEDED: Final[dict[SensorName, dict[str, tuple[Role, ...]]]] = {
    "OLI": {"schroeder": SCHROEDER_ROLES, "kumar_roy": KUMAR_ROY_ROLES, "murphy": MURPHY_ROLES},
    "MSI": {"hu": HU_ROLES, "tai": TAI_ROLES, "murphy": MURPHY_ROLES},
}
"""Bands of each algorithm. Where one is missing the algorithm does not run."""


def source_of(scene: HighresScene) -> Path:
    """Return what to name in an error about a scene."""
    return scene.files[0] if scene.files else Path(scene.scene_id)


def check(scene: HighresScene, parameters: Fire20mParameters) -> None:
    """Refuse a scene without pixels, by night, or whose arrays do not fit together.

    Raises
    ------
    UnreadableFileError
    """
    source, shape = source_of(scene), scene.grid.shape
    shapes = {str(role): numbers.shape for role, numbers in scene.numbers.items()}
    shapes["ground"] = scene.ground.shape
    uneven = [f"{name} {found}" for name, found in shapes.items() if found != shape]
    if uneven:
        raise unreadable(source, "scene_shapes", ", ".join(uneven), shape=shape)
    if not scene.has_data.any():
        raise unreadable(source, "scene_empty")
    if scene.sun_elevation_deg < parameters.least_sun_elevation_deg:
        raise unreadable(
            source,
            "scene_night",
            sun=f"{scene.sun_elevation_deg:.1f}",
            least=f"{parameters.least_sun_elevation_deg:g}",
        )


def runnable(scene: HighresScene, parameters: Fire20mParameters) -> tuple[str, ...]:
    """Return the algorithms whose bands are all there.

    Raises
    ------
    UnreadableFileError
        If they are too few: for MSI, Hu and TAI are needed, for OLI as many as must agree.
    """
    needed = NEEDED[scene.sensor]
    able = tuple(name for name, roles in needed.items() if set(roles) <= set(scene.numbers))
    enough = {"hu", "tai"} <= set(able) if scene.sensor == "MSI" else len(able) >= parameters.votes
    if not enough:
        every = sorted({role for roles in needed.values() for role in roles})
        raise unreadable(
            source_of(scene),
            "scene_bands",
            missing=", ".join(role for role in every if role not in scene.numbers),
            needed=", ".join(every),
        )
    return able
