"""Reading FIRMS and LANCE text, against a row-by-row reader that knows nothing of ours."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagery.open import read

NOW_S = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
PLATFORMS = {"T": "Terra", "A": "Aqua", "N": "S-NPP", "N20": "NOAA-20", "1": "NOAA-20"}


def literal_rows(path: Path) -> list[dict[str, object]]:
    """Read a FIRMS file one row at a time, in the plainest way."""
    rows = []
    for record in csv.DictReader(io.StringIO(path.read_text())):
        clock = record["acq_time"].replace(":", "").zfill(4)
        acquired = datetime.strptime(record["acq_date"] + clock, "%Y-%m-%d%H%M").replace(tzinfo=UTC)
        mid = "brightness" if "brightness" in record else "bright_ti4"
        thermal = "bright_t31" if "bright_t31" in record else "bright_ti5"
        rows.append(
            {
                "platform": PLATFORMS[record["satellite"]],
                "acquired_utc": acquired,
                "lon": float(record["longitude"]),
                "lat": float(record["latitude"]),
                "scan_km": float(record["scan"]),
                "track_km": float(record["track"]),
                "bt_mir_k": float(record[mid]),
                "bt_tir_k": float(record[thermal]),
                "frp_mw": float(record["frp"]),
                "confidence_raw": record["confidence"],
                "product_version": record["version"],
                "day_night": record["daynight"],
            }
        )
    return rows


@pytest.mark.realdata
@pytest.mark.parametrize(
    "name",
    [
        "MODIS_C6_1_Global_24h.csv",
        "MODIS_C6_Global_MCD14DL_NRT_2019052.txt",
        "MODIS_C6_SouthEast_Asia_24h.csv",
        "VIIRS_I_SouthEast_Asia_VNP14IMGTDL_NRT_2021068.txt",
        "VNP14IMGTDL_NRT_SouthEast_Asia_24h.csv",
        "guangxi_bbox_modis_firms.csv",
    ],
)
def test_every_row_of_a_real_firms_file_is_read_as_it_stands(realdata: Path, name: str) -> None:
    path = realdata / "firms" / name
    expected = literal_rows(path)
    reading = read(path, NOW_S)
    assert reading.rejections.empty
    assert reading.rows == len(reading.points) == len(expected)
    assert reading.points["source_row"].tolist() == list(range(2, len(expected) + 2))
    for column in expected[0]:
        assert reading.points[column].tolist() == [row[column] for row in expected], column
    assert not reading.simulated
