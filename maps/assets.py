"""What the page carries inside itself, and the policy that keeps everything else out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files

import jinja2
from markupsafe import Markup

_LEAFLET = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet"
_SYNC = "https://cdn.jsdelivr.net/gh/jieter/Leaflet.Sync/L.Map.Sync.min.js"
_PNG = b"\x89PNG"
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
POLICY_MARK = "<!--content-security-policy-->"


@cache
def own_text(name: str) -> str:
    """Return a text file of this package."""
    return files("maps").joinpath(name).read_text(encoding="utf-8")


@cache
def template(name: str) -> jinja2.Template:
    """Return a page template of this package; what is put into it is escaped."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(own_text(name))


@cache
def leaflet_script() -> Markup:
    """Return Leaflet's code without the pointer to its source map, which would be fetched."""
    from offlinefolium.elements import _res

    return Markup(_SOURCE_MAP.sub("", _res[f"{_LEAFLET}.js"]))


@cache
def leaflet_style() -> Markup:
    """Return Leaflet's style sheet; its pictures are inside as data."""
    from offlinefolium.elements import _res

    return Markup(_res[f"{_LEAFLET}.css"])


@cache
def sync_script() -> Markup:
    """Return Leaflet.Sync, which keeps two maps on the same place."""
    from offlinefolium.elements import _res

    return Markup(_SOURCE_MAP.sub("", _res[_SYNC]))


def json_for_html(value: object) -> str:
    """Return JSON that can stand inside a script element: no ``<`` can end it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def data_uri(picture: bytes) -> str:
    """Return a PNG or JPEG as text that stands in the page itself."""
    kind = "png" if picture.startswith(_PNG) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def with_policy(html: str, image_hosts: Sequence[str] = ()) -> str:
    """Put a Content-Security-Policy into a page that lets exactly its own scripts run.

    Parameters
    ----------
    image_hosts
        Origins that pictures may come from besides the page itself; none by default.
    """
    hashes = " ".join(f"'sha256-{digest}'" for digest in script_hashes(html))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        f"img-src {' '.join(('data:', *image_hosts))}; base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace(POLICY_MARK, meta, 1)


def script_hashes(html: str) -> list[str]:
    """Return the base64 SHA-256 of every script of a page, in order; data blocks are no scripts."""
    parser = _Scripts()
    parser.feed(html)
    return [
        base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in parser.found
    ]


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and "type" not in dict(attrs)
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data
