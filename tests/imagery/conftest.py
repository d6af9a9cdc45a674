"""Files of FIRMS text for tests, and the plainest reader to compare with."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagery.open import read
from imagery.reading import Reading

PLATFORMS = {
    "T": "Terra", "Terra": "Terra", "A": "Aqua", "Aqua": "Aqua", "N": "S-NPP", "S-NPP": "S-NPP",
    "Suomi NPP": "S-NPP", "N20": "NOAA-20", "1": "NOAA-20", "NOAA-20": "NOAA-20", "J1": "NOAA-20",
    "N21": "NOAA-21", "2": "NOAA-21", "NOAA-21": "NOAA-21",
}  # fmt: skip


class Firms:
    """Rows and files as the provider writes them."""

    now_s = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    modis_heading = (
        "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,"
        "confidence,version,bright_t31,frp,daynight,type"
    )
    viirs_heading = modis_heading.replace("brightness", "bright_ti4").replace("t31", "ti5")
    modis_row = "23.12345,108.3,310.2,1.1,1.0,2020-11-05,0605,T,MODIS,77,6.1NRT,290.1,8.4,D,0"
    viirs_row = "23.12345,108.3,330.2,0.4,0.36,2020-11-05,0605,N,VIIRS,n,2.0NRT,290.1,8.4,D,0"

    def modis(self, **values: str) -> str:
        """Return a MODIS row with some of its fields replaced, named by heading."""
        return self._changed(self.modis_row, values)

    def viirs(self, **values: str) -> str:
        return self._changed(self.viirs_row, values)

    def _changed(self, row: str, values: dict[str, str]) -> str:
        names, fields = self.modis_heading.split(","), row.split(",")
        for name, value in values.items():
            fields[names.index(name)] = value
        return ",".join(fields)

    def modis_file(self, path: Path, *rows: str) -> Path:
        return self.file(path, self.modis_heading, *rows)

    def viirs_file(self, path: Path, *rows: str) -> Path:
        return self.file(path, self.viirs_heading, *rows)

    def file(self, path: Path, *lines: str) -> Path:
        path.write_bytes("".join(f"{line}\n" for line in lines).encode())
        return path

    def read(self, path: Path) -> Reading:
        return read(path, self.now_s)

    def random_rows(self, count: int, seed: int) -> list[str]:
        """Return VIIRS rows as the provider might send them, in several of its spellings."""
        draw = random.Random(seed)
        rows = []
        for _ in range(count):
            hour, minute = draw.randrange(24), draw.randrange(60)
            rows.append(
                self.viirs(
                    latitude=f"{draw.uniform(20, 27):.5f}",
                    longitude=f"{draw.uniform(104, 113):.5f}",
                    brightness=f"{draw.uniform(295, 367):.2f}",
                    acq_date=f"2020-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}",
                    acq_time=draw.choice((f"{hour:02d}{minute:02d}", str(hour * 100 + minute))),
                    satellite=draw.choice(("N", "N20", "1")),
                    confidence=draw.choice("lnh"),
                    version=draw.choice(("2.0NRT", "2", "1.0NRT")),
                    frp=f"{draw.uniform(0, 90):.2f}",
                    daynight=draw.choice("DN"),
                )
            )
        return rows

    def literal_rows(self, text: str) -> list[dict[str, object]]:
        """Read FIRMS text one row at a time, in the plainest way."""
        return [self._literal(record) for record in csv.DictReader(io.StringIO(text))]

    def _literal(self, record: dict[str, str]) -> dict[str, object]:
        clock = record["acq_time"].replace(":", "").zfill(4)
        acquired = datetime.fromisoformat(f"{record['acq_date']}T{clock}+00:00")
        return {
            "platform": PLATFORMS[record["satellite"]],
            "acquired_utc": acquired,
            "lon": float(record["longitude"]),
            "lat": float(record["latitude"]),
            "scan_km": float(record["scan"]),
            "track_km": float(record["track"]),
            "bt_mir_k": float(record.get("brightness") or record["bright_ti4"]),
            "bt_tir_k": float(record.get("bright_t31") or record["bright_ti5"]),
            "frp_mw": float(record["frp"]),
            "confidence_raw": record["confidence"],
            "product_version": record["version"],
            "day_night": record["daynight"],
            "provider_type": record.get("type", ""),
        }


@pytest.fixture(scope="session")
def firms() -> Firms:
    return Firms()
