"""`firewatch`: the entry point, its global options and its exit codes.

0 done; 1 something could not be done; 2 wrong usage or settings; 141 the reader of standard
output went away (`firewatch points | head`), as other programs end then.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from firewatch.cli import (
    alert,
    burned,
    compare,
    confirm,
    coverage,
    data,
    demo,
    detect,
    doctor,
    fetch,
    output,
    points,
    simulate,
    zone,
)
from firewatch.cli import (
    map as map_,
)
from firewatch.cli.keep import keep_inputs
from firewatch.cli.state import DEFAULT_LEDGER, State, state_of
from firewatch.core.errors import FirewatchError, SettingsError, UsageError
from firewatch.core.version import __version__
from firewatch.core.vocab import Language

DONE, NOT_DONE, WRONG_USAGE = 0, 1, 2
READER_GONE = 128 + 13

_GLOBAL_OPTIONS = {"--ledger": 1, "--as-of": 1, "--lang": 1, "--json": 0, "--out": 1}
"""Global options and the number of values each takes; they may stand anywhere in the line."""

_OUTPUTS = ("--out", "--geojson", "--gpkg", "--kml")
"""Options that name a file to be written."""

app = typer.Typer(
    name="firewatch",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="秸秆焚烧火点：读入、判定、计数、预警、制图、报告 / straw-burning fire points",
    epilog="全局选项可写在命令之前或之后 / global options may stand before or after the command",
)
data.register(app)
detect.register(app)
compare.register(app)
confirm.register(app)
burned.register(app)
coverage.register(app)
points.register(app)
output.register(app)
map_.register(app)
demo.register(app)
doctor.register(app)
app.add_typer(zone.app, name="zones")
app.add_typer(alert.app, name="alerts")
app.add_typer(simulate.app, name="simulate")
app.add_typer(fetch.app, name="fetch")


@app.callback(invoke_without_command=False)
def globals_(
    context: typer.Context,
    ledger: Annotated[
        str,
        typer.Option(help="台账文件或数据库地址 / ledger file or URL", envvar="FIREWATCH_LEDGER"),
    ] = DEFAULT_LEDGER,
    as_of: Annotated[
        str | None, typer.Option(help="以此时刻为现在（北京时间）/ the time taken as now")
    ] = None,
    lang: Annotated[Language | None, typer.Option(help="zh | en")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="标准输出只给一个 JSON 文档 / one JSON document")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="输出文件或文件夹 / output file or folder")
    ] = None,
) -> None:
    """Take the global options."""
    context.obj = State(ledger, as_of, str(lang) if lang else None, as_json, out)


@app.command()
def version(context: typer.Context) -> None:
    """版本 / the version."""
    state = state_of(context)
    state.show(f"firewatch {__version__}")
    state.emit({"version": __version__})


# Built from all options of all commands: a program that runs several lines builds it once.
_command_of = cache(typer.main.get_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    line = list(sys.argv[1:] if arguments is None else arguments)
    code = run(line)
    if code == READER_GONE:
        # What is left to write has no reader; the interpreter would complain on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(line: list[str]) -> int:
    """Run one command line and return its exit code; errors are told, not raised.

    With `--json` an error, too, is one JSON document on standard output.
    """
    try:
        try:
            _keep_inputs(line)
            state = _invoke(line)
        except typer.Exit as leave:
            return leave.exit_code
        except BrokenPipeError:
            raise
        except (Exception, KeyboardInterrupt) as error:
            return _tell(error, as_json=_wants_json(line))
        if state is not None:
            state.answer()
        sys.stdout.flush()
    except BrokenPipeError:
        return READER_GONE
    return state.exit_code if state is not None else DONE


def _keep_inputs(line: list[str]) -> None:
    """Refuse an output in the place of a file that the same line names.

    Raises
    ------
    UsageError
        If an option for a file to be written names such a file.
    """
    words = [part for word in line for part in (word.split("=", 1) if word[:2] == "--" else [word])]
    for place, word in enumerate(words[:-1], start=1):
        if word in _OUTPUTS:
            others = [Path(each) for each in words[:place] + words[place + 1 :]]
            keep_inputs(Path(words[place]), others, word)


def _invoke(line: list[str]) -> State | None:
    command = _command_of(app)
    with command.make_context("firewatch", globals_first(line)) as context:
        command.invoke(context)
        return context.obj if isinstance(context.obj, State) else None


def _tell(error: BaseException, *, as_json: bool) -> int:
    """Tell an error on standard error, with `as_json` also as a document; return the exit code."""
    show = getattr(error, "show", None)
    if show is not None:
        # Click's own usage errors carry their exit code and know how to show themselves.
        show()
        told = FirewatchError(str(getattr(error, "message", error)), remedy="firewatch --help")
        code = int(getattr(error, "exit_code", WRONG_USAGE))
    else:
        told = _for_people(error)
        typer.echo(str(told), err=True)
        code = WRONG_USAGE if isinstance(told, UsageError | SettingsError) else NOT_DONE
    if as_json:
        typer.echo(json.dumps({"error": asdict(told)}, ensure_ascii=False))
        sys.stdout.flush()
    return code


def _for_people(error: BaseException) -> FirewatchError:
    """Return a failure that a user can act on; a defect of the program is raised again."""
    if isinstance(error, FirewatchError):
        return error
    if isinstance(error, OSError):
        full = error.errno == errno.ENOSPC
        return FirewatchError(
            "磁盘已满，未写入 / disk full, nothing written"
            if full
            else str(error.strerror or error),
            where=str(error.filename or ""),
            remedy="清理磁盘后重试 / free some space, then try again" if full else "",
        )
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return FirewatchError(
            "已中断；未完成的文件不会留下痕迹 / interrupted; nothing half-done is kept"
        )
    raise error


def _wants_json(line: Sequence[str]) -> bool:
    return "--json" in line[: line.index("--") if "--" in line else len(line)]


def globals_first(line: Sequence[str]) -> list[str]:
    """Move the global options to the front, wherever the user wrote them."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(line)
    for word in words:
        name = word.split("=", 1)[0]
        if word == "--":
            rest += [word, *words]
        elif name in _GLOBAL_OPTIONS:
            front.append(word)
            if "=" not in word:
                front += [
                    value for _, value in zip(range(_GLOBAL_OPTIONS[name]), words, strict=False)
                ]
        else:
            rest.append(word)
    return front + rest
