"""Simulated high-resolution scenes as the official products have them: Landsat folders and SAFE.

What firewatch reads of the products is written: reflective bands, quality bands and metadata, not
the panchromatic and thermal bands, angles, previews and records of the processing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firewatch.core.errors import UsageError
from firewatch.core.files import atomic_path, make_folder, not_written, write_text_atomically
from firewatch.simulate.highres import SimulatedScene
from firewatch.simulate.highres_mtl import ORIGIN, as_json, as_text, as_xml, mtl_groups
from firewatch.simulate.highres_safe_xml import BAND_NUMBERS, product_xml, tile_xml
from imagery.highres.grid import Grid
from imagery.highres.products import MSI_BANDS, OLI_BANDS, OLI_FULL
from imagery.highres.scene import Ground, HighresScene, Numbers

# Bits of QA_PIXEL (LSDS-1822): clear 6, with low confidence of cloud, shadow, snow and cirrus;
# fill 1 alone; the numbers are those of the handbook's table of values.
_QA_PIXEL = {
    Ground.NO_DATA: 1, Ground.CLEAR: 21_824, Ground.CLOUD: 22_280, Ground.SHADOW: 23_888,
    Ground.SNOW: 30_048, Ground.WATER: 21_952,
}  # fmt: skip
# Bits of BQA (LSDS-1656); there is none for water. Bits 2 and 3 count saturated bands.
_BQA = {
    Ground.NO_DATA: 1, Ground.CLEAR: 2720, Ground.CLOUD: 2800, Ground.SHADOW: 2976,
    Ground.SNOW: 3744, Ground.WATER: 2720,
}  # fmt: skip
_SATURATED_BANDS = np.array([0, 1, 1, 2, 2, 3, 3, 3, 3], dtype=np.uint16)
_TILED = {"driver": "GTiff", "tiled": True, "blockxsize": 256, "blockysize": 256}
_PACKED = {"compress": "deflate", "predictor": 2}
_LOSSLESS = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
_BLOCK = 1024


def write_scene_files(made: SimulatedScene, folder: Path) -> tuple[Path, Path, Path]:
    """Write a simulated scene in its sensor's layout, with the truth beside.

    Returns
    -------
    tuple of Path
        The product's folder, the truth (CSV, one row a fire and pixel), and a NumPy archive with
        the class of each pixel (`highres_ground.Cover`) under the name ``cover``.
    """
    write = write_landsat if made.scene.sensor == "OLI" else write_safe
    product = write(made.scene, folder)
    truth = folder / f"{made.scene.scene_id}_truth.csv"
    cover = folder / f"{made.scene.scene_id}_cover.npz"
    write_text_atomically(truth, made.truth.to_csv(index=False))
    with atomic_path(cover) as temporary:
        np.savez_compressed(temporary, cover=made.cover)
    return product, truth, cover


def write_landsat(scene: HighresScene, folder: Path) -> Path:
    """Write a scene of OLI as a Landsat Collection 2 or 1 Level-1 folder.

    Which collection, the scene's name says.

    Parameters
    ----------
    folder
        In which the product's own folder is made.

    Returns
    -------
    Path
        The product's folder: ``SIMULATED_LC08_..._02_T1``.

    Raises
    ------
    UsageError
        If it is no scene of OLI on a UTM grid.
    """
    _check(scene, "OLI")
    product = scene.scene_id
    collection = int(product.split("_")[-2])
    with _whole_folder(folder / product) as parts:
        files: dict[str, str] = {}
        for role, stored in scene.numbers.items():
            number = OLI_BANDS[role]
            files[f"FILE_NAME_BAND_{number}"] = f"{product}_B{number}.TIF"
            write_tiff(parts / files[f"FILE_NAME_BAND_{number}"], stored[None], scene.grid)
        for key, name, values in _quality(scene, collection):
            files[key] = f"{product}_{name}.TIF"
            write_tiff(parts / files[key], values[None], scene.grid)
        _write_mtl(scene, parts / f"{product}_MTL", files, collection)
    return folder / product


def _write_mtl(scene: HighresScene, stem: Path, files: dict[str, str], collection: int) -> None:
    if collection == 1:
        named = files | {"METADATA_FILE_NAME": f"{stem.name}.txt"}
        text = as_text(mtl_groups(scene, named, 1), "L1_METADATA_FILE")
        stem.with_name(f"{stem.name}.txt").write_text(text, encoding="utf-8")
        return
    named = files | {
        "FILE_NAME_METADATA_ODL": f"{stem.name}.txt", "FILE_NAME_METADATA_XML": f"{stem.name}.xml",
    }  # fmt: skip
    groups = mtl_groups(scene, named, 2)
    for suffix, render in ((".txt", as_text), (".json", as_json), (".xml", as_xml)):
        text = render(groups, "LANDSAT_METADATA_FILE")
        stem.with_name(stem.name + suffix).write_text(text, encoding="utf-8")


def _quality(scene: HighresScene, collection: int) -> list[tuple[str, str, Numbers]]:
    """Return (MTL key, name, numbers) of the quality bands."""
    if collection == 1:
        flags = _by_ground(scene, _BQA)
        full = sum((stored == OLI_FULL).astype(np.intp) for stored in scene.numbers.values())
        flags += _SATURATED_BANDS[full] << 2
        return [("FILE_NAME_BAND_QUALITY", "BQA", flags)]
    saturated = np.zeros(scene.grid.shape, dtype=np.uint16)
    for role, stored in scene.numbers.items():
        saturated |= (stored == OLI_FULL).astype(np.uint16) << (OLI_BANDS[role] - 1)
    return [
        ("FILE_NAME_QUALITY_L1_PIXEL", "QA_PIXEL", _by_ground(scene, _QA_PIXEL)),
        ("FILE_NAME_QUALITY_L1_RADIOMETRIC_SATURATION", "QA_RADSAT", saturated),
    ]


def _by_ground(scene: HighresScene, codes: Mapping[Ground, int]) -> Numbers:
    table = np.array([codes[kind] for kind in Ground], dtype=np.uint16)
    return np.asarray(np.take(table, scene.ground), dtype=np.uint16)


def write_stack(scene: HighresScene, path: Path) -> Path:
    """Write a scene of OLI as one GeoTIFF of all its bands, with the MTL beside it.

    Bands are described "B1" ... "B7", "B9", "QA_PIXEL" (or "BQA"), "QA_RADSAT".

    Raises
    ------
    UsageError
        If it is no scene of OLI on a UTM grid.
    """
    _check(scene, "OLI")
    collection = int(scene.scene_id.split("_")[-2])
    named = {f"B{OLI_BANDS[role]}": stored for role, stored in scene.numbers.items()}
    named |= {name: values for _, name, values in _quality(scene, collection)}
    stem = path.with_name(f"{path.stem}_MTL")
    _write_mtl(scene, stem, {}, collection)
    with atomic_path(path) as temporary:
        write_tiff(temporary, np.stack(list(named.values())), scene.grid, tuple(named))
    return path


def write_tiff(
    path: Path, bands: NDArray[np.uint16], grid: Grid, names: tuple[str, ...] = ()
) -> None:
    """Write (bands, lines, columns) as a tiled GeoTIFF that says that it is simulated."""
    import rasterio
    from rasterio.transform import Affine

    profile: dict[str, Any] = {
        **_TILED, **_PACKED, "count": len(bands), "height": grid.lines, "width": grid.columns,
        "dtype": "uint16", "nodata": 0, "crs": grid.crs, "transform": Affine(*grid.transform),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.update_tags(TIFFTAG_IMAGEDESCRIPTION=ORIGIN, SIMULATED="SIMULATED")
        file.write(bands)
        for number, name in enumerate(names, start=1):
            file.set_band_description(number, name)


def write_safe(scene: HighresScene, folder: Path, every_band: bool = True) -> Path:
    """Write a scene of MSI as a Sentinel-2 level-1C SAFE folder of one tile.

    Baseline and offset are the scene's. Blue, green and red repeat their 20 m pixels at 10 m, the
    60 m bands hold means. Bands are JPEG 2000 without loss. The mask of clouds is there from
    baseline 04.00 on.

    Parameters
    ----------
    folder
        In which the product's own folder is made.
    every_band
        Whether B05 to B08 and B09, which firewatch does not look at, are written too.

    Returns
    -------
    Path
        The product's folder: ``SIMULATED_S2A_MSIL1C_....SAFE``.

    Raises
    ------
    UsageError
        If it is no scene of MSI on a UTM grid.
    """
    _check(scene, "MSI")
    bands = _msi_bands(scene, every_band)
    _, _, _, time, _, _, tile, _ = scene.scene_id.split("_")
    granule = f"L1C_{tile}_A028000_{time}"
    with _whole_folder(folder / f"{scene.scene_id}.SAFE") as parts:
        images = parts / "GRANULE" / granule / "IMG_DATA"
        images.mkdir(parents=True)
        names = sorted(bands, key=BAND_NUMBERS.__getitem__)
        for name in names:
            metres, stored = bands[name]
            write_jp2(images / f"{tile}_{time}_{name}.jp2", stored[None], scene.grid, metres)
        paths = [f"GRANULE/{granule}/IMG_DATA/{tile}_{time}_{name}" for name in names]
        masked = _has_offset(scene)
        if masked:
            masks = parts / "GRANULE" / granule / "QI_DATA"
            masks.mkdir()
            write_jp2(masks / "MSK_CLASSI_B00.jp2", _classes(scene), scene.grid, 60)
        text = product_xml(scene, granule, paths)
        (parts / "MTD_MSIL1C.xml").write_text(text, encoding="utf-8")
        text = tile_xml(scene, granule, masked)
        (parts / "GRANULE" / granule / "MTD_TL.xml").write_text(text, encoding="utf-8")
        (parts / "manifest.safe").write_text(_MANIFEST, encoding="utf-8")
    return folder / f"{scene.scene_id}.SAFE"


_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<xfdu:XFDU xmlns:xfdu="urn:ccsds:schema:xfdu:1"><!-- {ORIGIN} --></xfdu:XFDU>
"""


