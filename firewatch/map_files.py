"""The files that `map` writes: the page, pictures, and layers for GIS and globes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firewatch.core.errors import FirewatchError
from firewatch.core.files import make_folder
from firewatch.outputs import Desk, comparison, map_inputs, season_points
from firewatch.reports.kml import SUFFIXES as KML_SUFFIXES
from firewatch.reports.kml import write_kml
from firewatch.reports.map_layers import SUFFIXES as GPKG_SUFFIXES
from firewatch.reports.map_layers import write_map_layers
from firewatch.reports.points_export import write_points
from firewatch.reports.suffixes import suffix_of
from firewatch.views import PUBLIC_COLUMNS, current_points

if TYPE_CHECKING:
    import pandas as pd

    from maps.inputs import MapInputs

GEOJSON_SUFFIXES = (".geojson",)


@dataclass(frozen=True)
class MapFiles:
    """Where each file goes; None for one that is not wanted.

    Parameters
    ----------
    page
        The map as HTML.
    pictures
        Folder for PNG pictures.
    geojson
        The season's fire points.
    gpkg
        Every layer of the map, with styles for QGIS.
    kml
        Fire points and zones as ``.kml`` or ``.kmz``.
    """

    page: Path | None = None
    pictures: Path | None = None
    geojson: Path | None = None
    gpkg: Path | None = None
    kml: Path | None = None

    def files(self) -> dict[str, Path]:
        """Return the wanted files, without the folder of pictures, by the option of each."""
        named = {
            "--out": self.page, "--geojson": self.geojson, "--gpkg": self.gpkg, "--kml": self.kml,
        }  # fmt: skip
        return {option: path for option, path in named.items() if path is not None}

    def check(self) -> None:
        """Raise before any work is done if a suffix names no format.

        Raises
        ------
        UsageError
            Naming the file and the suffixes that would do.
        """
        for path, suffixes in (
            (self.geojson, GEOJSON_SUFFIXES), (self.gpkg, GPKG_SUFFIXES), (self.kml, KML_SUFFIXES),
        ):  # fmt: skip
            if path is not None:
                suffix_of(path, suffixes)


def write_map_files(
    desk: Desk,
    wanted: MapFiles,
    done: Callable[[Path], None],
    *,
    chips: Path | None = None,
    online_tiles: tuple[str, ...] = (),
) -> int:
    """Write the wanted files of the desk's season and return how many fire points it has.

    Parameters
    ----------
    done
        Told of every file as soon as it is whole.
    chips, online_tiles
        See `firewatch.map_data.map_inputs`.
    """
    points = season_points(desk)
    inputs = map_inputs(desk, comparison(desk), points, chips=chips, online_tiles=online_tiles)
    if wanted.page is not None:
        from maps.page import write_map

        write_map(inputs, wanted.page)
        done(wanted.page)
    if wanted.pictures is not None:
        for path in _pictures(inputs, wanted.pictures):
            done(path)
    if wanted.geojson is not None:
        write_points(wanted.geojson, points[PUBLIC_COLUMNS], desk.language)
        done(wanted.geojson)
    if wanted.gpkg is not None:
        write_map_layers(wanted.gpkg, inputs, points, _base_points(desk))
        done(wanted.gpkg)
    if wanted.kml is not None:
        write_kml(wanted.kml, inputs, points)
        done(wanted.kml)
    return len(points)


def _base_points(desk: Desk) -> pd.DataFrame:
    before = desk.calendar.season(desk.start_year - 1)
    with desk.ledger.reading() as connection:
        return current_points(connection, desk.rules, desk.language, before)


def _pictures(inputs: MapInputs, folder: Path) -> list[Path]:
    make_folder(folder)
    try:
        from maps.pictures import write_pictures

        return write_pictures(inputs, folder)
    except ModuleNotFoundError as error:
        raise FirewatchError(
            f"没有安装 {error.name}，不能画图片 / {error.name} is not installed, no pictures",
            remedy="pip install 'firewatch[pictures]'",
        ) from error
