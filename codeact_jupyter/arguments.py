"""The arguments of a native call, as models write them: a JSON object, whole or still growing, or what is nearly one.  Pure."""

import ast
import json
import re
from collections.abc import Mapping
from typing import Literal

_SPACE = re.compile(r"[\s,]*")
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:', re.DOTALL)
_HIGH = r"\\u[dD][89abAB][0-9a-fA-F]{2}"  # the first half of a pair: what it is, the second half tells
_RUN = re.compile(rf'(?:[^"\\]+|{_HIGH}\\u[0-9a-fA-F]{{4}}|(?!{_HIGH})\\u[0-9a-fA-F]{{4}}|\\[^u])*', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})?|.)", re.DOTALL)
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
_LONGEST_ESCAPE = 12
_DECODER = json.JSONDecoder(strict=False)


class Growing:
    """Reads a JSON object as it comes, each character once; more lenient than JSON about what stands in a string."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        """The last one may be a string that is not closed yet: then `growing` names it."""
        self.growing = ""
        self.whole = False
        """Its closing brace was seen."""
        self._at = 0
        self._key = ""
        self._state: Literal["open", "key", "value", "string", "end"] = "open"

    def read(self, text: str) -> None:
        """Look at what is new; `text` begins with what was read before."""
        while self._step(text):
            pass

    def lacks_brace(self, text: str) -> bool:
        """Nothing is missing but the closing brace."""
        return self._state == "key" and bool(self.values) and _SPACE.fullmatch(text, self._at) is not None

    def _step(self, text: str) -> bool:
        """False: the next thing is not there yet, or is no JSON."""
        if self._state == "end":
            return False
        if self._state == "string":
            return self._string(text)
        self._at = _SPACE.match(text, self._at).end()  # type: ignore[union-attr]
        match self._state, text[self._at : self._at + 1]:
            case "open", "{":
                self._at, self._state = self._at + 1, "key"
            case "key", "}":
                self._state, self.whole = "end", True
            case "key", '"' if key := _KEY.match(text, self._at):
                self._at, self._key, self._state = key.end(), unescaped(key[1]), "value"
            case "value", '"':
                self._at, self._state, self.growing = self._at + 1, "string", self._key
                self.values[self._key] = ""
            case "value", _:
                return self._other(text)
            case _:
                return False
        return True

    def _string(self, text: str) -> bool:
        end = _RUN.match(text, self._at).end()  # type: ignore[union-attr]
        piece, self._at = unescaped(text[self._at : end]), end
        closes = text.startswith('"', end)
        if not closes and len(text) - end > _LONGEST_ESCAPE:  # no escape at all: it stands for itself
            piece, self._at = piece + text[end], end + 1
        self.values[self._key] = f"{self.values[self._key]}{piece}"
        if closes:
            self._at, self._state, self.growing = end + 1, "key", ""
        return bool(piece) or closes

    def _other(self, text: str) -> bool:
        try:
            value, end = _DECODER.raw_decode(text, self._at)
        except ValueError:  # not there yet, or never to be
            return False
        if end == len(text) and not isinstance(value, list | dict):
            return False  # a number may go on
        self.values[self._key] = value
        self._at, self._state = end, "key"
        return True


def unescaped(text: str) -> str:
    """What stands between the quotes of a JSON string; an escape that JSON does not know (`\\d`, `\\'`) stands for itself."""
    found = _ESCAPE.sub(_one, text)
    return found if found.isascii() else found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _one(escape: re.Match[str]) -> str:
    said = escape[1]
    return str(json.loads(f'"{escape[0]}"')) if len(said) > 1 else _MEANT.get(said, escape[0])


def read(text: str) -> Mapping[str, object] | None:
    """The arguments, whole: JSON, Python's notation of it, or JSON within a JSON string; None: neither."""
    growing = Growing()
    growing.read(text)
    if growing.whole or growing.lacks_brace(text):
        return growing.values
    if not text.strip():
        return {}
    try:
        found = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):  # all that it raises
        return None
    match found:
        case dict():
            return {str(key): value for key, value in found.items()}
        case str() if found.lstrip().startswith("{"):
            return read(found)
        case _:
            return None


def is_object(text: str) -> bool:
    """Whether any server would take it: strict JSON, and an object."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
