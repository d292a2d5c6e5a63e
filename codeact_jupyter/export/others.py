"""Recorded runs of others, as our events: MINT's result files and CodeActInstruct's conversations.  Pure; begin with `run_of`.

Their messages are kept as they stood, so that an export gives the same conversations again.  What the filters ask (actions, errors,
answers) is told by events, read as the paper reads them: an observation with "Error" in it is of an action that failed.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ActionStarted,
    Event,
    ModelReplied,
    Observed,
    Recorded,
    RunFinished,
    Status,
    Steered,
    UserAsked,
)
from codeact_jupyter.export.trajectory import IMPORTED, Imported

Turn = tuple[str, str]
"""Who speaks (`system`, `user`, `assistant`), and the words."""

_ROLES = {"system": "system", "user": "user", "assistant": "assistant", "human": "user", "gpt": "assistant"}
_OBSERVATIONS = ("Observation:\n", "Execution Output:\n")
_CODE = re.compile(r"<execute\b[^<>]*>(.*?)(?:</execute>|\Z)|^Action:(.*?)(?:End Action|\Z)", re.DOTALL | re.IGNORECASE | re.MULTILINE)
_SOLUTION = re.compile(r"<solution>(.*?)(?:</solution>|\Z)", re.DOTALL | re.IGNORECASE)
_LEFT = re.compile(r"\n\nYou have \d+ steps? left.*\Z", re.DOTALL)
_RULE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_ENDS: Mapping[str, Literal["limit", "failed"]] = {"error": "failed"}
"""Reasons for which MINT ends a run, where it is not one of its limits."""


@dataclass(frozen=True)
class Foreign:
    """A run of elsewhere, ready to be taken in."""

    conversation: str
    recorded: Sequence[Recorded]


@dataclass(frozen=True)
class _Told:
    """What a line says."""

    about: Imported
    turns: Sequence[Turn]
    """From the first of the user's on."""
    text: str
    model: str
    end: Literal["answered", "limit", "failed", "stopped"]


def run_of(row: Mapping[str, Any], at: str) -> Foreign:
    """The run that a line of such a file tells; `at`: when it is read.  Raises `ValueError` with what is wrong."""
    if isinstance(state := row.get("state"), dict) and "history" in state:
        told = _mint(state, row.get("task"))
    elif "conversations" in row:
        told = _instruct(row)
    else:
        raise ValueError("neither an event, nor a result of MINT (state.history), nor a conversation (conversations)")
    if not any(role == "assistant" for role, _ in told.turns):
        raise ValueError("nothing was replied in it")
    run = hashlib.blake2b(json.dumps([told.about.model_dump(), told.turns]).encode(), digest_size=16).hexdigest()
    recorded = [Recorded(run=run, seq=number, at=at, event=event) for number, event in enumerate(_events(told, run), 1)]
    return Foreign(run, recorded)


def _instruct(row: Mapping[str, Any]) -> _Told:
    turns = _turns(row["conversations"])
    name = str(row.get("id") or "")
    system, turns = (turns[0][1], turns[1:]) if turns and turns[0][0] == "system" else ("", turns)
    asked = _first(turns)
    parts = name.split("/")
    about = Imported(form="codeact", id=name, system=system, asked=asked, observation=_beginning(turns))
    later = [_request(text) for role, text in turns if role == "user" and text.startswith("Request:\n")]
    end: Literal["answered", "stopped"] = "answered" if turns[-1][0] == "assistant" else "stopped"
    return _Told(about, turns, later[-1] if later else _request(asked), parts[-2] if len(parts) > 4 else "unknown", end)


