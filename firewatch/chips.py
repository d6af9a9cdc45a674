"""The picture of a fire's evidence, from what was found to what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from firewatch.core.files import short_hash
from firewatch.core.i18n import Texts, texts
from firewatch.core.time import BEIJING, local_text
from firewatch.core.vocab import Language
from firewatch.fires import FireEvent, pixel_boxes
from imagery.highres.grid import Grid
from imagery.highres.shapes import on_grid
from imagery.reading import SIMULATED_PREFIX
from imagery.scar.gather import around
from imagery.scar.parameters import EvidenceParameters
from imagery.scar.picture import picture_of
from imagery.scar.reasons import reason_text
from imagery.scar.values import Evidence, Moment, SceneLook
from maps.chips import Chip, Panel, Ring

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_AROUND_M = 450.0
_CLOUDED_BELOW = 0.2
_NORTH_STEP_DEG = 1e-3
_NAME_DIGITS = 8


def chip_name(event: FireEvent) -> str:
    """Return the name of a fire's picture: county, minute in Beijing and a mark of the id."""
    minute = datetime.fromtimestamp(event.first_s, BEIJING)
    simulated = SIMULATED_PREFIX if event.simulated else ""
    county = int(event.points.iloc[0]["county_adcode"])
    return f"{simulated}{county}_{minute:%Y%m%dT%H%M}_{chip_mark(event.event_id)}.png"


def chip_mark(event_id: str) -> str:
    """Return what the name of an event's picture ends with, before its suffix."""
    return short_hash(event_id, _NAME_DIGITS)


def chip_of(
    event: FireEvent, evidence: Evidence, parameters: EvidenceParameters, language: Language
) -> Chip:
    """Return what is drawn of a fire: its place, the finding, and the scenes behind it."""
    words = texts("maps", language)
    pixels = _pixels(event)
    first = event.points.sort_values("acquired_s").iloc[0]
    finding = words.label("finding", str(evidence.finding))
    if evidence.hectares:
        # The hectares are the scar's wherever there is one.
        both = evidence.reason.key == "flame_and_scar"
        key = "chip.finding_scar" if both else "chip.finding"
        finding = words(key, finding=finding, hectares=evidence.hectares)
    return Chip(
        place=f"{first['city']} {first['county']} {first['lon']:.4f}°E {first['lat']:.4f}°N",
        when=words(
            "chip.when",
            time=local_text(event.first_s),
            platform=" ".join([words.label("platform", str(first["platform"])), first["sensor"]]),
        ),
        finding=str(evidence.finding),
        finding_text=finding,
        reason=reason_text(evidence.reason, language),
        event_id=event.event_id,
        panels=tuple(
            _panel(moment, evidence, pixels, parameters, words) for moment in get_args(Moment)
        ),
        simulated=event.simulated or evidence.simulated,
        language=language,
    )


def _panel(
    moment: Moment,
    evidence: Evidence,
    pixels: NDArray[np.object_],
    parameters: EvidenceParameters,
    words: Texts,
) -> Panel:
    """Return what is drawn of one moment, or why there is nothing to draw."""
    scene, look = evidence.scenes.get(moment), getattr(evidence, moment)
    if scene is None or look is None:
        return _missing(moment, parameters, words)
    picture = picture_of(scene, around(shapely.union_all(pixels), _AROUND_M))
    return Panel(
        moment=moment,
        heading=words("chip.heading", time=local_text(look.acquired_utc_s), share=look.clear_share),
        scene_id=look.scene_id,
        swir=picture.swir,
        natural=picture.natural,
        missing=_hidden(look, words),
        footprint=list(_rings(pixels, picture.grid)),
        outline=_outline(evidence, moment, picture.grid),
        pixel_m=float(np.sqrt(picture.grid.pixel_area_m2())),
        north=_north(picture.grid),
    )


def _missing(moment: Moment, parameters: EvidenceParameters, words: Texts) -> Panel:
    days = parameters.during_days if moment == "during" else parameters.window_days
    return Panel(moment, missing=words(f"chip.none_{moment}", days=days))


def _hidden(look: SceneLook, words: Texts) -> str:
    if look.clear_share >= _CLOUDED_BELOW:
        return ""
    return words("chip.cloud", share=look.clear_share)


def _pixels(event: FireEvent) -> NDArray[np.object_]:
    # A patrol has no pixel: a small box shows its place.
    least_m = 20.0 if bool(event.points["scan_km"].isna().any()) else 0.0
    return pixel_boxes(event.points, least_m)


def _outline(evidence: Evidence, moment: Moment, grid: Grid) -> list[Ring]:
    """Return flame in the picture during the fire, scar or flame in the one after."""
    if moment == "before":
        return []
    if moment == "during":
        flames = evidence.clusters["geometry"] if len(evidence.clusters) else ()
        return list(_rings(flames, grid))
    return list(_rings([evidence.polygon] if evidence.polygon is not None else [], grid))


def _rings(outlines: Iterable[BaseGeometry], grid: Grid) -> Iterator[Ring]:
    for outline in outlines:
        for part in shapely.get_parts(on_grid(outline, grid)):
            if part.geom_type == "Polygon":
                yield shapely.get_coordinates(part.exterior)


def _north(grid: Grid) -> tuple[float, float]:
    lon, lat = grid.middle()
    line, column = grid.position([lon, lon], [lat, lat + _NORTH_STEP_DEG])
    step = np.array([column[1] - column[0], line[1] - line[0]])
    x, y = step / np.hypot(*step)
    return float(x), float(y)
