"""All bands of a scene in one GeoTIFF: as firewatch keeps fetched ones, or as users stack them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from firewatch.core.errors import NotWrittenError
from firewatch.core.files import atomic_path
from firewatch.core.geo import Extent
from imagery.highres.clouds import tested_ground
from imagery.highres.files import HighresFiles
from imagery.highres.mtl import SUFFIXES, Mtl, read_mtl
from imagery.highres.products import (
    LANDSAT_PLATFORMS,
    LANDSAT_PRODUCT,
    OLI_ADD,
    OLI_BANDS,
    OLI_FULL,
    OLI_MULT,
    OLI_ROLES,
)
from imagery.highres.quality import QUALITY_NAMES, ground_of_flags
from imagery.highres.raster import (
    Heading,
    Part,
    heading_of,
    part_over,
    placed,
    read_part,
    side_by_side,
)
from imagery.highres.scene import Calibration, Ground, HighresScene, Numbers, Role
from imagery.reading import SIMULATED_PREFIX, both, unreadable
from imagery.sun import solar_angles_deg

FORMAT: Final = "GeoTIFF"
TAG: Final = "FIREWATCH_SCENE"
_GROUND = "ground"
_TILE_PX = 256

STACKED_BANDS: Final[dict[int, tuple[int, ...]]] = {
    7: (1, 2, 3, 4, 5, 6, 7),
    10: (1, 2, 3, 4, 5, 6, 7, 9, 10, 11),
    11: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
}
"""OLI/TIRS bands of a stack without band names, by how many it has; 10 leaves out band 8."""

_BAND_NAME = re.compile(r"(?:^|[^A-Za-z0-9])B(?:and)?[ _]?0?(\d{1,2})$", re.IGNORECASE)
_TIME_DIGITS = "%Y%m%d%H%M%S"
# Landsat passes over the middle of a scene at about 10:15 local solar time.
_LANDSAT_SOLAR_HOUR = 10.25


def write_scene(scene: HighresScene, path: Path) -> None:
    """Keep a scene as one GeoTIFF, from which `read_geotiff` makes the same scene.

    Raises
    ------
    NotWrittenError
        If the disk is full or the folder is read-only; nothing half-written is left.
    """
    import rasterio
    from rasterio.errors import RasterioError
    from rasterio.transform import Affine

    roles = list(scene.numbers)
    profile = {
        "driver": "GTiff",
        "dtype": "uint16",
        "count": len(roles) + 1,
        "height": scene.grid.lines,
        "width": scene.grid.columns,
        "crs": scene.grid.crs,
        "transform": Affine(*scene.grid.transform),
        "compress": "deflate",
        "predictor": 2,
        "tiled": True,
        "blockxsize": _TILE_PX,
        "blockysize": _TILE_PX,
        "bigtiff": "if_safer",
    }
    try:
        with atomic_path(path) as temporary, rasterio.open(temporary, "w", **profile) as image:
            for band, role in enumerate(roles, 1):
                image.write(scene.numbers[role], band)
                image.set_band_description(band, role)
            image.write(scene.ground.astype(np.uint16), len(roles) + 1)
            image.set_band_description(len(roles) + 1, _GROUND)
            image.update_tags(**{TAG: json.dumps(_statement(scene), sort_keys=True)})
    except RasterioError as error:
        raise NotWrittenError(
            both("write.scene.what"), where=str(path), remedy=both("write.scene.remedy")
        ) from error


def _statement(scene: HighresScene) -> dict[str, Any]:
    return {
        "scene_id": scene.scene_id,
        "platform": scene.platform,
        "sensor": scene.sensor,
        "acquired_utc_s": scene.acquired_utc_s,
        "sun_elevation_deg": scene.sun_elevation_deg,
        "sun_corrected": scene.sun_corrected,
        "simulated": scene.simulated,
        "calibration": {role: dataclasses.asdict(band) for role, band in scene.calibration.items()},
    }


def geotiff_files(path: Path) -> HighresFiles | None:
    """Return the scene in a GeoTIFF; None for one that is none.

    Raises
    ------
    UnreadableFileError
        If the file is damaged, or a stack does not say when it was taken.
    """
    heading = heading_of(path, FORMAT)
    if TAG in heading.tags:
        said = _said(heading)
        return HighresFiles(
            said["scene_id"],
            said["platform"],
            said["sensor"],
            int(said["acquired_utc_s"]),
            "geotiff",
            (path,),
        )
    if _stacked(heading) is None:
        return None
    named = LANDSAT_PRODUCT.search(path.name)
    mtl = _mtl_beside(path)
    platform = LANDSAT_PLATFORMS[named["satellite"]] if named else LANDSAT_PLATFORMS["08"]
    if mtl is not None:
        platform = LANDSAT_PLATFORMS.get(mtl.text("SPACECRAFT_ID"), platform)
    scene_id = mtl.product_id if mtl else (named[0] if named else path.stem)
    paths = (path,) if mtl is None else (path, mtl.path)
    return HighresFiles(scene_id, platform, "OLI", _time_of(heading, mtl), "geotiff", paths)


def read_geotiff(
    files: HighresFiles, region: Extent | None, roles: Sequence[Role] | None
) -> HighresScene:
    """Read a scene kept in one GeoTIFF, or its part over a region.

    Raises
    ------
    UnreadableFileError
        If the file is damaged, lacks a band that was asked for, or has no projection.
    OutsideRegionError
        If it does not meet the region.
    """
    heading = heading_of(files.paths[0], FORMAT)
    grid = placed(heading, FORMAT)
    part = part_over(heading.path, grid, region)
    kept = TAG in heading.tags
    order = _kept(heading) if kept else _stacked(heading) or {}
    wanted = tuple(roles or (order if kept else OLI_ROLES))
    for role in wanted:
        if role not in order:
            raise unreadable(heading.path, "granule_missing", place=role, format=FORMAT)

    def numbers_of(band: int) -> Numbers:
        return read_part(heading.path, part, FORMAT, band)

    bands = side_by_side(numbers_of, [order[role] for role in wanted])
    numbers = dict(zip(wanted, bands, strict=True))
    scene = _unplaced(files, heading, numbers, part)
    if kept:
        ground = read_part(heading.path, part, FORMAT, heading.bands).astype(np.uint8)
        return scene.with_ground(ground)
    return scene.with_ground(_stacked_ground(heading, part, scene))


def _stacked_ground(heading: Heading, part: Part, scene: HighresScene) -> NDArray[np.uint8]:
    """Return codes of `Ground` from the stack's quality band, from our own test without one."""
    has_data = np.ones(scene.grid.shape, dtype=bool)
    for stored in scene.numbers.values():
        has_data &= stored != 0
    for name, flags in QUALITY_NAMES.items():
        if name in heading.descriptions:
            band = heading.descriptions.index(name) + 1
            ground = ground_of_flags(read_part(heading.path, part, FORMAT, band), flags)
            ground[~has_data] = Ground.NO_DATA
            return ground
    return tested_ground(scene, has_data)


