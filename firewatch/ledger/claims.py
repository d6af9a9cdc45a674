"""What files declare to cover: which product, where and when."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, select

from firewatch.core.geo import Extent
from firewatch.ledger.store import append, fetch
from firewatch.ledger.tables import claims
from firewatch.supersession import Claim


def record_claims(connection: Connection, file_id: int, made: Sequence[Claim]) -> None:
    """Append the claims of one file."""
    rows = [
        {
            "file_id": file_id,
            "platform": claim.platform,
            "product_family": claim.product_family,
            "product_rank": claim.product_rank,
            "west": claim.extent.west,
            "south": claim.extent.south,
            "east": claim.extent.east,
            "north": claim.extent.north,
            "first_s": claim.first_s,
            "last_s": claim.last_s,
            "declared": claim.declared,
        }
        for claim in made
    ]
    append(connection, claims, pd.DataFrame(rows))


def claims_within(connection: Connection, first_s: int, last_s: int) -> list[Claim]:
    """Return every claim that overlaps a closed interval of times (UTC epoch seconds)."""
    query = select(claims).where(claims.c.first_s <= last_s, claims.c.last_s >= first_s)
    return [
        Claim(
            row.platform,
            row.product_family,
            int(row.product_rank),
            Extent(row.west, row.south, row.east, row.north),
            int(row.first_s),
            int(row.last_s),
            bool(row.declared),
        )
        for row in fetch(connection, query).itertuples(index=False)
    ]


def claims_of(points: pd.DataFrame, extent: Extent, declared: Claim | None = None) -> list[Claim]:
    """Return what a file claims by its own content: one claim a platform and product version.

    Parameters
    ----------
    points
        Every row of the file, inside the region or not: platform, product_family, product_rank,
        source, acquired_s.
    extent
        The box of the file's rows, or the one that the user declares.
    declared
        Period and extent the user declares; they replace the file's own.
    """
    seen = points[points["source"] == "satellite"]
    names = ["platform", "product_family", "product_rank"]
    made = []
    for key, times in seen.groupby(names, observed=True)["acquired_s"]:
        platform, family, rank = key if isinstance(key, tuple) else (key, "", 0)
        first_s, last_s = int(times.min()), int(times.max())
        if declared is not None:
            first_s, last_s = declared.first_s, declared.last_s
        made.append(
            Claim(
                str(platform), str(family), int(rank), extent, first_s, last_s, declared is not None
            )
        )
    return made
