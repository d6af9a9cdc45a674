"""Texts for people, kept as data: one JSON file a language in each room's `lang` folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from firewatch.core.vocab import Language


@dataclass(frozen=True)
class Texts:
    """The texts of one package in one language, looked up by dotted key."""

    language: Language
    entries: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the text called `key` with `{placeholders}` filled in.

        Raises
        ------
        KeyError
            If the key has no text: a missing translation is a defect, not a blank.
        """
        return self.entries[key].format(**values) if values else self.entries[key]

    def label(self, kind: str, code: str) -> str:
        """Return the label of a code, or the code itself for one the user added."""
        return self.entries.get(f"{kind}.{code}", code)

    def labels(self, kind: str, codes: type[StrEnum]) -> dict[str, str]:
        """Return ``code → label`` for an enumeration."""
        return {str(code): self.label(kind, str(code)) for code in codes}


@cache
def texts(package: str, language: Language) -> Texts:
    """Return the texts of a package on top of the words that all packages share."""
    entries = _read("firewatch.core", language)
    if package != "firewatch.core":
        entries = {**entries, **_read(package, language)}
    return Texts(language, entries)


def _read(package: str, language: Language) -> dict[str, str]:
    content = files(package).joinpath("lang", f"{language}.json").read_text(encoding="utf-8")
    entries: dict[str, str] = json.loads(content)
    return entries
