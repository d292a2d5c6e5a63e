"""What the chunks of a stream add up to.  Pure, and ready for what real servers send: null, missing or misshapen fields."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from codeact_jupyter.events import Usage

_CHARACTERS_PER_TOKEN = 4
_IMAGE_TOKENS = 800  # of 768 pixels square


class Heard:
    """A reply so far."""

    def __init__(self) -> None:
        self.text = ""
        self.spoke = False
        """Something came that carries meaning, be it only a thought."""
        self.finish = ""
        """Why the server says that the reply is over; empty: it has not said so."""
        self.usage: Usage | None = None
        self._calls: list[dict[str, Any]] = []

    @property
    def calls(self) -> tuple[str, ...]:
        """Native tool calls, as JSON: id, name, and arguments as the model wrote them."""
        return tuple(json.dumps({name: value for name, value in call.items() if name != "index"}) for call in self._calls)

    @property
    def called(self) -> int:
        """How many calls have begun."""
        return len(self._calls)

    @property
    def first_call(self) -> tuple[str, str]:
        """Name and arguments of the first call, as far as they have come."""
        call = self._calls[0]
        return call["name"], call["arguments"]

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
                call = self._begun(rest.get("index"), str(rest.get("id") or ""), str(function.get("name") or ""))
                match function.get("arguments"):
                    case str() as arguments:
                        call["arguments"] += _whole(arguments)
                    case Mapping() as arguments:  # not as text, but as what it means
                        call["arguments"] += json.dumps(dict(arguments))
                if isinstance(extra := rest.get("extra_content"), Mapping):
                    call["extra_content"] = dict(extra)

    def _begun(self, index: object, id: str, name: str) -> dict[str, Any]:
        """The call that a part belongs to; some servers give no index, or each call the same one."""
        found = next((call for call in reversed(self._calls) if index in (None, call["index"])), None)
        if found is None or (name and id and found["id"] not in ("", id)) or (index is None and name and found["name"]):
            self._calls.append(found := {"index": index, "id": "", "name": "", "arguments": ""})
        found["id"] = found["id"] or id
        if name != found["name"]:  # some send it with each part
            found["name"] += name
        return found


def estimated(messages: Sequence[Mapping[str, Any]], text: str) -> Usage:
    """Where the server could not say: about four characters a token."""
    sent = sum(_characters(message.get("content")) + len(str(message.get("tool_calls", ""))) for message in messages)
    return Usage(prompt=-(-sent // _CHARACTERS_PER_TOKEN), completion=-(-len(text) // _CHARACTERS_PER_TOKEN), estimated=True)


def _characters(content: object) -> int:
    """Of what a message holds, with images by what they cost rather than by their bytes."""
    if isinstance(content, list):
        return sum(len(part["text"]) if part.get("type") == "text" else _IMAGE_TOKENS * _CHARACTERS_PER_TOKEN for part in content)
    return len(content) if isinstance(content, str) else 0


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
