"""What a detector made of simulated high-resolution scenes: fires found, and what it invented."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from firewatch.simulate.granule_score import with_rate
from firewatch.simulate.highres import SimulatedScene, ground_cover
from firewatch.simulate.highres_fires import BurntField, PlantedFire, burnt_share
from firewatch.simulate.highres_ground import Cover
from imagery.highres.grid import Grid

_SQUARE = np.ones((3, 3), dtype=bool)
_APART_PX = 14
_RIM_PX = 6
_NEAR_PX = 4
_SEEN_BELOW = 0.05
_FIELDS = (Cover.STUBBLE, Cover.CANE)


def fires_on_fields(
    seed: int,
    grid: Grid,
    sizes_m2: Sequence[float],
    number: int,
    *,
    flame_k: float = 900.0,
    embers: float = 0.0,
    radius_m: float = 0.0,
    smoke: float = 0.0,
) -> tuple[PlantedFire, ...]:
    """Return lone fires on stubble and cane, in turn of each size; fewer if the fields are few.

    They stand at least 11 pixels apart and anywhere within their pixels.

    Parameters
    ----------
    seed
        Of the ground, as of the scene that they go into, and of the places.
    number
        Of all fires together.
    embers
        Smouldering area in times of the flaming one.
    """
    rng = np.random.default_rng([seed, 3])
    steps = (np.arange(_RIM_PX, size - _RIM_PX, _APART_PX) for size in grid.shape)
    places = np.stack([side.ravel() + 0.5 for side in np.meshgrid(*steps, indexing="ij")])
    line, column = places + rng.uniform(-1.5, 1.5, places.shape)
    cover = ground_cover(seed, grid)
    at = np.floor(line).astype(np.intp), np.floor(column).astype(np.intp)
    chosen = rng.permutation(np.flatnonzero(np.isin(cover[at], _FIELDS)))[:number]
    lon, lat = grid.lon_lat(line[chosen], column[chosen])
    sizes = np.resize(np.asarray(sizes_m2, dtype=float), len(chosen))
    return tuple(
        PlantedFire(x, y, size, flame_k, embers * size, radius_m=radius_m, smoke=smoke)
        for x, y, size in zip(lon.tolist(), lat.tolist(), sizes.tolist(), strict=True)
    )


def found_fires(made: SimulatedScene, fire_mask: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the fires of a scene that no cloud hides, and whether they were found.

    A fire is found if a fire pixel of the mask is its brightest pixel or beside it.

    Returns
    -------
    DataFrame
        One row a fire: fire, flaming_m2, flame_k, rho_swir2 (of its brightest pixel), cover
        (code of what that pixel shows), found.
    """
    power = made.truth["share_flaming"] + 1e-3 * made.truth["share_smouldering"]
    ordered = made.truth.assign(power=power).sort_values("power", ascending=False)
    brightest = ordered.drop_duplicates("fire").sort_values("fire", ignore_index=True)
    seen = brightest[brightest["veil"] < _SEEN_BELOW].reset_index(drop=True)
    at = seen["line"].to_numpy(), seen["column"].to_numpy()
    near = ndimage.binary_dilation(fire_mask, _SQUARE)
    names = ["fire", "flaming_m2", "flame_k", "rho_swir2"]
    return seen[names].assign(cover=made.cover[at], found=near[at])


def recall_by_size(fires: pd.DataFrame) -> pd.DataFrame:
    """Return number of fires and share found by size; rows of `found_fires`, of many scenes."""
    grouped = fires.groupby("flaming_m2")["found"]
    return pd.DataFrame({"fires": grouped.size(), "recall": grouped.mean()})


def false_alarms(made: SimulatedScene, fire_mask: NDArray[np.bool_]) -> pd.DataFrame:
    """Return clear and falsely burning pixels by class of ground, and their patches.

    Pixels within four pixels of a planted fire count as neither.

    Returns
    -------
    DataFrame
        Index name of `Cover`; clear, false (pixels), clusters (patches of false pixels, of the
        class that most of their pixels have), per_million.
    """
    hot = np.zeros(made.cover.shape, dtype=bool)
    hot[made.truth["line"].to_numpy(), made.truth["column"].to_numpy()] = True
    looked_at = ~ndimage.binary_dilation(hot, _SQUARE, iterations=_NEAR_PX)
    looked_at &= made.cover != Cover.NO_DATA
    invented = looked_at & fire_mask
    kinds = [kind for kind in Cover if kind is not Cover.NO_DATA]
    counts = [np.bincount(made.cover[part], minlength=len(Cover)) for part in (looked_at, invented)]
    labels, number = ndimage.label(invented, _SQUARE)
    table = pd.DataFrame({"label": labels[invented], "kind": made.cover[invented]})
    most = table.groupby("label")["kind"].agg(lambda codes: codes.mode().iloc[0])
    patches = np.bincount(most.to_numpy(dtype=np.intp), minlength=len(Cover))
    assert patches.sum() == number
    return with_rate(
        pd.DataFrame(
            {
                "clear": counts[0][kinds],
                "false": counts[1][kinds],
                "clusters": patches[kinds],
            },
            index=pd.Index([kind.name for kind in kinds], name="cover"),
        )
    )


def found_scars(
    before: SimulatedScene, burned: NDArray[np.bool_], fields: Sequence[BurntField]
) -> pd.DataFrame:
    """Return how much of each burnt field was called burned.

    Parameters
    ----------
    before
        Of the pair; only pixels that it shows as a field are asked for.
    burned
        (lines, columns) on its grid.

    Returns
    -------
    DataFrame
        One row a field with a whole pixel in it: hectares, severity, found (share of its pixels).
    """
    rows = []
    growing = np.isin(before.cover, _FIELDS)
    for field in fields:
        inside = burnt_share([field], before.scene.grid, 0, before.scene.grid.lines)
        whole = (inside > 0.99 * field.severity) & growing
        if whole.any():
            rows.append((field.hectares, field.severity, float(burned[whole].mean())))
    return pd.DataFrame(rows, columns=["hectares", "severity", "found"])


def false_scars(
    before: SimulatedScene,
    after: SimulatedScene,
    burned: NDArray[np.bool_],
    fields: Sequence[BurntField],
) -> pd.DataFrame:
    """Return pixels that did not burn, and those called burned, by what they were and became.

    Returns
    -------
    DataFrame
        Index before, after (names of `Cover`); clear, false (pixels).
    """
    grid = before.scene.grid
    rest = burnt_share(fields, grid, 0, grid.lines) == 0
    rest = ~ndimage.binary_dilation(~rest, _SQUARE) & (after.cover != Cover.NO_DATA)
    names = np.array([kind.name for kind in Cover])
    table = pd.DataFrame(
        {
            "before": names[before.cover[rest]],
            "after": names[after.cover[rest]],
            "false": burned[rest],
        }
    )
    grouped = table.groupby(["before", "after"])["false"]
    return pd.DataFrame({"clear": grouped.size(), "false": grouped.sum()})


def without(
    fire_mask: NDArray[np.bool_], geometry: NDArray[np.object_], grid: Grid
) -> NDArray[np.bool_]:
    """Return a mask of fires without some of its clusters.

    Parameters
    ----------
    geometry
        Outlines in WGS-84 of the clusters that are to go.
    """
    labels, _ = ndimage.label(fire_mask, _SQUARE)
    inside = shapely.point_on_surface(geometry)
    line, column = grid.position(shapely.get_x(inside), shapely.get_y(inside))
    gone = labels[np.floor(line).astype(np.intp), np.floor(column).astype(np.intp)]
    return fire_mask & ~np.isin(labels, gone[gone > 0])