def _has_offset(scene: HighresScene) -> bool:
    return any(calibration.add for calibration in scene.calibration.values())


def _msi_bands(scene: HighresScene, every_band: bool) -> dict[str, tuple[int, Numbers]]:
    """Return (metres, numbers) by name of a band."""
    bands = {
        MSI_BANDS[role].name: (MSI_BANDS[role].pixel_m, stored)
        for role, stored in scene.numbers.items()
    }
    if every_band:
        red, nir = (scene.numbers[role].astype(np.float32) for role in ("red", "nir"))
        for name, metres, share in (
            ("B05", 20, 0.3), ("B06", 20, 0.8), ("B07", 20, 0.95), ("B08", 10, 1.0),
            ("B09", 60, 0.5),
        ):  # fmt: skip
            bands[name] = metres, np.rint(red + share * (nir - red)).astype(np.uint16)
    return {name: (metres, at_size(stored, metres)) for name, (metres, stored) in bands.items()}


def at_size(stored: NDArray[np.uint16], metres: int) -> Numbers:
    """Return numbers of 20 m pixels at 10 m (repeated), 20 m, or 60 m (means of what has data)."""
    if metres == 10:
        return np.asarray(np.repeat(np.repeat(stored, 2, axis=0), 2, axis=1))
    if metres == 20:
        return stored
    blocks = _blocks(stored).astype(np.float64)
    counted = (blocks > 0).sum(axis=(1, 3))
    mean = blocks.sum(axis=(1, 3)) / np.maximum(counted, 1)
    return np.asarray(np.rint(mean), dtype=np.uint16)


