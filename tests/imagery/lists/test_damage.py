"""Whatever happens to a file on its way, every row of it is accepted or rejected."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from firewatch.core import schema
from firewatch.core.errors import UnreadableFileError

BODY_BYTES = 900
BLANKS = " \t\v\f"


def rows_by_csv_module(body: str) -> int:
    """Count the lines that hold something, each taken by itself."""
    lines = [next(csv.reader([line]), []) for line in body.split("\n") if line[:1] != "#"]
    return sum(any(field.strip(BLANKS) for field in line) for line in lines)


@settings(max_examples=examples(120), deadline=None)
@given(
    places=st.lists(
        st.tuples(st.integers(0, BODY_BYTES - 1), st.integers(0, 255)), min_size=1, max_size=12
    ),
    kept=st.integers(0, BODY_BYTES),
)
def test_rows_are_accepted_or_rejected_and_never_lost(
    firms: Any, places: list[tuple[int, int]], kept: int
) -> None:
    body = bytearray("\n".join(firms.random_rows(30, seed=4)).encode()[:BODY_BYTES])
    for place, byte in places:
        body[place] = byte
    content = bytes(body[:kept])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "f.csv"
        path.write_bytes(firms.viirs_heading.encode() + b"\n" + content)
        try:
            reading = firms.read(path)
        except UnreadableFileError:
            return
    assert reading.rows == len(reading.points) + len(reading.rejections)
    rows = [*reading.points["source_row"], *reading.rejections["source_row"]]
    assert len(set(rows)) == len(rows)
    assert (reading.rejections[["expected", "remedy"]] != "").all(axis=None)
    schema.validate(reading.points, "read")
    if content.isascii() and not {b'"', b"\0", b"\r"} & {bytes([byte]) for byte in content}:
        assert reading.rows == rows_by_csv_module(content.decode())


@settings(max_examples=examples(60), deadline=None)
@given(
    fields=st.lists(
        st.lists(st.text(st.characters(exclude_characters=',"\n\r\0#', codec="utf-8"), max_size=12),
                 min_size=15, max_size=15),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_any_text_in_the_fields_gives_a_reason_and_no_crash(
    firms: Any, fields: list[list[str]]
) -> None:
    body = "\n".join(",".join(row) for row in fields)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "f.csv"
        path.write_text(firms.modis_heading + "\n" + firms.modis() + "\n" + body + "\n")
        reading = firms.read(path)
    assert reading.points["source_row"].tolist()[:1] == [2]
    filled = sum(any(field.strip(BLANKS) for field in row) for row in fields)
    assert reading.rows == filled + 1
