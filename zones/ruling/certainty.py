"""How sure a ruling is, seen that a pixel is not a point.

Rules
-----
- `ruling_share` is the share of the pixel's ground that lies in the zone that decided. It is NaN
  where no zone decided, and 1 for a point without a pixel, such as a patrol's.
- `near_boundary` holds where on some ground of the pixel another *ruling* would follow at the same
  moment: a zone that goes before the deciding one reaches into the pixel, or the zones that lead to
  this ruling do not cover all of it. Two zones with the same ruling make no boundary between them.
- The zones that count are those in force at the point's Beijing day and minute. Kinds that are
  marks neither decide nor make a boundary; permits are asked of `crossed`.
- Ground where no zone counts is unzoned. Ground beyond the region is not set apart: zones mostly
  end at the region's border, and a pixel that reaches over it is then near a boundary, because
  burning beyond it is not the region's to rule.
- Ground of less than `shares.NOTHING` of the pixel is none: zones that only touch a pixel, or
  that touch each other in it, make no boundary.
- A point outside the region has no ruling: NaN and no boundary.
- Ground is measured in the plane of longitude and latitude; within a pixel of 5 km the scale of
  the two changes by less than 1 in 2,000.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.footprint import pixel_sizes
from firewatch.core.time import epoch_seconds
from zones.geometry.arrays import Bools, Indices
from zones.geometry.grid import Eligible
from zones.geometry.outlines import Outlines, Pixels, outlines_of
from zones.geometry.shares import only, shares
from zones.register.in_force import Moments, in_force
from zones.register.register import Register
from zones.ruling.decisive import decisive
from zones.ruling.precedence import Precedence, default_precedence
from zones.ruling.within import Ground, another_ruling_within

_NONE = -1


def certainty(
    points: pd.DataFrame, register: Register, precedence: Precedence | None = None
) -> pd.DataFrame:
    """Return how sure the ruling of each point is.

    Parameters
    ----------
    points
        Ruled by the same register and precedence: lon, lat (WGS-84, degrees), scan_km, track_km
        (km, NaN without a pixel), acquired_utc (aware), county_adcode, ruling_zone_id; the
        product_family, if there, tells the size of pixels that do not say theirs.

    Returns
    -------
    pandas.DataFrame
        ruling_share (0 to 1 or NaN) and near_boundary, one row a point in the same order.
    """
    ids = pd.Index(register.zones["zone_id"])
    return certainty_of(points, ids.get_indexer(points["ruling_zone_id"]), register, precedence)


def certainty_of(
    points: pd.DataFrame,
    deciding: Indices,
    register: Register,
    precedence: Precedence | None = None,
) -> pd.DataFrame:
    """Return the same from the position of each point's deciding zone, -1 without one."""
    share = np.where(deciding == _NONE, np.nan, 1.0)
    near = np.zeros(len(points), dtype=bool)
    order = decisive(register, precedence or default_precedence())
    if len(order.zones) and len(points):
        outlines = _outlines(register, order.zones.tobytes())
        place, pixels = _pixels_of(points, outlines, points["county_adcode"].to_numpy() != 0)
        moments = Moments.of(epoch_seconds(points["acquired_utc"].iloc[place]))
        ground = Ground(
            register.geometry, order, outlines, pixels, in_force(register.zones, moments)
        )
        at_edge = shares(outlines, register.geometry, pixels, ground.eligible)
        own = at_edge.polygon == deciding[place][at_edge.pixel]
        share[place[at_edge.pixel[own]]] = at_edge.share[own]
        near[place] = another_ruling_within(ground, at_edge, deciding[place])
    return pd.DataFrame({"ruling_share": share, "near_boundary": near}, index=points.index)


def crossed(
    points: pd.DataFrame, polygons: NDArray[np.object_], eligible: Eligible | None = None
) -> Bools:
    """Tell which points' pixels lie partly inside and partly outside some polygon.

    Parameters
    ----------
    points
        lon, lat, scan_km, track_km and, if there, product_family.
    polygons
        Such as the areas of permits; prepared.
    eligible
        Says of (polygon, point) positions which polygons count for a point.
    """
    result = np.zeros(len(points), dtype=bool)
    if len(polygons) and len(points):
        outlines = outlines_of(polygons)
        place, pixels = _pixels_of(points, outlines, np.ones(len(points), dtype=bool))
        found = shares(outlines, polygons, pixels, only(eligible, place))
        result[place[found.pixel[found.partial]]] = True
    return result


@lru_cache(maxsize=1)
def _outlines(register: Register, zones: bytes) -> Outlines:
    numbers = np.frombuffer(zones, dtype=np.intp)
    return outlines_of(register.geometry[numbers], numbers)


def _pixels_of(points: pd.DataFrame, outlines: Outlines, wanted: Bools) -> tuple[Indices, Pixels]:
    """Return the positions and pixels of the points that an outline may run through."""
    scan_km, track_km = pixel_sizes(points)
    place = np.flatnonzero(wanted & (scan_km > 0) & (track_km > 0))
    lon, lat = points["lon"].to_numpy()[place], points["lat"].to_numpy()[place]
    pixels = Pixels.of(lon, lat, scan_km[place], track_km[place])
    near = np.flatnonzero(outlines.near(pixels))
    # Neighbours one after another find their pieces of outline in the processor's cache.
    row = outlines.middles.cells.row_of(pixels.y[near])
    near = near[np.argsort(row.astype(np.uint16), kind="stable")]
    return place[near], pixels[near]
