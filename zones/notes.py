"""What a user should know of something that was read, told later in the user's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from firewatch.core.i18n import texts
from firewatch.core.vocab import Language


@dataclass(frozen=True)
class Note:
    """A sentence to come: the key of its text, and what goes into it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def sentences(notes: Iterable[Note], language: Language, **common: object) -> tuple[str, ...]:
    """Return the notes as sentences; `common` goes into each of them."""
    say = texts("zones", language)
    return tuple(say(note.key, **common, **note.values) for note in notes)
