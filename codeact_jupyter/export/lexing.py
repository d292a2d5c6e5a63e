"""Python as it is written, cut into literals and what stands between them: also where it is no Python yet, or any more.  Pure."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

_PIECE = re.compile(
    r"""(?P<comment>\#[^\n]*)"""
    r"""|(?P<prefix>(?<![\w])[rRbBuUfF]{0,2})(?P<quote>\"{3}|'{3})(?P<long>(?:\\.|(?!(?P=quote)).)*)(?P<closed>(?P=quote)|\Z)"""
    r"""|(?P<prefix1>(?<![\w])[rRbBuUfF]{0,2})(?P<quote1>["'])(?P<short>(?:\\.|(?!(?P=quote1))[^\n\\])*)(?P<closed1>(?P=quote1)|(?=\n)|\Z|\\\Z)"""
    r"""|(?P<number>(?<![\w.])(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?)(?!\w))""",
    re.DOTALL,
)
_HOLE = re.compile(r"\{\{|\}\}|\{((?:[^{}]|\{[^{}]*\})*)\}")
"""Of an f-string; with the holes of its format in it."""


@dataclass(frozen=True)
class Masks:
    """What becomes of each kind of literal."""

    string: Callable[[str], str]
    """Of what stands between the quotes, as it is meant."""
    number: Callable[[str], str]
    prose: Callable[[str], str]
    """Of comments."""


def masked(code: str, masks: Masks) -> str:
    """The code with its literals masked; names, operators, layout and the holes of f-strings stay."""
    return _PIECE.sub(lambda found: _piece(found, masks), code)


def _piece(found: re.Match[str], masks: Masks) -> str:
    if found["comment"] is not None:
        return "#" + masks.prose(found["comment"][1:])
    if found["number"] is not None:
        return masks.number(found["number"])
    if found["quote"] is not None:
        prefix, quote, inner, closed = found["prefix"], found["quote"], found["long"], found["closed"]
    else:
        prefix, quote, inner, closed = found["prefix1"], found["quote1"], found["short"], found["closed1"]
    return f"{prefix}{quote}{_inner(inner, prefix, quote, masks)}{closed}"


def _inner(inner: str, prefix: str, quote: str, masks: Masks) -> str:
    if "f" not in prefix.lower():
        meant = _meant(inner, prefix, quote)
        mask = masks.string(meant)
        return inner if mask == meant else mask  # what is not masked stays as it is written
    parts, at = [], 0
    for hole in _HOLE.finditer(inner):
        parts.append(masks.string(inner[at : hole.start()]))
        parts.append(hole[0] if hole[1] is None else f"{{{_held(hole[1], masks)}}}")
        at = hole.end()
    return "".join([*parts, masks.string(inner[at:])])


def _held(hole: str, masks: Masks) -> str:
    """What is put in, without the format behind its colon."""
    value, colon, form = hole.partition(":")
    return f"{masked(value, masks)}{colon}{form}"


def _meant(inner: str, prefix: str, quote: str) -> str:
    """The value of a literal; what Python would not read stands for itself."""
    try:
        value = ast.literal_eval(f"{prefix}{quote}{inner}{quote}")
    except (SyntaxError, ValueError, MemoryError):
        return inner
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
