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
        Columns of `imagery.fire20m.table.cluster_table`, and `dark_before`: whether earlier
        scenes show the place without that brightness. One clear look does, or as many as the
        guard wants with fewer bright ones than it wants for a roof.
    """
    from imagery.fire20m.detect import detect_fires
    from imagery.fire20m.parameters import shipped

    p = shipped()
    clusters = detect_fires(scene, earlier=earlier).clusters
    looks, bright = clusters["earlier_looks"], clusters["earlier_bright"]
    once = (looks >= 1) & (bright == 0)
    mostly = (looks >= p.guard_looks) & (bright < p.guard_bright)
    return clusters.assign(dark_before=once | mostly)
