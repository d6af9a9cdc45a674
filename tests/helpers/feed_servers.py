"""Services on the loopback that answer, and misbehave, as FIRMS and Sentinel Hub do."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "0123456789abcdef0123456789abcdef"


@dataclass
class Answer:
    """What goes back.

    `cut` sends fewer bytes than announced; `silent_s` waits first, until the server stops.
    """

    body: bytes
    status: int = 200
    kind: str = "text/csv"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    announced: bool = True
    silent_s: float = 0.0


@dataclass
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Loopback:
    """A server of one service; faults wait in a queue for each of its endpoints."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Asked]] = []
        self.faults: dict[str, deque[Answer]] = defaultdict(deque)
        self.stopped = threading.Event()
        self.url = ""

    def count(self, endpoint: str) -> int:
        return sum(name == endpoint for name, _ in self.asked)

    def of(self, endpoint: str) -> list[Asked]:
        return [asked for name, asked in self.asked if name == endpoint]

    def fail(self, endpoint: str, *answers: Answer) -> None:
        """Give these answers to the next requests of an endpoint."""
        self.faults[endpoint].extend(answers)

    def endpoint(self, asked: Asked) -> str:
        raise NotImplementedError

    def answer(self, endpoint: str, asked: Asked) -> Answer:
        raise NotImplementedError

    def reply(self, asked: Asked) -> Answer:
        endpoint = self.endpoint(asked)
        self.asked.append((endpoint, asked))
        if self.faults[endpoint]:
            return self.faults[endpoint].popleft()
        return self.answer(endpoint, asked)

    @contextmanager
    def running(self) -> Iterator[Loopback]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                parts = urlsplit(self.path)
                asked = Asked(
                    self.command,
                    parts.path,
                    parse_qs(parts.query),
                    dict(self.headers.items()),
                    self.rfile.read(length),
                )
                answer = service.reply(asked)
                if answer.silent_s:
                    service.stopped.wait(answer.silent_s)
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.announced:
                    self.send_header("Content-Length", str(len(answer.body)))
                if answer.cut is not None or not answer.announced:
                    self.send_header("Connection", "close")
                    self.close_connection = True
                self.end_headers()
                self.wfile.write(answer.body[: answer.cut])

            def log_message(self, *_arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopped.set()
            server.shutdown()
            server.server_close()
            thread.join()


VIIRS_HEADING = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)
MODIS_HEADING = (
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_t31,frp,daynight"
)
SATELLITES = {"VIIRS_SNPP": "N", "VIIRS_NOAA20": "N20", "VIIRS_NOAA21": "N21", "MODIS": "Terra"}
SENTENCES = {
    "key": "Invalid MAP_KEY.",
    "quota": "Exceeding allowed transaction limit.",
    "days": "Invalid day range. Expects [1..5].",
}


@dataclass(frozen=True)
class Fire:
    """A fire point that FIRMS knows: group of the source, UTC day and minute, place."""

    group: str
    day: date
    clock: str
    lat: float
    lon: float


class Firms(Loopback):
    """The area API with `data_availability` and `mapkey_status`.

    It knows `fires` and a gas flare that burns every day, but nothing of `lost` days.
    """

    def __init__(self, fires: list[Fire], today: date, nrt_from: date) -> None:
        super().__init__()
        self.fires = fires
        self.most_days = 5
        self.lost: set[date] = set()
        self.limit, self.used = 5000, 0
        self.there = {}
        for group in SATELLITES:
            self.there[f"{group}_NRT"] = (nrt_from, today)
            self.there[f"{group}_SP"] = (date(2012, 1, 20), nrt_from - timedelta(days=1))

    def endpoint(self, asked: Asked) -> str:
        for name in ("area", "data_availability", "mapkey_status"):
            if name in asked.path:
                return name
        return "unknown"

    def answer(self, endpoint: str, asked: Asked) -> Answer:
        return {
            "area": self.area,
            "data_availability": self.availability,
            "mapkey_status": self.status,
        }.get(endpoint, lambda _asked: sentence("Invalid API call.", 400))(asked)

    def area(self, asked: Asked) -> Answer:
        key, source, box, days, first = asked.path.split("/")[4:9]
        if key != KEY:
            return sentence(SENTENCES["key"], 400)
        if not 1 <= int(days) <= self.most_days:
            return sentence(f"Invalid day range. Expects [1..{self.most_days}].", 400)
        self.used += int(days)
        return Answer(self.table(source, box, date.fromisoformat(first), int(days)))

    def table(self, source: str, box: str, first: date, days: int) -> bytes:
        west, south, east, north = (float(side) for side in box.split(","))
        group, _, level = source.rpartition("_")
        heading = MODIS_HEADING if group == "MODIS" else VIIRS_HEADING
        version = {"MODIS": "6.1", "VIIRS": "2.0"}[group.split("_")[0]]
        version = f"{version}NRT" if level == "NRT" else {"6.1": "61.03", "2.0": "2"}[version]
        flares = [
            Fire(group, first + timedelta(days=number), "2210", 29.5, 47.9)
            for number in range(days)
        ]
        rows = [
            f"{fire.lat:.5f},{fire.lon:.5f},331.2,0.4,0.36,{fire.day},{fire.clock},"
            f"{SATELLITES[group]},{group.split('_')[0]},{'75' if group == 'MODIS' else 'n'},"
            f"{version},295.1,4.2,D"
            for fire in [*self.fires, *flares]
            if fire.group == group
            and fire.day not in self.lost
            and first <= fire.day < first + timedelta(days=days)
            and west <= fire.lon <= east
            and south <= fire.lat <= north
        ]
        return "\n".join([heading, *rows, ""]).encode()

    def availability(self, asked: Asked) -> Answer:
        if asked.path.split("/")[4] != KEY:
            return sentence(SENTENCES["key"], 403)
        rows = [f"{name},{first},{last}" for name, (first, last) in self.there.items()]
        return Answer("\n".join(["data_id,min_date,max_date", *rows, ""]).encode())

    def status(self, asked: Asked) -> Answer:
        said = {
            "transaction_limit": self.limit,
            "current_transactions": self.used,
            "transaction_interval": "10 minutes",
        }
        return Answer(json.dumps(said).encode(), kind="application/json")


