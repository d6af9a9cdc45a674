"""Metadata of simulated Landsat folders: the MTL of Collections 1 and 2, as text, JSON and XML.

Groups and names after the Landsat 8-9 Collection 2 Level-1 Data Format Control Book (LSDS-1822)
and Collection 1's (LSDS-809), and real files of both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias
from xml.etree import ElementTree

import numpy as np

from firewatch.simulate.highres_bands import BANDS, earth_sun_distance_au
from firewatch.simulate.highres_places import zone_of
from imagery.highres.products import OLI_ADD, OLI_BANDS, OLI_FULL, OLI_MULT
from imagery.highres.scene import Ground, HighresScene
from imagery.sun import solar_angles_deg

ORIGIN = "SIMULATED by firewatch; nobody measured this"
_CORNERS = (("UL", 0, 0), ("UR", 0, 1), ("LL", 1, 0), ("LR", 1, 1))


@dataclass(frozen=True)
class Plain:
    """A value that stands in the MTL without quotation marks, as written here."""

    text: str


Value: TypeAlias = str | int | Plain
Values: TypeAlias = dict[str, Value]
Groups: TypeAlias = dict[str, Values]


def mtl_groups(scene: HighresScene, files: Mapping[str, str], collection: int) -> Groups:
    """Return the groups of an MTL and their values.

    Parameters
    ----------
    files
        File names by MTL key.
    collection
        1 or 2.
    """
    parts = _Parts(scene, collection)
    return parts.second(files) if collection == 2 else parts.first(files)


@dataclass(frozen=True)
class _Parts:
    """The values that both collections share, under the same names."""

    scene: HighresScene
    collection: int

    def second(self, files: Mapping[str, str]) -> Groups:
        about: Values = {
            "PROCESSING_LEVEL": "L1TP",
            "COLLECTION_NUMBER": Plain("02"),
            "COLLECTION_CATEGORY": "T1",
            "OUTPUT_FORMAT": "GEOTIFF",
        }
        image = self._image()
        return {
            "PRODUCT_CONTENTS": {
                "ORIGIN": ORIGIN, "LANDSAT_PRODUCT_ID": self.scene.scene_id, **about, **files,
            },
            "IMAGE_ATTRIBUTES": {**self._pass(), **image, **self._sun()},
            "PROJECTION_ATTRIBUTES": {**self._projection(), **self._size(), **self._corners()},
            "LEVEL1_PROCESSING_RECORD": {
                "ORIGIN": ORIGIN, **self._identity(), **about, **self._made(), **files,
            },
            "LEVEL1_MIN_MAX_RADIANCE": self._limits("RADIANCE"),
            "LEVEL1_MIN_MAX_REFLECTANCE": self._limits("REFLECTANCE"),
            "LEVEL1_MIN_MAX_PIXEL_VALUE": self._numbers(),
            "LEVEL1_RADIOMETRIC_RESCALING": self._rescaling(),
            "LEVEL1_PROJECTION_PARAMETERS": self._projection(),
        }  # fmt: skip

    def first(self, files: Mapping[str, str]) -> Groups:
        return {
            "METADATA_FILE_INFO": {
                "ORIGIN": ORIGIN, **self._identity(), "COLLECTION_NUMBER": Plain("01"),
                "FILE_DATE": Plain(f"{self._moment:%Y-%m-%dT%H:%M:%SZ}"),
                "PROCESSING_SOFTWARE_VERSION": "firewatch",
            },
            "PRODUCT_METADATA": {
                "DATA_TYPE": "L1TP", "COLLECTION_CATEGORY": "T1", "OUTPUT_FORMAT": "GEOTIFF",
                **self._pass(), **self._corners(), **self._size(), **files,
            },
            "IMAGE_ATTRIBUTES": {**self._image(), **self._sun()},
            "MIN_MAX_RADIANCE": self._limits("RADIANCE"),
            "MIN_MAX_REFLECTANCE": self._limits("REFLECTANCE"),
            "MIN_MAX_PIXEL_VALUE": self._numbers(),
            "RADIOMETRIC_RESCALING": self._rescaling(),
            "PROJECTION_PARAMETERS": self._projection(),
        }  # fmt: skip

    @property
    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.scene.acquired_utc_s, UTC)

    def _identity(self) -> Values:
        path_row = self._path_row()
        satellite = self.scene.platform[-1]
        return {
            "LANDSAT_SCENE_ID": f"LC{satellite}{path_row}{self._moment:%Y%j}SIM00",
            "LANDSAT_PRODUCT_ID": self.scene.scene_id,
        }

    def _path_row(self) -> str:
        return self.scene.scene_id.split("_L1TP_")[1][:6]

    def _pass(self) -> Values:
        path, row = int(self._path_row()[:3]), int(self._path_row()[3:])
        return {
            "SPACECRAFT_ID": f"LANDSAT_{self.scene.platform[-1]}", "SENSOR_ID": "OLI_TIRS",
            "WRS_PATH": path, "WRS_ROW": row, "NADIR_OFFNADIR": "NADIR",
            "TARGET_WRS_PATH": path, "TARGET_WRS_ROW": row,
            "DATE_ACQUIRED": Plain(f"{self._moment:%Y-%m-%d}"),
            "SCENE_CENTER_TIME": f"{self._moment:%H:%M:%S}.0000000Z",
        }  # fmt: skip

    def _image(self) -> Values:
        share = cloud_pct(self.scene)
        full: Values = {
            f"SATURATION_BAND_{OLI_BANDS[role]}": "Y" if (stored == OLI_FULL).any() else "N"
            for role, stored in self.scene.numbers.items()
        }
        return {"CLOUD_COVER": Plain(f"{share:.2f}"), "IMAGE_QUALITY_OLI": 9, **full}

    def _sun(self) -> Values:
        scene = self.scene
        _, azimuth = solar_angles_deg(scene.acquired_utc_s, *scene.grid.middle())
        distance = earth_sun_distance_au(scene.acquired_utc_s)
        return {
            "SUN_AZIMUTH": Plain(f"{float(azimuth):.8f}"),
            "SUN_ELEVATION": Plain(f"{scene.sun_elevation_deg:.8f}"),
            "EARTH_SUN_DISTANCE": Plain(f"{distance:.7f}"),
        }

    def _projection(self) -> Values:
        return {
            "MAP_PROJECTION": "UTM", "DATUM": "WGS84", "ELLIPSOID": "WGS84",
            "UTM_ZONE": zone_of(self.scene.grid), "GRID_CELL_SIZE_REFLECTIVE": Plain("30.00"),
            "ORIENTATION": "NORTH_UP",
        }  # fmt: skip

    def _size(self) -> Values:
        grid = self.scene.grid
        return {"REFLECTIVE_LINES": grid.lines, "REFLECTIVE_SAMPLES": grid.columns}

    def _corners(self) -> Values:
        """Return places of the middles of the corner pixels."""
        grid = self.scene.grid
        a, _, c, _, e, f = grid.transform
        degrees: Values = {}
        metres: Values = {}
        for name, down, right in _CORNERS:
            line = 0.5 + down * (grid.lines - 1)
            column = 0.5 + right * (grid.columns - 1)
            lon, lat = grid.lon_lat(line, column)
            degrees[f"CORNER_{name}_LAT_PRODUCT"] = Plain(f"{float(lat):.5f}")
            degrees[f"CORNER_{name}_LON_PRODUCT"] = Plain(f"{float(lon):.5f}")
            metres[f"CORNER_{name}_PROJECTION_X_PRODUCT"] = Plain(f"{a * column + c:.3f}")
            metres[f"CORNER_{name}_PROJECTION_Y_PRODUCT"] = Plain(f"{e * line + f:.3f}")
        return degrees | metres

    def _made(self) -> Values:
        return {
            "DATE_PRODUCT_GENERATED": Plain(f"{self._moment:%Y-%m-%dT%H:%M:%SZ}"),
            "PROCESSING_SOFTWARE_VERSION": "firewatch",
        }

    def _scales(self, kind: str) -> dict[int, tuple[float, float]]:
        """Return (mult, add) of each band's number: REFLECTANCE, or RADIANCE."""
        distance = earth_sun_distance_au(self.scene.acquired_utc_s)
        factors = {
            OLI_BANDS[band.role]: band.sun / (np.pi * distance**2) if kind == "RADIANCE" else 1.0
            for band in BANDS["OLI"]
        }
        return {number: (OLI_MULT * each, OLI_ADD * each) for number, each in factors.items()}

    def _limits(self, kind: str) -> Values:
        digits = 5 if kind == "RADIANCE" else 6
        limits: Values = {}
        for number, (mult, add) in self._scales(kind).items():
            for name, stored in (("MAXIMUM", OLI_FULL), ("MINIMUM", 1)):
                value = Plain(f"{mult * stored + add:.{digits}f}")
                limits[f"{kind}_{name}_BAND_{number}"] = value
        return limits

    def _numbers(self) -> Values:
        names = (("MAX", OLI_FULL), ("MIN", 1))
        return {
            f"QUANTIZE_CAL_{name}_BAND_{band}": value
            for band in OLI_BANDS.values()
            for name, value in names
        }

    def _rescaling(self) -> Values:
        values: Values = {}
        for kind, digits in (("RADIANCE", 5), ("REFLECTANCE", 6)):
            scales = self._scales(kind).items()
            values |= {f"{kind}_MULT_BAND_{n}": Plain(f"{mult:.4E}") for n, (mult, _) in scales}
            values |= {f"{kind}_ADD_BAND_{n}": Plain(f"{add:.{digits}f}") for n, (_, add) in scales}
        return values


