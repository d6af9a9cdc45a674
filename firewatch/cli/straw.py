"""`firewatch zones straw`: the straw-stock ledger and the plan's rates."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="秸秆存量台账 / the straw-stock ledger")