def _unplaced(
    files: HighresFiles, heading: Heading, numbers: dict[Role, Numbers], part: Part
) -> HighresScene:
    """Return a scene whose ground is still to be told."""
    grid = part.of(placed(heading, FORMAT))
    nothing = np.zeros(grid.shape, dtype=np.uint8)
    common = (files.scene_id, files.platform, files.sensor, files.acquired_utc_s, grid, numbers)
    if TAG in heading.tags:
        said = _said(heading)
        calibration = {role: Calibration(**said["calibration"][role]) for role in numbers}
        return HighresScene(
            *common,
            calibration,
            nothing,
            float(said["sun_elevation_deg"]),
            bool(said["sun_corrected"]),
            files.paths,
            bool(said["simulated"]),
        )
    oli = Calibration(OLI_MULT, OLI_ADD, saturated=OLI_FULL)
    mtl = read_mtl(files.paths[1]) if len(files.paths) > 1 else None
    if mtl is not None:
        elevation = mtl.number("SUN_ELEVATION")
    else:
        zenith, _ = solar_angles_deg(files.acquired_utc_s, *grid.middle())
        elevation = 90.0 - float(zenith)
    simulated = heading.path.name.startswith(SIMULATED_PREFIX) or "SIMULATED" in heading.tags
    simulated = simulated or (mtl is not None and mtl.simulated)
    calibration = dict.fromkeys(numbers, oli)
    return HighresScene(*common, calibration, nothing, elevation, False, files.paths, simulated)


def _said(heading: Heading) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(heading.tags[TAG])
        said["scene_id"], said["calibration"], said["sun_elevation_deg"]
    except (ValueError, KeyError) as error:
        raise unreadable(heading.path, "granule_damaged", place=TAG, format=FORMAT) from error
    return said


def _kept(heading: Heading) -> dict[Role, int]:
    names = heading.descriptions[:-1]
    return {role: names.index(role) + 1 for role in OLI_BANDS if role in names}


def _stacked(heading: Heading) -> dict[Role, int] | None:
    """Return the band of each role in a stack; None where it is no stack of OLI."""
    if heading.dtype not in ("uint16", "int16"):
        return None
    found = [_BAND_NAME.search(name) for name in heading.descriptions]
    numbers: Sequence[int | None] = [int(match[1]) if match else None for match in found]
    if not any(numbers):
        numbers = STACKED_BANDS.get(heading.bands, ())
    order = {role: numbers.index(band) + 1 for role, band in OLI_BANDS.items() if band in numbers}
    return order if {"nir", "swir1", "swir2"} <= order.keys() else None


def _mtl_beside(path: Path) -> Mtl | None:
    """Return the MTL of a stack: of its product, or of its name."""
    named = LANDSAT_PRODUCT.search(path.name)
    for start in dict.fromkeys([path.stem, *([named[0]] if named else [])]):
        for suffix in SUFFIXES:
            beside = path.with_name(start + suffix)
            if beside.is_file():
                return read_mtl(beside)
    return None


def _time_of(heading: Heading, mtl: Mtl | None) -> int:
    """Return when a stack was taken: its MTL, its tag, or the day in its name."""
    if mtl is not None:
        return mtl.acquired_utc_s
    digits = re.sub(r"\D", "", heading.tags.get("TIFFTAG_DATETIME", ""))
    named = LANDSAT_PRODUCT.search(heading.path.name)
    try:
        if digits:
            return int(datetime.strptime(digits, _TIME_DIGITS).replace(tzinfo=UTC).timestamp())
        if named:
            day = datetime.strptime(named["day"], "%Y%m%d").replace(tzinfo=UTC)
            lon, _ = placed(heading, FORMAT).middle()
            return int(day.timestamp() + (_LANDSAT_SOLAR_HOUR - lon / 15.0) * 3600)
    except ValueError as error:
        raise unreadable(heading.path, "stack_time") from error
    raise unreadable(heading.path, "stack_time")
