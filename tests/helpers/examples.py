"""How many examples a property is tried on."""

from __future__ import annotations

import os

FULL = os.environ.get("FIREWATCH_BENCHMARK") == "full"
AT_MOST = 30


def examples(number: int) -> int:
    """Return a number of examples: as it is with ``FIREWATCH_BENCHMARK=full``, else at most 30."""
    return number if FULL else min(number, AT_MOST)
