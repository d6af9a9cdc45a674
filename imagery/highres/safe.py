"""Metadata of a Sentinel-2 level-1C SAFE folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from imagery.highres.grid import Grid
from imagery.highres.mtl import check_start_of_metadata
from imagery.reading import unreadable

FORMAT: Final = "Sentinel-2 L1C SAFE"
PRODUCT_METADATA: Final = "MTD_MSIL1C.xml"
TILE_METADATA: Final = "MTD_TL.xml"
_CLASSIFICATION = "QI_DATA/MSK_CLASSI_B00.jp2"


@dataclass(frozen=True)
class Safe:
    """What the product's and the tile's metadata say.

    Attributes
    ----------
    offsets
        RADIO_ADD_OFFSET by band number, empty before processing baseline 04.00.
    grid
        Of 20 m pixels.
    images
        Path of each band by its name (B02 …).
    classification
        The mask of cloud and snow; None before baseline 04.00.
    """

    folder: Path
    product: str
    spacecraft: str
    acquired_utc_s: int
    quantification: float
    offsets: Mapping[int, float]
    fill: int
    saturated: int
    cloud_pct: float | None
    sun_elevation_deg: float
    grid: Grid
    images: Mapping[str, Path]
    classification: Path | None
    simulated: bool


def read_safe(folder: Path) -> Safe:
    """Read the metadata of a SAFE folder of one tile.

    Raises
    ------
    UnreadableFileError
        If it is damaged, of another level, or of several tiles (products before December 2016).
    """
    product_path = folder / PRODUCT_METADATA
    product = _Xml.read(product_path)
    level = product.text("PROCESSING_LEVEL")
    if not level.startswith("Level-1C"):
        raise unreadable(product_path, "scene_level", found=level, wanted="Level-1C")
    tiles = sorted(folder.glob(f"GRANULE/*/{TILE_METADATA}"))
    if len(tiles) != 1:
        raise unreadable(product_path, "safe_tiles", found=str(len(tiles)))
    tile = _Xml.read(tiles[0])
    special = {
        entry.findtext("SPECIAL_VALUE_TEXT", ""): entry.findtext("SPECIAL_VALUE_INDEX", "")
        for entry in product.root.iter("Special_Values")
    }
    named = product.text("PRODUCT_URI").removesuffix(".SAFE")
    classification = tiles[0].parent / _CLASSIFICATION
    return Safe(
        folder=folder,
        product=named,
        spacecraft=product.text("SPACECRAFT_NAME"),
        acquired_utc_s=_time(tile, "SENSING_TIME"),
        quantification=product.number("QUANTIFICATION_VALUE"),
        offsets=_offsets(product),
        fill=int(special.get("NODATA") or 0),
        saturated=int(special.get("SATURATED") or 65_535),
        cloud_pct=product.optional_number("Cloud_Coverage_Assessment"),
        sun_elevation_deg=90.0 - _sun_zenith_deg(tile),
        grid=_grid(tile),
        images=_images(product, tiles[0].parent),
        classification=classification if classification.is_file() else None,
        simulated="SIMULATED" in (folder.name + product.optional("PROCESSING_CENTER")).upper(),
    )


@dataclass(frozen=True, eq=False)
class _Xml:
    """A metadata file; its elements carry a prefix only at the top."""

    path: Path
    root: ElementTree.Element

    @classmethod
    def read(cls, path: Path) -> _Xml:
        check_start_of_metadata(path)
        try:
            return cls(path, ElementTree.parse(path).getroot())
        except ElementTree.ParseError as error:
            place = str(error)[:60]
            raise unreadable(path, "granule_damaged", place=place, format=FORMAT) from error

    def optional(self, name: str) -> str:
        for element in self.root.iter(name):
            if element.text and element.text.strip():
                return element.text.strip()
        return ""

    def text(self, name: str) -> str:
        text = self.optional(name)
        if not text:
            raise unreadable(self.path, "granule_missing", place=name, format=FORMAT)
        return text

    def number(self, name: str) -> float:
        text = self.text(name)
        try:
            return float(text)
        except ValueError as error:
            raise unreadable(self.path, "mtl_value", found=text, name=name) from error

    def optional_number(self, name: str) -> float | None:
        return self.number(name) if self.optional(name) else None


def _offsets(product: _Xml) -> dict[int, float]:
    entries = list(product.root.iter("RADIO_ADD_OFFSET"))
    try:
        return {int(entry.attrib["band_id"]): float(entry.text or "") for entry in entries}
    except (KeyError, ValueError) as error:
        raise unreadable(
            product.path, "mtl_value", found=str(error), name="RADIO_ADD_OFFSET"
        ) from error


def _time(tile: _Xml, name: str) -> int:
    text = tile.text(name)
    try:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
    except ValueError as error:
        raise unreadable(tile.path, "mtl_value", found=text, name=name) from error


def _sun_zenith_deg(tile: _Xml) -> float:
    for angle in tile.root.iter("Mean_Sun_Angle"):
        text = angle.findtext("ZENITH_ANGLE", "")
        try:
            return float(text)
        except ValueError as error:
            raise unreadable(tile.path, "mtl_value", found=text, name="ZENITH_ANGLE") from error
    raise unreadable(tile.path, "granule_missing", place="Mean_Sun_Angle", format=FORMAT)


def _grid(tile: _Xml) -> Grid:
    """Return the grid of the 20 m pixels."""
    crs = tile.text("HORIZONTAL_CS_CODE")
    try:
        size = next(e for e in tile.root.iter("Size") if e.get("resolution") == "20")
        place = next(e for e in tile.root.iter("Geoposition") if e.get("resolution") == "20")
        lines, columns = (int(size.findtext(name, "")) for name in ("NROWS", "NCOLS"))
        x, y, dx, dy = (float(place.findtext(n, "")) for n in ("ULX", "ULY", "XDIM", "YDIM"))
    except (StopIteration, ValueError) as error:
        raise unreadable(
            tile.path, "granule_missing", place="Tile_Geocoding", format=FORMAT
        ) from error
    return Grid(crs.upper(), (dx, 0.0, x, 0.0, dy, y), lines, columns)


def _images(product: _Xml, granule: Path) -> dict[str, Path]:
    """Return the path of each band; products give it without the suffix."""
    named = [element.text or "" for element in product.root.iter("IMAGE_FILE")]
    paths = [granule / "IMG_DATA" / (Path(name.strip()).name + ".jp2") for name in named]
    return {path.stem.rsplit("_", 1)[-1]: path for path in paths}
