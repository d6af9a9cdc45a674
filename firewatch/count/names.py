"""Names of the areas that answer for fire points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from firewatch.core.geo import Extent


@dataclass(frozen=True)
class AreaNames:
    """Names of the areas that answer: city and county adcode → name, and county → city.

    Parameters
    ----------
    boxes
        City and county adcode → the box it lies in, where known.
    """

    cities: Mapping[int, str]
    counties: Mapping[int, str]
    city_of_county: Mapping[int, int]
    boxes: Mapping[int, Extent] = field(default_factory=dict)

    def box(self, adcode: int) -> Extent | None:
        return self.boxes.get(adcode)