def _blocks(values: NDArray[Any]) -> NDArray[Any]:
    """Return (lines, 3, columns, 3) of 60 m pixels; what is missing at the end is 0."""
    lines, columns = values.shape
    padded = np.pad(values, ((0, -lines % 3), (0, -columns % 3)))
    return padded.reshape(padded.shape[0] // 3, 3, -1, 3)


def _classes(scene: HighresScene) -> NDArray[np.uint8]:
    """Return MSK_CLASSI: opaque cloud, cirrus and snow as bands of 0 and 1 at 60 m."""
    kinds = (scene.ground == Ground.CLOUD, np.zeros(scene.grid.shape, bool),
             scene.ground == Ground.SNOW)  # fmt: skip
    return np.stack([_blocks(kind).any(axis=(1, 3)).astype(np.uint8) for kind in kinds])


def write_jp2(path: Path, bands: NDArray[Any], grid: Grid, metres: int) -> None:
    """Write (bands, lines, columns) as JPEG 2000 without loss, pixels of 10, 20 or 60 m."""
    import rasterio
    from rasterio.transform import Affine

    a, b, c, d, e, f = grid.transform
    scale = metres / 20
    profile: dict[str, Any] = {
        **_LOSSLESS, "count": len(bands), "height": bands.shape[1], "width": bands.shape[2],
        "dtype": bands.dtype.name, "crs": grid.crs, "blockxsize": _BLOCK, "blockysize": _BLOCK,
        "transform": Affine(a * scale, b, c, d, e * scale, f),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(bands)


def _check(scene: HighresScene, sensor: str) -> None:
    utm = scene.grid.crs.startswith("EPSG:326")
    if scene.sensor != sensor or not utm:
        raise UsageError(
            f"此格式只写 UTM 网格上的 {sensor} 影像 / this layout is for scenes of {sensor} on UTM",
            expected=f"{sensor}, EPSG:326xx",
            remedy="用 grid_around 建立网格 / make the grid by grid_around",
        )


@contextmanager
def _whole_folder(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside `target` that takes its place on success.

    Raises
    ------
    NotWrittenError
        If it cannot be written.
    """
    from rasterio.errors import RasterioError

    make_folder(target.parent)
    try:
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as name:
            parts = Path(name) / target.name
            parts.mkdir()
            yield parts
            if target.exists():
                shutil.rmtree(target)
            parts.rename(target)
    except OSError as error:
        raise not_written(target, error) from error
    except RasterioError as error:
        raise not_written(target, str(error)) from error
