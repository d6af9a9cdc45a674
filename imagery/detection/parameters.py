"""Parameter sets of detectors: values with their sources in JSON, hashed for the product's name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from firewatch.core.errors import UsageError

SetType = TypeVar("SetType")
_HASH_DIGITS = 12


def load_parameters(kind: type[SetType], name: str, package: str = "imagery.detection") -> SetType:
    """Return the parameter set `name` of a package as an instance of the dataclass `kind`.

    A file `<name>.json` has under "parameters" one entry a field: value, tag ("V" read in a
    published source, "M" not verified, "C" computed, "own" a choice of firewatch), note.

    Raises
    ------
    ValueError
        A field without an entry, an entry without a field, or an unknown tag.
    """
    text = files(package).joinpath(f"{name}.json").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = json.loads(text)["parameters"]
    wanted = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if wanted != set(entries):
        raise ValueError(f"{name}.json: {sorted(wanted ^ set(entries))}")
    unknown = [key for key, entry in entries.items() if entry["tag"] not in ("V", "M", "C", "own")]
    if unknown:
        raise ValueError(f"{name}.json: tag of {unknown}")
    return kind(**{key: entry["value"] for key, entry in entries.items()})


def with_overrides(parameters: SetType, overrides: Mapping[str, object]) -> SetType:
    """Return a parameter set with some values changed.

    Parameters
    ----------
    parameters
        A set from `load_parameters`.
    overrides
        New values by name: numbers, truth values or one of the words that a name allows.

    Raises
    ------
    UsageError
        If a name is unknown or a value of the wrong kind; it lists what there is.
    """
    kinds = get_type_hints(type(parameters))
    unknown = sorted(set(overrides) - set(kinds))
    if unknown:
        raise UsageError(
            f"没有这样的检测阈值：{', '.join(unknown)} / no such threshold of the detection",
            expected=", ".join(kinds),
            remedy="改正名称 / correct the name",
        )
    values = {name: _fitting(name, kinds[name], value) for name, value in overrides.items()}
    changed: SetType = dataclasses.replace(parameters, **values)  # type: ignore[type-var]
    return changed


def _fitting(name: str, kind: Any, value: object) -> object:
    """Return a value as the kind of its field; whole numbers do for fractional ones."""
    if get_origin(kind) is Literal:
        fits, expected = value in get_args(kind), " | ".join(map(str, get_args(kind)))
    elif kind is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fits, expected = number and math.isfinite(value), "number"  # type: ignore[arg-type]
        value = float(value) if fits else value  # type: ignore[arg-type]
    else:
        # Settings hand whole numbers over as fractional ones.
        if kind is int and isinstance(value, float) and value.is_integer():
            value = int(value)
        fits, expected = type(value) is kind, kind.__name__
    if not fits:
        raise UsageError(
            f"检测阈值 {name} 不能是 {value!r} / the threshold {name} cannot be {value!r}",
            expected=expected,
            remedy="改正它的值 / correct its value",
        )
    return value


def parameter_hash(parameters: object) -> str:
    """Return a short hash that changes when any value of a parameter set changes."""
    values = dataclasses.asdict(parameters)  # type: ignore[call-overload]
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]
