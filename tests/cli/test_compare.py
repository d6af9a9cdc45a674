"""`firewatch compare`: two files of fire pixels of one overpass."""

from __future__ import annotations

from typing import Any

import pandas as pd


def row(lon: float, confidence: str = "n", version: str = "2.0NRT", frp: float = 5.0) -> str:
    return f"22.82,{lon},335.0,0.4,0.4,2020-11-05,0612,N,VIIRS,{confidence},{version},295.0,{frp},D"


def test_hits_misses_and_extras_are_counted_by_confidence(firewatch: Any) -> None:
    ours = firewatch.file("ours.csv", row(108.32, "h", frp=6.0), row(108.50), row(109.00))
    theirs = firewatch.file(
        "theirs.csv", row(108.321, "h", "2"), row(108.50, "n", "2"), row(109.50, "n", "2")
    )
    said = firewatch.json("compare", ours, theirs)
    table = {entry["confidence"]: entry for entry in said["by_confidence"]}
    assert (table["all"]["hits"], table["all"]["misses"], table["all"]["extras"]) == (2, 1, 1)
    assert (table["high"]["hits"], table["high"]["misses"]) == (1, 0)
    out = firewatch.folder / "pixels.csv"
    firewatch("compare", ours, theirs, "--out", out)
    outcomes = pd.read_csv(out)["outcome"].value_counts().to_dict()
    assert outcomes == {"hit": 2, "miss": 1, "extra": 1}


def test_a_source_agrees_wholly_with_itself(firewatch: Any) -> None:
    path = firewatch.file("a.csv", row(108.32), row(108.50))
    (share,) = [e["hit_share"] for e in firewatch.json("compare", path, path)["by_confidence"]
                if e["confidence"] == "all"]  # fmt: skip
    assert share == 1.0
