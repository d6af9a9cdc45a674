"""Alerts on record: which event was told, or came too late to be told."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from firewatch.ledger.store import append
from firewatch.ledger.tables import alerts

_RECORDED_STATES = ("due", "late")


def record_alerts(connection: Connection, calls: pd.DataFrame, now_s: int) -> None:
    """Append one row for every event that is due or late; told ones are on record already."""
    made = calls[calls["state"].isin(_RECORDED_STATES)].assign(made_at=now_s)
    append(connection, alerts, made)
