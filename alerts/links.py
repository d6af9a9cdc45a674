"""Links that open a place in a map app."""

from __future__ import annotations

from urllib.parse import quote

from firewatch.core.geo import wgs84_to_gcj02


def amap_navigation(lon: float, lat: float, name: str) -> str:
    """Return a link that starts car navigation to a WGS-84 position in AMap (高德地图).

    AMap's URI scheme takes GCJ-02 degrees with at most 6 decimals (0.1 m) in the order
    longitude, latitude, name; a raw WGS-84 position would lead some 500 m astray.

    Source: AMap URI API, "navigation" (https://lbs.amap.com/api/uri-api/guide/travel/route).
    """
    gcj_lon, gcj_lat = wgs84_to_gcj02(lon, lat)
    target = f"{float(gcj_lon):.6f},{float(gcj_lat):.6f},{quote(name, safe='')}"
    return f"https://uri.amap.com/navigation?to={target}&mode=car"
