"""`firewatch`: the entry point, its global options and its exit codes.

0 done; 1 something could not be done; 2 wrong usage.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from firewatch.cli import (
    alert,
    compare,
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
from firewatch.cli.state import DEFAULT_LEDGER, State, state_of
from firewatch.core.errors import FirewatchError, UsageError
from firewatch.core.version import __version__
from firewatch.core.vocab import Language

DONE, NOT_DONE, WRONG_USAGE = 0, 1, 2

_GLOBAL_OPTIONS = {"--ledger": 1, "--as-of": 1, "--lang": 1, "--json": 0, "--out": 1}
"""Global options and the number of values each takes; they may stand anywhere in the line."""

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
coverage.register(app)
points.register(app)
output.register(app)
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
    sys.exit(run(line))


def run(line: list[str]) -> int:
    """Run one command line and return its exit code; errors are printed, not raised."""
    command = _command_of(app)
    state: list[State] = []
    try:
        with command.make_context("firewatch", globals_first(line)) as context:
            command.invoke(context)
            state = [context.obj] if isinstance(context.obj, State) else []
    except UsageError as error:
        typer.echo(str(error), err=True)
        return WRONG_USAGE
    except FirewatchError as error:
        typer.echo(str(error), err=True)
        return NOT_DONE
    except OSError as error:
        typer.echo(_operating_system_error(error), err=True)
        return NOT_DONE
    except (KeyboardInterrupt, typer.Abort):
        typer.echo(
            "已中断；未完成的文件不会留下痕迹 / interrupted; nothing half-done is kept", err=True
        )
        return NOT_DONE
    except typer.Exit as leave:
        return leave.exit_code
    except Exception as error:
        # Click's own usage errors carry their exit code and know how to show themselves.
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        return int(getattr(error, "exit_code", WRONG_USAGE))
    return state[0].exit_code if state else DONE


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


def _operating_system_error(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return (
            f"{error.filename or ''}: 磁盘已满，未写入；请清理后重试 / disk full, nothing written"
        )
    return f"{error.filename or ''}: {error.strerror or error}"
