"""Which reading of a granule was last asked for: the version of our own detection that stands.

A granule taken in under changed settings is read anew, and every reading stays on record. Of two
versions the one that was last asked for stands, granule by granule, so that going back to settings
of before brings their version back. So it is with an image said to be another satellite's than
before: in one second there is one image of one box. Within a version, a detection with all bands
stands above one that had to do without some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, or_, select

from firewatch.ledger.store import append_row, fetch
from firewatch.ledger.tables import claims, granules, products, requests
from firewatch.supersession import OWN_RANKS, Claim
from imagery.coverage.table import granule_numbers
from imagery.detection.product import own_version

RANKS_A_VERSION = 2
"""With bands missing, complete."""
MOST_VERSIONS = OWN_RANKS.stop // RANKS_A_VERSION - 1
_READING = ("platform", "product_family", "started_s", "product_rank")
_BOX = ("west", "south", "east", "north")


@dataclass(frozen=True, eq=False)
class Requested:
    """What was asked for of the granules of a period.

    Parameters
    ----------
    readings
        One row a file and granule: file_id, platform, product_family, started_s, product_rank
        as recorded; image_platform, whose image it was last said to be; rank, in the order in
        which versions were last asked for, the same for the last one of every granule;
        settings_rank, the same with ties between readings of one version undone by the order in
        which their settings were asked for.
    """

    readings: pd.DataFrame

    def ranks(
        self, platform: Any, product_family: Any, started_s: Any, product_rank: Any
    ) -> NDArray[np.int64]:
        """Return product ranks (arrays) with those of our own versions in the order asked for."""
        ranks = np.asarray(product_rank, dtype=np.int64)
        own = (ranks >= OWN_RANKS.start) & (ranks < OWN_RANKS.stop)
        if self.readings.empty or not own.any():
            return ranks
        known = self.readings.drop_duplicates(list(_READING)).set_index(list(_READING))["rank"]
        columns = (platform, product_family, started_s, ranks)
        asked = pd.MultiIndex.from_arrays([np.asarray(column)[own] for column in columns])
        ranked = ranks.copy()
        ranked[own] = known.reindex(asked).fillna(pd.Series(ranks[own], index=asked)).to_numpy()
        return ranked

    def platforms(
        self, platform: Any, product_family: Any, started_s: Any, product_rank: Any
    ) -> NDArray[np.object_]:
        """Return platforms (arrays), of our own readings those that their images were last said."""
        named = np.asarray(platform, dtype=object)
        moved = self.readings
        if len(moved):
            moved = moved[moved["platform"] != moved["image_platform"]]
        if moved.empty:
            return named
        known = moved.drop_duplicates(list(_READING)).set_index(list(_READING))["image_platform"]
        columns = (platform, product_family, started_s, product_rank)
        asked = pd.MultiIndex.from_arrays([np.asarray(column) for column in columns])
        return known.reindex(asked).fillna(pd.Series(named, index=asked)).to_numpy(dtype=object)

    def ranked(self, made: Sequence[Claim]) -> list[Claim]:
        """Return claims with ranks and platforms of our own versions as last asked for."""
        table = pd.DataFrame(
            [(c.platform, c.product_family, c.first_s, c.product_rank) for c in made],
            columns=list(_READING),
        )
        columns = [table[name] for name in _READING]
        ranks, platforms = self.ranks(*columns).tolist(), self.platforms(*columns).tolist()
        return [
            replace(claim, product_rank=rank, platform=platform)
            for claim, rank, platform in zip(made, ranks, platforms, strict=True)
        ]

    def account_ranks(self, headers: pd.DataFrame) -> pd.Series:
        """Return the ranks of accounts of ground seen (file_id, product_rank), index as given."""
        if self.readings.empty:
            return headers["product_rank"]
        by_file = self.readings.drop_duplicates("file_id").set_index("file_id")["settings_rank"]
        return headers["file_id"].map(by_file).fillna(headers["product_rank"])

    def account_platforms(self, headers: pd.DataFrame) -> pd.Series:
        """Return whose images accounts of ground seen (file_id, platform) were last said to be."""
        if self.readings.empty:
            return headers["platform"]
        by_file = self.readings.drop_duplicates("file_id").set_index("file_id")["image_platform"]
        return headers["file_id"].map(by_file).fillna(headers["platform"])


def record_request(connection: Connection, file_id: int, settings: str, now_s: int) -> None:
    """Record that from here on a file's reading is the one asked for.

    Parameters
    ----------
    settings
        Everything that makes another reading of the same imagery.
    """
    last = connection.execute(select(func.max(requests.c.request_id))).scalar() or 0
    values = {"file_id": file_id, "settings": settings, "requested_at": now_s}
    append_row(connection, requests, values | {"request_id": last + 1})


def is_last_asked(connection: Connection, file_id: int, settings: str) -> bool:
    """Tell whether all granules of a file were last asked for under these settings.

    True also of files that are no readings of our own detection.
    """
    mine = claims.alias()
    granule = [mine.c[name] for name in ("platform", "product_family", "first_s")]
    same_pass = and_(*(column == claims.c[column.name] for column in granule[1:]))
    same_box = and_(*(mine.c[name] == claims.c[name] for name in _BOX))
    query = (
        select(*granule, requests.c.settings)
        .join(claims, and_(same_pass, or_(granule[0] == claims.c.platform, same_box)))
        .join(requests, requests.c.file_id == claims.c.file_id)
        .where(mine.c.file_id == file_id, _own(mine), _own(claims))
        .order_by(requests.c.request_id)
    )
    asked = fetch(connection, query)
    last = asked.drop_duplicates([column.name for column in granule], keep="last")
    return bool((last["settings"] == settings).all())


def requested_between(connection: Connection, first_s: int, last_s: int) -> Requested:
    """Return what was asked for of the granules that start in a closed interval (UTC seconds)."""
    columns = ("platform", "product_family", "product_rank")
    query = (
        select(
            requests.c.file_id, requests.c.settings, requests.c.request_id,
            claims.c.first_s.label("started_s"), *(claims.c[name] for name in (*columns, *_BOX)),
        )
        .join(claims, claims.c.file_id == requests.c.file_id)
        .where(_own(claims), claims.c.first_s.between(first_s, last_s))
        .order_by(requests.c.request_id)
    )  # fmt: skip
    asked = fetch(connection, query)
    return Requested(asked if asked.empty else _in_order(asked))


def otherwise_detected(
    connection: Connection,
    versions: Mapping[str, str],
    cropland_version: str,
    first_s: int,
    last_s: int,
) -> pd.DataFrame:
    """Return version, granules: those whose last reading is not what settings in force make.

    Parameters
    ----------
    versions
        The version of our own detection in force, by product family.
    cropland_version
        Of the land-cover map in force, "" without one.
    first_s, last_s
        The closed interval in which the granules start, UTC epoch seconds.
    """
    readings = requested_between(connection, first_s, last_s).readings
    if readings.empty:
        return pd.DataFrame({"version": [], "granules": []})
    granule = ["image_platform", "product_family", "started_s"]
    last = readings.sort_values("settings_rank").drop_duplicates(granule, keep="last")
    known = own_products(connection).drop_duplicates(["product_family", "product_rank"])
    last = last.merge(known, on=["product_family", "product_rank"])
    last["version"] = [own_version(text).text for text in last["product_version"]]
    seen = fetch(connection, select(granules.c.file_id, granules.c.cropland_version))
    cropland_of = seen.drop_duplicates("file_id").set_index("file_id")["cropland_version"]
    cropland = last["file_id"].map(cropland_of)
    other = last["version"] != last["product_family"].map(versions)
    other |= cropland.fillna(cropland_version) != cropland_version
    return last[other].groupby("version").size().rename("granules").reset_index()


def own_products(connection: Connection) -> pd.DataFrame:
    """Return product_family, product_rank, product_version of our own detections on record."""
    columns = (products.c[name] for name in ("product_family", "product_rank", "product_version"))
    return fetch(connection, select(*columns).where(_own(products)).distinct())


def _own(table: FromClause) -> ColumnElement[bool]:
    return table.c.product_rank.between(OWN_RANKS.start, OWN_RANKS.stop - 1)


def _in_order(asked: pd.DataFrame) -> pd.DataFrame:
    """Rank readings by when their version, and then their settings, were last asked for."""
    image = asked.groupby(["product_family", "started_s", *_BOX])["platform"]
    asked = asked.assign(image_platform=image.transform("last"))
    family = asked["image_platform"] + "/" + asked["product_family"]
    number = (asked["product_rank"] // RANKS_A_VERSION).astype("str")
    asked = asked.assign(
        granule=granule_numbers(family, asked["started_s"]),
        version=asked["platform"] + "/" + number,
    )
    # One rank is the last version's of every granule: neighbours in an overpass are no versions
    # of each other.
    versions_later = _later(asked, "version")
    complete = asked["product_rank"] % RANKS_A_VERSION
    rank = RANKS_A_VERSION * (MOST_VERSIONS - versions_later) + complete
    settings_later = _later(asked, "settings")
    undone = settings_later / (settings_later.max() + 1)
    ranked = asked.assign(rank=rank, settings_rank=rank - undone)
    # A file read before settings were recorded is, once asked for again, of known settings.
    return ranked.drop_duplicates(["file_id", *_READING], keep="last")


def _later(asked: pd.DataFrame, what: str) -> pd.Series:
    """Count, for each request, what was last asked for of its granule later than its own."""
    last = asked.groupby(["granule", what])["request_id"].max()
    later = last.groupby("granule").rank(method="first", ascending=False).astype("int64") - 1
    return later.reindex(pd.MultiIndex.from_frame(asked[["granule", what]])).set_axis(asked.index)
