"""The columns of fire pixels that every detector hands on."""

from __future__ import annotations

import numpy as np

from imagery.detection.columns import Columns, Rows
from imagery.detection.masks import Indices
from imagery.detection.scene import Scene


def pixel_columns(scene: Scene, fires: Rows, lines: Indices, samples: Indices) -> Columns:
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
    return {
        "line": lines + scene.line0,
        "sample": samples + scene.sample0,
        "lon": scene.lon[lines, samples].astype(float),
        "lat": scene.lat[lines, samples].astype(float),
        "bt_mir_k": scene.bt_mir_k[lines, samples].astype(float),
        "bt_tir_k": scene.bt_tir_k[lines, samples].astype(float),
        "mean_mir_k": np.asarray(fires["mean_mir"]),
        "mean_tir_k": np.asarray(fires["mean_tir"]),
        "mean_dt_k": np.asarray(fires["mean_dt"]),
        "mad_mir_k": np.asarray(fires["mad_mir"]),
        "mad_tir_k": np.asarray(fires["mad_tir"]),
        "mad_dt_k": np.asarray(fires["mad_dt"]),
        "window": np.asarray(fires["window"]),
        "n_valid": np.asarray(fires["n_valid"]),
        "n_background_fires": np.asarray(fires["n_background_fires"]),
        "day_night": np.where(fires["day"], "D", "N"),
        "scan_km": scene.scan_km[samples].astype(float),
        "track_km": scene.track_km[samples].astype(float),
        "view_zenith_deg": scene.view_zenith_deg[lines, samples].astype(float),
        "water": scene.water[lines, samples],
        "cloud_class": (
            np.full(len(lines), -1) if clouds is None else clouds[lines, samples].astype(np.int64)
        ),
    }
