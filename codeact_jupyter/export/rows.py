"""A trajectory as a row of training data: CodeActInstruct's conversations, chat fine-tuning, ShareGPT.  Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from codeact_jupyter.export.conversation import calls_natively, messages
from codeact_jupyter.export.trajectory import Trajectory
from codeact_jupyter.formats.tool import TOOLS
from codeact_jupyter.turns import Message

Row = dict[str, Any]

_SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}


def codeact(trajectory: Trajectory) -> Row | None:
    """As CodeActInstruct is published; None: no reply was recorded."""
    told = messages(trajectory)
    return {"id": name(trajectory), "conversations": told} if told else None


def sharegpt(trajectory: Trajectory) -> Row | None:
    """None: no reply was recorded."""
    told = messages(trajectory)
    turns = [{"from": _SPEAKERS[each["role"]], "value": each["content"]} for each in told]
    return {"id": name(trajectory), "conversations": turns} if told else None


def openai(trajectory: Trajectory) -> Row | None:
    """With calls as calls, and the tools that it had, where it made any; None: no reply was recorded."""
    told: list[Message] = messages(trajectory, native=True)
    if not told:
        return None
    return {"messages": told, "tools": list(TOOLS)} if calls_natively(trajectory) else {"messages": told}


def name(trajectory: Trajectory) -> str:
    """What a run is called in a row: what it was called where it came from, or its id."""
    return (trajectory.imported.id if trajectory.imported else "") or trajectory.run


ROWS: Mapping[str, Callable[[Trajectory], Row | None]] = {"codeact": codeact, "openai": openai, "sharegpt": sharegpt}


def line(row: Row) -> str:
    """A line of JSON; what is no text in UTF-8 (half a surrogate pair) is spelt out."""
    text = json.dumps(row, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(row)
    return text + "\n"
