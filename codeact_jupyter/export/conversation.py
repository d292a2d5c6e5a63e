"""A trajectory as chat messages: what `prompt` makes of its events, byte for byte.

The context that a run began with (outline, names, files) is not recorded: nothing stands in its place, so that the first message is the
request with its count-down.  Figures are left out.  A run that was recorded elsewhere keeps the messages that it had there.
"""

from collections.abc import Coroutine
from typing import Any

from codeact_jupyter.events import ActionProposed, ModelReplied, Observed, RunFinished, Steered, UserAsked
from codeact_jupyter.export.trajectory import Imported, Trajectory
from codeact_jupyter.prompt import WAITING, Conversation, system
from codeact_jupyter.turns import Message, message


def messages(trajectory: Trajectory, native: bool = False) -> list[Message]:
    """From the system message to the last reply; empty: the model said nothing.  `native`: calls stand as calls, where it made any."""
    if (of_others := trajectory.imported) and of_others.system is not None:
        return _ended(_as_they_were(trajectory, of_others))
    form = _form(trajectory, native)
    told = Conversation(system(form) if trajectory.system is None else trajectory.system, _nothing, trajectory.steps_granted, form)
    return _ended([_plain(each) for each in _at_once(told.messages([*trajectory.before, *trajectory.events]))])


def calls_natively(trajectory: Trajectory) -> bool:
    """It was offered tools, and did not write its actions as text all the same."""
    if trajectory.asked.format != "tool":
        return False
    replies = [event for event in trajectory.events if isinstance(event, ModelReplied)]
    return any(reply.calls for reply in replies) or not any(isinstance(event, ActionProposed) for event in trajectory.events)


def _form(trajectory: Trajectory, native: bool) -> str:
    if trajectory.asked.format == "tool":
        return "tool" if native and calls_natively(trajectory) else "code"
    return trajectory.asked.format if trajectory.asked.format in WAITING else "code"  # one that is not known here acts in text too


def _as_they_were(trajectory: Trajectory, imported: Imported) -> list[Message]:
    found = [message("system", imported.system)] if imported.system else []
    for event in trajectory.events:
        match event:
            case UserAsked():
                found.append(message("user", imported.asked or event.text))
            case ModelReplied(text=text):
                found.append(message("assistant", text))
            case Observed(text=text):
                found.append(message("user", f"{imported.observation}{text}"))
            case Steered(text=text):
                found.append(message("user", text))
            case RunFinished() | _:
                pass
    return found


def _plain(told: Message) -> Message:
    """Without what some server wanted back with a call."""
    if "tool_calls" not in told:
        return told
    return {**told, "tool_calls": [{name: call[name] for name in ("id", "type", "function")} for call in told["tool_calls"]]}


def _ended(told: list[Message]) -> list[Message]:
    """Up to the last reply: what follows was never answered."""
    last = max((at for at, each in enumerate(told) if each["role"] == "assistant"), default=-1)
    return told[: last + 1]


async def _nothing() -> str:
    return ""


def _at_once(waiting: Coroutine[Any, Any, list[Message]]) -> list[Message]:
    """What a coroutine makes that waits for nothing: neither context nor figures are looked up here."""
    try:
        waiting.send(None)
    except StopIteration as done:
        made: list[Message] = done.value
        return made
    raise RuntimeError("the prompt waits for something that is not recorded")
