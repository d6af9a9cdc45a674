"""A map page read back: its tags, texts and scripts, and the points inside it as tables."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd

_STEPS = {"lon": 1e5, "lat": 1e5, "frp": 10, "scan": 100, "track": 100, "finding_ha": 100}
_UNKNOWN_IS_MINUS_ONE = ("frp", "scan", "track", "finding_ha")


class Document(HTMLParser):
    """Tags, attributes, texts outside scripts and JSON blocks of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self.blocks: dict[str, Any] = {}
        self.rows: list[list[str]] = []
        self._open: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs))
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        self._open = ("", {})

    def handle_data(self, data: str) -> None:
        tag, attributes = self._open
        if tag == "script" and attributes.get("type") == "application/json":
            self.blocks[str(attributes["id"])] = json.loads(data)
        elif tag == "script":
            self.scripts.append(data)
        elif tag != "style":
            self.text += data
            if self.rows and data.strip():
                self.rows[-1].append(data.strip())


def points_in(document: Document, season: str = "now") -> pd.DataFrame:
    """Return the points of one season as the page has them, in plain units."""
    block = document.blocks["data-points"][season]
    columns: dict[str, Any] = {}
    for name, column in block.items():
        if name == "count":
            continue
        if isinstance(column, list):
            columns[name] = column
        elif "codes" in column:
            columns[name] = np.array(column["words"], dtype=object)[_array(column["codes"])]
        else:
            columns[name] = _array(column)
    table = pd.DataFrame(columns)
    for name, steps in _STEPS.items():
        plain = table[name] / steps
        table[name] = plain.where(table[name] >= 0) if name in _UNKNOWN_IS_MINUS_ONE else plain
    assert len(table) == block["count"]
    return table


def _array(column: dict[str, str]) -> np.ndarray:
    kind = {"i4": "<i4", "i2": "<i2", "u1": "u1"}[column["type"]]
    return np.frombuffer(base64.b64decode(column["base64"]), dtype=kind)
