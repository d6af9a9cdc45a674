"""Cells of delimited text, block by block on every core."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.geo import Floats
from imagery.lists.cells import Cells, Mask, Rows, cells_of_texts, joined, stripped
from imagery.lists.formats.declare import Role
from imagery.lists.heading import Match
from imagery.lists.lines import Layout, lay_out
from imagery.lists.text import Body
from imagery.reading import Rejection

_MAX_WORKERS = 8


def cells_of_text(body: Body) -> tuple[Cells, list[Rejection]]:
    """Return the declared columns of a delimited text, and the lines that are no rows of it.

    Blocks whose numbers are all numbers are parsed straight into them; in the others every
    column is read as text first, so that each unreadable cell can be named.
    """
    workers = min(_MAX_WORKERS, len(os.sched_getaffinity(0)))
    blocks = list(body.blocks(workers)) or [slice(0, 0)]
    if len(blocks) == 1:
        parsed = [_parsed(body, blocks[0])]
    else:
        # pandas lets go of the interpreter's lock while it splits lines and reads numbers.
        with ThreadPoolExecutor(workers) as pool:
            parsed = list(pool.map(lambda block: _parsed(body, block), blocks))
    cells: list[Cells] = []
    rejections: list[Rejection] = []
    line = body.first_line
    for layout, part in parsed:
        cells.append(replace(part, source_rows=part.source_rows + line))
        rejections += [replace(one, source_row=one.source_row + line) for one in layout.rejections]
        line += layout.n_lines
    return joined(cells), rejections


def _parsed(body: Body, block: slice) -> tuple[Layout, Cells]:
    match = body.match
    layout = lay_out(body.text[block], body.delimiter, match.width)
    lines = _Lines(layout, match, body.delimiter)
    kinds = {role: match.format.column(role).kind for role in match.fields}
    if "angle" not in kinds.values() and len(layout.lines):
        types = {
            match.fields[role]: "float64" if kind == "number" else "category"
            for role, kind in kinds.items()
        }
        try:
            table = _table(layout, body, types, na_filter=True)
        except ValueError:
            return layout, _cells_as_texts(layout, body, lines)
        numbers: dict[Role, Floats] = {}
        codes: dict[Role, pd.Categorical] = {}
        for role, kind in kinds.items():
            column = table[match.fields[role]]
            if kind == "number":
                numbers[role] = column.to_numpy()
            else:
                codes[role] = stripped(column.array)
        return layout, Cells(match, layout.lines, numbers, {}, codes, lines.written, lines.blank)
    return layout, _cells_as_texts(layout, body, lines)


def _cells_as_texts(layout: Layout, body: Body, lines: _Lines) -> Cells:
    fields = body.match.fields
    types = dict.fromkeys(fields.values(), "str")
    if len(layout.lines):
        table = _table(layout, body, types, na_filter=False)
    else:
        table = pd.DataFrame({place: pd.Series(dtype="str") for place in types})
    texts = {role: table[place] for role, place in fields.items()}
    return cells_of_texts(body.match, layout.lines, texts, lines.blank)


def _table(layout: Layout, body: Body, types: dict[int, str], *, na_filter: bool) -> pd.DataFrame:
    return pd.read_csv(
        io.BytesIO(layout.clean),
        sep=body.delimiter.decode(),
        header=None,
        names=list(range(body.match.width)),
        index_col=False,
        usecols=sorted(types),
        dtype=types,
        na_filter=na_filter,
        quoting=3,
        skip_blank_lines=False,
        low_memory=False,
    )


@dataclass
class _Lines:
    """The lines of a block, split only when a row must be explained."""

    layout: Layout
    match: Match
    delimiter: bytes
    split: list[bytes] | None = None

    def _line(self, row: int) -> bytes:
        if self.split is None:
            self.split = self.layout.clean.split(b"\n")
        return self.split[row]

    def written(self, role: Role, rows: Rows) -> list[str]:
        place = self.match.fields[role]
        fields = (self._line(row).split(self.delimiter)[place] for row in rows)
        return [field.decode(errors="replace") for field in fields]

    def blank(self, rows: Rows) -> Mask:
        empty = self.delimiter + b" \t\v\f"
        found: NDArray[np.bool_] = np.array(
            [not self._line(row).strip(empty) for row in rows], dtype=bool
        )
        return found
