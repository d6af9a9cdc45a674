"""Which zones end because a later notice takes their place: only those that it names.

Rules
-----
- A notice retires another only when the user says so, by the older notice's number (文号).
- Numbers repeat between authorities, and a city cannot repeal another's notice: of the older
  notice only the zones in the cities of the new one end. None there is an error.
- They end on the day before the new notice's first day. Zones that both notices draw alike go on.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from firewatch.core.errors import UsageError
from zones.geometry.grid import cells_over, grid_points
from zones.places.areas import Areas
from zones.places.homes import home_counties
from zones.register.register import NEVER, Register

# Lines digitised apart from ours put some vertices of a city's zone into its neighbour.
_LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Replacement:
    """The zones that end, from which day, and by which notice."""

    zone_ids: tuple[str, ...]
    from_day: int
    by: str
    note: str = ""

    @classmethod
    def nothing(cls) -> Replacement:
        """Return the replacement that ends no zone."""
        return cls((), NEVER, "")

    def applied_to(self, register: Register) -> Register:
        """Return the register in which these zones end."""
        return (
            register.retired(self.zone_ids, self.from_day, self.by) if self.zone_ids else register
        )


def replacement(
    register: Register, added: Register, replaced: Sequence[str], areas: Areas
) -> Replacement:
    """Return what ends when zones are added whose notice replaces others.

    Parameters
    ----------
    register
        The zones on record.
    added
        The zones of one new notice.
    replaced
        Numbers of the older notices; the new one's own number stands for a correction of it.

    Raises
    ------
    UsageError
        If the new zones have several notices, if an older number is not on record, or if none of
        its zones lies in the cities of the new ones.
    """
    if not replaced:
        return Replacement.nothing()
    by, from_day = _one_notice(added), int(added.zones["valid_from"].min())
    cities = set(zone_cities(added, areas)["city_adcode"])
    ended: list[str] = []
    for number in replaced:
        older = register.of_notice(number)
        if not len(older):
            raise _unknown(number, register)
        ended += _ended_of(older, number, cities, from_day, areas)
    still_drawn = set(added.zones["zone_id"])
    ids = tuple(sorted(set(ended) - still_drawn))
    return Replacement(ids, from_day, by, "；".join(replaced))


def zone_cities(register: Register, areas: Areas) -> pd.DataFrame:
    """Return zone_id and city_adcode, one row for each city that a zone lies in.

    By the share of the zone's vertices, which is quick and enough to tell cities apart.
    """
    x, y = shapely.get_coordinates(register.geometry).T
    owner = np.repeat(np.arange(len(register)), shapely.get_num_coordinates(register.geometry))
    inner = shapely.get_coordinates(shapely.point_on_surface(register.geometry))
    lon, lat = np.append(x, inner[:, 0]), np.append(y, inner[:, 1])
    owner = np.append(owner, np.arange(len(register)))
    grid = grid_points(lon, lat, cells_over(areas.geometry))
    home = home_counties(grid, areas)
    city = areas.counties["city_adcode"].to_numpy()[home[home >= 0]]
    met = pd.DataFrame({"zone": owner[grid.order][home >= 0], "city_adcode": city})
    counted = met.groupby(["zone", "city_adcode"]).size().rename("vertices").reset_index()
    kept = counted[
        counted["vertices"] >= _LEAST_SHARE * counted.groupby("zone")["vertices"].transform("sum")
    ]
    ids = register.zones["zone_id"].to_numpy()[kept["zone"]]
    return pd.DataFrame({"zone_id": ids, "city_adcode": kept["city_adcode"].to_numpy()})


def _one_notice(added: Register) -> str:
    notices = added.zones["notice"].unique().tolist()
    if len(notices) != 1:
        raise UsageError(
            f"文件含多个文号：{'、'.join(notices)}，无法确定由哪一份取代旧通告"
            " / the file holds several notices: which one replaces the older is not certain",
            remedy="每份通告单独导入，或用 --notice 声明 / import one notice at a time",
        )
    return str(notices[0])


def _ended_of(
    older: Register, number: str, cities: set[int], from_day: int, areas: Areas
) -> list[str]:
    """Return the zones of an older notice, still in force on the day, that lie in the cities."""
    lying = zone_cities(older, areas)
    lying = lying.assign(shared=lying["city_adcode"].isin(cities))
    of_zone = lying.groupby("zone_id")["shared"]
    if not of_zone.any().any():
        names = "、".join(areas.city_names()[code] for code in sorted(set(lying["city_adcode"])))
        raise UsageError(
            f"通告 {number} 的分区在{names}，新通告不涉及，不能取代"
            f" / the zones of {number} lie in other cities and stay in force",
            remedy="核对 --replaces 的文号 / check the number given with --replaces",
        )
    partly = of_zone.any() & ~of_zone.all()
    if partly.any():
        raise UsageError(
            f"通告 {number} 有 {int(partly.sum())} 个分区跨到新通告以外的市，不能整块取代"
            " / zones of the older notice reach into cities that the new one does not cover",
            expected="、".join(
                older.zones.loc[older.zones["zone_id"].isin(partly.index[partly]), "name"].head(5)
            ),
            remedy="请先把跨市分区按市拆开后重新导入 / import those zones again, cut by city",
        )
    zones = older.zones
    goes_on = (zones["retired_from"] > from_day) & (zones["valid_to"] >= from_day)
    ended = zones["zone_id"].isin(of_zone.all().index[of_zone.all()]) & goes_on
    ids: list[str] = zones.loc[ended, "zone_id"].tolist()
    return ids


def _unknown(number: str, register: Register) -> UsageError:
    known = sorted(set(register.zones["notice"]))
    near = difflib.get_close_matches(number, known, n=3, cutoff=0.3) or known[:3]
    return UsageError(
        f"登记册中没有文号为 {number!r} 的通告 / no notice of this number is on record",
        expected="、".join(near) if near else "登记册为空 / the register is empty",
        remedy="firewatch zones list 查看文号 / shows the numbers",
    )
