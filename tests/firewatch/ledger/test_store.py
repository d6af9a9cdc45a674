"""Rows in and out of the ledger come back as they went in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Float, Integer, MetaData, Table, Text, select

from firewatch.ledger.store import Ledger, append, fetch

TRIAL = Table(
    "trial",
    MetaData(),
    Column("number", Integer),
    Column("text", Text),
    Column("size", Float),
    Column("flag", Boolean),
    prefixes=["TEMPORARY"],
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**40), 2**40),
        TEXTS | st.sampled_from(["", "'", "''; DROP TABLE points; --", "?", "%s", "a\x00b"]),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
    ),
    max_size=120,
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Ledger(tmp_path_factory.mktemp("ledger") / "trial.db") as opened:
        yield opened


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, repeats=st.integers(1, 3))
def test_every_value_comes_back_as_it_went_in(ledger: Ledger, rows: Any, repeats: int) -> None:
    frame = pd.DataFrame(rows * repeats, columns=["number", "text", "size", "flag"])
    frame["size"] = frame["size"].astype("float64")
    with ledger.reading() as connection:
        TRIAL.drop(connection, checkfirst=True)
        TRIAL.create(connection)
        append(connection, TRIAL, frame)
        back = fetch(connection, select(TRIAL))
    assert len(back) == len(frame)
    for name in frame:
        for was, now in zip(frame[name], back[name], strict=True):
            assert was == now or (pd.isna(was) and now is None) or (pd.isna(was) and np.isnan(now))


def test_a_constant_column_is_written_for_every_row(ledger: Ledger) -> None:
    frame = pd.DataFrame({"number": range(137), "text": "O'Brien 某厂", "size": 1.5, "flag": True})
    with ledger.reading() as connection:
        TRIAL.drop(connection, checkfirst=True)
        TRIAL.create(connection)
        append(connection, TRIAL, frame)
        back = fetch(connection, select(TRIAL))
    assert back["text"].tolist() == ["O'Brien 某厂"] * 137
    assert back["number"].tolist() == list(range(137))
