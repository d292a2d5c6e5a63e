"""Is an answer right?  By the rule of the benchmark's own code, quirks included, and by a rule that reads answers as people mean them."""

import ast
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

NOT_LITERAL = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)
_DECIMALS = re.compile(r"'xx\.(x+)'")
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_WRAPPING = "`*\"' \t\n"
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


def reference(answer: str, expected: object) -> bool:
    """As the benchmark's code behaves: numbers compare as integers where they can be cut to one, all else as text."""
    said: object = answer
    try:
        if answer == expected or _cut(answer) == _cut(expected):
            return True
        said = ast.literal_eval(answer)
    except (*NOT_LITERAL, OverflowError):
        pass
    return _text(said) == str(expected)


def _cut(value: Any) -> object:
    """A float becomes an integer by this, a list raises `TypeError`: the rule's two quirks."""
    try:
        return int(value)
    except ValueError:
        try:
            return float(value)
        except ValueError:
            return value


def fixed(answer: str, expected: object, instruction: str = "") -> bool:
    """By value: see the table in the tests.  `instruction` says how many decimals are asked for."""
    asked = _DECIMALS.search(instruction)
    return _means(answer.strip(), expected, len(asked[1]) if asked else None)


def _means(said: object, expected: object, decimals: int | None) -> bool:
    match expected:
        case bool():
            word = _bare(said).lower()
            return word in (_TRUE if expected else _FALSE)
        case int() | float():
            number = _number(said)
            return number is not None and _close(number, expected, decimals)
        case Mapping():
            found = _literal(said)
            return isinstance(found, Mapping) and _same_keys(found, expected, decimals)
        case list() | tuple():
            items = _items(said)
            return items is not None and len(items) == len(expected) and all(map(_means, items, expected, [decimals] * len(items)))
        case _:
            return " ".join(_bare(said).lower().split()) == " ".join(_bare(expected).lower().split())


def _same_keys(found: Mapping[Any, Any], expected: Mapping[Any, Any], decimals: int | None) -> bool:
    named = {_bare(key).lower(): value for key, value in found.items()}
    wanted = {_bare(key).lower(): value for key, value in expected.items()}
    return named.keys() == wanted.keys() and all(_means(named[key], wanted[key], decimals) for key in wanted)


def _close(number: float, expected: float, decimals: int | None) -> bool:
    if decimals is not None and abs(number - expected) <= 0.5 * 10**-decimals + 1e-9:
        return True
    return math.isclose(number, expected, rel_tol=1e-6, abs_tol=1e-9)


def _number(said: object) -> float | None:
    """`$1,234.50`, `12 %`, `5.`: without the signs around it."""
    text = _bare(said).removeprefix("-$").replace(",", "").strip("$€£% \t") if not isinstance(said, bool) else ""
    sign = -1 if _bare(said).startswith("-$") else 1
    return sign * float(text.replace("_", "")) if _NUMBER.fullmatch(text) else None


def _items(said: object) -> Sequence[object] | None:
    """A list in any brackets, or in none."""
    found = _literal(said)
    if isinstance(found, list | tuple):
        return found
    if not isinstance(said, str) or "," not in said:
        return None
    return [_bare(part) for part in said.strip(_WRAPPING).strip("[]()").split(",")]


def _literal(said: object) -> object:
    if not isinstance(said, str):
        return said
    try:
        return ast.literal_eval(said.strip("`* \t\n"))
    except NOT_LITERAL:
        return None


def _bare(said: object) -> str:
    """Without quotes, marks of emphasis, and the full stop of a sentence."""
    text = _text(said).strip(_WRAPPING)
    return text[:-1].rstrip(_WRAPPING) if text.endswith(".") and not text.endswith("..") else text


def _text(value: object) -> str:
    """Empty: a number of more digits than Python writes, which `0xff…` may be."""
    try:
        return str(value)
    except ValueError:
        return ""
