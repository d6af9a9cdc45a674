"""What a county is told: one text for all its due alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.alert import Alert
from alerts.links import amap_navigation
from firewatch.core.geo import dms
from firewatch.core.i18n import Texts
from firewatch.core.time import local_text


@dataclass(frozen=True)
class Circumstances:
    """What is true of every message of one run."""

    words: Texts
    simulated: bool
    illustrative: bool
    now_epoch_s: int


def county_message(alerts: Sequence[Alert], run: Circumstances) -> str:
    """Return the message of one county: heading, each event, notes; lines end with ``\\n``.

    Parameters
    ----------
    alerts
        At least one alert, all of one county, in the order they are to be read.
    """
    words = run.words
    heading = words("heading", place=_place(words, alerts[0].city, alerts[0].county))
    count = words("count", now=local_text(run.now_epoch_s), count=len(alerts))
    return _message([heading, count], alerts, run)


def recipient_message(alerts: Sequence[Alert], recipient: str, run: Circumstances) -> str:
    """Return what another body than the county is told: the alerts of one city that concern it."""
    words = run.words
    name = words.label("recipient", recipient)
    heading = words("recipient_heading", place=_place(words, alerts[0].city), recipient=name)
    count = words("recipient_count", now=local_text(run.now_epoch_s), count=len(alerts))
    return _message([heading, count], alerts, run)


def _message(head: Sequence[str], alerts: Sequence[Alert], run: Circumstances) -> str:
    lines = [*warnings(run), *head]
    for number, alert in enumerate(alerts, start=1):
        lines += ["", *event_lines(alert, number, run.words)]
    return "\n".join([*lines, "", *note_lines(run)]) + "\n"


def no_alert_message(run: Circumstances) -> str:
    """Return the message that says nobody needs to go, as of now."""
    words = run.words
    said = words("none", now=local_text(run.now_epoch_s))
    return "\n".join([*warnings(run), words("none_heading"), said, "", *note_lines(run)]) + "\n"


def warnings(run: Circumstances) -> list[str]:
    """Return the lines that go before everything else."""
    first = [run.words("do_not_go")] if run.simulated else []
    return first + ([run.words("illustrative")] if run.illustrative else [])


def note_lines(run: Circumstances) -> list[str]:
    words = run.words
    notes = [words("cloud_note"), words("position_note"), words("datum_note")]
    return [words("notes"), *(words("note", note=note) for note in notes)]


def event_lines(alert: Alert, number: int, words: Texts) -> list[str]:
    """Return the lines of one event: what, where, when, why, how sure, how to get there."""
    heading = words(
        "event_heading",
        number=number,
        ruling=words.label("ruling", alert.ruling),
        cause=words.label("cause", alert.cause),
    )
    fields = [(name, value) for name, value in _fields(alert, words) if value]
    return [
        heading,
        *(words("field", label=words(f"label.{name}"), value=value) for name, value in fields),
    ]


def place_name(alert: Alert, words: Texts) -> str:
    """Return city, county and (where known) township as one name."""
    return _place(words, alert.city, alert.county, alert.township)


def navigation_link(alert: Alert) -> str:
    """Return the link to the fire; AMap shows the name as the place's label."""
    # Joined without the language's separator: AMap splits its argument at commas.
    return amap_navigation(alert.lon, alert.lat, alert.city + alert.county + alert.township)


def next_step(alert: Alert, words: Texts) -> str:
    """Return what to do, and which other body is told."""
    step = words.entries.get(f"next.{alert.ruling}", words("next"))
    others = [words("also_told", recipient=words.label("recipient", r)) for r in alert.recipients]
    return words("sentence_separator").join([step, *others])


def _fields(alert: Alert, words: Texts) -> list[tuple[str, str]]:
    frp = alert.frp_mw
    separator = words("list_separator")
    return [
        ("place", place_name(alert, words)),
        ("dms", words("dms", lon=dms(alert.lon, "lon"), lat=dms(alert.lat, "lat"))),
        ("decimal", words("decimal", lon=alert.lon, lat=alert.lat)),
        ("first", local_text(alert.first_epoch_s)),
        ("newest", local_text(alert.newest_epoch_s)),
        ("reason", alert.reason),
        ("marks", separator.join(words.label("zone_kind", mark) for mark in alert.marks)),
        ("platforms", separator.join(words.label("platform", name) for name in alert.platforms)),
        ("pixels", str(alert.pixels)),
        ("confidence", words.label("confidence", alert.confidence)),
        ("frp", words("not_measured") if frp is None else words("frp", frp=frp)),
        ("link", navigation_link(alert)),
        ("next", next_step(alert, words)),
        ("event_id", alert.event_id),
    ]


def _place(words: Texts, *names: str) -> str:
    return words("place_separator").join(name for name in names if name) or words("unknown_area")
