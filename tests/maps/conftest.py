"""What the tests of the map share: inputs, the page they give, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from map_browser import Seen, chromium_alone
from map_region import points_table, region

from maps.inputs import MapInputs
from maps.page import write_map


@pytest.fixture(scope="session")
def make() -> Callable[..., MapInputs]:
    """Return a function that makes map inputs: number of points, then fields to change."""

    def made(count: int = 200, **changes: object) -> MapInputs:
        return region(points_table(count), **changes)

    return made


@pytest.fixture(scope="session")
def inputs(make: Callable[..., MapInputs]) -> MapInputs:
    return make()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium_alone(tmp_path_factory.mktemp("bin")) as browser:
        yield browser


@pytest.fixture(scope="session")
def path(inputs: MapInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(inputs, path)
    return path


@pytest.fixture(scope="module")
def opened(chromium: Any) -> Iterator[Callable[..., Seen]]:
    contexts = []

    def opened(
        path: Path, width: int = 1280, height: int = 860, address: str = "", tile: bytes = b""
    ) -> Seen:
        context = chromium.new_context(
            offline=not tile,
            accept_downloads=True,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
        )
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
        if tile:
            seen.page.route(
                "https://**/*", lambda route: route.fulfill(body=tile, content_type="image/png")
            )
        seen.page.goto(address or path.as_uri())
        seen.page.wait_for_function("() => document.getElementById('fw-counts').dataset.counts")
        return seen

    yield opened
    for context in contexts:
        context.close()
