"""An output as the browser's document holds it."""

import math
from collections.abc import Mapping
from typing import Any

from pycrdt import Array, Map, Text

ORDERED = 2_000
"""Values in an output of which the order of names is kept: it costs about 30 bytes for each."""


def shared(output: Mapping[str, Any]) -> Map[Any]:
    """One output, to be put into the document."""
    shown = floats(dict(output))
    if shown.get("output_type") == "stream":
        shown["text"] = Text(shown["text"])  # a plain string would never reach the page
    elif _nested(data := shown.get("data")) and _within(data, ORDERED) > 0:
        # plain values get there with their names in any order; JupyterLab shows JSON in the order that it comes in
        shown["data"] = _ordered(data)
    return Map(shown)


def floats(value: Any) -> Any:
    """A copy with numbers as JavaScript has them: a large integer would get there as a BigInt, which cannot be saved, or panic here."""
    match value:
        case bool():
            return value
        case int():
            try:
                return float(value)
            except OverflowError:
                return math.inf
        case dict():
            return {name: floats(item) for name, item in value.items()}
        case list() | tuple():
            return [floats(item) for item in value]
        case _:
            return value


def _nested(data: Any) -> bool:
    return isinstance(data, dict) and any(isinstance(part, dict | list) for part in data.values())


def _within(value: Any, left: int) -> int:
    """How many values more there may be; none or less: these are too many."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    left -= 1
    for part in parts:
        if left <= 0:
            break
        left = _within(part, left)
    return left


def _ordered(value: Any) -> Any:
    match value:
        case dict():
            return Map({name: _ordered(item) for name, item in value.items()})
        case list() if any(isinstance(item, dict | list) for item in value):
            return Array([_ordered(item) for item in value])
        case _:
            return value
