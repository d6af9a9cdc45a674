"""Flames in a high-resolution scene, as evidence of a fire needs them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from imagery.highres.scene import HighresScene


def flames_in(scene: HighresScene, earlier: Sequence[HighresScene]) -> pd.DataFrame:
    """Return the clusters of flame in a scene, bright roofs of `earlier` scenes marked."""
    from imagery.fire20m.detect import detect_fires

    return detect_fires(scene, earlier=earlier).clusters
