"""A counting rule: a named, versioned value that says what is counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from firewatch.core.errors import SettingsError
from firewatch.core.i18n import texts
from firewatch.core.vocab import Cause, Confidence, CountUnit, Language, Source, Status


@dataclass(frozen=True)
class CountingRule:
    """What one fire point is and which points count.

    Parameters
    ----------
    platforms
        The satellites that count; None for all that are on record.
    unscreened
        Whether points count for which no land cover was at hand.
    reason
        Why the rule is as it is, by language code.
    """

    name: str
    version: int
    unit: CountUnit
    sources: tuple[Source, ...]
    causes: tuple[Cause, ...]
    statuses: tuple[Status, ...]
    confidences: tuple[Confidence, ...]
    unscreened: bool
    reason: tuple[tuple[str, str], ...]
    platforms: tuple[str, ...] | None = None

    @property
    def title(self) -> str:
        return f"{self.name} v{self.version}"

    def describe(self, language: Language) -> str:
        """Return one sentence that stands under every table: what was counted."""
        say = texts("firewatch.count", language)

        def listed(kind: str, codes: Iterable[str]) -> str:
            return say("list_separator").join(say.label(kind, str(code)) for code in codes)

        satellites = say("all_satellites") if self.platforms is None else ", ".join(self.platforms)
        return say(
            "counted",
            title=self.title,
            unit=say.label("unit", self.unit),
            sources=listed("source", self.sources),
            satellites=satellites,
            causes=listed("cause", self.causes),
            statuses=listed("status", self.statuses),
            confidences=listed("confidence", self.confidences),
            unscreened=say("unscreened_yes" if self.unscreened else "unscreened_no"),
            reason=dict(self.reason)[str(language)],
        )


@cache
def shipped_rules() -> dict[str, CountingRule]:
    """Return the counting rules that ship with firewatch, by name."""
    text = files("firewatch.count").joinpath("rules.json").read_text(encoding="utf-8")
    return {row["name"]: _rule_of(row) for row in json.loads(text)}


def counting_rule(name: str) -> CountingRule:
    """Return the rule called `name`.

    Raises
    ------
    SettingsError
        If there is none; lists the names there are.
    """
    rules = shipped_rules()
    if name not in rules:
        raise SettingsError(
            f"没有名为 {name!r} 的计数规则 / no such counting rule", expected=", ".join(rules)
        )
    return rules[name]


def _rule_of(row: dict[str, object]) -> CountingRule:
    def codes(name: str) -> list[str]:
        listed = row[name]
        assert isinstance(listed, list)
        return listed

    return CountingRule(
        name=str(row["name"]),
        version=int(str(row["version"])),
        unit=CountUnit(str(row["unit"])),
        sources=tuple(Source(code) for code in codes("sources")),
        causes=tuple(Cause(code) for code in codes("causes")),
        statuses=tuple(Status(code) for code in codes("statuses")),
        confidences=tuple(Confidence(code) for code in codes("confidences")),
        unscreened=bool(row["unscreened"]),
        reason=(("zh", str(row["reason_zh"])), ("en", str(row["reason_en"]))),
    )
