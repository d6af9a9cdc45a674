"""Level-2 files as the format documents say, written by plain h5py and pyhdf."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

NOW_S = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
SHAPE = (64, 200)
VIIRS_NAME = "VNP14IMG.A2020310.0606.002.2021001000000.nc"
MODIS_NAME = "MOD14.A2020310.0310.061.2021001000000.hdf"
CORE = """
GROUP = INVENTORYMETADATA
  OBJECT                 = SHORTNAME
    NUM_VAL              = 1
    VALUE                = "{short_name}"
  END_OBJECT             = SHORTNAME
  OBJECT                 = VERSIONID
    NUM_VAL              = 1
    VALUE                = 61
  END_OBJECT             = VERSIONID
  OBJECT                 = RANGEBEGINNINGTIME
    NUM_VAL              = 1
    VALUE                = "03:10:00.000000"
  END_OBJECT             = RANGEBEGINNINGTIME
  OBJECT                 = RANGEBEGINNINGDATE
    NUM_VAL              = 1
    VALUE                = "2020-11-05"
  END_OBJECT             = RANGEBEGINNINGDATE
END
"""
_COUNTS = ("FP_AdjCloud", "FP_AdjWater", "FP_WinSize", "FP_line", "FP_sample")
_BYTES = ("FP_confidence", "FP_day")


def fire_list(n_fires: int, mir: str, tir: str, seed: int = 5) -> dict[str, np.ndarray]:
    """Return FP_ variables of fires in different places of the mask."""
    draw = np.random.default_rng(seed)
    place = draw.choice(SHAPE[0] * SHAPE[1], n_fires, replace=False)
    reals = {
        "FP_latitude": draw.uniform(21, 26, n_fires),
        "FP_longitude": draw.uniform(105, 111, n_fires),
        f"FP_{mir}": draw.uniform(330, 360, n_fires),
        f"FP_{tir}": draw.uniform(290, 300, n_fires),
        "FP_power": draw.uniform(1, 60, n_fires),
        f"FP_Mean{mir}": draw.uniform(298, 304, n_fires),
        f"FP_Mean{tir}": draw.uniform(290, 296, n_fires),
        "FP_MeanDT": draw.uniform(2, 8, n_fires),
        f"FP_MAD_{mir}": draw.uniform(0.5, 2, n_fires),
        f"FP_MAD_{tir}": draw.uniform(0.5, 2, n_fires),
        "FP_MAD_DT": draw.uniform(0.5, 2, n_fires),
        "FP_SolZenAng": draw.uniform(20, 60, n_fires),
        "FP_ViewZenAng": draw.uniform(0, 60, n_fires),
    }
    fires = {name: values.astype(np.float32) for name, values in reals.items()}
    fires |= {name: draw.integers(0, 3, n_fires).astype(np.uint16) for name in _COUNTS}
    fires["FP_line"] = (place // SHAPE[1]).astype(np.uint16)
    fires["FP_sample"] = (place % SHAPE[1]).astype(np.uint16)
    fires["FP_day"] = np.ones(n_fires, np.uint8)
    fires["FP_confidence"] = draw.integers(7, 10, n_fires).astype(np.uint8)
    return fires


def _percent_of(classes: np.ndarray) -> np.ndarray:
    """Return confidences of the classes low, nominal and high."""
    return np.array([9, 50, 95], np.uint8)[classes - 7]


class Level2Files:
    """Writes level-2 files; keyword arguments replace or, as None, leave out what is written."""

    now_s = NOW_S
    shape = SHAPE

    def viirs(
        self, folder: Path, n_fires: int = 12, name: str = VIIRS_NAME, **changes: Any
    ) -> Path:
        import h5py

        short_name = name.split(".")[0]
        bands = ("T4", "T5") if "IMG" in name else ("T13", "T15")
        variables: dict[str, Any] = dict(fire_list(n_fires, *bands))
        variables |= self._images(variables, variables["FP_confidence"])
        if "IMG" not in name:
            variables["FP_confidence"] = _percent_of(variables["FP_confidence"])
        attributes = {
            "ShortName": short_name,
            "StartTime": "2020-11-05 06:06:00.000",
            "AlgorithmVersion": "NPP_PR14IMG 3.1.6",
            "DayNightFlag": "Day",
            "FirePix": np.int32(n_fires),
        }
        return self._hdf5(folder / name, h5py, variables, attributes, changes)

    def _hdf5(
        self,
        path: Path,
        h5py: Any,
        variables: dict[str, Any],
        attributes: dict[str, Any],
        changes: dict[str, Any],
    ) -> Path:
        for key, value in changes.items():
            target = attributes if key in attributes or key == "simulated" else variables
            target[key.replace("__", " ")] = value
        with h5py.File(path, "w") as file:
            for key, value in variables.items():
                if value is not None:
                    file.create_dataset(key, data=value, compression="gzip" if value.size else None)
            for key, value in attributes.items():
                if value is not None:
                    file.attrs[key] = value
        return path

    def modis(
        self, folder: Path, n_fires: int = 12, name: str = MODIS_NAME, **changes: Any
    ) -> Path:
        from pyhdf.SD import SD, SDC

        variables: dict[str, Any] = dict(fire_list(n_fires, "T21", "T31"))
        del variables["FP_day"]
        percent = np.linspace(0, 100, n_fires).astype(np.uint8)
        classes = np.where(percent < 30, 7, np.where(percent < 80, 8, 9))
        variables |= self._images(variables, classes)
        variables["FP_confidence"] = percent
        variables["FP_NumValid"] = np.full(n_fires, 20, np.int16)
        variables["FP_land"] = np.ones(n_fires, np.uint8)
        # Land, day.
        variables["algorithm QA"] = np.full(SHAPE, 2 | 1 << 4, np.uint32)
        variables |= {key.replace("__", " "): value for key, value in changes.items()}
        types = {"f": SDC.FLOAT32, "B": SDC.UINT8, "H": SDC.UINT16, "h": SDC.INT16, "I": SDC.UINT32}
        file = SD(str(folder / name), SDC.WRITE | SDC.CREATE)
        setattr(file, "CoreMetadata.0", CORE.format(short_name=name.split(".")[0]))
        file.Satellite = "Terra" if name.startswith("MOD") else "Aqua"
        for key, value in variables.items():
            if value is None or not value.size:
                continue
            dataset = file.create(key, types[value.dtype.char], value.shape)
            dataset[:] = value
            dataset.endaccess()
        file.end()
        return folder / name

    def _images(self, fires: dict[str, Any], classes: np.ndarray) -> dict[str, Any]:
        mask = np.full(SHAPE, 5, np.uint8)
        mask[:, :20], mask[:8] = 3, 4
        mask[fires["FP_line"], fires["FP_sample"]] = classes
        return {"fire mask": mask, "algorithm QA": np.zeros(SHAPE, np.uint32)}


@pytest.fixture(scope="session")
def level2() -> Level2Files:
    return Level2Files()
