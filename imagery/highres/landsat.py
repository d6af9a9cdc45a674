"""Landsat 8 and 9 level-1 folders: band files with their MTL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from imagery.highres.clouds import tested_ground
from imagery.highres.files import HighresFiles
from imagery.highres.grid import Grid
from imagery.highres.mtl import SUFFIXES, Mtl, read_mtl
from imagery.highres.products import (
    LANDSAT_PLATFORMS,
    LANDSAT_PRODUCT,
    OLI_BANDS,
    OLI_ROLES,
)
from imagery.highres.quality import QUALITY_BANDS, ground_of_flags
from imagery.highres.raster import Part, heading_of, part_over, placed, read_part, side_by_side
from imagery.highres.scene import Calibration, Ground, HighresScene, Numbers, Role
from imagery.reading import unreadable

FORMAT: Final = "Landsat Level-1"
_QUALITY_NAMES = ("FILE_NAME_QUALITY_L1_PIXEL", "FILE_NAME_BAND_QUALITY")


def landsat_files(path: Path) -> HighresFiles:
    """Return the scene that an MTL file describes.

    Raises
    ------
    UnreadableFileError
        If it is no level-1 product of Landsat 8 or 9, is not that of the files beside it, or
        lacks what it must say.
    """
    mtl = read_mtl(path)
    spacecraft = mtl.text("SPACECRAFT_ID")
    if spacecraft not in LANDSAT_PLATFORMS:
        raise unreadable(path, "scene_sensor", found=spacecraft)
    if not mtl.level.startswith("L1"):
        raise unreadable(path, "scene_level", found=mtl.level, wanted="Level-1 (L1TP)")
    if LANDSAT_PRODUCT.search(path.name) and not path.name.startswith(mtl.product_id):
        raise unreadable(path, "scene_renamed", stated=mtl.product_id)
    bands = [path.parent / mtl.text(f"FILE_NAME_BAND_{OLI_BANDS[role]}") for role in OLI_ROLES]
    cloud = mtl.values.get("CLOUD_COVER", "")
    return HighresFiles(
        scene_id=mtl.product_id,
        platform=LANDSAT_PLATFORMS[spacecraft],
        sensor="OLI",
        acquired_utc_s=mtl.acquired_utc_s,
        kind="landsat",
        paths=(path, *bands),
        # -1 where no cloud was looked for, as at night.
        cloud_pct=float(cloud) if _is_share(cloud) else None,
    )


def metadata_first(paths: Iterable[Path]) -> list[Path]:
    """Return one MTL file a product: text before JSON before XML."""
    chosen: dict[Path, Path] = {}
    for suffix in SUFFIXES:
        for path in paths:
            if path.name.endswith(suffix):
                chosen.setdefault(path.with_name(path.name.removesuffix(suffix)), path)
    return sorted(chosen.values())


def read_landsat(
    files: HighresFiles, region: Extent | None, roles: Sequence[Role] | None
) -> HighresScene:
    """Read a scene, or its part over a region.

    Raises
    ------
    UnreadableFileError
        If a band is missing, damaged, on another grid, or the scene is empty.
    OutsideRegionError
        If it does not meet the region.
    """
    mtl = read_mtl(files.paths[0])
    wanted = tuple(roles or OLI_ROLES)
    bands = {role: _band_path(mtl, f"FILE_NAME_BAND_{OLI_BANDS[role]}") for role in wanted}
    grid = _one_grid(list(bands.values()))
    part = part_over(mtl.path, grid, region)

    def numbers_of(path: Path) -> Numbers:
        return read_part(path, part, FORMAT)

    numbers = dict(zip(wanted, side_by_side(numbers_of, list(bands.values())), strict=True))
    calibration = {role: _calibration(mtl, OLI_BANDS[role]) for role in wanted}
    has_data = _has_data(numbers, calibration)
    scene = HighresScene(
        scene_id=files.scene_id,
        platform=files.platform,
        sensor="OLI",
        acquired_utc_s=files.acquired_utc_s,
        grid=part.of(grid),
        numbers=numbers,
        calibration=calibration,
        ground=has_data.astype(np.uint8),
        sun_elevation_deg=mtl.number("SUN_ELEVATION"),
        sun_corrected=False,
        files=files.paths,
        simulated=mtl.simulated,
    )
    return scene.with_ground(_ground(mtl, grid, part, scene, has_data))


def _band_path(mtl: Mtl, name: str) -> Path:
    """Return the path of a file that the MTL names.

    Raises
    ------
    UnreadableFileError
        If it is not beside the MTL; says what lies there of another product.
    """
    named = mtl.text(name)
    path = mtl.path.parent / Path(named).name
    if path.is_file():
        return path
    suffix = named.removeprefix(mtl.product_id)
    others = sorted(file.name for file in mtl.path.parent.glob(f"*{suffix}"))
    if others:
        raise unreadable(
            mtl.path, "scene_mixed", product=mtl.product_id, wanted=named, others=", ".join(others)
        )
    raise unreadable(mtl.path, "granule_partner", fetch=named)


def _one_grid(paths: Sequence[Path]) -> Grid:
    first = placed(heading_of(paths[0], FORMAT), FORMAT)
    for path in paths[1:]:
        if placed(heading_of(path, FORMAT), FORMAT) != first:
            raise unreadable(path, "stack_grid", place=path.name, other=paths[0].name)
    return first


def _calibration(mtl: Mtl, band: int) -> Calibration:
    full = mtl.number(f"QUANTIZE_CAL_MAX_BAND_{band}")
    return Calibration(
        mult=mtl.number(f"REFLECTANCE_MULT_BAND_{band}"),
        add=mtl.number(f"REFLECTANCE_ADD_BAND_{band}"),
        saturated=int(full),
    )


def _has_data(
    numbers: dict[Role, Numbers], calibration: dict[Role, Calibration]
) -> NDArray[np.bool_]:
    """Return where every band has data; at the edge of the swath bands end one after another."""
    roles = list(numbers)
    seen: NDArray[np.bool_] = numbers[roles[0]] != calibration[roles[0]].fill
    for role in roles[1:]:
        seen &= numbers[role] != calibration[role].fill
    return seen


def _ground(
    mtl: Mtl, grid: Grid, part: Part, scene: HighresScene, has_data: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return codes of `Ground` from the quality band, from our own test without one."""
    flags = QUALITY_BANDS.get(mtl.collection)
    named = next((mtl.values[name] for name in _QUALITY_NAMES if name in mtl.values), "")
    path = mtl.path.parent / Path(named).name if named else None
    if flags is None or path is None or not path.is_file():
        return tested_ground(scene, has_data)
    if placed(heading_of(path, FORMAT), FORMAT) != grid:
        raise unreadable(path, "stack_grid", place=path.name, other=scene.files[1].name)
    ground = ground_of_flags(read_part(path, part, FORMAT), flags)
    ground[~has_data] = Ground.NO_DATA
    return ground


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 100
    except ValueError:
        return False
