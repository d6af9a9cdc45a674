"""What the ground seen can be listed by; apart, because the command line needs the names alone."""

from __future__ import annotations

from enum import StrEnum


class GroundKey(StrEnum):
    """What the ground seen is listed by."""

    CITY = "city"
    COUNTY = "county"
    DAY = "day"
    PLATFORM = "platform"
