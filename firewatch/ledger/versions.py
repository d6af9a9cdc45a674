"""Versions of our own detection, numbered in the order in which the ledger met them.

A changed threshold makes a new version. Its number only tells it from others: which version of a
granule stands is a matter of what was asked for, see `requests`.
"""

from __future__ import annotations

from sqlalchemy import Connection

from firewatch.core.errors import LedgerError
from firewatch.ledger.requests import MOST_VERSIONS, RANKS_A_VERSION, own_products
from imagery.reading import OwnVersion


def own_rank(connection: Connection, product_family: str, version: OwnVersion) -> int:
    """Return the product rank of a version of our own detection, within `OWN_RANKS`.

    Raises
    ------
    LedgerError
        If the ledger has met more versions than there are ranks.
    """
    of_family = own_products(connection).query("product_family == @product_family")
    numbers = of_family["product_rank"].to_numpy(dtype="int64") // RANKS_A_VERSION
    met = dict(zip(of_family["product_version"], numbers.tolist(), strict=True))
    latest = max(met.values(), default=0)
    same = (number for text, number in met.items() if text.startswith(version.text))
    number = next(same, latest + 1)
    if number > MOST_VERSIONS:
        raise LedgerError(
            f"本台账已有 {latest} 个自有检测版本 / {latest} versions of own detection on record",
            expected=f"≤ {MOST_VERSIONS}",
            remedy="试验阈值请用另一个 --ledger / try thresholds out in another --ledger",
        )
    return RANKS_A_VERSION * number + int(version.complete)
