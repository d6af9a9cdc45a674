"""Reports and exports onto a disk that is full: told, and nothing half written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_disk import small_disk

from firewatch.core.errors import NotWrittenError
from firewatch.core.vocab import Language
from firewatch.reports.docx import write_yoy_docx
from firewatch.reports.points_export import write_points
from firewatch.reports.xlsx import write_yoy_xlsx

NOW_EPOCH_S = 1_614_500_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system with no block left: small files are the ones GDAL loses in silence."""
    with small_disk(tmp_path, "4k") as folder:
        (folder / "other").write_bytes(b"x" * 4096)
        yield folder


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".csv"])
@pytest.mark.parametrize("count", [2, 2000])
def test_points_that_do_not_fit_are_not_called_written(
    suffix: str, count: int, disk: Path, fire_points: Callable[..., pd.DataFrame]
) -> None:
    path = disk / f"points{suffix}"
    with pytest.raises(NotWrittenError, match="disk is full") as raised:
        write_points(path, fire_points(count), Language.ZH)
    assert raised.value.where == str(path)
    assert [file.name for file in disk.iterdir()] == ["other"]


def test_geojson_without_a_point_is_whole(
    tmp_path: Path, fire_points: Callable[..., pd.DataFrame]
) -> None:
    path = tmp_path / "points.geojson"
    write_points(path, fire_points(0), Language.ZH)
    assert path.read_text().rstrip().endswith("}")


@pytest.mark.parametrize("write", [write_yoy_xlsx, write_yoy_docx])
def test_a_report_that_does_not_fit_is_not_called_written(
    write: Callable[..., None],
    disk: Path,
    comparison: Callable[..., Any],
    fire_points: Callable[..., pd.DataFrame],
) -> None:
    path = disk / "yoy.out"
    with pytest.raises(NotWrittenError, match="disk is full") as raised:
        write(path, comparison(), fire_points(3000), now_epoch_s=NOW_EPOCH_S)
    assert raised.value.where == str(path)
    assert [file.name for file in disk.iterdir()] == ["other"]
