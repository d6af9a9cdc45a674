"""High-resolution evidence of fires: what scenes show of them, on record and drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firewatch.chips import chip_name, chip_of
from firewatch.core.errors import FirewatchError
from firewatch.core.vocab import Language
from firewatch.fires import FireEvent, footprint_of, pixel_boxes
from firewatch.ledger.evidence import record_evidence
from firewatch.ledger.store import Ledger
from imagery.scar.evidence import evidence_of
from imagery.scar.parameters import EvidenceParameters
from imagery.scar.values import Evidence
from maps.chips import write_chip

if TYPE_CHECKING:
    from imagery.feeds.offers import SceneSource


@dataclass(frozen=True, eq=False)
class Inquiry:
    """How fires are looked into.

    Attributes
    ----------
    folder
        Where pictures go.
    now_s
        The clock, UTC epoch seconds.
    """

    ledger: Ledger
    source: SceneSource
    parameters: EvidenceParameters
    folder: Path
    language: Language
    now_s: int


@dataclass(frozen=True, eq=False)
class Confirmed:
    """A fire, what was found of it, and where that is kept and drawn."""

    event: FireEvent
    evidence: Evidence
    evidence_id: int
    chip: Path


def confirm(event: FireEvent, inquiry: Inquiry) -> Confirmed:
    """Look for evidence of a fire, put it on record, and draw it.

    Raises
    ------
    FirewatchError
        If the source fails, or the picture cannot be drawn; the evidence then is on record.
    """
    footprint = footprint_of(event.points, inquiry.parameters.margin_m)
    evidence = evidence_of(
        footprint,
        event.first_s,
        inquiry.source,
        inquiry.parameters,
        until_s=event.last_s,
        pixels=list(pixel_boxes(event.points)),
    )
    with inquiry.ledger.writing() as connection:
        evidence_id = record_evidence(
            connection, event.event_id, event.points["point_key"], evidence, inquiry.now_s
        )
    chip = inquiry.folder / chip_name(event)
    write_chip(chip_of(event, evidence, inquiry.parameters, inquiry.language), chip)
    return Confirmed(event, evidence, evidence_id, chip)


def confirm_each(
    events: Sequence[FireEvent],
    inquiry: Inquiry,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[tuple[FireEvent, Confirmed | FirewatchError]]:
    """Confirm fires one after the other; one that fails does not stop the others."""
    for number, event in enumerate(events):
        progress(number, len(events))
        try:
            yield event, confirm(event, inquiry)
        except FirewatchError as error:
            yield event, error
    progress(len(events), len(events))
