"""FIRMS text: the columns, codes and number formats of the files that users download.

Source: FIRMS attribute tables for MODIS (MCD14DL) and VIIRS (VNP14IMGT) active fires.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from firewatch.core.files import atomic_path
from firewatch.core.time import from_epoch_seconds
from firewatch.simulate.orbits import PLATFORMS

SIMULATED = "SIMULATED"
_LOW_BELOW, _HIGH_FROM = 0.35, 0.92


@dataclass(frozen=True)
class Flavour:
    """How one FIRMS file is written.

    `clock` and `words` are the spellings that differ between download forms: ``0605`` or
    ``06:05``; ``l/n/h`` or ``low/nominal/high``.
    """

    suffix: str = ".csv"
    clock: str = "%H%M"
    words: tuple[str, str, str] = ("l", "n", "h")


PLAIN = Flavour()
GZIPPED = Flavour(suffix=".csv.gz")
LANCE_TEXT = Flavour(suffix=".txt", clock="%H:%M", words=("low", "nominal", "high"))

_VERSIONS = {
    ("MODIS", "NRT"): "6.1NRT",
    ("MODIS", "SP"): "61.03",
    ("VIIRS", "NRT"): "2.0NRT",
    ("VIIRS", "SP"): "2",
}
_BRIGHTNESS_NAMES = {"MODIS": ("brightness", "bright_t31"), "VIIRS": ("bright_ti4", "bright_ti5")}


def firms_table(rows: pd.DataFrame, platform: int, level: str, flavour: Flavour) -> pd.DataFrame:
    """Return fire pixels as the text columns of a FIRMS file.

    Parameters
    ----------
    level
        ``NRT`` or ``SP`` (standard product, which adds the column ``type``).
    """
    satellite = PLATFORMS[platform]
    family = satellite.imager.family
    mir, tir = _BRIGHTNESS_NAMES[family]
    time = from_epoch_seconds(rows["epoch_s"].to_numpy())
    columns = {
        "latitude": _fixed(rows["lat"], 5),
        "longitude": _fixed(rows["lon"], 5),
        mir: _fixed(rows["bt_mir_k"], 2),
        "scan": _fixed(rows["scan_km"], 2),
        "track": _fixed(rows["track_km"], 2),
        "acq_date": time.dt.strftime("%Y-%m-%d").to_numpy(),
        "acq_time": time.dt.strftime(flavour.clock).to_numpy(),
        "satellite": satellite.firms_code,
        "instrument": family,
        "confidence": _confidence(rows["certainty"].to_numpy(), family, flavour),
        "version": _VERSIONS[family, level],
        tir: _fixed(rows["bt_tir_k"], 2),
        "frp": _fixed(rows["frp_mw"], 2),
        "daynight": np.where(rows["day"], "D", "N"),
        **({"type": "0"} if level == "SP" else {}),
        "simulated": SIMULATED,
    }
    return pd.DataFrame(columns, index=range(len(rows)))


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as UTF-8 text, gzipped where the name says so; same table, same bytes."""
    text = table.to_csv(index=False, lineterminator="\n").encode()
    with atomic_path(path) as temporary:
        # A time stamp inside the gzip header would differ on every run.
        temporary.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    return path


def _fixed(values: pd.Series, digits: int) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.char.mod(f"%.{digits}f", values.to_numpy())


def _confidence(
    certainty: np.ndarray[tuple[int], np.dtype[np.float64]], family: str, flavour: Flavour
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    if family == "MODIS":
        return np.char.mod("%d", np.round(certainty * 100))
    step = np.digitize(certainty, (_LOW_BELOW, _HIGH_FROM))
    return np.array(flavour.words)[step]
