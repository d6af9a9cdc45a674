"""What a command reads is never what it writes over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from firewatch.core.errors import UsageError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from firewatch.cli.state import State


def keep_inputs(output: Path, inputs: Iterable[Path], option: str = "--out") -> None:
    """Refuse an output in the place of a file that the command reads.

    Parameters
    ----------
    option
        Which names the output.

    Raises
    ------
    UsageError
        If the output is one of the inputs.
    """
    if output.is_file() and any(_is_file(path) and path.samefile(output) for path in inputs):
        raise UsageError(
            "输出会覆盖同一条命令的输入 / the output would replace an input of this command",
            where=str(output),
            remedy=f"{option} 另取一个文件名 / give {option} another name",
        )


def keep_apart(outputs: Iterable[Path]) -> None:
    """Refuse two outputs in one place.

    Raises
    ------
    UsageError
        If a file is named twice.
    """
    seen: set[Path] = set()
    for path in outputs:
        place = path.resolve()
        if place in seen:
            raise UsageError(
                "两个输出是同一个文件 / two outputs are one file",
                where=str(path),
                remedy="各取一个文件名 / give each a name of its own",
            )
        seen.add(place)


def inputs_of(state: State) -> list[Path]:
    """Return what every command that asks the ledger may read: it, and files of the settings."""
    return [Path(state.ledger_address), *_named_in(state.settings)]


def _named_in(section: BaseModel) -> Iterator[Path]:
    """Return every path of the settings; a boundary layer stands there as plain text."""
    for _, value in section:
        if isinstance(value, (str, Path)):
            yield Path(value)
        elif hasattr(value, "model_fields_set"):
            yield from _named_in(value)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
