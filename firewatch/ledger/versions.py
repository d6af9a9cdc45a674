"""Versions of our own detection, in the order in which the ledger met them.

A changed threshold makes a new version. Of two versions that looked at the same granule the one
that the ledger met later stands; within a version, a detection with all bands stands above one
that had to do without some.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from firewatch.core.errors import LedgerError
from firewatch.ledger.tables import products
from firewatch.supersession import OWN_RANKS
from imagery.reading import OwnVersion

_STEPS = 2
"""Ranks of one version: with bands missing, complete."""


def own_rank(connection: Connection, product_family: str, version: OwnVersion) -> int:
    """Return the product rank of a version of our own detection, within `OWN_RANKS`.

    Raises
    ------
    LedgerError
        If the ledger has met more versions than there are ranks.
    """
    query = select(products.c.product_version, products.c.product_rank).where(
        products.c.product_family == product_family,
        products.c.product_rank.between(OWN_RANKS.start, OWN_RANKS.stop - 1),
    )
    met = [(text, rank // _STEPS) for text, rank in connection.execute(query)]
    latest = max((number for _, number in met), default=0)
    same = (number for text, number in met if text.startswith(version.text))
    number = next(same, latest + 1)
    rank = _STEPS * number + int(version.complete)
    if rank not in OWN_RANKS:
        raise LedgerError(
            f"本台账已有 {latest} 个自有检测版本 / {latest} versions of own detection on record",
            expected=f"≤ {OWN_RANKS.stop // _STEPS - 1}",
            remedy="试验阈值请用另一个 --ledger / try thresholds out in another --ledger",
        )
    return rank
