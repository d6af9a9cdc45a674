"""Command lines in processes of their own that need not load everything anew."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from firewatch.cli.main import run


@dataclass(frozen=True)
class Ended:
    """What became of a command."""

    returncode: int | None
    stderr: str


def run_apart(
    line: list[str], errors: Path, *loaded: str, output: Connection | None = None
) -> Ended:
    """Run a command line in a process that begins with some modules loaded.

    Parameters
    ----------
    errors
        Where to keep what it says on standard error.
    output
        Where to send what it says on standard output; to ours if None.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(["firewatch.cli.main", *loaded])
    process = context.Process(target=_told, args=(line, errors, output))
    process.start()
    process.join()
    return Ended(process.exitcode, errors.read_text("utf-8"))


def _told(line: list[str], errors: Path, output: Connection | None) -> None:
    if output is not None:
        os.dup2(output.fileno(), sys.stdout.fileno())
    with errors.open("w", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        code = run(line)
    os._exit(code)
