"""Scenes of Sentinel-2 and Landsat from Sentinel Hub or the Copernicus Data Space."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from firewatch.core.files import atomic_path, short_hash
from firewatch.core.geo import Extent
from imagery.feeds.errors import feed_error, need
from imagery.feeds.hub_catalogue import OVERPASS_GAP_S, item_of, offers_of
from imagery.feeds.hub_requests import (
    NUMBERS,
    PRODUCTS,
    Product,
    Tile,
    cost_pu,
    data_input,
    evalscript,
    grid_over,
    tiles_of,
)
from imagery.feeds.hub_services import SentinelHubSettings, service_of
from imagery.feeds.offers import Offer, SceneSource, nearest_offers, nothing_found
from imagery.feeds.web import IncompleteAnswer, Sleep
from imagery.highres.clouds import tested_ground
from imagery.highres.geotiff import geotiff_files, read_geotiff, write_scene
from imagery.highres.grid import Grid
from imagery.highres.quality import QA_PIXEL, ground_of_flags
from imagery.highres.scene import HighresScene, Numbers
from imagery.reading import OutsideRegionError
from imagery.sun import solar_angles_deg

if TYPE_CHECKING:
    from rasterio.io import MemoryFile
    from sentinelhub.config import SHConfig

    from imagery.feeds.hub_client import HubClient

__all__ = [
    "Offer",
    "SceneSource",
    "SentinelHubSettings",
    "SentinelHubSource",
    "nearest_offers",
    "nothing_found",
    "sentinel_hub",
]

_PAGE = 100
_PARTS = ".parts"

TileDone = Callable[[int, int], None]


class SentinelHubSource:
    """The scenes of a Sentinel Hub; a `SceneSource` that keeps what it fetched.

    Parameters
    ----------
    folder
        Where scenes are kept, one GeoTIFF each.
    sleep
        Waits for some seconds.
    progress
        Called after each tile of a scene with how many of how many are done.
    """

    def __init__(
        self,
        settings: SentinelHubSettings,
        folder: Path,
        sleep: Sleep = time.sleep,
        progress: TileDone = lambda _done, _total: None,
    ) -> None:
        self._settings = settings
        self._service = service_of(settings)
        self._folder = folder
        self._sleep = sleep
        self._progress = progress
        self._clients: dict[str, HubClient] = {}

    def search(
        self, extent: Extent, first_s: int, last_s: int, max_cloud_pct: float = 100
    ) -> list[Offer]:
        """Return the scenes that meet a box in a closed interval of UTC epoch seconds, by time.

        Tiles of one overpass are one scene.

        Raises
        ------
        FeedError
            If the service refuses or cannot be reached.
        """
        found = [
            offer
            for collection in self._settings.collections
            for offer in self._catalogue(collection, extent, first_s, last_s)
            if not offer.cloud_pct > max_cloud_pct
        ]
        return sorted(found, key=lambda offer: (offer.acquired_utc_s, offer.scene_id))

    def scene(self, offer: Offer, extent: Extent) -> HighresScene:
        """Return the part of a scene over a box, from the folder or from the service.

        Raises
        ------
        FeedError
            If the service refuses or cannot be reached; tiles that came before are not fetched
            again.
        OutsideRegionError
            If the scene has no data over the box.
        """
        path = self.path_of(offer, extent)
        if not path.is_file():
            write_scene(self._fetched(offer, extent), path)
            self._clear_parts(offer, extent)
        files = geotiff_files(path)
        assert files is not None
        return read_geotiff(files, None, None)

    def path_of(self, offer: Offer, extent: Extent) -> Path:
        """Return where the part of a scene over a box is kept, or would be."""
        grid = grid_over(PRODUCTS[offer.collection], extent)
        name = re.sub(r"[^A-Za-z0-9_.-]", "-", offer.scene_id)
        return self._folder / f"{name}_{self._mark(offer, grid)}.tif"

    def cost_pu(self, offer: Offer, extent: Extent) -> float:
        """Return the processing units that a scene would cost; 0 if it is in the folder."""
        if self.path_of(offer, extent).is_file():
            return 0.0
        product = PRODUCTS[offer.collection]
        return cost_pu(product, grid_over(product, extent))

    @cached_property
    def _config(self) -> SHConfig:
        from imagery.feeds.hub_client import config_of

        return config_of(self._settings)

    def _client(self, collection: str) -> HubClient:
        """Return the client for a collection's address; one session serves all."""
        need("sentinelhub")
        from imagery.feeds.hub_client import HubClient

        config = self._config.copy()
        if config.sh_base_url == self._service.url:
            config.sh_base_url = self._service.url_of(collection)
        address = config.sh_base_url
        if address not in self._clients:
            client = HubClient(config, self._service, self._settings.patience, self._sleep)
            for other in self._clients.values():
                client.session = other.session
            self._clients[address] = client
        return self._clients[address]

    def _catalogue(self, collection: str, extent: Extent, first_s: int, last_s: int) -> list[Offer]:
        client = self._client(collection)
        from sentinelhub.api.catalog import SentinelHubCatalog
        from sentinelhub.constants import CRS
        from sentinelhub.geometry import BBox

        catalogue = SentinelHubCatalog(config=client.config)
        catalogue.client = client
        box = BBox((extent.west, extent.south, extent.east, extent.north), CRS.WGS84)
        period = (_iso(first_s), _iso(last_s))
        features = catalogue.search(collection, bbox=box, time=period, limit=_PAGE)
        try:
            items = [item_of(feature) for feature in features]
        except (KeyError, TypeError, ValueError) as error:
            raise self._odd(repr(error)) from None
        return offers_of([item for item in items if item is not None], collection, extent)

    def _fetched(self, offer: Offer, extent: Extent) -> HighresScene:
        product = PRODUCTS[offer.collection]
        grid = grid_over(product, extent)
        layers = np.zeros((product.layers, *grid.shape), dtype=np.uint16)
        tiles = tiles_of(grid)
        for number, tile in enumerate(tiles, 1):
            lines = slice(tile.line0, tile.line0 + tile.grid.lines)
            columns = slice(tile.column0, tile.column0 + tile.grid.columns)
            layers[:, lines, columns] = self._tile(offer, product, grid, tile)
            self._progress(number, len(tiles))
        scene = _scene(offer, product, grid, layers)
        if not scene.has_data.any():
            error = feed_error("hub_empty")
            raise OutsideRegionError(error.what, offer.scene_id, error.expected, error.remedy)
        return scene

    def _tile(self, offer: Offer, product: Product, grid: Grid, tile: Tile) -> Numbers:
        part = self._part(offer, grid, tile)
        if part.is_file():
            return _image(part.read_bytes(), product, tile)
        client = self._client(offer.collection)
        request = _process_request(client, offer, product, tile)
        body = client.image(request, lambda body: _check_image(body, product, tile))
        with atomic_path(part) as temporary:
            temporary.write_bytes(body)
        return _image(body, product, tile)

    def _part(self, offer: Offer, grid: Grid, tile: Tile) -> Path:
        # No scene by its name: what looks for scenes in the folder leaves it alone.
        name = f"{self._mark(offer, grid)}_{tile.line0}_{tile.column0}.part"
        return self._folder / _PARTS / name

    def _clear_parts(self, offer: Offer, extent: Extent) -> None:
        grid = grid_over(PRODUCTS[offer.collection], extent)
        for tile in tiles_of(grid):
            self._part(offer, grid, tile).unlink(missing_ok=True)
        parts = self._folder / _PARTS
        if parts.is_dir() and not any(parts.iterdir()):
            parts.rmdir()

    def _mark(self, offer: Offer, grid: Grid) -> str:
        """Tell one window, script and service from another."""
        script = evalscript(PRODUCTS[offer.collection])
        parts = (offer.scene_id, offer.acquired_utc_s, grid, script, self._service.title)
        return short_hash(repr(parts), 10)

    def _odd(self, found: str) -> Exception:
        return feed_error(
            "hub_answer", self._service.title, found, expected_image="STAC FeatureCollection"
        )


