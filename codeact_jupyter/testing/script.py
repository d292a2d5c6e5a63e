"""What a scripted model does: a list of replies and faults, in Python or in a JSON file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

Messages = list[dict[str, Any]]
Kind = Literal["drop", "malformed", "bad_utf8", "error", "hang", "cut", "length", "filter", "empty", "html", "json"]

_STRICT = ConfigDict(extra="forbid")  # a misspelt key of a script file is named, not ignored


@dataclass(frozen=True)
class Call:
    """A native tool call of a reply."""

    __pydantic_config__: ClassVar = _STRICT

    name: str
    arguments: str
    """As the model writes them: JSON, or not."""
    id: str | None = "call_1"
    index: int | None = 0


@dataclass(frozen=True)
class Say:
    """A reply, streamed in pieces."""

    __pydantic_config__: ClassVar = _STRICT

    text: str
    pieces: int | Sequence[str] = 16
    """Characters in each, or the pieces themselves."""
    delay: float = 0
    """Seconds before each piece."""
    usage: tuple[int, int] | None = (100, 20)
    """Tokens of the prompt and of the reply; None: the server sends none."""
    reasoning: Sequence[str] = ()
    """Thought aloud before the text, in pieces."""
    ends: bool = True
    """False: the connection stays open after the reply, and neither usage nor `[DONE]` comes."""
    calls: Sequence[Call] = ()
    """Native calls after the text; their arguments come in pieces too."""
    finish: str = ""
    """Why the reply is over; empty: `stop`, or `tool_calls` where there are any."""

    def split(self) -> Sequence[str]:
        """The pieces of the text."""
        return self.cut(self.text) if isinstance(self.pieces, int) else self.pieces

    def cut(self, text: str) -> Sequence[str]:
        """Other text of it in pieces of the same size."""
        size = self.pieces if isinstance(self.pieces, int) else 16
        return [text[at : at + size] for at in range(0, len(text), size)]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong: an HTTP status, or a stream that ends in another way than it should."""

    __pydantic_config__: ClassVar = _STRICT

    kind: Kind | int
    after: int = 0
    """Pieces of the text that are streamed before it."""
    text: str = "This is only the beginning of a reply that never comes to its end ."
    call: str = ""
    """Name of a tool: the pieces are its arguments."""
    delay: float = 0
    """Seconds before each piece, or before the status."""
    pings: bool = False
    """While it hangs, comment lines and empty chunks are sent."""
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    code: str | None = None

    def begun(self) -> list[str]:
        """The pieces before it, a word each."""
        return [word + " " for word in self.text.split(" ")[: self.after]]


Item = Say | Fault | Callable[[Messages], str | Say]
"""A function is given the request's messages and returns the reply, or its text."""


def say(text: str, **how: Any) -> Say:
    """A reply; `how` as `Say` has it."""
    return Say(text, **how)


def say_call(code: str, text: str = "", **how: Any) -> Say:
    """A reply that calls `execute`; `cell` and `scratch` in `how` are arguments too, the rest is as `Say` has it."""
    place = {name: how.pop(name) for name in ("cell", "scratch") if name in how}
    return Say(text, calls=[call("execute", **place, code=code)], **how)


def call(name: str, /, id: str | None = "call_1", index: int | None = 0, **arguments: Any) -> Call:
    """A call with these arguments."""
    return Call(name, json.dumps(arguments), id, index)


def fault(kind: Kind | int, **how: Any) -> Fault:
    """A status such as 429, or one of `Kind`; `how` as `Fault` has it."""
    return Fault(kind, **how)


def read_script(path: Path) -> list[Item]:
    """A file with a list such as `[{"say": "2", "delay": 0.1}, {"fault": 429, "headers": {"Retry-After": "1"}}]`.

    A call's arguments may be JSON: `{"say": "I look.", "calls": [{"name": "execute", "arguments": {"code": "1"}}]}`.

    Raises `ValueError`, which names the item, when one cannot be understood.
    """
    items = json.loads(path.read_text("utf-8"))
    return [_item(item, f"item {number} of {path.name}") for number, item in enumerate(items, 1)]


def _item(item: object, name: str) -> Item:
    try:
        match item:
            case {"say": text, "calls": [*calls], **how}:
                written = [call | {"arguments": _written(call.get("arguments", ""))} for call in calls]
                return TypeAdapter(Say).validate_python({"text": text, "calls": written, **how})
            case {"say": text, **how}:
                return TypeAdapter(Say).validate_python({"text": text, **how})
            case {"fault": kind, **how}:
                return TypeAdapter(Fault).validate_python({"kind": kind, **how})
    except ValidationError as error:
        wrong = error.errors()[0]
        raise ValueError(f"{name}: {wrong['loc'][0]}: {wrong['msg']}") from None
    raise ValueError(f"{name} holds neither `say` nor `fault`")


def _written(arguments: object) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)
