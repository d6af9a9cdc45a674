"""The finding on one fire, with the scenes and the reason behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from firewatch.core.vocab import Finding
from imagery.highres.scene import HighresScene

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Moment: TypeAlias = Literal["before", "during", "after"]


@dataclass(frozen=True)
class SceneLook:
    """One scene that was looked at for a fire.

    Attributes
    ----------
    moment
        What it was looked at for; a scene after the fire may stand for "during" and "after".
    clear_share
        Share of the footprint that it shows clear, 0..1.
    """

    moment: Moment
    scene_id: str
    platform: str
    acquired_utc_s: int
    clear_share: float
    simulated: bool = False


@dataclass(frozen=True)
class Reason:
    """Why a finding is what it is: a text of this room, and what stands in its gaps."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What scenes show of a fire.

    Attributes
    ----------
    event_s
        UTC epoch seconds of the first detection.
    during, before, after
        The scenes that decided; of several that one which shows most of the footprint.
    looks
        Every scene that was looked at.
    clear_share
        Of a flame the share of the footprint that its scene shows clear; else the share seen
        clear before and soon enough after.
    hectares, polygon
        The scar, WGS-84; where only flame was seen, the flame; 0 and None without either.
    clusters
        Flames within the footprint, as `imagery.fire20m.detect` describes them.
    scenes
        The windows that pictures are made of.
    parameters
        Names of the detector and of the thresholds.
    unreadable
        What is wrong with scenes that could not be read.
    """

    finding: Finding
    event_s: int
    during: SceneLook | None
    before: SceneLook | None
    after: SceneLook | None
    looks: tuple[SceneLook, ...]
    clear_share: float
    hectares: float
    polygon: BaseGeometry | None
    clusters: pd.DataFrame
    reason: Reason
    scenes: Mapping[Moment, HighresScene]
    parameters: str
    unreadable: tuple[str, ...] = ()

    @property
    def simulated(self) -> bool:
        return any(look.simulated for look in self.looks)