def cloud_pct(scene: HighresScene) -> float:
    """Return the share of a scene's pixels with data that is cloud, percent."""
    seen = int(scene.has_data.sum())
    return 100.0 * int((scene.ground == Ground.CLOUD).sum()) / seen if seen else 0.0


def as_text(groups: Groups, root: str) -> str:
    """Return an MTL as text: what is no number or date in quotation marks."""
    lines = [f"GROUP = {root}"]
    for group, values in groups.items():
        lines.append(f"  GROUP = {group}")
        for name, value in values.items():
            quoted = f'"{value}"' if isinstance(value, str) else _plain(value)
            lines.append(f"    {name} = {quoted}")
        lines.append(f"  END_GROUP = {group}")
    return "\n".join([*lines, f"END_GROUP = {root}", "END", ""])


def as_json(groups: Groups, root: str) -> str:
    """Return an MTL as JSON: every value a text."""
    texts = {
        group: {name: _plain(value) for name, value in values.items()}
        for group, values in groups.items()
    }
    return json.dumps({root: texts}, indent=2)


def as_xml(groups: Groups, root: str) -> str:
    """Return an MTL as XML."""
    top = ElementTree.Element(root)
    for group, values in groups.items():
        node = ElementTree.SubElement(top, group)
        for name, value in values.items():
            ElementTree.SubElement(node, name).text = _plain(value)
    ElementTree.indent(top)
    return ElementTree.tostring(top, encoding="unicode", xml_declaration=True)


def _plain(value: Value) -> str:
    return value.text if isinstance(value, Plain) else str(value)
