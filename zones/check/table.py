"""The checks, in the order in which they are told: one row a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zones.check import attributes, duplicates, gaps, outside, overlaps, rings, slivers
from zones.check.finding import Found, Severity
from zones.check.subject import Subject

ERROR, WARNING, NOTE = Severity


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a file of zones.

    Parameters
    ----------
    code
        Names its texts: ``check.<code>.title``, ``check.<code>`` (what), ``check.<code>.do``.
    severity
        How grave it is.
    find
        Yields what it found.
    """

    code: str
    severity: Severity
    find: Callable[[Subject], Iterable[Found]]


CHECKS: tuple[Check, ...] = (
    Check("elsewhere", ERROR, outside.elsewhere),
    Check("beyond", ERROR, outside.beyond_the_region),
    Check("never_in_force", ERROR, attributes.never_in_force),
    Check("invalid_ring", WARNING, rings.invalid_rings),
    Check("outside", WARNING, outside.reaching_out),
    Check("across", WARNING, outside.across_a_border),
    Check("overlap", WARNING, overlaps.contradictions),
    Check("gap", WARNING, gaps.gaps),
    Check("repeated", WARNING, duplicates.repeated),
    Check("same_shape", WARNING, duplicates.same_shape),
    Check("near_repeat", WARNING, duplicates.near_repeats),
    Check("same_on_record", WARNING, duplicates.same_shape_on_record),
    Check("near_on_record", WARNING, duplicates.near_repeats_on_record),
    Check("counting_again", WARNING, duplicates.counting_again),
    Check("sliver", WARNING, slivers.sliver_polygons),
    Check("sliver_part", WARNING, slivers.sliver_parts),
    Check("sliver_hole", WARNING, slivers.sliver_holes),
    Check("notice_year", WARNING, attributes.year_of_notice),
    Check("far_dates", WARNING, attributes.far_dates),
    Check("on_record", NOTE, duplicates.on_record),
    Check("invalid_trifle", NOTE, rings.invalid_rings_without_change),
    Check("tiny", NOTE, slivers.tiny_polygons),
    Check("tiny_part", NOTE, slivers.tiny_parts),
    Check("tiny_hole", NOTE, slivers.tiny_holes),
    Check("overlap_strip", NOTE, overlaps.contradicting_strips),
    Check("overlap_unmeasured", NOTE, overlaps.contradictions_not_measured),
    Check("overlap_same_kind", NOTE, overlaps.overlaps_of_one_kind),
    Check("outside_strip", NOTE, outside.border_strips),
    Check("gap_strip", NOTE, gaps.gaps_within),
    Check("gap_border", NOTE, gaps.gaps_at_the_border),
    Check("gap_other_days", NOTE, gaps.days_not_looked_at),
    Check("no_restricted", NOTE, gaps.cities_without_restricted),
    Check("no_authority", NOTE, attributes.no_authority),
    Check("notice_form", NOTE, attributes.unusual_notice),
    Check("odd_length", NOTE, attributes.odd_length),
    Check("short_hours", NOTE, attributes.short_hours),
    Check("remark", NOTE, attributes.remarks),
)

UNREADABLE = "unreadable"
"""The code of the one finding about a file that cannot be read."""
