"""What strict servers and chat templates refuse of a request: a scripted server refuses it too."""

import json
from typing import Any

from codeact_jupyter.testing.script import Messages


def broken(messages: Messages) -> str:
    """The first rule that these messages break; empty: none."""
    before: dict[str, Any] = {}
    waiting: list[str] = []
    for message in messages:
        wrong = _tool(message, waiting) if message.get("role") == "tool" else _other(message, before, waiting)
        if wrong:
            return wrong
        waiting += [call["id"] for call in message.get("tool_calls", ())]
        before = message
    return f"no tool message answers {waiting}" if waiting else ""


def _tool(message: dict[str, Any], waiting: list[str]) -> str:
    if message.get("tool_call_id") not in waiting:
        return f"a tool message answers {message.get('tool_call_id')!r}, which is no call before it"
    if not isinstance(message.get("content"), str):
        return "a tool message holds text alone"
    waiting.remove(message["tool_call_id"])
    return ""


def _other(message: dict[str, Any], before: dict[str, Any], waiting: list[str]) -> str:
    if waiting:
        return f"no tool message answers {waiting}"
    if message.get("role") == before.get("role") and message.get("role") in ("user", "system", "assistant"):
        return f"two messages of {message['role']!r} stand in a row"
    for call in message.get("tool_calls", ()):
        if not call["function"]["name"].replace("-", "_").isidentifier():
            return f"{call['function']['name']!r} is no name of a function"
        if not isinstance(_json(call["function"]["arguments"]), dict):
            return "the arguments of a call are no JSON object"
    return "" if message.get("content") is not None else "a message has no content"


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
