"""The words of the domain: one English code each, with labels in `lang/*.json`."""

from __future__ import annotations

from enum import StrEnum


class Source(StrEnum):
    """How a point was found."""

    SATELLITE = "satellite"
    SUPERVISION = "supervision"


class Confidence(StrEnum):
    LOW = "low"
    NOMINAL = "nominal"
    HIGH = "high"
    NONE = "none"


class DayNight(StrEnum):
    DAY = "D"
    NIGHT = "N"
    UNKNOWN = ""


class ZoneKind(StrEnum):
    """Zone kinds that ship with firewatch; a register may hold further ones."""

    BAN = "ban"
    RESTRICTED = "restricted"
    CANE_LEAF_BAN = "cane_leaf_ban"
    SUGARCANE_BASE = "sugarcane_base"
    SCENIC = "scenic"
    TEMPORARY_BAN = "temporary_ban"
    TRUNK_ROAD_SIDE = "trunk_road_side"
    AIRPORT = "airport"
    DENSE_AREA = "dense_area"


class Ruling(StrEnum):
    BAN_VIOLATION = "ban_violation"
    RESTRICTED_UNPERMITTED = "restricted_unpermitted"
    RESTRICTED_PERMITTED = "restricted_permitted"
    UNZONED = "unzoned"


class Cause(StrEnum):
    """What burns, as far as known. `UNKNOWN` is a fire until shown otherwise."""

    UNKNOWN = "unknown"
    STATIC_HEAT = "static_heat"
    WORKS = "works"


class Status(StrEnum):
    """What people have said of a point; only `VERIFIED` and `REJECTED` are final."""

    SUSPECTED = "suspected"
    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    VERIFIED = "verified"
    REJECTED = "rejected"


class Finding(StrEnum):
    """What high-resolution imagery shows of a fire."""

    CONFIRMED_ACTIVE = "confirmed_active"
    BURN_SCAR = "burn_scar"
    NO_TRACE_CLEAR = "no_trace_clear"
    NOT_SEEN = "not_seen"


class CountUnit(StrEnum):
    """What one fire point is; a counting rule names one of these."""

    PIXEL = "pixel"
    OVERPASS_POINT = "overpass_point"
    EVENT_DAY = "event_day"


class Verdict(StrEnum):
    """Whether a city meets the target of a comparison."""

    MET = "met"
    MISSED = "missed"
    HELD_AT_ZERO = "held_at_zero"
    ROSE_FROM_ZERO = "rose_from_zero"
    UNKNOWN = "unknown"


class TargetState(StrEnum):
    """How a city stands to the target, as maps and bulletins show it."""

    MET = "met"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NO_BASELINE = "no_baseline"
    UNSEEN = "unseen"


class Language(StrEnum):
    ZH = "zh"
    EN = "en"
