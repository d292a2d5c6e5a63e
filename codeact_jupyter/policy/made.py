"""Strings that are made from others in one step: reversed, repeated, decoded.  What cannot be told stays a hole."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import ast
import base64
import codecs
import re
from collections.abc import Callable, Mapping

HOLE = "\0"
"""Stands for what cannot be told."""
TIMES = 64
"""A text that is repeated more often is a hole."""

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_SAFE: Mapping[str, Callable[[str], bytes]] = {
    "base64.b64decode": base64.b64decode,
    "base64.standard_b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b85decode": base64.b85decode,
    "bytes.fromhex": bytes.fromhex,
    "bytearray.fromhex": bytes.fromhex,
    "binascii.unhexlify": bytes.fromhex,
    "binascii.a2b_base64": base64.b64decode,
}
DECODES = frozenset(_SAFE) | {"codecs.decode"}
_OF_STRING = frozenset("lower upper casefold swapcase title capitalize".split())


def decoded(function: str, text: str, codec: str) -> str:
    """What `base64.b64decode(text)` and the like give."""
    if HOLE in text:
        return HOLE
    try:
        if function == "codecs.decode":
            return codecs.decode(text, "rot13") if codec in ("rot13", "rot_13") else bytes.fromhex(text).decode()
        return _SAFE[function](text).decode()
    except (ValueError, TypeError):
        return HOLE


def sliced(text: str, part: ast.expr) -> str:
    """`text[a:b:c]`, as far as the numbers are written there."""
    if HOLE in text:
        return HOLE
    try:
        if isinstance(part, ast.Slice):
            return text[slice(*(None if one is None else _number(one) for one in (part.lower, part.upper, part.step)))]
        return text[_number(part)]
    except (ValueError, IndexError):
        return HOLE


def repeated(text: str, times: ast.expr) -> str:
    try:
        number = _number(times)
    except ValueError:
        return HOLE
    return text * number if number <= TIMES else HOLE


def of_string(text: str, method: str, given: list[str]) -> str | None:
    """What a string's method gives; None: that is no such method."""
    if method in _OF_STRING:
        return str(getattr(text, method)())
    if method == "replace" and len(given) == 2 and given[0]:
        return HOLE if any(HOLE in one for one in given) else text.replace(given[0], given[1])
    if method in ("removeprefix", "removesuffix") and len(given) == 1:
        return text.removeprefix(given[0]) if method == "removeprefix" else text.removesuffix(given[0])
    return None


def expanded(text: str) -> str:
    """With the environment's part: `~` for the home folder, a hole for the rest."""
    return _VARIABLE.sub(lambda found: "~" if (found[1] or found[2]) == "HOME" else HOLE, text)


def character(number: ast.expr) -> str:
    try:
        return chr(_number(number))
    except (ValueError, OverflowError):
        return HOLE


def _number(node: ast.expr) -> int:
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, RecursionError) as error:
        raise ValueError("no number") from error
    if not isinstance(value, int):
        raise ValueError("no number")
    return value
