"""The table of the fires of one scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from imagery.detection.masks import Indices
from imagery.fire20m.clusters import Cluster, outline
from imagery.fire20m.guard import earlier_looks, is_static
from imagery.fire20m.parameters import Fire20mParameters
from imagery.fire20m.pixels import Pixels
from imagery.highres.scene import Ground, HighresScene

STATIC_BRIGHT: Final = "static_bright"
_HALF = 0.5


@dataclass(frozen=True, eq=False)
class Hits:
    """Flat positions: of each algorithm's fires, of the fires, and of the unambiguous ones."""

    by_algorithm: Mapping[str, Indices]
    fires: Indices
    unambiguous: Indices


def cluster_table(
    pixels: Pixels,
    clusters: Sequence[Cluster],
    hits: Hits,
    earlier: Sequence[HighresScene],
    parameters: Fire20mParameters,
) -> pd.DataFrame:
    """Return one row a cluster, in the order given.

    Returns
    -------
    DataFrame
        cluster (from 1), lon, lat (of the centroid, degrees), area_m2, n_pixels, mean_swir2 and
        peak_swir2 (reflectance), algorithms (those that found any of its pixels, joined with
        ";"), unambiguous (a pixel needs no look at its surroundings), cause_mark
        ("static_bright" if at least half of its pixels were bright before, see
        `imagery.fire20m.guard`), ground (code of `Ground` that most pixels have),
        saturated_pixels (in swir2), earlier_looks (clear looks before, at the pixel with the
        fewest), earlier_bright (how many of them were bright, at the pixel with the most),
        geometry (outline of the pixels, WGS-84).
    """
    grid = pixels.scene.grid
    lon, lat = grid.lon_lat([one.line for one in clusters], [one.column for one in clusters])
    n_pixels = np.array([len(one.index) for one in clusters], dtype=np.int64)
    own = _of_pixels(pixels, clusters, hits, earlier, parameters).groupby("row")
    names = list(hits.by_algorithm)
    said = own[names].any().to_numpy()
    table = pd.DataFrame(
        {
            "cluster": np.arange(1, len(clusters) + 1),
            "lon": lon,
            "lat": lat,
            "area_m2": n_pixels * grid.pixel_area_m2(),
            "n_pixels": n_pixels,
            "mean_swir2": np.array([one.mean_swir2 for one in clusters], dtype=float),
            "peak_swir2": np.array([one.peak_swir2 for one in clusters], dtype=float),
            "algorithms": [
                ";".join(name for name, is_so in zip(names, row, strict=True) if is_so)
                for row in said
            ],
            "unambiguous": own["unambiguous"].any().to_numpy(),
            "cause_mark": np.where(own["static"].mean() >= _HALF, STATIC_BRIGHT, ""),
            "ground": own[[str(code) for code in Ground]].sum().to_numpy().argmax(axis=1),
            "saturated_pixels": own["saturated"].sum().to_numpy(),
            "earlier_looks": own["looks"].min().to_numpy(),
            "earlier_bright": own["bright"].max().to_numpy(),
        }
    ).astype({"algorithms": "str", "cause_mark": "str"})
    outlines = [outline(one.index, grid) for one in clusters]
    return table.assign(geometry=pd.Series(outlines, dtype=object))


def _of_pixels(
    pixels: Pixels,
    clusters: Sequence[Cluster],
    hits: Hits,
    earlier: Sequence[HighresScene],
    parameters: Fire20mParameters,
) -> pd.DataFrame:
    """Return one row a pixel of the clusters; `row` is the cluster's."""
    scene = pixels.scene
    index = np.concatenate([np.empty(0, dtype=np.intp), *(one.index for one in clusters)])
    line, column = np.divmod(index, scene.grid.columns)
    lon, lat = scene.grid.lon_lat(line + 0.5, column + 0.5)
    looks, bright = earlier_looks(scene, lon, lat, earlier, parameters)
    ground = scene.ground[line, column]
    return pd.DataFrame(
        {
            "row": np.repeat(np.arange(len(clusters)), [len(one.index) for one in clusters]),
            "unambiguous": pixels.board(hits.unambiguous)[index],
            "static": is_static(looks, bright, parameters),
            "saturated": pixels.full(index, "swir2"),
            "looks": looks,
            "bright": bright,
            **{str(code): ground == code for code in Ground},
            **{name: pixels.board(found)[index] for name, found in hits.by_algorithm.items()},
        }
    )
