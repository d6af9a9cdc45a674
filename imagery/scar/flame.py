"""Flames in a high-resolution scene, as evidence of a fire needs them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from imagery.highres.scene import HighresScene


def flames_in(scene: HighresScene, earlier: Sequence[HighresScene]) -> pd.DataFrame:
    """Return the clusters of flame in a scene, bright roofs of `earlier` scenes marked.

    Returns
    -------
    DataFrame
        Columns of `imagery.fire20m.table.cluster_table`, and `guarded`: whether enough earlier
        scenes showed the place to tell a roof from a flame.
    """
    from imagery.fire20m.detect import detect_fires
    from imagery.fire20m.parameters import shipped

    clusters = detect_fires(scene, earlier=earlier).clusters
    return clusters.assign(guarded=clusters["earlier_looks"] >= shipped().guard_looks)
