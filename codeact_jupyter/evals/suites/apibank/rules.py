"""Is a call the one that was asked for?  By its name and arguments, whatever their notation."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from codeact_jupyter.evals.suites.apibank.inside import kindly

FREE = frozenset({"content", "meeting_topic"})
"""Words of the model's own: the benchmark takes those that share more than half of the words."""
_LISTS = ("list", "list(str)")


def same_call(given: Mapping[str, Any], gold: Mapping[str, Any], parameters: Mapping[str, Mapping[str, str]]) -> bool:
    """Nothing is missing, nothing is added, and each value means the same."""
    wanted = as_described(gold, parameters)
    return given.keys() == wanted.keys() <= parameters.keys() and all(
        _same(key, parameters[key]["type"], given[key], wanted[key]) for key in wanted
    )


def as_described(gold: Mapping[str, Any], parameters: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """With the names that the API has: eight calls of the dialogues name a parameter that its description calls otherwise."""
    spare = (key for key in parameters if key not in gold)
    return {key if key in parameters else next(spare, key): value for key, value in gold.items()}


def _same(key: str, kind: str, given: object, gold: object) -> bool:
    try:
        one, other = kindly(kind, given), kindly(kind, gold)
    except (ValueError, TypeError):
        return False
    if kind in _LISTS:
        return bool(_items(one) == _items(other))
    if not isinstance(one, str):
        return bool(one == other)
    if key in FREE:
        words, wanted = set(_text(one).split()), set(_text(other).split())
        return len(words & wanted) / max(len(words | wanted), 1) > 0.5
    return _text(one) == _text(other) or (_time(one) is not None and _time(one) == _time(other))


def _items(value: object) -> list[str] | None:
    """In any order, as texts."""
    if not isinstance(value, list | tuple):
        return None
    return sorted(
        _text(" ".join(f"{key}={inner}" for key, inner in sorted(item.items())) if isinstance(item, dict) else item) for item in value
    )


def _text(value: object) -> str:
    return re.sub(r"\s+", " ", str(value)).strip("`\"' .").lower()


def _time(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None
