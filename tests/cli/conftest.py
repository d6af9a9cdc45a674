"""A working directory in which command lines are typed."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import pytest

from firewatch.cli.main import run

FIRMS_HEADING = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


class Shell:
    """Runs command lines by the program's own entry point, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *line: object) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run([str(word) for word in line])
        return Done(code, out.getvalue(), err.getvalue())

    def __call__(self, *line: object, code: int = 0) -> str:
        """Return what a command prints on standard output."""
        done = self.run(*line)
        assert done.returncode == code, done.stderr + done.stdout
        return done.stdout

    def said(self, *line: object, code: int = 0) -> str:
        """Return all that a command prints."""
        done = self.run(*line)
        assert done.returncode == code, done.stderr + done.stdout
        return done.stdout + done.stderr

    def json(self, *line: object) -> Any:
        return json.loads(self(*line, "--json"))

    def file(self, name: str, *rows: str) -> Path:
        """Write a FIRMS file."""
        return self.text(name, FIRMS_HEADING, *rows)

    def text(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def layer(self, name: str, *rows: dict[str, Any]) -> Path:
        path = self.folder / name
        geopandas.GeoDataFrame(list(rows), crs="EPSG:4326").to_file(path)
        return path


@pytest.fixture
def firewatch(tmp_path: Path) -> Iterator[Shell]:
    yield Shell(tmp_path)
