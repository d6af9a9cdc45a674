"""Sentinel-2 level-1C scenes on a grid of 20 m."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firewatch.core.geo import Extent
from imagery.highres.clouds import tested_ground
from imagery.highres.files import HighresFiles
from imagery.highres.products import MSI_BANDS, MSI_ROLES, PIXEL_M
from imagery.highres.quality import CLASSI
from imagery.highres.raster import Part, heading_of, part_over, read_part, side_by_side
from imagery.highres.safe import FORMAT, PRODUCT_METADATA, Safe, read_safe
from imagery.highres.scene import Calibration, Ground, HighresScene, Numbers, Role
from imagery.reading import unreadable

_CLASSI_PIXEL_M = 60


def safe_files(folder: Path) -> HighresFiles:
    """Return the scene of a SAFE folder.

    Raises
    ------
    UnreadableFileError
        If its metadata are damaged or of another level.
    """
    safe = read_safe(folder)
    bands = [safe.images[MSI_BANDS[role].name] for role in MSI_ROLES if _there(safe, role)]
    return HighresFiles(
        scene_id=safe.product,
        platform=safe.spacecraft,
        sensor="MSI",
        acquired_utc_s=safe.acquired_utc_s,
        kind="safe",
        paths=(folder / PRODUCT_METADATA, *bands),
        cloud_pct=safe.cloud_pct,
    )


def read_sentinel2(
    files: HighresFiles, region: Extent | None, roles: Sequence[Role] | None
) -> HighresScene:
    """Read a scene, or its part over a region.

    Bands of 10 m are averaged to 20 m, bands of 60 m repeated.

    Raises
    ------
    UnreadableFileError
        If a band is missing, damaged or of another size than its tile.
    OutsideRegionError
        If it does not meet the region.
    """
    safe = read_safe(files.paths[0].parent)
    part = part_over(files.paths[0], safe.grid, region)
    wanted = tuple(roles or MSI_ROLES)
    # Older products have no mask of cloud: then the band that sees cirrus alone helps.
    extra: tuple[Role, ...] = ("cirrus",) if safe.classification is None else ()
    extra = tuple(role for role in extra if role not in wanted and _there(safe, role))

    def numbers_of(role: Role) -> Numbers:
        return _numbers(safe, role, part)

    read = (*wanted, *extra)
    numbers = dict(zip(read, side_by_side(numbers_of, read), strict=True))
    has_data = np.ones((part.lines, part.columns), dtype=bool)
    for role in wanted:
        has_data &= numbers[role] != safe.fill
    scene = HighresScene(
        scene_id=files.scene_id,
        platform=files.platform,
        sensor="MSI",
        acquired_utc_s=files.acquired_utc_s,
        grid=part.of(safe.grid),
        numbers=numbers,
        calibration={role: _calibration(safe, role) for role in read},
        ground=has_data.astype(np.uint8),
        sun_elevation_deg=safe.sun_elevation_deg,
        sun_corrected=True,
        files=files.paths,
        simulated=safe.simulated,
    )
    return scene.with_ground(_ground(safe, part, scene, has_data)).only(wanted)


def _there(safe: Safe, role: Role) -> bool:
    name = MSI_BANDS[role].name
    return name in safe.images and safe.images[name].is_file()


def _calibration(safe: Safe, role: Role) -> Calibration:
    """ρ = (Q + RADIO_ADD_OFFSET) / QUANTIFICATION_VALUE."""
    offset = safe.offsets.get(MSI_BANDS[role].band_id, 0.0)
    return Calibration(
        mult=1.0 / safe.quantification,
        add=offset / safe.quantification,
        fill=safe.fill,
        saturated=safe.saturated,
    )


def _numbers(safe: Safe, role: Role, part: Part) -> Numbers:
    band = MSI_BANDS[role]
    path = safe.images.get(band.name)
    if path is None or not path.is_file():
        raise unreadable(
            safe.folder / PRODUCT_METADATA, "granule_partner", fetch=f"{band.name}.jp2"
        )
    step = PIXEL_M["MSI"] / band.pixel_m
    _check_size(path, safe, step)
    return read_part(path, part, FORMAT, step=step)


def _check_size(path: Path, safe: Safe, step: float) -> None:
    heading = heading_of(path, FORMAT)
    wanted = (round(safe.grid.lines * step), round(safe.grid.columns * step))
    if (heading.lines, heading.columns) != wanted:
        raise unreadable(
            path,
            "granule_shape",
            place=path.name,
            found_shape=(heading.lines, heading.columns),
            expected_shape=str(wanted),
        )


def _ground(
    safe: Safe, part: Part, scene: HighresScene, has_data: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return codes of `Ground`: cloud and snow of the product's mask, the rest by our own test.

    The mask knows neither water nor shadow. Our own test for cloud is used only without a mask.
    """
    ground = tested_ground(scene, has_data)
    if safe.classification is None:
        return ground
    ground[np.isin(ground, (Ground.CLOUD, Ground.SNOW))] = Ground.CLEAR
    path, step = safe.classification, PIXEL_M["MSI"] / _CLASSI_PIXEL_M
    for band, kind in CLASSI:
        ground[read_part(path, part, FORMAT, band, step) == 1] = kind
    ground[~has_data] = Ground.NO_DATA
    return ground
