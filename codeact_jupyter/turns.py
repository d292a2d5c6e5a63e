"""Replies and what was said to them, as chat messages that every server takes.  Pure."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from codeact_jupyter.calls import Call
from codeact_jupyter.events import ModelReplied
from codeact_jupyter.memory import short

Message = dict[str, Any]

REFUSED = "Not run: one call in a reply, and only the first was taken."
NOTHING = "Nothing came of it."
_SHORT_REPLY = 2000


def message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


class Turns:
    """Puts messages one behind another; `native`: calls stand as calls, and are answered as such, else as text.

    Many chat templates refuse two messages of one role in a row: they are joined.
    """

    def __init__(self, native: bool):
        self.messages: list[Message] = []
        self._native = native
        self._replies = 0
        self._open: list[str] = []
        """Ids of calls that have no answer yet: servers refuse a request that has such."""

    def skip(self, replies: int) -> None:
        """These are left out; the ids of calls stay what they were."""
        self._replies += replies

    def add(self, new: Message) -> None:
        """One message more."""
        self._close(NOTHING)
        self._append(new)

    def reply(self, reply: ModelReplied, whole: bool) -> None:
        """What the model said; not `whole`: in short."""
        self._close(NOTHING)
        self._replies += 1
        calls = [Call.of(call) for call in reply.calls]
        if not (calls and self._native):
            said = "\n\n".join(filter(None, [reply.text, *(call.as_text() for call in calls[:1])])) or "(empty)"
            self._append(message("assistant", said if whole else short(said, _SHORT_REPLY)))
            return
        # ids of our own: servers of different make, which a conversation may go through, want different ones
        self._open = [f"c{self._replies:06d}{number:02d}" for number in range(len(calls))]
        made = [_sent(call, id, whole) for call, id in zip(calls, self._open, strict=True)]
        self.messages.append({"role": "assistant", "content": reply.text if whole else short(reply.text, _SHORT_REPLY), "tool_calls": made})

    def tell(self, text: str, urls: Sequence[str] = ()) -> None:
        """What came of the reply before."""
        pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
        if self._open:
            self._close(text)
            if pictures:  # a tool's message takes text alone
                words = "The figure that it put out:" if len(pictures) == 1 else "The figures that it put out:"
                self._append({"role": "user", "content": [{"type": "text", "text": words}, *pictures]})
        elif pictures:
            self._append({"role": "user", "content": [{"type": "text", "text": f"Observation:\n{text}"}, *pictures]})
        else:
            self._append(message("user", f"Observation:\n{text}"))

    def end(self, words: str) -> None:
        """How a run ended, where the model's own words do not say it."""
        self._close(NOTHING)
        if self.messages and self.messages[-1]["role"] in ("user", "tool"):
            self._append(message("assistant", words))

    def _close(self, text: str) -> None:
        for number, id in enumerate(self._open):
            self.messages.append({"role": "tool", "tool_call_id": id, "content": REFUSED if number else text})
        self._open = []

    def _append(self, new: Message) -> None:
        last = self.messages[-1] if self.messages else {}
        if last.get("role") == new["role"] and "tool_calls" not in last:
            self.messages[-1] = {"role": new["role"], "content": _joined(last["content"], new["content"])}
        else:
            self.messages.append(new)


def _sent(call: Call, id: str, whole: bool) -> Message:
    if whole:
        return call.sent(id) | ({"extra_content": dict(call.extra)} if call.extra else {})
    source = call.source() or ""
    return (replace(call, arguments=json.dumps({"code": short(source, _SHORT_REPLY)})) if len(source) > _SHORT_REPLY else call).sent(id)


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}\n\n{other}"
    return [*_parts(one), *_parts(other)]


def _parts(content: Any) -> list[Message]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
