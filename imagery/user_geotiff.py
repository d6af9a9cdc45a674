"""Opening a GeoTIFF that the user names in the settings: land cover, elevation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from imagery.libraries import needed_for
from imagery.reading import unreadable

if TYPE_CHECKING:
    import rasterio

_LAYOUT = "GTiff"


@contextmanager
def opened_geotiff(path: Path, refused: str) -> Iterator[rasterio.DatasetReader]:
    """Open a raster; whatever its library refuses is told as an error about the file.

    Parameters
    ----------
    refused
        Key of the text that says so.

    Raises
    ------
    UnreadableFileError
        If there is no such file, it is no readable GeoTIFF, or rasterio is not installed.
    """
    with needed_for(path):
        import rasterio
        from rasterio.errors import RasterioError

    if not path.is_file():
        raise unreadable(path, "unopened")
    try:
        with rasterio.open(path, driver=_LAYOUT) as raster:
            yield raster
    except RasterioError as error:
        raise unreadable(path, refused, found=str(error)) from error
