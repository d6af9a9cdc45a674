"""Metadata of simulated Sentinel-2 level-1C products: MTD_MSIL1C.xml and MTD_TL.xml.

Elements after the Sentinel-2 Products Specification Document (S2-PDGS-TAS-DI-PSD, issues 14 and
15) and real files.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree

import numpy as np

from firewatch.core.geo import Floats
from firewatch.simulate.highres_bands import MSI_SUN, QUANTIFICATION, earth_sun_distance_au
from firewatch.simulate.highres_mtl import ORIGIN, cloud_pct
from firewatch.simulate.highres_places import zone_of
from imagery.highres.scene import HighresScene
from imagery.sun import solar_angles_deg

BAND_NUMBERS: Final = {name: number for number, name in enumerate(MSI_SUN)}
"""Numbers of the bands in the metadata."""
_SIZES_M = (10, 20, 60)
_ANGLES_M = 5000
_PSD = "https://psd-14.sentinel2.eo.esa.int/PSD"


def product_xml(scene: HighresScene, granule: str, images: Iterable[str]) -> str:
    """Return MTD_MSIL1C.xml.

    Parameters
    ----------
    granule
        Name of the granule's folder.
    images
        Paths of the bands without suffix, in the order of the bands' numbers.
    """
    return _document(
        "n1:Level-1C_User_Product",
        f"{_PSD}/User_Product_Level-1C.xsd",
        _node("n1:General_Info", _product_info(scene, granule, images), _characteristics(scene)),
        _node("n1:Geometric_Info", _footprint(scene)),
        _node(
            "n1:Quality_Indicators_Info",
            _text("Cloud_Coverage_Assessment", f"{cloud_pct(scene):.4f}"),
        ),
    )


def tile_xml(scene: HighresScene, granule: str, masked: bool) -> str:
    """Return MTD_TL.xml; `masked` says whether MSK_CLASSI_B00.jp2 lies beside."""
    moment = datetime.fromtimestamp(scene.acquired_utc_s, UTC)
    masks = [_text("MASK_FILENAME", f"GRANULE/{granule}/QI_DATA/MSK_CLASSI_B00.jp2")]
    return _document(
        "n1:Level-1C_Tile_ID",
        f"{_PSD}/S2_PDI_Level-1C_Tile_Metadata.xsd",
        _node(
            "n1:General_Info",
            _text("TILE_ID", _tile_id(scene, granule), metadataLevel="Brief"),
            _text("DATASTRIP_ID", _datastrip(scene), metadataLevel="Standard"),
            _text("SENSING_TIME", f"{moment:%Y-%m-%dT%H:%M:%S}.000000Z", metadataLevel="Standard"),
        ),
        _node("n1:Geometric_Info", _geocoding(scene), _angles(scene)),
        _node(
            "n1:Quality_Indicators_Info",
            _node(
                "Image_Content_QI",
                _text("CLOUDY_PIXEL_PERCENTAGE", f"{cloud_pct(scene):.4f}"),
                metadataLevel="Brief",
            ),
            _node("Pixel_Level_QI", *(masks if masked else [])),
            metadataLevel="Standard",
        ),
    )


def _product_info(scene: HighresScene, granule: str, images: Iterable[str]) -> ElementTree.Element:
    moment = datetime.fromtimestamp(scene.acquired_utc_s, UTC)
    time = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    baseline = _baseline(scene)
    mission = scene.scene_id.split("_")[1]
    taken = _node(
        "Datatake",
        _text("SPACECRAFT_NAME", scene.platform),
        _text("DATATAKE_TYPE", "INS-NOBS"),
        _text("DATATAKE_SENSING_START", time),
        _text("SENSING_ORBIT_NUMBER", "75"),
        _text("SENSING_ORBIT_DIRECTION", "DESCENDING"),
        datatakeIdentifier=f"G{mission}_{moment:%Y%m%dT%H%M%S}_028000_N{baseline}",
    )
    files = _node(
        "Granule",
        *(_text("IMAGE_FILE", path) for path in images),
        datastripIdentifier=_datastrip(scene),
        granuleIdentifier=_tile_id(scene, granule),
        imageFormat="JPEG2000",
    )
    return _node(
        "Product_Info",
        _text("PRODUCT_START_TIME", time),
        _text("PRODUCT_STOP_TIME", time),
        _text("PRODUCT_URI", f"{scene.scene_id}.SAFE"),
        _text("PROCESSING_LEVEL", "Level-1C"),
        _text("PRODUCT_TYPE", "S2MSI1C"),
        _text("PROCESSING_BASELINE", baseline),
        _text("PRODUCT_DOI", ORIGIN),
        _text("GENERATION_TIME", time),
        _text("PREVIEW_IMAGE_URL", "Not applicable"),
        _text("PREVIEW_GEO_INFO", "Not applicable"),
        taken,
        _node("Query_Options", _text("PRODUCT_FORMAT", "SAFE_COMPACT"), completeSingleTile="true"),
        _node("Product_Organisation", _node("Granule_List", files)),
    )


def _characteristics(scene: HighresScene) -> ElementTree.Element:
    values = [
        _node(
            "Special_Values",
            _text("SPECIAL_VALUE_TEXT", text),
            _text("SPECIAL_VALUE_INDEX", str(index)),
        )
        for text, index in (("NODATA", 0), ("SATURATED", 65_535))
    ]
    added = {round(each.add * QUANTIFICATION) for each in scene.calibration.values()}
    offsets = [
        _text("RADIO_ADD_OFFSET", str(offset), band_id=str(number))
        for offset in added - {0}
        for number in BAND_NUMBERS.values()
    ]
    irradiance = [
        _text("SOLAR_IRRADIANCE", str(sun), bandId=str(number), unit="W/m²/µm")
        for number, sun in enumerate(MSI_SUN.values())
    ]
    closeness = 1 / earth_sun_distance_au(scene.acquired_utc_s) ** 2
    return _node(
        "Product_Image_Characteristics",
        *values,
        _text("QUANTIFICATION_VALUE", str(QUANTIFICATION), unit="none"),
        *([_node("Radiometric_Offset_List", *offsets)] if offsets else []),
        _node(
            "Reflectance_Conversion",
            _text("U", f"{closeness:.12f}"),
            _node("Solar_Irradiance_List", *irradiance),
        ),
        _spectral(),
    )


def _spectral() -> ElementTree.Element:
    rows = [
        _node("Spectral_Information", bandId=str(number), physicalBand=name.replace("B0", "B"))
        for name, number in BAND_NUMBERS.items()
    ]
    return _node("Spectral_Information_List", *rows)


def _footprint(scene: HighresScene) -> ElementTree.Element:
    grid = scene.grid
    lines = np.array([0, 0, grid.lines, grid.lines, 0])
    columns = np.array([0, grid.columns, grid.columns, 0, 0])
    lon, lat = grid.lon_lat(lines, columns)
    pairs = " ".join(f"{y:.6f} {x:.6f}" for x, y in zip(lon, lat, strict=True))
    around = _node("Global_Footprint", _text("EXT_POS_LIST", pairs))
    return _node("Product_Footprint", _node("Product_Footprint", around))


def _geocoding(scene: HighresScene) -> ElementTree.Element:
    grid = scene.grid
    a, _, c, _, _, f = grid.transform
    sizes, places = [], []
    for metres in _SIZES_M:
        lines, columns = (-(-round(n * a) // metres) for n in grid.shape)
        sizes.append(
            _node("Size", _text("NROWS", str(lines)), _text("NCOLS", str(columns)),
                  resolution=str(metres))
        )  # fmt: skip
        places.append(
            _node("Geoposition", _text("ULX", f"{c:.0f}"), _text("ULY", f"{f:.0f}"),
                  _text("XDIM", str(metres)), _text("YDIM", str(-metres)), resolution=str(metres))
        )  # fmt: skip
    return _node(
        "Tile_Geocoding",
        _text("HORIZONTAL_CS_NAME", f"WGS84 / UTM zone {zone_of(grid)}N"),
        _text("HORIZONTAL_CS_CODE", grid.crs),
        *sizes,
        *places,
        metadataLevel="Brief",
    )


def _angles(scene: HighresScene) -> ElementTree.Element:
    grid = scene.grid
    step = _ANGLES_M / grid.transform[0]
    down = np.arange(np.ceil(grid.lines / step) + 1) * step
    right = np.arange(np.ceil(grid.columns / step) + 1) * step
    lon, lat = grid.lon_lat(*np.meshgrid(down, right, indexing="ij"))
    zenith, azimuth = solar_angles_deg(scene.acquired_utc_s, lon, lat)
    _, middle_azimuth = solar_angles_deg(scene.acquired_utc_s, *grid.middle())
    return _node(
        "Tile_Angles",
        _node("Sun_Angles_Grid", _table("Zenith", zenith), _table("Azimuth", azimuth % 360)),
        _node(
            "Mean_Sun_Angle",
            _text("ZENITH_ANGLE", f"{90 - scene.sun_elevation_deg:.12f}", unit="deg"),
            _text("AZIMUTH_ANGLE", f"{float(middle_azimuth) % 360:.12f}", unit="deg"),
        ),
        metadataLevel="Standard",
    )


def _table(name: str, degrees: Floats | np.ndarray) -> ElementTree.Element:
    rows = [_text("VALUES", " ".join(f"{value:.4f}" for value in row)) for row in degrees]
    return _node(
        name,
        _text("COL_STEP", str(_ANGLES_M), unit="m"),
        _text("ROW_STEP", str(_ANGLES_M), unit="m"),
        _node("Values_List", *rows),
    )


def _baseline(scene: HighresScene) -> str:
    digits = scene.scene_id.split("_")[4].removeprefix("N")
    return f"{digits[:2]}.{digits[2:]}"


def _tile_id(scene: HighresScene, granule: str) -> str:
    mission, time = scene.scene_id.split("_")[1], granule.split("_")[-1]
    tile = granule.split("_")[1]
    return f"{mission}_OPER_MSI_L1C_TL_SIM__{time}_A028000_{tile}_N{_baseline(scene)}"


def _datastrip(scene: HighresScene) -> str:
    mission, time = scene.scene_id.split("_")[1], scene.scene_id.split("_")[3]
    return f"{mission}_OPER_MSI_L1C_DS_SIM__{time}_S{time}_N{_baseline(scene)}"


def _document(root: str, schema: str, *children: ElementTree.Element) -> str:
    top = _node(root, *children, **{"xmlns:n1": schema})
    ElementTree.indent(top)
    return ElementTree.tostring(top, encoding="unicode", xml_declaration=True)


def _node(name: str, *children: ElementTree.Element, **attributes: str) -> ElementTree.Element:
    element = ElementTree.Element(name, attributes)
    element.extend(children)
    return element


def _text(name: str, text: str, **attributes: str) -> ElementTree.Element:
    element = ElementTree.Element(name, attributes)
    element.text = text
    return element
