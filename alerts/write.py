"""Write the due alerts as files: `alerts.geojson`, one message a county, and one for each other
body that a mark concerns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pandas as pd

from alerts.alert import Alert, due_alerts
from alerts.geojson import feature_collection
from alerts.message import (
    Circumstances,
    county_message,
    no_alert_message,
    recipient_message,
)
from firewatch.core.files import write_text_atomically
from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Language

GEOJSON_NAME = "alerts.geojson"
_MESSAGE_NAME = re.compile(r"[0-9]{6}_.*\.txt", re.DOTALL)
# What Windows and POSIX forbid in a file name.
_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def write_alerts(
    calls: pd.DataFrame,
    folder: Path,
    *,
    language: Language,
    simulated: bool,
    illustrative: bool,
    now_epoch_s: int,
) -> list[Path]:
    """Make the folder hold exactly the due alerts of this run.

    Parameters
    ----------
    calls
        Events with their `state` (see `alerts.calls.decide`); only those due are written.
    folder
        Made if absent. Messages of an earlier run are replaced or removed; files of other
        names stay as they are.
    simulated
        Every file then says so before anything else.
    illustrative
        The zones are examples, not law; every file then says so.
    now_epoch_s
        The "as of" of the messages, UTC epoch seconds.

    Returns
    -------
    list of pathlib.Path
        `alerts.geojson` first, then the messages by county code, then those to other bodies;
        without a due alert, the one message that says so.
    """
    run = Circumstances(texts("alerts", language), simulated, illustrative, now_epoch_s)
    alerts = due_alerts(calls)
    messages = _messages(alerts, run)
    for name, text in messages.items():
        # Notepad before 2019 needs the mark to see UTF-8 and the two-character line end.
        write_text_atomically(folder / name, text.replace("\n", "\r\n"), encoding="utf-8-sig")
    _remove_stale(folder, messages)
    write_text_atomically(folder / GEOJSON_NAME, feature_collection(alerts, run))
    return [folder / GEOJSON_NAME, *(folder / name for name in messages)]


def _messages(alerts: Sequence[Alert], run: Circumstances) -> dict[str, str]:
    """Return file name → text, by county code."""
    if not alerts:
        return {run.words("none_file"): no_alert_message(run)}
    county = attrgetter("county_adcode")
    # sorted() is stable: within a county the order of urgency stays.
    by_county = groupby(sorted(alerts, key=county), key=county)
    groups = [tuple(group) for _, group in by_county]
    messages = {message_name(group[0], run.words): county_message(group, run) for group in groups}
    return messages | _recipient_messages(alerts, run)


def _recipient_messages(alerts: Sequence[Alert], run: Circumstances) -> dict[str, str]:
    """Return file name → text for the other bodies, one a city."""
    concerned: dict[tuple[int, str], list[Alert]] = {}
    for alert in alerts:
        for recipient in alert.recipients:
            concerned.setdefault((alert.city_adcode, recipient), []).append(alert)
    messages = {}
    for (city_adcode, recipient), group in sorted(concerned.items(), key=lambda item: item[0]):
        name = f"{group[0].city}_{run.words.label('recipient', recipient)}"
        messages[_file_name(city_adcode, name)] = recipient_message(group, recipient, run)
    return messages


def message_name(alert: Alert, words: Texts) -> str:
    """Return ``450110_武鸣区.txt``, safe on every file system."""
    return _file_name(alert.county_adcode, alert.county or words("unknown_area"))


def _file_name(adcode: int, name: str) -> str:
    safe = _UNSAFE_IN_NAME.sub("_", name).strip(" .")
    return f"{adcode:06d}_{safe or '_'}.txt"


def _remove_stale(folder: Path, written: dict[str, str]) -> None:
    """Remove messages of earlier runs: an old alert left lying sends someone out in vain."""
    none_names = {texts("alerts", language)("none_file") for language in Language}
    for path in folder.iterdir():
        ours = _MESSAGE_NAME.fullmatch(path.name) or path.name in none_names
        if ours and path.name not in written and path.is_file():
            path.unlink()
