"""Files that `firewatch detect --out` wrote, read back as fire points of our own detection."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firewatch.core.errors import UnreadableFileError
from firewatch.identity import with_identity
from firewatch.reports.detections_export import write_detections
from imagery.detection.detect import DETECTED_COLUMNS
from imagery.detection.product import own_version, product_version
from imagery.open import read

NOW_S = 2**31


def fires(count: int, **values: object) -> pd.DataFrame:
    """Return fire pixels as detection gives them, positions as single precision holds them."""
    rng = np.random.default_rng(5)
    single = {
        "lon": rng.uniform(104, 112, count), "lat": rng.uniform(20, 26, count),
        "bt_mir_k": rng.uniform(310, 360, count), "bt_tir_k": rng.uniform(280, 310, count),
        "frp_mw": rng.uniform(0.5, 90, count), "scan_km": rng.uniform(0.37, 0.8, count),
        "track_km": rng.uniform(0.37, 0.8, count),
    }  # fmt: skip
    table = pd.DataFrame(dict.fromkeys(DETECTED_COLUMNS, 0), index=range(count)).assign(
        **{name: column.astype(np.float32).astype(float) for name, column in single.items()},
        granule="VNP02IMG.nc",
        platform="S-NPP",
        sensor="VIIRS_I",
        acquired_utc=pd.Timestamp("2020-11-05T06:05:00Z"),
        confidence=rng.choice(["low", "nominal", "high"], count),
        day_night="D",
        water=rng.random(count) < 0.3,
        test="contextual",
        frp_source="I4",
        algorithm="viirs-iband",
        version="1.0",
        parameter_hash="0123456789abcdef",
        missing="M13;cloud_mask",
        simulated=False,
    )
    return table.assign(**values)


@pytest.mark.parametrize("suffix", [".csv", ".geojson"])
def test_fires_come_back_with_the_identity_and_the_version_that_detection_gave_them(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"fires{suffix}"
    found = fires(3000)
    write_detections(path, found)
    reading = read(path, NOW_S)
    assert reading.format_name == "own_detection"
    assert (len(reading.points), len(reading.rejections)) == (3000, 0)
    points = reading.points
    ours = with_identity(points)
    for name in ("lon", "lat"):
        assert ours[name].tolist() == (found[name].round(5) + 0.0).tolist()
    assert (points["acquired_utc"] == found["acquired_utc"]).all()
    assert points["bt_mir_k"].tolist() == found["bt_mir_k"].round(2).tolist()
    assert points["scan_km"].tolist() == found["scan_km"].round(3).tolist()
    assert points["confidence"].tolist() == found["confidence"].tolist()
    assert ((points["provider_type"] == "3") == found["water"]).all()
    (version,) = set(points["product_version"])
    assert version == product_version(
        "viirs-iband", "1.0", "0123456789abcdef", ["M13", "cloud_mask"]
    )
    assert reading.own == {("VIIRS_I", version): own_version(version)}
    assert not reading.own["VIIRS_I", version].complete
    assert not reading.simulated


def test_a_list_of_several_detections_keeps_them_apart(tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    modis = fires(4, platform="Aqua", sensor="MODIS", algorithm="modis-c6", missing="cloud_mask")
    write_detections(path, pd.concat([fires(3), modis.assign(simulated=True)]))
    reading = read(path, NOW_S)
    assert reading.own is not None
    assert {key[0]: version.complete for key, version in reading.own.items()} == {
        "VIIRS_I": False, "MODIS": True,
    }  # fmt: skip
    assert reading.simulated
    assert reading.points["sensor"].astype("str").value_counts().to_dict() == {
        "MODIS": 4,
        "VIIRS": 3,
    }


def test_a_row_that_does_not_tell_its_parameters_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "fires.csv"
    found = fires(3)
    # What a spreadsheet makes of a hash of digits.
    write_detections(path, found.assign(parameter_hash=["1.23E+15", "", "0123456789abcdef"]))
    reading = read(path, NOW_S)
    assert len(reading.points) == 1
    assert set(reading.rejections["field"]) == {"parameter_hash"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"type": "FeatureCollection", "features": [', "FeatureCollection"),
        ('{"error": "limit"}', "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ('{"features": [{"properties": {"a": 1}}]}', "heading"),
    ],
)
def test_other_json_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(text)
    with pytest.raises(UnreadableFileError, match=said):
        read(path, NOW_S)
