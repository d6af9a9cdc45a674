"""Alerts as GeoJSON (RFC 7946) for map apps and other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from alerts.alert import Alert
from alerts.calls import CallState
from alerts.message import Circumstances, navigation_link, next_step, place_name
from firewatch.core.geo import dms
from firewatch.core.time import local_text

# 0.1 m; RFC 7946 section 11.2 advises against more.
_POSITION_DECIMALS = 6


def feature_collection(alerts: Sequence[Alert], run: Circumstances) -> str:
    """Return a FeatureCollection of WGS-84 points with every field of the alerts.

    `simulated`, `illustrative` and `as_of_utc` are foreign members (RFC 7946 section 6.1).
    """
    document = {
        "type": "FeatureCollection",
        "simulated": run.simulated,
        "illustrative": run.illustrative,
        "as_of_utc": _utc_text(run.now_epoch_s),
        "features": [_feature(alert, run) for alert in alerts],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _feature(alert: Alert, run: Circumstances) -> dict[str, Any]:
    words = run.words
    position = [round(alert.lon, _POSITION_DECIMALS), round(alert.lat, _POSITION_DECIMALS)]
    fields = {name: value for name, value in asdict(alert).items() if name not in ("lon", "lat")}
    return {
        "type": "Feature",
        "id": alert.event_id,
        "simulated": run.simulated,
        "geometry": {"type": "Point", "coordinates": position},
        "properties": {
            **fields,
            "state": str(CallState.DUE),
            "place": place_name(alert, words),
            "ruling_text": words.label("ruling", alert.ruling),
            "cause_text": words.label("cause", alert.cause),
            "first_utc": _utc_text(alert.first_epoch_s),
            "newest_utc": _utc_text(alert.newest_epoch_s),
            "first_local": local_text(alert.first_epoch_s),
            "newest_local": local_text(alert.newest_epoch_s),
            "lon_dms": dms(alert.lon, "lon"),
            "lat_dms": dms(alert.lat, "lat"),
            "navigation": navigation_link(alert),
            "next": next_step(alert, words),
            "recipients": list(alert.recipients),
            "simulated": run.simulated,
            "illustrative": run.illustrative,
        },
    }


def _utc_text(epoch_s: int) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
