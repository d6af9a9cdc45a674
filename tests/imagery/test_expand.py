"""Files, folders and globs as lists of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from firewatch.core.errors import UsageError
from imagery.open import expand


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.txt", "deep/er/c.csv.gz", "deep/.hidden", "deep/d.csv.part"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path


def names(files: list[Path], root: Path) -> list[str]:
    return [str(file.relative_to(root)) for file in files]


def test_a_folder_gives_its_files_at_every_depth(tree: Path) -> None:
    assert names(expand([tree]), tree) == ["a.txt", "b.csv", "deep/er/c.csv.gz"]


def test_a_glob_gives_what_it_matches(tree: Path) -> None:
    assert names(expand([tree / "*.csv"]), tree) == ["b.csv"]
    assert names(expand([str(tree / "**/*.gz")]), tree) == ["deep/er/c.csv.gz"]


def test_a_relative_glob_starts_where_the_user_is(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    assert expand(["*.csv", "deep"]) == [Path("b.csv"), Path("deep/er/c.csv.gz")]


def test_a_file_named_twice_is_read_once(tree: Path) -> None:
    assert names(expand([tree / "b.csv", tree, tree / "deep/../b.csv"]), tree).count("b.csv") == 1


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    (tmp_path / "fires[1].csv").touch()
    assert expand([tmp_path / "fires[1].csv"]) == [tmp_path / "fires[1].csv"]


def test_an_absent_file_among_others_is_left_for_the_reader_to_report(tree: Path) -> None:
    assert names(expand([tree / "b.csv", tree / "gone.csv"]), tree) == ["b.csv", "gone.csv"]


@pytest.mark.parametrize("given", [[], ["gone.csv"], ["*.nothing"]])
def test_nothing_at_all_is_an_error(tmp_path: Path, given: list[str]) -> None:
    with pytest.raises(UsageError, match="no file was found"):
        expand([tmp_path / name for name in given])


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file was found"):
        expand([tmp_path])


def test_the_truth_of_a_simulation_is_no_observation(tmp_path: Path) -> None:
    for name in ("SIMULATED_VNP02IMG.nc", "SIMULATED_x_truth.csv", "SIMULATED_x_cover.npz"):
        (tmp_path / name).write_text("x")
    (tmp_path / "my_truth.csv").write_text("x")
    assert [path.name for path in expand([tmp_path])] == ["SIMULATED_VNP02IMG.nc", "my_truth.csv"]
