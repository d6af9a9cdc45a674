"""Parameter sets of detectors: values with their sources in JSON, hashed for the product's name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from importlib.resources import files
from typing import Any, TypeVar

SetType = TypeVar("SetType")
_HASH_DIGITS = 12


def load_parameters(kind: type[SetType], name: str) -> SetType:
    """Return the parameter set `name` of this package as an instance of the dataclass `kind`.

    A file `<name>.json` has under "parameters" one entry a field: value, tag ("V" read in a
    published source, "M" not verified, "C" computed, "own" a choice of firewatch), note.

    Raises
    ------
    ValueError
        A field without an entry, an entry without a field, or an unknown tag.
    """
    text = files("imagery").joinpath(f"{name}.json").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = json.loads(text)["parameters"]
    wanted = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if wanted != set(entries):
        raise ValueError(f"{name}.json: {sorted(wanted ^ set(entries))}")
    unknown = [key for key, entry in entries.items() if entry["tag"] not in ("V", "M", "C", "own")]
    if unknown:
        raise ValueError(f"{name}.json: tag of {unknown}")
    return kind(**{key: entry["value"] for key, entry in entries.items()})


def parameter_hash(parameters: object) -> str:
    """Return a short hash that changes when any value of a parameter set changes."""
    values = dataclasses.asdict(parameters)  # type: ignore[call-overload]
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]
