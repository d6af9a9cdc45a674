"""Outputs onto a full disk, into folders that may not be written, and onto folders."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from firewatch.core.errors import NotWrittenError
from firewatch.core.files import atomic_path, make_folder, not_written, write_text_atomically


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes: the system's own refusal, as on a full disk."""
    before = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (size, before[1] if before[1] != RLIM_INFINITY else RLIM_INFINITY))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, before)


def test_an_output_that_does_not_fit_is_named_and_the_old_one_stays(tmp_path: Path) -> None:
    target = tmp_path / "tally.csv"
    write_text_atomically(target, "old")
    with largest_file(4096), pytest.raises(NotWrittenError) as raised:
        write_text_atomically(target, "x" * 100_000)
    assert raised.value.where == str(target)
    assert raised.value.remedy
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "no right to write"),
        (errno.EISDIR, "folder of this name"),
    ],
)
def test_what_the_system_says_becomes_what_to_do(tmp_path: Path, code: int, said: str) -> None:
    target = tmp_path / "a.csv"
    with pytest.raises(NotWrittenError) as raised, atomic_path(target):
        raise OSError(code, "no file is named")
    assert (raised.value.where, said in raised.value.what) == (str(target), True)
    assert raised.value.remedy


def test_an_error_of_what_a_writer_reads_stays_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="absent"), atomic_path(tmp_path / "a.csv"):
        (tmp_path / "absent.csv").read_text()


def test_a_folder_or_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir(), file.touch()
    with pytest.raises(NotWrittenError, match="folder of this name"):
        write_text_atomically(folder, "x")
    with pytest.raises(NotWrittenError, match="a file stands"):
        write_text_atomically(file / "a.csv", "x")
    with pytest.raises(NotWrittenError, match="a file stands"):
        make_folder(file / "b")
    with pytest.raises(NotWrittenError, match="too long"):
        write_text_atomically(tmp_path / ("长" * 200), "x")
    assert sorted(tmp_path.iterdir()) == [file, folder]


def test_a_name_that_just_fits_is_written(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 251 + ".csv")
    write_text_atomically(target, "x")
    assert target.read_text() == "x"


def test_words_of_a_library_stand_in_for_the_system(tmp_path: Path) -> None:
    error = not_written(tmp_path / "a.gpkg", "failed to execute insert")
    assert "insert" in error.what or "disk is full" in error.what
