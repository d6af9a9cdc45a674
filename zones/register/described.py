"""One zone as a person reads it: what the register says, its size and its place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from zones.geometry.polygons import area_km2
from zones.places.areas import Areas
from zones.register.register import Register
from zones.register.replacing import zone_cities

_SEPARATOR = "、"


def described(register: Register, areas: Areas) -> pd.DataFrame:
    """Return one row a zone: its readable columns, cities, area_km2, vertices, lon and lat.

    lon and lat (WGS-84 degrees) are a place inside the zone.
    """
    lying = zone_cities(register, areas)
    names = lying["city_adcode"].map(areas.city_names())
    cities = names.groupby(lying["zone_id"]).agg(_SEPARATOR.join)
    inner = shapely.get_coordinates(shapely.point_on_surface(register.geometry))
    table = register.readable()
    return table.assign(
        cities=table["zone_id"].map(cities).fillna(""),
        area_km2=np.round(area_km2(register.geometry), 3),
        vertices=shapely.get_num_coordinates(register.geometry),
        lon=np.round(inner[:, 0], 5),
        lat=np.round(inner[:, 1], 5),
    )
