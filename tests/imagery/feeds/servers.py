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
    """The area API with `data_availability` and `mapkey_status`."""

    def __init__(self, fires: list[Fire], today: date, nrt_from: date) -> None:
        super().__init__()
        self.fires = fires
        self.most_days = 5
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
        rows = [
            f"{fire.lat:.5f},{fire.lon:.5f},331.2,0.4,0.36,{fire.day},{fire.clock},"
            f"{SATELLITES[group]},{group.split('_')[0]},{'75' if group == 'MODIS' else 'n'},"
            f"{version},295.1,4.2,D"
            for fire in self.fires
            if fire.group == group
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
