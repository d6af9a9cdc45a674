"""What the map shows, as layers of one GeoPackage that looks like the map in QGIS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from firewatch.core.files import atomic_layer
from firewatch.core.footprint import boxes
from firewatch.core.i18n import Texts, texts
from firewatch.core.qgis import add_styles
from firewatch.core.time import from_epoch_seconds
from firewatch.reports import map_looks
from firewatch.reports.layers import UTC_FORM, newest, write_layer
from firewatch.reports.points_export import LAYER as POINTS_LAYER
from firewatch.reports.points_export import readable_points
from firewatch.reports.suffixes import suffix_of
from firewatch.reports.tables import labelled, local_times
from firewatch.views import PUBLIC_COLUMNS, events_of
from maps.inputs import MapInputs

SUFFIXES = (".gpkg",)
_LOCAL_FORM = "%Y-%m-%d %H:%M"
_EVENT_COLUMNS = (
    "event_id", "point_id", "city", "county", "city_adcode", "county_adcode", "township", "lon",
    "lat", "pixels", "frp_mw", "platforms", "ruling", "reason", "cause", "status", "finding",
    "finding_ha",
)  # fmt: skip
_EVENT_LABELLED = ("ruling", "cause", "status", "finding")
_COUNTY_COLUMNS = (
    "adcode", "name", "city_adcode", "city_name", "base", "now", "change_pct", "cropland_kha",
)  # fmt: skip
_CITY_COLUMNS = (
    "adcode", "name", "base", "now", "change_pct", "target_max", "allowance", "verdict", "state",
)  # fmt: skip
_ZONE_COLUMNS = ("zone_id", "kind", "name", "authority", "notice", "valid", "illustrative")
_PERMIT_COLUMNS = ("permit_id", "number", "issuer", "name", "valid", "conditions")
# A fire that only people reported has no pixel; about 50 m around it can be seen and clicked.
_ROUND_PLACE_DEG = 0.0005


@dataclass(frozen=True, eq=False)
class StyledLayer:
    """A layer of the GeoPackage: rows, one geometry a row (WGS-84), and its QML."""

    name: str
    table: pd.DataFrame
    geometry: NDArray[np.object_]
    kind: Literal["Point", "MultiPolygon"]
    qml: str


def write_map_layers(
    path: Path, inputs: MapInputs, points: pd.DataFrame, base_points: pd.DataFrame
) -> None:
    """Write a GeoPackage whose layers QGIS opens in the colours and shapes of the map.

    Layers: ``firepoints`` and ``base_firepoints`` (both seasons), ``events``, ``counties``,
    ``cities``, ``zones`` and ``permits``, in WGS-84 (EPSG:4326). Codes have readable columns
    beside them; simulated data say so in every row. The same inputs give the same bytes.

    Parameters
    ----------
    points, base_points
        As `firewatch.views.current_points` gives them, of the map's season and the one before.

    Raises
    ------
    UsageError
        If the suffix is not ``.gpkg``.
    """
    suffix_of(path, SUFFIXES)
    words = texts("firewatch.reports", inputs.language)
    layers = styled_layers(inputs, points, base_points, words)
    times = pd.concat([points["acquired_utc"], base_points["acquired_utc"]]).dt.strftime(UTC_FORM)
    described = "\n".join([*_banners(inputs, words), inputs.title, *inputs.notes, *inputs.sources])
    with atomic_layer(path) as temporary:
        for layer in layers:
            options = {"IDENTIFIER": words(f"layer.{layer.name}"), "DESCRIPTION": described}
            write_layer(
                temporary, layer.table, layer.geometry, layer=layer.name, kind=layer.kind,
                driver="GPKG", written_utc=newest(times), options=options,
            )  # fmt: skip
        add_styles(temporary, {layer.name: layer.qml for layer in layers})


def styled_layers(
    inputs: MapInputs, points: pd.DataFrame, base_points: pd.DataFrame, words: Texts
) -> list[StyledLayer]:
    """Return the layers in the order of the file: areas first, points last, on top."""
    noted = partial(_noted, inputs=inputs, words=words)
    zones = noted(_with_labels(_only(inputs.zones, _ZONE_COLUMNS), {"kind": "zone_kind"}, words))
    if inputs.illustrative:
        zones["data_note"] = words("list_separator").join(_banners(inputs, words))
    events, grounds = event_rows(points, words)
    areas = [
        StyledLayer(name, table, np.asarray(geometry, dtype=object), "MultiPolygon", qml)
        for name, table, geometry, qml in (
            ("counties", noted(_counties(inputs)), inputs.county_geometry,
             map_looks.county_qml(inputs.counties)),
            ("cities", noted(_cities(inputs, words)), inputs.city_geometry,
             map_looks.city_qml(inputs.cities, inputs.language)),
            ("zones", zones, inputs.zone_geometry,
             map_looks.zones_qml(inputs.zones, inputs.language)),
            ("permits", noted(_only(inputs.permits, _PERMIT_COLUMNS)), inputs.permit_geometry,
             map_looks.permit_qml()),
            ("events", events, grounds, map_looks.event_qml()),
        )
    ]  # fmt: skip
    seasons = (("base_firepoints", base_points), (POINTS_LAYER, points))
    return areas + [_point_layer(name, rows, inputs, words) for name, rows in seasons]


def event_rows(points: pd.DataFrame, words: Texts) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Return one row an event, in order of its first point, and the hull of its pixels."""
    events = events_of(points).sort_values(["first_epoch_s", "event_id"], ignore_index=True)
    times: dict[str, Any] = {}
    for side in ("first", "newest"):
        moments = from_epoch_seconds(events[f"{side}_epoch_s"].astype("int64"))
        times[f"{side}_utc"] = moments.dt.strftime(UTC_FORM)
        times[f"{side}_local"] = local_times(moments).dt.strftime(_LOCAL_FORM)
    simulated = points.groupby("event_id")["simulated"].any().reindex(events["event_id"])
    table = _with_labels(
        _only(events, _EVENT_COLUMNS), {name: name for name in _EVENT_LABELLED}, words
    ).assign(**times, simulated=simulated.to_numpy(dtype=bool))
    note = table["simulated"].map({True: words("simulated"), False: ""}).astype("str")
    return table.assign(data_note=note), _hulls(points, events["event_id"])


