"""Files that are whole or absent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from firewatch.core.files import atomic_path, sha256_of_file, write_text_atomically


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "tally.csv"
    write_text_atomically(target, "old")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_hash_is_that_of_all_bytes(tmp_path: Path) -> None:
    file = tmp_path / "big"
    content = bytes(range(256)) * 10_000
    file.write_bytes(content)
    assert sha256_of_file(file) == hashlib.sha256(content).hexdigest()
