"""The folium elements of the page: the map, its layers and the document round them.

branca compiles every text that an element hands to its figure as a template once more. Data
therefore never pass through elements: the page holds them as values and writes them itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from branca.element import Figure
from offlinefolium import Map
from offlinefolium.map import Layer

from maps.assets import (
    POLICY_MARK,
    json_for_html,
    leaflet_script,
    leaflet_style,
    own_text,
    sync_script,
    template,
)
from maps.script import page_script


class Page(Figure):
    """The HTML document: head, panel, data blocks and the place where folium puts the map.

    Parameters
    ----------
    panel
        What the panel shows, as ``page.html`` names it.
    blocks
        Element id → data for the page's script, written as JSON.
    """

    _template = template("page.html")

    def __init__(
        self, language: str, title: str, panel: Mapping[str, Any], blocks: Mapping[str, Any]
    ) -> None:
        super().__init__(title=title)
        self._id = "page"
        self.language = language
        self.policy_mark = POLICY_MARK
        self.panel = panel
        self.blocks = {name: json_for_html(block) for name, block in blocks.items()}
        self.styles = (leaflet_style(), own_text("app.css"))
        self.scripts = (leaflet_script(), sync_script(), page_script())
        # The template writes its own charset, before anything else.
        self.header._children.clear()


class FireMap(Map):
    """A folium map without tiles, started by the page's script with the settings block."""

    _template = template("map.html")

    def __init__(self, page: Page) -> None:
        super().__init__(tiles=None, prefer_canvas=True)
        self._id = "firewatch"
        # Leaflet stands in the page already; nothing else that folium brings is used.
        self.default_js, self.default_css = [], []
        self.add_to(page)


class DataLayer(Layer):
    """One layer that the reader can switch, drawn by the page's script from its data block.

    Parameters
    ----------
    key
        Names the layer, its switch in the panel and its block ``data-<key>``.
    role
        How it is drawn (`maps.layers.Role`).
    """

    _template = template("layer.html")

    def __init__(self, key: str, role: str, *, show: bool) -> None:
        # `Layer.render` would add a shown layer once more; the page's script does that itself.
        super().__init__(name=key, overlay=True, show=False)
        self._name, self._id = "layer", key
        self.key, self.role, self.shown = key, role, show