def _hulls(points: pd.DataFrame, event_ids: pd.Series) -> NDArray[np.object_]:
    if not len(points):
        return np.empty(0, dtype=object)
    place = pd.Index(event_ids).get_indexer(pd.Index(points["event_id"]))
    order = np.argsort(place, kind="stable")
    chosen = points.iloc[order]
    pixels = boxes(chosen["lon"], chosen["lat"], chosen["scan_km"], chosen["track_km"])
    together = shapely.multipolygons(pixels, indices=place[order])
    hulls: NDArray[np.object_] = np.asarray(shapely.convex_hull(together), dtype=object)
    flat = shapely.area(hulls) == 0
    hulls[flat] = shapely.buffer(hulls[flat], _ROUND_PLACE_DEG)
    return hulls


def _point_layer(name: str, points: pd.DataFrame, inputs: MapInputs, words: Texts) -> StyledLayer:
    table = readable_points(points[PUBLIC_COLUMNS], words)
    geometry = np.asarray(shapely.points(table["lon"], table["lat"]), dtype=object)
    return StyledLayer(name, table, geometry, "Point", map_looks.point_qml(table, inputs.language))


def _counties(inputs: MapInputs) -> pd.DataFrame:
    return _with_seasons(_only(inputs.counties, _COUNTY_COLUMNS), inputs)


def _cities(inputs: MapInputs, words: Texts) -> pd.DataFrame:
    kinds = {"verdict": "verdict", "state": "target_state"}
    return _with_seasons(_with_labels(_only(inputs.cities, _CITY_COLUMNS), kinds, words), inputs)


def _with_seasons(table: pd.DataFrame, inputs: MapInputs) -> pd.DataFrame:
    """Say of counts which seasons they are of and by which rule."""
    if "now" not in table:
        return table
    rule = inputs.target.rule if inputs.target else ""
    return table.assign(season=inputs.season, base_season=inputs.base_season, rule=rule)


def _only(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the columns that may leave, of those that are there."""
    return table[[name for name in columns if name in table]].reset_index(drop=True)


def _with_labels(table: pd.DataFrame, kinds: dict[str, str], words: Texts) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for name in table.columns:
        values = table[name]
        coded = name in kinds
        columns[name] = values.astype("str").fillna("") if coded else values
        if coded:
            columns[f"{name}_text"] = labelled(values, kinds[name], words)
    return pd.DataFrame(columns)


def _noted(table: pd.DataFrame, inputs: MapInputs, words: Texts) -> pd.DataFrame:
    note = words("simulated") if inputs.simulated else ""
    return table.assign(simulated=inputs.simulated, data_note=note)


def _banners(inputs: MapInputs, words: Texts) -> list[str]:
    """Return what must be said before everything else: simulated data, illustrative zones."""
    said = (("simulated", inputs.simulated), ("illustrative", inputs.illustrative))
    return [words(key) for key, holds in said if holds]
