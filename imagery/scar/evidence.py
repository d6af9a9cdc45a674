"""What high-resolution scenes show of one fire: flame, scar, clear ground, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import UnreadableFileError
from firewatch.core.time import DAY_S
from firewatch.core.vocab import Finding
from imagery.highres.grid import Grid
from imagery.highres.scene import HighresScene
from imagery.scar.burned import has_burned
from imagery.scar.flame import flames_in
from imagery.scar.gather import Gathering, Side, around, share_of, side_of
from imagery.scar.look import Bools, shows_ground
from imagery.scar.outline import M2_PER_HA, groups_of, hectares, joined, within
from imagery.scar.parameters import (
    EvidenceParameters,
    ScarParameters,
    evidence_parameters,
    scar_parameters,
)
from imagery.scar.reasons import Facts, reason_for
from imagery.scar.values import Evidence, Moment, Reason, SceneLook

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from imagery.feeds.offers import Offer, SceneSource

_HALF = 0.5
Detector: TypeAlias = Callable[[HighresScene, Sequence[HighresScene]], pd.DataFrame]
"""Clusters of flame in a scene, bright roofs told by earlier scenes; see `flame.flames_in`."""


@dataclass(frozen=True, eq=False)
class _Fire:
    """What is asked about: a footprint in WGS-84, and first and last detection (epoch seconds)."""

    footprint: BaseGeometry
    pixels: tuple[BaseGeometry, ...]
    first_s: int
    last_s: int

    def apart_s(self, moment_s: int) -> int:
        """Return how long before the first or after the last detection a moment lies."""
        return max(self.first_s - moment_s, moment_s - self.last_s, 0)


@dataclass(frozen=True, eq=False)
class _Flame:
    """The scenes within days of the fire, and the one that shows flame or else shows most.

    `doubtful` counts what looks like flame and confirms nothing: "bright", roofs that earlier
    scenes show; "cloudy", rims of clouds, which the bands of one scene see in different places;
    "new", places that no earlier scene shows without that brightness.
    """

    offers: tuple[Offer, ...]
    shares: tuple[float, ...]
    chosen: int | None
    clusters: pd.DataFrame
    doubtful: Counter[str]

    @property
    def burning_s(self) -> float:
        """Return when flame was seen, UTC epoch seconds; never (infinity) without flame."""
        if self.chosen is None or self.clusters.empty:
            return float("inf")
        return self.offers[self.chosen].acquired_utc_s


@dataclass(frozen=True, eq=False)
class _Scar:
    """The ground before and after the fire, and what burned of it.

    `clear_share` is what was seen before and soon enough after of the footprint, or of that
    detecting pixel of which least was.
    """

    before: Side
    after: Side
    main: tuple[int | None, int | None]
    clear_share: float
    hectares: float
    polygon: BaseGeometry | None


def evidence_of(
    footprint: BaseGeometry,
    event_s: int,
    source: SceneSource,
    parameters: EvidenceParameters | None = None,
    *,
    until_s: int | None = None,
    pixels: Sequence[BaseGeometry] = (),
    scar: ScarParameters | None = None,
    detect: Detector = flames_in,
) -> Evidence:
    """Look for flame, scar or clear ground at the place of a fire.

    Flame within days of the fire confirms it, unless earlier scenes show the same bright roof.
    Else a scar between the nearest clear looks before and after does. Else ground that was seen
    clear before and soon after shows no trace. Else the place was not seen.

    Parameters
    ----------
    footprint
        Ground of the detecting pixels with the error of their position, WGS-84 degrees.
    event_s, until_s
        First and last detection, UTC epoch seconds; one moment by default.
    pixels
        Each detecting pixel without the error of its position. Most of a footprint is margin:
        a cloud that hides all of a pixel leaves much of it clear.
    source
        Where scenes come from.
    """
    chosen, thresholds = parameters or evidence_parameters(), scar or scar_parameters()
    fire = _Fire(footprint, tuple(pixels), event_s, event_s if until_s is None else until_s)
    gathering = Gathering(source, around(footprint, chosen.around_m), thresholds.cloud_margin_m)
    offers = gathering.offers(
        fire.first_s - chosen.window_days * DAY_S, fire.last_s + chosen.window_days * DAY_S
    )
    offers.sort(key=lambda offer: fire.apart_s(offer.acquired_utc_s))
    before = [offer for offer in offers if offer.acquired_utc_s < fire.first_s]
    after = [offer for offer in offers if offer.acquired_utc_s > fire.last_s]
    near = [o for o in offers if fire.apart_s(o.acquired_utc_s) <= chosen.during_days * DAY_S]
    grid = gathering.first_grid([*after, *near, *before])
    if grid is None:
        return _nothing_there(fire, gathering, thresholds)
    inside = within(footprint, grid)
    flame = _flame(gathering, near, fire, grid, inside, chosen, detect)
    # A scene in which the fire burns already is not the ground before it.
    before = [offer for offer in before if offer.acquired_utc_s < flame.burning_s]
    sides = [
        side_of(gathering, some, grid, inside, chosen.full_share, chosen.most_scenes)
        for some in (before, after)
    ]
    burned = _scar(sides[0], sides[1], fire, grid, inside, chosen, thresholds)
    return _finding(fire, gathering, flame, burned, chosen, thresholds)


def _flame(
    gathering: Gathering,
    near: Sequence[Offer],
    fire: _Fire,
    grid: Grid,
    inside: Bools,
    parameters: EvidenceParameters,
    detect: Detector,
) -> _Flame:
    """Return flame in the nearest scene that shows it, or the scene that shows most ground."""
    offers, shares, doubtful = [], [], Counter[str]()
    for offer in near:
        scene = gathering.scene(offer)
        if scene is None:
            continue
        seen = gathering.look(offer, grid).seen
        offers.append(offer)
        shares.append(share_of(seen, inside))
        try:
            found = _touching(detect(scene, ()), fire.footprint)
        except UnreadableFileError as error:
            # By night, or without a band, a scene shows no flame; the others decide.
            gathering.unreadable.append(str(error))
            continue
        if len(found):
            # Earlier scenes cost as much as all others together: only where they decide.
            earlier = _earlier(gathering, fire, parameters)
            sure = _touching(detect(scene, earlier), fire.footprint)
            sure, doubts = _weighed(sure, seen, grid)
            doubtful += doubts
            if len(sure):
                chosen = len(offers) - 1
                return _Flame(tuple(offers), tuple(shares), chosen, sure, doubtful)
    clearest = int(np.argmax(shares)) if shares else None
    return _Flame(tuple(offers), tuple(shares), clearest, pd.DataFrame(), doubtful)


def _weighed(clusters: pd.DataFrame, seen: Bools, grid: Grid) -> tuple[pd.DataFrame, Counter[str]]:
    """Return the clusters that are flame beyond doubt, and how many are doubtful for what."""
    bright = clusters["cause_mark"].to_numpy() != ""
    cloudy = ~bright & ~_in_the_clear(clusters, seen, grid)
    new = ~bright & ~cloudy & ~clusters["dark_before"].to_numpy(dtype=bool)
    doubts = {"bright": bright, "cloudy": cloudy, "new": new}
    numbers = Counter({name: int(some.sum()) for name, some in doubts.items()})
    return clusters[~(bright | cloudy | new)], numbers


def _in_the_clear(clusters: pd.DataFrame, seen: Bools, grid: Grid) -> Bools:
    """Return which clusters lie, with half of their pixels at least, on ground seen clear."""
    places = [within(outline, grid) for outline in clusters["geometry"]]
    return np.array([share_of(seen, place) >= _HALF for place in places], dtype=bool)


def _touching(clusters: pd.DataFrame, footprint: BaseGeometry) -> pd.DataFrame:
    touching = shapely.intersects(clusters["geometry"].to_numpy(dtype=object), footprint)
    return clusters[np.asarray(touching, dtype=bool)].reset_index(drop=True)


def _earlier(
    gathering: Gathering, fire: _Fire, parameters: EvidenceParameters
) -> list[HighresScene]:
    first_s = fire.first_s - parameters.earlier_days * DAY_S
    last_s = fire.first_s - parameters.during_days * DAY_S
    offers = gathering.offers(first_s, last_s, parameters.earlier_cloud_pct)
    scenes = (gathering.scene(offer) for offer in reversed(offers))
    known = [scene for scene in scenes if scene is not None and shows_ground(scene)]
    return known[: parameters.earlier_scenes]


def _scar(
    before: Side,
    after: Side,
    fire: _Fire,
    grid: Grid,
    inside: Bools,
    parameters: EvidenceParameters,
    thresholds: ScarParameters,
) -> _Scar:
    """Return the scars that reach into the footprint, each with all of its ground."""
    soon = after.times_s() <= fire.last_s + parameters.trace_days * DAY_S
    groups = groups_of(
        has_burned(before.look, after.look, thresholds), grid, thresholds.min_area_m2
    )
    burned = np.isin(groups, np.setdiff1d(groups[inside], [0]))
    clear = before.look.seen & after.look.seen & soon
    pixels = [within(pixel, grid) for pixel in fire.pixels]
    return _Scar(
        before,
        after,
        (before.main(inside), after.main(inside)),
        min(share_of(clear, ground) for ground in (inside, *pixels) if ground.any()),
        hectares(burned, grid),
        joined(burned, grid),
    )


def _finding(
    fire: _Fire,
    gathering: Gathering,
    flame: _Flame,
    scar: _Scar,
    parameters: EvidenceParameters,
    thresholds: ScarParameters,
) -> Evidence:
    main = (scar.main[0], flame.chosen, scar.main[1])
    groups: tuple[Side | _Flame, ...] = (scar.before, flame, scar.after)
    moments: tuple[Moment, ...] = ("before", "during", "after")
    looks = {
        moment: _looks(moment, group.offers, group.shares, gathering)
        for moment, group in zip(moments, groups, strict=True)
    }
    decided = {
        moment: looks[moment][number] if number is not None else None
        for moment, number in zip(moments, main, strict=True)
    }
    scenes = {
        moment: gathering.scene(group.offers[number])
        for moment, group, number in zip(moments, groups, main, strict=True)
        if number is not None
    }
    finding, reason = reason_for(_facts(flame, scar, parameters), decided)
    seen_flame = finding == Finding.CONFIRMED_ACTIVE
    outline, area = scar.polygon, scar.hectares
    if seen_flame and outline is None:
        outline = shapely.union_all(flame.clusters["geometry"].to_numpy(dtype=object))
        area = float(flame.clusters["area_m2"].sum()) / M2_PER_HA
    during = decided["during"]
    return Evidence(
        finding=finding,
        event_s=fire.first_s,
        during=during,
        before=decided["before"],
        after=decided["after"],
        looks=tuple(look for some in looks.values() for look in some),
        clear_share=during.clear_share if seen_flame and during else scar.clear_share,
        hectares=area,
        polygon=outline,
        clusters=flame.clusters,
        reason=reason,
        scenes={moment: scene for moment, scene in scenes.items() if scene is not None},
        parameters=thresholds.title,
        unreadable=tuple(gathering.unreadable),
    )


def _facts(flame: _Flame, scar: _Scar, parameters: EvidenceParameters) -> Facts:
    area_m2 = float(flame.clusters["area_m2"].sum()) if len(flame.clusters) else 0.0
    return Facts(
        clusters=len(flame.clusters),
        flame_m2=area_m2,
        bright=flame.doubtful["bright"],
        cloudy=flame.doubtful["cloudy"],
        new=flame.doubtful["new"],
        hectares=scar.hectares,
        clear_share=scar.clear_share,
        wanted_share=parameters.clear_share,
        window_days=parameters.window_days,
        trace_days=parameters.trace_days,
    )


def _looks(
    moment: Moment, offers: Sequence[Offer], shares: Sequence[float], gathering: Gathering
) -> list[SceneLook]:
    found = []
    for offer, share in zip(offers, shares, strict=True):
        scene = gathering.scene(offer)
        simulated = scene is not None and scene.simulated
        found.append(
            SceneLook(
                moment, offer.scene_id, offer.platform, offer.acquired_utc_s, share, simulated
            )
        )
    return found


def _nothing_there(fire: _Fire, gathering: Gathering, thresholds: ScarParameters) -> Evidence:
    return Evidence(
        finding=Finding.NOT_SEEN,
        event_s=fire.first_s,
        during=None,
        before=None,
        after=None,
        looks=(),
        clear_share=0.0,
        hectares=0.0,
        polygon=None,
        clusters=pd.DataFrame(),
        reason=Reason("not_seen_none"),
        scenes={},
        parameters=thresholds.title,
        unreadable=tuple(gathering.unreadable),
    )
