"""Where the governments of cities and counties sit."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd


@cache
def seats() -> pd.DataFrame:
    """Return the seats of Guangxi's cities and counties: adcode, name, lon, lat, source.

    To 0.01 degree (about 1 km), from GeoNames (geonames.org, CC BY 4.0) where it has them.
    """
    with (files("zones.places") / "seats.csv").open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream)


def with_seats(counties: pd.DataFrame) -> pd.DataFrame:
    """Add seat_lon and seat_lat; a county whose seat is not on record gets its `lon` and `lat`."""
    known = seats().set_index("adcode").reindex(counties["adcode"].to_numpy())
    return counties.assign(
        seat_lon=known["lon"].fillna(pd.Series(counties["lon"].to_numpy(), known.index)).to_numpy(),
        seat_lat=known["lat"].fillna(pd.Series(counties["lat"].to_numpy(), known.index)).to_numpy(),
    )
