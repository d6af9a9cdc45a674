"""What files declare to cover: which product, where and when."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, not_, select

from firewatch.core.geo import Extent
from firewatch.core.vocab import Source
from firewatch.ledger.coverage import files_with_coverage
from firewatch.ledger.store import append
from firewatch.ledger.tables import claims
from firewatch.supersession import OWN_RANKS, Claim


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
    return _claims(connection, _overlapping(first_s, last_s))


def feeds_within(connection: Connection, first_s: int, last_s: int) -> list[Claim]:
    """Return the claims of files that do not say themselves what ground they saw.

    Our own detections always say so, and where they say nothing they saw nothing.
    """
    silent = claims.c.file_id.not_in(files_with_coverage())
    provided = not_(claims.c.product_rank.between(OWN_RANKS.start, OWN_RANKS.stop - 1))
    return _claims(connection, and_(_overlapping(first_s, last_s), silent, provided))


def _overlapping(first_s: int, last_s: int) -> ColumnElement[bool]:
    return and_(claims.c.first_s <= last_s, claims.c.last_s >= first_s)


def _claims(connection: Connection, condition: ColumnElement[bool]) -> list[Claim]:
    return [
        Claim(
            row["platform"],
            row["product_family"],
            row["product_rank"],
            Extent(row["west"], row["south"], row["east"], row["north"]),
            row["first_s"],
            row["last_s"],
            row["declared"],
        )
        for row in connection.execute(select(claims).where(condition)).mappings()
    ]


def claims_of(points: pd.DataFrame, extent: Extent) -> list[Claim]:
    """Return what a file claims by its own content: one claim a platform and product version.

    Parameters
    ----------
    points
        Every row of the file, inside the region or not: platform, product_family, product_rank,
        source, acquired_s.
    extent
        The box of the file's rows, or the one that the user declares.
    """
    seen = points[points["source"] == str(Source.SATELLITE)]
    names = ["platform", "product_family", "product_rank"]
    spans = seen.groupby(names, observed=True)["acquired_s"].agg(["min", "max"]).reset_index()
    return [
        Claim(platform, family, rank, extent, first_s, last_s)
        for platform, family, rank, first_s, last_s in spans.to_records(index=False).tolist()
    ]
