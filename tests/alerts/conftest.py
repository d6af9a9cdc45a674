"""Fire events as the pipeline hands them to the alerts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest

EventTable = Callable[..., pd.DataFrame]
# 2020-11-05 18:00 Beijing time.
_NOW_EPOCH_S = int(datetime(2020, 11, 5, 10, 0, tzinfo=UTC).timestamp())
_EVENT = {
    "event_id": "E1",
    "point_id": "P1",
    "newest_epoch_s": _NOW_EPOCH_S - 1800,
    "first_epoch_s": _NOW_EPOCH_S - 7200,
    "lon": 108.2744,
    "lat": 23.1586,
    "city_adcode": 450100,
    "city": "南宁市",
    "county_adcode": 450110,
    "county": "武鸣区",
    "township": "",
    "ruling": "ban_violation",
    "reason": "位于禁烧区 A，南府规〔2020〕1号",
    "marks": "",
    "cause": "unknown",
    "confidence": "high",
    "platforms": "NOAA-20;S-NPP",
    "pixels": 3,
    "frp_mw": 12.34,
}


@pytest.fixture(scope="session")
def now_epoch_s() -> int:
    return _NOW_EPOCH_S


@pytest.fixture(scope="session")
def event_table() -> EventTable:
    """Return a function: one event for each dict of fields that differ from the usual one."""

    def build(*changes: dict[str, object]) -> pd.DataFrame:
        return pd.DataFrame([{**_EVENT, **change} for change in changes], columns=list(_EVENT))

    return build
