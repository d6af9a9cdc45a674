"""Metadata of Landsat in its three forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firewatch.core.errors import UnreadableFileError
from imagery.highres.mtl import read_mtl

GROUPS = {
    "PRODUCT_CONTENTS": {
        "LANDSAT_PRODUCT_ID": "LC09_L1TP_125044_20220210_20220210_02_T1",
        "PROCESSING_LEVEL": "L1TP",
        "COLLECTION_NUMBER": "02",
    },
    "IMAGE_ATTRIBUTES": {
        "SPACECRAFT_ID": "LANDSAT_9",
        "DATE_ACQUIRED": "2022-02-10",
        "SCENE_CENTER_TIME": "03:12:45.9876540Z",
        "SUN_ELEVATION": "43.21",
    },
    "LEVEL1_RADIOMETRIC_RESCALING": {"REFLECTANCE_MULT_BAND_1": "2.0000E-05"},
}
LEVEL2 = {"LEVEL2_SURFACE_REFLECTANCE_PARAMETERS": {"REFLECTANCE_MULT_BAND_1": "2.75e-05"}}


def _text(groups: dict[str, dict[str, str]]) -> str:
    lines = ["GROUP = LANDSAT_METADATA_FILE"]
    for name, entries in groups.items():
        lines.append(f"  GROUP = {name}")
        for key, value in entries.items():
            quoted = f'"{value}"' if key.endswith(("_ID", "LEVEL", "TIME")) else value
            lines.append(f"    {key} = {quoted}")
        lines.append(f"  END_GROUP = {name}")
    return "\n".join([*lines, "END_GROUP = LANDSAT_METADATA_FILE", "END", ""])


def _json(groups: dict[str, dict[str, str]]) -> str:
    return json.dumps({"LANDSAT_METADATA_FILE": groups})


def _xml(groups: dict[str, dict[str, str]]) -> str:
    inner = "".join(
        f"<{name}>" + "".join(f"<{k}>{v}</{k}>" for k, v in entries.items()) + f"</{name}>"
        for name, entries in groups.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<LANDSAT_METADATA_FILE>{inner}</LANDSAT_METADATA_FILE>"


WRITERS = {".txt": _text, ".json": _json, ".xml": _xml}


@pytest.mark.parametrize("suffix", WRITERS)
def test_text_json_and_xml_say_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a_MTL{suffix}"
    path.write_text(WRITERS[suffix](GROUPS))
    mtl = read_mtl(path)
    assert mtl.values == {key: value for group in GROUPS.values() for key, value in group.items()}
    assert mtl.acquired_utc_s == datetime(2022, 2, 10, 3, 12, 45, tzinfo=UTC).timestamp()
    assert (mtl.collection, mtl.level, mtl.number("SUN_ELEVATION")) == (2, "L1TP", 43.21)


@pytest.mark.parametrize("suffix", WRITERS)
def test_scaling_of_level_2_does_not_pass_for_that_of_level_1(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a_MTL{suffix}"
    path.write_text(WRITERS[suffix](GROUPS | LEVEL2))
    assert read_mtl(path).number("REFLECTANCE_MULT_BAND_1") == 2.0e-5


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_cut_file_is_an_error_that_names_it(tmp_path: Path, suffix: str, kept: float) -> None:
    path = tmp_path / f"a_MTL{suffix}"
    text = WRITERS[suffix](GROUPS)
    path.write_text(text[: int(kept * len(text))])
    with pytest.raises(UnreadableFileError, match="a_MTL"):
        read_mtl(path)


@pytest.mark.parametrize(
    ("name", "value"), [("SUN_ELEVATION", "high"), ("SUN_ELEVATION", ""), ("DATE_ACQUIRED", "noon")]
)
def test_a_value_that_is_none_is_named(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "a_MTL.json"
    attributes = GROUPS["IMAGE_ATTRIBUTES"] | {name: value}
    path.write_text(_json(GROUPS | {"IMAGE_ATTRIBUTES": attributes}))
    mtl = read_mtl(path)
    with pytest.raises(UnreadableFileError, match=r"SUN_ELEVATION|SCENE_CENTER_TIME"):
        _ = (mtl.number("SUN_ELEVATION"), mtl.acquired_utc_s)
