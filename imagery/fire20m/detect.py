"""Fire pixels and clusters of one high-resolution scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from imagery.detection.masks import Indices
from imagery.detection.scene import Bools, Bytes
from imagery.fire20m import landsat, sentinel2
from imagery.fire20m.checks import NEEDED, check, runnable
from imagery.fire20m.clusters import Cluster, clusters_of
from imagery.fire20m.murphy import murphy
from imagery.fire20m.parameters import Fire20mParameters, hash_in_force, shipped
from imagery.fire20m.pixels import Pixels
from imagery.fire20m.table import Hits, cluster_table
from imagery.highres.scene import HighresScene, SensorName

VERSION: Final = "1"
ALGORITHMS: Final[Mapping[SensorName, tuple[str, ...]]] = {
    sensor: tuple(needed) for sensor, needed in NEEDED.items()
}
"""Names of the bits of `HighresFires.votes`, the lowest first."""
FAMILY: Final[Mapping[SensorName, str]] = {"OLI": "landsat-vote", "MSI": "hu-tai"}


@dataclass(frozen=True, eq=False)
class HighresFires:
    """What burns in a scene.

    Attributes
    ----------
    algorithm, version, parameter_hash
        Who detected: the version names the algorithms that ran.
    missing
        Bands that were not at hand.
    votes
        (lines, columns), one bit an algorithm, in the order of `ALGORITHMS`.
    fire
        (lines, columns), after vote or combination and least size of clusters.
    clusters
        One row a fire, the largest first; see `imagery.fire20m.table.cluster_table`.
    """

    scene_id: str
    platform: str
    sensor: str
    acquired_utc_s: int
    algorithm: str
    version: str
    parameter_hash: str
    missing: tuple[str, ...]
    votes: Bytes
    fire: Bools
    clusters: pd.DataFrame


def detect_fires(
    scene: HighresScene,
    parameters: Fire20mParameters | None = None,
    earlier: Sequence[HighresScene] = (),
) -> HighresFires:
    """Return the fires of a scene by day.

    Landsat: a pixel burns if at least `votes` of Schroeder, Kumar & Roy and Murphy say so.
    Sentinel-2: if Hu says so and TAI reaches `combined_tai` or B12 is saturated. Clusters without
    an unambiguous pixel must have `least_pixels_contextual` pixels.

    Parameters
    ----------
    parameters
        The shipped ones by default.
    earlier
        Scenes of the six months before, for the guard against places that are always bright.

    Raises
    ------
    UnreadableFileError
        If it is night, no pixel has data, arrays do not fit together or too many bands are
        missing: such a scene says nothing, which is not the same as no fire.
    """
    p = shipped() if parameters is None else parameters
    check(scene, p)
    able = runnable(scene, p)
    needed = NEEDED[scene.sensor]
    every = dict.fromkeys(role for roles in needed.values() for role in roles)
    pixels = Pixels(scene, tuple(role for role in every if role in scene.numbers), p.sun_correct)
    find = _find_oli if scene.sensor == "OLI" else _find_msi
    hits = find(pixels, able, p)
    votes = np.zeros(pixels.shape, dtype=np.uint8)
    for bit, name in enumerate(ALGORITHMS[scene.sensor]):
        votes.reshape(-1)[hits.by_algorithm.get(name, [])] |= np.uint8(1 << bit)
    kept = _large_enough(pixels, hits, p)
    fire = np.zeros(pixels.shape, dtype=bool)
    for cluster in kept:
        fire.reshape(-1)[cluster.index] = True
    return HighresFires(
        scene_id=scene.scene_id,
        platform=scene.platform,
        sensor=scene.sensor,
        acquired_utc_s=scene.acquired_utc_s,
        algorithm=FAMILY[scene.sensor],
        version=f"{VERSION}/{'+'.join(able)}",
        parameter_hash=hash_in_force(p),
        missing=tuple(role for role in every if role not in scene.numbers),
        votes=votes,
        fire=fire,
        clusters=cluster_table(pixels, kept, hits, earlier, p),
    )


def _find_oli(pixels: Pixels, able: Sequence[str], p: Fire20mParameters) -> Hits:
    screen = landsat.screen_of(p, with_schroeder="schroeder" in able)
    spots = pixels.screened(("red", "nir", "swir1", "swir2"), screen)
    found, sure = {}, [np.empty(0, dtype=np.intp)]
    for name, algorithm in (("schroeder", landsat.schroeder), ("kumar_roy", landsat.kumar_roy)):
        if name in able:
            own = algorithm(pixels, spots, p)
            found[name] = own.fires
            sure.append(own.unambiguous)
    found["murphy"] = murphy(pixels, spots, p)
    index, number = np.unique(np.concatenate(list(found.values())), return_counts=True)
    return Hits(found, index[number >= p.votes], np.concatenate(sure))


def _find_msi(pixels: Pixels, able: Sequence[str], p: Fire20mParameters) -> Hits:
    spots = pixels.screened(("red", "nir", "swir1", "swir2"), sentinel2.screen_of(p))
    by_hu = sentinel2.hu(pixels, spots, p)
    found = {"hu": by_hu, "tai": sentinel2.tai(pixels, spots, p)}
    if "murphy" in able:
        found["murphy"] = murphy(pixels, spots, p)
    fires = sentinel2.combined(pixels, by_hu, p)
    sure = landsat.unambiguous(pixels.at(fires, ("nir", "swir2")), p)
    return Hits(found, fires, fires[sure | pixels.full(fires, "swir2")])


def _large_enough(pixels: Pixels, hits: Hits, p: Fire20mParameters) -> list[Cluster]:
    """Return the clusters that have as many pixels as their kind must, the largest first."""
    sure = pixels.board(hits.unambiguous)

    def is_large(index: Indices) -> bool:
        least = p.least_pixels_unambiguous if sure[index].any() else p.least_pixels_contextual
        return len(index) >= least

    kept = clusters_of(pixels, hits.fires, is_large)
    return sorted(kept, key=lambda cluster: (-len(cluster.index), int(cluster.index[0])))