def _mint(state: Mapping[str, Any], task: Any) -> _Told:
    turns = _turns(state["history"])
    system, turns = (turns[0][1], turns[1:]) if turns and turns[0][0] == "system" else ("", turns)
    parts = _RULE.split(_first(turns))
    if len(parts) > 1:  # what it may do, an example, and the task: the example is none of the run
        system = "\n\n".join(filter(None, [system.strip(), parts[0].strip()]))
        turns = [("user", parts[-1].strip()), *turns[1:]]
    turns = [(role, text.strip().removeprefix("Assistant:").strip() if role == "assistant" else text) for role, text in turns]
    named = task if isinstance(task, dict) else {}
    name = "/".join(str(named[key]) for key in ("task_type", "task_name", "task_id") if named.get(key) is not None)
    success = bool(state.get("success"))
    about = Imported(form="mint", id=name, system=system, asked=turns[0][1], observation=_beginning(turns), success=success)
    text = named["prompt"] if isinstance(named.get("prompt"), str) else _request(turns[0][1])
    end = "answered" if success else _ENDS.get(str(state.get("terminate_reason")), "limit")
    return _Told(about, turns, text, str(named.get("agent_model_name") or "unknown"), end)


def _turns(said: Any) -> list[Turn]:
    if not isinstance(said, list) or not said:
        raise ValueError("the conversation is no list of messages")
    found: list[Turn] = []
    for number, each in enumerate(said, 1):
        match each:
            case {"role": str(role), "content": str(text)} | {"from": str(role), "value": str(text)} if role in _ROLES:
                found.append((_ROLES[role], text))
            case _:
                raise ValueError(f"message {number} is not of system, user or assistant, with words")
    if any(role == "system" for role, _ in found[1:]):
        raise ValueError("a system message stands in mid-conversation")
    return found


def _first(turns: Sequence[Turn]) -> str:
    if not turns or turns[0][0] != "user":
        raise ValueError("it does not begin with the user's words")
    return turns[0][1]


def _beginning(turns: Iterable[Turn]) -> str:
    said = [text for role, text in turns if role == "user"]
    return next((begins for begins in _OBSERVATIONS if any(text.startswith(begins) for text in said)), _OBSERVATIONS[0])


def _request(asked: str) -> str:
    """The instruction alone, of a first message."""
    for begins in ("Request:\n", "Task:\n"):
        before, found, rest = asked.rpartition(begins)
        if found and (not before or before.endswith("\n")):
            return _LEFT.sub("", rest).strip()
    return asked.strip()


def _events(told: _Told, run: str) -> Iterable[Event]:
    settings = {IMPORTED: told.about.model_dump(exclude_none=True)}
    yield UserAsked(text=told.text, conversation=run, continues="", model=told.model, settings=settings)
    said, number = "", 0
    for at, (role, text) in enumerate(told.turns[1:], 2):
        if role == "assistant":
            said, number = text, at
            yield ModelReplied(text=text)
            yield from _action(text, f"{run}{at:05d}", f"{run[:8]}-{at}")
        elif number == at - 1 and text.startswith(told.about.observation):
            yield _observed(said, text.removeprefix(told.about.observation), f"{run}{number:05d}")
        else:
            yield Steered(text=text)
    answer = _answer(said) if told.turns[-1][0] == "assistant" else None
    yield RunFinished(reason=told.end, answer=answer, message=f"Recorded elsewhere ({told.about.form}).")


def _action(reply: str, action: str, cell: str) -> Iterable[Event]:
    if not (code := _code(reply)):
        return
    yield ActionProposed(action_id=action, code=code, cell_id=cell)
    yield ActionDecided(action_id=action, decision="allow", by="policy", code=code)
    yield ActionStarted(action_id=action, msg_id=action)


def _observed(reply: str, text: str, action: str) -> Observed:
    if _code(reply):
        status: Status = "denied" if text.startswith("This was not allowed to run.") else "error" if "Error" in text else "ok"
        return Observed(action_id=action, status=status, text=text)
    return Observed(action_id=None, status="rejected" if _SOLUTION.search(reply) else "unparsed", text=text)


def _code(reply: str) -> str:
    """What it runs; a reply with a solution is one, whatever else it holds."""
    if _SOLUTION.search(reply):
        return ""
    return "\n".join((found[1] or found[2] or "").strip() for found in _CODE.finditer(reply)).strip()


def _answer(reply: str) -> str | None:
    if found := _SOLUTION.search(reply):
        return found[1].strip()
    return None if _code(reply) else reply.strip()
