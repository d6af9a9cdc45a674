"""The look of zones in QGIS: one category a zone kind, with its label."""

from __future__ import annotations

from collections.abc import Mapping

from firewatch.core.qgis import AreaLook, Category, categorised_qml

ZoneLook = AreaLook


def zone_qml(looks: Mapping[str, ZoneLook], labels: Mapping[str, str]) -> str:
    """Return the QML of polygons that are coloured by their column ``kind``.

    Parameters
    ----------
    looks
        Kind → look, in the order of the legend; the first is drawn last, on top.
    labels
        Kind → text of the legend.
    """
    return categorised_qml(
        "kind", [Category(kind, labels.get(kind, kind), look) for kind, look in looks.items()]
    )
