"""`firewatch alerts`: who must be told of which fire."""

from __future__ import annotations

import typer

from firewatch.cli.desk import desk_of
from firewatch.cli.state import records, state_of, text_table

app = typer.Typer(no_args_is_help=True, help="预警 / alerts")


@app.command()
def preview(context: typer.Context) -> None:
    """写出当前应发的预警，不入账 / write the alerts that are due; nothing is recorded."""
    _write(context, record=False)


@app.command()
def send(context: typer.Context) -> None:
    """写出预警并入账：同一火情只发一次 / write the alerts and record them; each event once."""
    _write(context, record=True)


@app.command("list")
def list_(context: typer.Context) -> None:
    """已入账的预警 / the alerts on record."""
    from sqlalchemy import select

    from firewatch.core.time import local_text
    from firewatch.ledger.store import fetch
    from firewatch.ledger.tables import alerts

    state = state_of(context)
    with state.ledger() as ledger, ledger.reading() as connection:
        table = fetch(connection, select(alerts).order_by(alerts.c.alert_id))
    table = table.assign(made_at=[local_text(second) for second in table["made_at"]])
    state.emit({"alerts": records(table)})
    state.show(text_table(table) if len(table) else state.words("alerts.none"))


def _write(context: typer.Context, record: bool) -> None:
    from firewatch.ledger.alerts import record_alerts
    from firewatch.outputs import decide_alerts, write_alert_files

    state = state_of(context)
    folder = state.output_path("alerts")
    with state.ledger() as ledger:
        desk = desk_of(state, ledger)
        calls = decide_alerts(desk)
        if record:
            # A folder of its own for each hand-over: a later one never sweeps an earlier away.
            folder = folder / desk.now.strftime("%Y%m%dT%H%M%SZ")
        paths = write_alert_files(desk, calls, folder)
        if record:
            with ledger.writing() as connection:
                record_alerts(connection, calls, desk.now_s)
    counts = {str(name): int(count) for name, count in calls["state"].value_counts().items()}
    state.emit({"folder": str(folder), "files": [str(path) for path in paths], "states": counts})
    state.say("alerts.written", due=counts.get("due", 0), late=counts.get("late", 0), folder=folder)
