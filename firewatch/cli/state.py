"""What every command knows: settings, clock, language, ledger and where output goes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from firewatch.core.i18n import Texts, texts
from firewatch.core.vocab import Language

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from firewatch.core.time import Clock
    from firewatch.ledger.store import Ledger
    from firewatch.settings import Settings

DEFAULT_LEDGER = "firewatch.db"


@dataclass
class State:
    """The global options, and what follows from them."""

    ledger_address: str = DEFAULT_LEDGER
    as_of: str | None = None
    lang: str | None = None
    as_json: bool = False
    out: Path | None = None
    exit_code: int = field(default=0, init=False)
    document: Any = field(default=None, init=False)

    @cached_property
    def settings(self) -> Settings:
        from firewatch.settings import load_settings

        return load_settings()

    @cached_property
    def language(self) -> Language:
        return Language(self.lang or self.settings.language)

    @cached_property
    def clock(self) -> Clock:
        from firewatch.core.time import Clock, parse_time

        return Clock(parse_time(self.as_of) if self.as_of else None)

    @cached_property
    def words(self) -> Texts:
        return texts("firewatch.cli", self.language)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger for the time of a command."""
        from firewatch.ledger.store import Ledger

        with Ledger(self.ledger_address) as ledger:
            yield ledger

    def say(self, key: str, **values: object) -> None:
        """Print a line for people; with `--json` it goes to standard error."""
        typer.echo(self.words(key, **values), err=self.as_json)

    def show(self, text: str) -> None:
        """Print prepared text for people; nothing with `--json`."""
        if not self.as_json:
            typer.echo(text)

    def emit(self, document: Any) -> None:
        """Take the one JSON document of a command, to be printed once all is done."""
        self.document = document

    def answer(self) -> None:
        """Print the document of the command if `--json` was given."""
        if self.as_json and self.document is not None:
            typer.echo(json.dumps(self.document, ensure_ascii=False, default=str))

    def output_path(self, default: str) -> Path:
        """Return `--out`, or `default` in the working directory."""
        return self.out if self.out is not None else Path(default)


def state_of(context: typer.Context) -> State:
    """Return the state that the main callback left for a command."""
    state = context.obj
    assert isinstance(state, State)
    return state


def day_or_none(text: str | None) -> date | None:
    """Read a calendar day that may be absent."""
    from firewatch.core.time import parse_day

    return parse_day(text) if text else None


def text_table(table: pd.DataFrame) -> str:
    """Return a table as aligned text; Chinese characters count as two columns."""
    import pandas as pd

    options = ("display.unicode.east_asian_width", True, "display.max_colwidth", 60)
    with pd.option_context(*options):
        return table.to_string(index=False, na_rep="—", float_format=lambda x: f"{x:.2f}")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as JSON-ready rows: NaN becomes null, NumPy numbers become numbers."""
    rows: list[dict[str, Any]] = json.loads(
        table.to_json(orient="records", date_format="iso", force_ascii=False)
    )
    return rows


def on_terminal() -> bool:
    return sys.stderr.isatty()