def _scene(offer: Offer, product: Product, grid: Grid, layers: Numbers) -> HighresScene:
    numbers = dict(zip(product.roles, layers, strict=False))
    zenith, _ = solar_angles_deg(offer.acquired_utc_s, *grid.middle())
    scene = HighresScene(
        scene_id=offer.scene_id,
        platform=offer.platform,
        sensor=product.sensor,
        acquired_utc_s=offer.acquired_utc_s,
        grid=grid,
        numbers=numbers,
        calibration=dict.fromkeys(product.roles, NUMBERS),
        ground=np.zeros(grid.shape, dtype=np.uint8),
        sun_elevation_deg=round(90.0 - float(zenith), 3),
        sun_corrected=True,
    )
    if product.quality:
        return scene.with_ground(ground_of_flags(layers[len(product.roles)], QA_PIXEL))
    return scene.with_ground(tested_ground(scene, layers[0] != NUMBERS.fill))


def _process_request(client: HubClient, offer: Offer, product: Product, tile: Tile) -> Any:
    from sentinelhub.api.process import SentinelHubRequest
    from sentinelhub.constants import CRS, MimeType
    from sentinelhub.geometry import BBox

    moment = offer.acquired_utc_s
    first, last = _iso(moment - 2 * OVERPASS_GAP_S), _iso(moment + 2 * OVERPASS_GAP_S)
    request = SentinelHubRequest(
        evalscript=evalscript(product),
        input_data=[data_input(product, first, last)],
        responses=[SentinelHubRequest.output_response("default", MimeType.TIFF)],
        bbox=BBox(tile.bounds_m(), CRS(tile.grid.crs.removeprefix("EPSG:"))),
        size=(tile.grid.columns, tile.grid.lines),
        config=client.config,
    )
    return request.download_list[0]


def _check_image(body: bytes, product: Product, tile: Tile) -> None:
    _image(body, product, tile)


def _image(body: bytes, product: Product, tile: Tile) -> Numbers:
    """Return (layers, lines, columns) of an answer.

    Raises
    ------
    IncompleteAnswer
        If it is no such image, or breaks off.
    """
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.io import MemoryFile

    try:
        with warnings.catch_warnings(), MemoryFile(body) as memory:
            # Its place is the one that was asked for.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            return _layers(memory, product, tile)
    except RasterioError:
        raise IncompleteAnswer from None


def _layers(memory: MemoryFile, product: Product, tile: Tile) -> Numbers:
    with memory.open() as image:
        found = (image.count, *image.shape)
        if image.dtypes[0] != "uint16" or found != (product.layers, *tile.grid.shape):
            raise IncompleteAnswer
        layers: Numbers = image.read()
        return layers


def _iso(epoch_s: int) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sentinel_hub(
    settings: SentinelHubSettings,
    folder: Path,
    sleep: Sleep = time.sleep,
    progress: TileDone = lambda _done, _total: None,
) -> SentinelHubSource:
    """Return the service as a source of scenes, which are kept in a folder."""
    return SentinelHubSource(settings, folder, sleep, progress)
