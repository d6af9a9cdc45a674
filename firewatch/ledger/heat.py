"""What the recurrence of heat is judged by: every satellite point in force."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from firewatch.core.vocab import Source
from firewatch.ledger.store import fetch
from firewatch.ledger.tables import points_current, products


def seen_in_cells(connection: Connection, as_of_s: int) -> pd.DataFrame:
    """Return heat_cell, local_day and day_night of satellite points acquired up to a moment."""
    current = points_current.c
    query = (
        select(current.heat_cell, current.local_day, current.day_night)
        .join(products, products.c.product_key == current.product_key)
        .where(products.c.source == str(Source.SATELLITE), current.acquired_s <= as_of_s)
    )
    return fetch(connection, query)