def sentence(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, "text/plain;charset=UTF-8")


class Naps:
    """Waits no one sits through: they are written down, and may change the service."""

    def __init__(self, during: Callable[[float], None] = lambda _seconds: None) -> None:
        self.seconds: list[float] = []
        self._during = during

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._during(seconds)


CLIENT_ID, CLIENT_SECRET = "sh-0123-client", "s3cret-of-the-client"
CLEAR_LAND = 21_824
"""QA_PIXEL of Landsat Collection 2 for clear land."""


def pattern(layer: int, column: Any, line: Any) -> Any:
    """Return the number of a band at a pixel counted from the origin of the coordinates."""
    return 1000 + (column * 7 + line * 13 + layer * 101) % 5000


@dataclass
class Scene:
    """An item of the catalogue; `bbox` in degrees."""

    name: str
    platform: str
    when: str
    cloud: float | None
    bbox: tuple[float, float, float, float]

    def feature(self, collection: str) -> dict[str, Any]:
        said: dict[str, Any] = {"datetime": self.when, "platform": self.platform}
        if self.cloud is not None:
            said["eo:cloud_cover"] = self.cloud
        return {
            "type": "Feature",
            "id": self.name,
            "collection": collection,
            "bbox": list(self.bbox),
            "properties": said,
        }


class Hub(Loopback):
    """Token, catalogue with pages, and process of Sentinel Hub."""

    def __init__(self, scenes: dict[str, list[Scene]], page: int = 2) -> None:
        super().__init__()
        self.scenes = scenes
        self.page = page
        self.tokens: list[str] = []
        self.valid: set[str] = set()
        self.lasts_s = 3600

    @property
    def token_url(self) -> str:
        return f"{self.url}/auth/token"

    def endpoint(self, asked: Asked) -> str:
        ends = {"/auth/token": "token", "/api/v1/process": "process"}
        return ends.get(asked.path, "catalogue" if asked.path.endswith("/search") else "unknown")

    def answer(self, endpoint: str, asked: Asked) -> Answer:
        if endpoint == "token":
            return self.token(asked)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.valid:
            return refusal(401, "You are not authorized! Please provide a valid access token")
        return self.search(asked) if endpoint == "catalogue" else self.process(asked)

    def token(self, asked: Asked) -> Answer:
        said = parse_qs(asked.body.decode())
        if (said["client_id"], said["client_secret"]) != ([CLIENT_ID], [CLIENT_SECRET]):
            return as_json({"error": "invalid_client", "error_description": "no"}, 401)
        token = f"token-{len(self.tokens) + 1}"
        self.tokens.append(token)
        self.valid.add(token)
        return as_json({"access_token": token, "expires_in": self.lasts_s, "token_type": "Bearer"})

    def expire(self) -> None:
        self.valid.clear()

    def search(self, asked: Asked) -> Answer:
        wanted = asked.json()
        (collection,) = wanted["collections"]
        first, last = wanted["datetime"].split("/")
        west, south, east, north = wanted["bbox"]
        found = [
            scene.feature(collection)
            for scene in self.scenes.get(collection, [])
            if first <= scene.when <= last
            and scene.bbox[0] <= east
            and scene.bbox[2] >= west
            and scene.bbox[1] <= north
            and scene.bbox[3] >= south
        ]
        start = int(wanted.get("next", 0))
        context: dict[str, Any] = {"limit": self.page}
        if start + self.page < len(found):
            context["next"] = start + self.page
        features = found[start : start + self.page]
        return as_json({"type": "FeatureCollection", "features": features, "context": context})

    def process(self, asked: Asked) -> Answer:
        return Answer(image_for(asked.json()), kind="image/tiff")


def image_for(wanted: Any, data: bool = True) -> bytes:
    """Return the TIFF that a process request asks for, or one without data."""
    import numpy as np
    from rasterio.io import MemoryFile
    from rasterio.transform import Affine

    bounds, output = wanted["input"]["bounds"], wanted["output"]
    west, _, _, north = bounds["bbox"]
    columns, lines = output["width"], output["height"]
    landsat = wanted["input"]["data"][0]["type"].startswith("landsat")
    step = 30 if landsat else 20
    column = np.arange(columns) + int(west // step)
    line = np.arange(lines)[:, None] - int(north // step)
    layers = [pattern(layer, column, line) for layer in range(7)]
    if landsat:
        layers.append(np.full((lines, columns), CLEAR_LAND))
    profile = {
        "driver": "GTiff",
        "dtype": "uint16",
        "count": len(layers),
        "height": lines,
        "width": columns,
        "crs": bounds["properties"]["crs"].replace(
            "http://www.opengis.net/def/crs/EPSG/0/", "EPSG:"
        ),
        "transform": Affine(step, 0, west, 0, -step, north),
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as image:
            image.write((np.stack(layers) * data).astype(np.uint16))
        return bytes(memory.read())


def as_json(document: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(document).encode(), status, "application/json")


def refusal(status: int, message: str, **headers: str) -> Answer:
    """Return an error in the words of Sentinel Hub."""
    error = {"status": status, "reason": "…", "message": message, "code": "COMMON_EXCEPTION"}
    return Answer(
        json.dumps({"error": error}).encode(), status, "application/json", headers=headers
    )
