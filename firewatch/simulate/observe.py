"""What the satellites report of the true fires: pixels, not fires."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from firewatch.simulate.orbits import PLATFORMS, from_track_plane, track_plane
from firewatch.simulate.pixels import pixel_centres, pixels_at, scan_grid
from firewatch.simulate.radiance import brightness_k
from firewatch.simulate.sky import Sky

# Radiative power (MW) that half of the nadir pixels show: (day, night).
_HALF_SEEN_MW = {"MODIS": (6.0, 4.0), "VIIRS": (1.8, 0.7)}
_SEEN_STEEPNESS = 3.0
_SPILL_FROM_MW = 7.0
_SPILL_CHANCE = 0.3
_SPILL_SHARE = 0.35
_FRP_LOG_NOISE = 0.2


def passes_over(fires: pd.DataFrame, passes: pd.DataFrame) -> pd.DataFrame:
    """Return one row a fire and pass during its burning: ``fire`` and ``overpass``
    (row numbers) with the place and power."""
    pass_s = passes["epoch_s"].to_numpy()
    first = np.searchsorted(pass_s, fires["start_s"].to_numpy(), side="left")
    after = np.searchsorted(pass_s, fires["end_s"].to_numpy(), side="right")
    count = after - first
    row = np.repeat(np.arange(len(fires)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return fires[["lon", "lat", "frp_mw"]].iloc[row].assign(overpass=first[row] + nth, fire=row)


def observe(
    hot: pd.DataFrame, passes: pd.DataFrame, sky: Sky, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the fire pixels that four satellites report.

    Parameters
    ----------
    hot
        One row a hot place and pass: ``lon, lat`` (degrees), ``frp_mw``, ``overpass`` (row of
        `passes`), ``fire`` (any number that names the place).

    Returns
    -------
    pandas.DataFrame
        ``platform`` (index), ``epoch_s``, ``lon, lat`` of the pixel centre (degrees),
        ``scan_km, track_km, frp_mw, bt_mir_k, bt_tir_k``, ``certainty`` (0–1), ``day``, ``fire``
        (strongest in the pixel); in order of time, platform and place.
    """
    view = hot.join(passes, on="overpass").reset_index(drop=True)
    hidden = sky.hides(*(view[name].to_numpy() for name in ("lon", "lat", "epoch_s")))
    view = view[~hidden]
    pixels = [
        _pixels_of(index, view[view["platform"] == index], rng) for index in range(len(PLATFORMS))
    ]
    seen = pd.concat(pixels, ignore_index=True)
    return seen.sort_values(["epoch_s", "platform", "lat", "lon"], ignore_index=True)


def _pixels_of(index: int, view: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    imager = PLATFORMS[index].imager
    grid = scan_grid(imager)
    lon, lat, track_lon, tilt, frp = (
        view[name].to_numpy() for name in ("lon", "lat", "track_lon", "tilt_rad", "frp_mw")
    )
    pixels = pixels_at(imager, grid, *track_plane(lon, lat, track_lon, tilt))
    view = view.assign(
        sample=pixels.sample, line=pixels.line, area_km2=pixels.scan_km * pixels.track_km
    )
    view = view[pixels.seen & _noticed(imager.family, view, frp, rng)]
    view = _with_spill(view, rng)
    keys = ["overpass", "sample", "line"]
    view = view.sort_values([*keys, "frp_mw"], ascending=[True, True, True, False])
    total_mw = view.groupby(keys)["frp_mw"].transform("sum")
    merged = view.assign(frp_mw=total_mw).drop_duplicates(keys, ignore_index=True)
    return _described(index, merged, rng)


def _noticed(
    family: str, view: pd.DataFrame, frp_mw: Floats, rng: np.random.Generator
) -> NDArray[np.bool_]:
    nadir_km2 = {"MODIS": 1.0, "VIIRS": 0.144}[family]
    half = np.where(view["day"].to_numpy(), *_HALF_SEEN_MW[family])
    half = half * view["area_km2"].to_numpy() / nadir_km2
    chance = 1 / (1 + (half / frp_mw) ** _SEEN_STEEPNESS)
    result: NDArray[np.bool_] = rng.random(len(view)) < chance
    return result


def _with_spill(view: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Let strong fires heat a neighbouring pixel too."""
    drawn = rng.random(len(view)) < _SPILL_CHANCE
    strong = view["frp_mw"].to_numpy() / np.sqrt(view["area_km2"].to_numpy()) > _SPILL_FROM_MW
    more = view[drawn & strong]
    sideways = rng.random(len(more)) < 0.5
    step = rng.choice([-1, 1], len(more))
    spill = more.assign(
        sample=more["sample"] + np.where(sideways, step, 0),
        line=more["line"] + np.where(sideways, 0, step),
        frp_mw=more["frp_mw"] * _SPILL_SHARE,
    )
    both: pd.DataFrame = pd.concat([view, spill], ignore_index=True)
    return both


def _described(index: int, merged: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    imager = PLATFORMS[index].imager
    grid = scan_grid(imager)
    sample, line, track_lon, tilt = (
        merged[name].to_numpy() for name in ("sample", "line", "track_lon", "tilt_rad")
    )
    pixels = pixel_centres(imager, grid, sample, line, np.ones(len(merged), dtype=bool))
    lon, lat = from_track_plane(pixels.across_km, pixels.along_km, track_lon, tilt)
    frp = merged["frp_mw"].to_numpy() * rng.lognormal(0, _FRP_LOG_NOISE, len(merged))
    day = merged["day"].to_numpy()
    background_k = np.where(day, 299.0, 288.0) + rng.normal(0, 3.0, len(merged))
    area = pixels.scan_km * pixels.track_km
    half = np.where(day, *_HALF_SEEN_MW[imager.family])
    odds = np.log(frp / half) + rng.normal(0, 0.6, len(merged))
    return pd.DataFrame(
        {
            "platform": index,
            "epoch_s": merged["epoch_s"],
            "lon": lon,
            "lat": lat,
            "scan_km": pixels.scan_km,
            "track_km": pixels.track_km,
            "frp_mw": frp,
            "bt_mir_k": brightness_k(imager.family, background_k, frp / area),
            "bt_tir_k": background_k - 4 + 0.35 * np.sqrt(frp / area),
            "certainty": 1 / (1 + np.exp(-odds)),
            "day": day,
            "fire": merged["fire"],
        }
    )
