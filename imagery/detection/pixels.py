"""The table of fire pixels that every detector hands on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from imagery.detection.masks import Indices
from imagery.detection.scene import Scene


def pixel_table(
    scene: Scene, fires: pd.DataFrame, lines: Indices, samples: Indices
) -> pd.DataFrame:
    """Return place, temperatures and background of fires; see `Detection.pixels`.

    Parameters
    ----------
    scene
        Where the fires are.
    fires
        Background statistics with day (bool), in the order of `lines` and `samples`.
    lines, samples
        Positions in the arrays of the scene.
    """
    clouds = scene.cloud_class
    return pd.DataFrame(
        {
            "line": lines + scene.line0,
            "sample": samples + scene.sample0,
            "lon": scene.lon[lines, samples].astype(float),
            "lat": scene.lat[lines, samples].astype(float),
            "bt_mir_k": scene.bt_mir_k[lines, samples].astype(float),
            "bt_tir_k": scene.bt_tir_k[lines, samples].astype(float),
            "mean_mir_k": fires["mean_mir"].to_numpy(),
            "mean_tir_k": fires["mean_tir"].to_numpy(),
            "mean_dt_k": fires["mean_dt"].to_numpy(),
            "mad_mir_k": fires["mad_mir"].to_numpy(),
            "mad_tir_k": fires["mad_tir"].to_numpy(),
            "mad_dt_k": fires["mad_dt"].to_numpy(),
            "window": fires["window"].to_numpy(),
            "n_valid": fires["n_valid"].to_numpy(),
            "n_background_fires": fires["n_background_fires"].to_numpy(),
            "day_night": np.where(fires["day"], "D", "N"),
            "scan_km": scene.scan_km[samples].astype(float),
            "track_km": scene.track_km[samples].astype(float),
            "view_zenith_deg": scene.view_zenith_deg[lines, samples].astype(float),
            "water": scene.water[lines, samples],
            "cloud_class": (
                np.full(len(lines), -1)
                if clouds is None
                else clouds[lines, samples].astype(np.int64)
            ),
        }
    )
