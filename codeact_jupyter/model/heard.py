"""What the chunks of a stream add up to.  Pure, and ready for what real servers send: null, missing or misshapen fields."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from codeact_jupyter.events import Usage

_CHARACTERS_PER_TOKEN = 4


class Heard:
    """A reply so far."""

    def __init__(self) -> None:
        self.text = ""
        self.spoke = False
        """Something came that carries meaning, be it only a thought."""
        self.finish = ""
        """Why the server says that the reply is over; empty: it has not said so."""
        self.usage: Usage | None = None
        self._calls: dict[int, dict[str, str]] = {}

    @property
    def calls(self) -> tuple[str, ...]:
        """Native tool calls, as JSON: id, name, and arguments as the model wrote them."""
        return tuple(json.dumps(call) for _, call in sorted(self._calls.items()))

    def take(self, chunk: object) -> tuple[str, bool]:
        """The text that a chunk adds, and whether it carries anything at all."""
        match chunk:
            case {"usage": {"prompt_tokens": int(prompt), "completion_tokens": int(completion)}}:
                self.usage = Usage(prompt=prompt, completion=completion)
        match chunk:
            case {"choices": [{"finish_reason": str(finish)}, *_]} if finish:
                self.finish = finish
        match chunk:
            case {"choices": [{"delta": Mapping() as delta}, *_]}:
                return self._delta(delta)
        return "", False

    def _delta(self, delta: Mapping[str, Any]) -> tuple[str, bool]:
        text = _whole(_text(delta.get("content")) + _text(delta.get("refusal")))
        self.text += text
        for call in delta.get("tool_calls") or ():
            self._call(call)
        carries = any(value for name, value in delta.items() if name != "role")  # reasoning goes by several names
        self.spoke = self.spoke or carries
        return text, carries

    def _call(self, part: object) -> None:
        match part:
            case {"function": Mapping() as function, **rest}:
                index = rest.get("index")
                call = self._calls.setdefault(
                    index if isinstance(index, int) else len(self._calls), {"id": "", "name": "", "arguments": ""}
                )
                call["id"] = call["id"] or str(rest.get("id") or "")
                call["name"] += str(function.get("name") or "")
                call["arguments"] += str(function.get("arguments") or "")


def estimated(messages: Sequence[Mapping[str, Any]], text: str) -> Usage:
    """Where the server could not say: about four characters a token."""
    sent = sum(len(str(message.get("content", ""))) for message in messages)
    return Usage(prompt=-(-sent // _CHARACTERS_PER_TOKEN), completion=-(-len(text) // _CHARACTERS_PER_TOKEN), estimated=True)


def _whole(text: str) -> str:
    """Half a surrogate pair, which JSON may hold, can be neither stored nor shown."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(content: object) -> str:
    match content:
        case str():
            return content
        case [*parts]:  # some servers send parts, thoughts among them
            return "".join(part["text"] for part in parts if isinstance(part, Mapping) and isinstance(part.get("text"), str))
        case _:
            return ""
