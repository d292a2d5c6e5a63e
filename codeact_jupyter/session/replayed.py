"""A recorded run, said again: its replies in place of a model's, and its decisions in place of a user's.  Begin with `Script`."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codeact_jupyter.calls import Call
from codeact_jupyter.errors import ModelError
from codeact_jupyter.events import ActionDecided, ActionProposed, Event, ModelReplied, Observed, Recorded, RunFinished, UserAsked
from codeact_jupyter.ports import Listener, Reply, Verdict
from codeact_jupyter.session.desk import Decision

OVER = "All recorded replies were said."
_CUT = "Your reply was cut"
_OPENING = re.compile(r"<execute\b[^<>]*>", re.IGNORECASE)
_CELL = re.compile(r"""\s*\b(?:cell|cell_id|id)\s*=\s*["']?([\w-]+)["']?""", re.IGNORECASE)
_SHORTEST_ID = 4
"""Characters by which a cell may be named."""


@dataclass(frozen=True)
class Said:
    """A recorded reply, and what became of it."""

    reply: ModelReplied
    proposed: ActionProposed | None = None
    decided: ActionDecided | None = None
    refused: str | None = None
    """As an answer: what was objected."""
    cut: bool = False


def said(events: Sequence[Event]) -> list[Said]:
    """The replies of a run, in order."""
    found: list[Said] = []
    for event in events:
        match event:
            case ModelReplied():
                found.append(Said(event))
            case ActionProposed() if found:
                found[-1] = replace(found[-1], proposed=event)
            case ActionDecided() if found:
                found[-1] = replace(found[-1], decided=event)
            case Observed(status="unparsed", text=text) if found and text.startswith(_CUT):
                found[-1] = replace(found[-1], cut=True)
            case Observed(action_id=None, status="rejected", text=text) if found and not found[-1].proposed:
                found[-1] = replace(found[-1], refused=text)
            case _:
                pass
    return found


class Script:
    """What was said and decided in a run; as it is played, it hears what comes of it."""

    def __init__(self, events: Sequence[Event]):
        self.events: list[Event] = []
        """Of the replay."""
        self.said = said(events)
        self._cells: dict[str, str] = {}
        self._at = 0
        """Replies that were said."""

    @property
    def now(self) -> Said | None:
        """The reply that was said last."""
        return self.said[self._at - 1] if self._at else None

    def model(self) -> "Speaking":
        return Speaking(self)

    def next(self) -> Said:
        """Raises `ModelError` when there is none."""
        if self._at >= len(self.said):
            raise ModelError(OVER)
        self._at += 1
        one = self.said[self._at - 1]
        return one if one.proposed is None else replace(one, reply=self._in_new_cells(one.reply))

    async def check(self, answer: str) -> str | None:
        """What was objected to the answer then."""
        return self.now.refused if self.now else None

    def heard(self, recorded: Recorded) -> None:
        """A cell of then, and the one in its place."""
        event = recorded.event
        self.events.append(event)
        if isinstance(event, ActionProposed) and self.now and self.now.proposed:
            self._cells[self.now.proposed.cell_id] = event.cell_id

    def decision(self) -> Decision:
        """As it was then; what was not decided then does not run."""
        now = self.now
        if now is None or now.decided is None or now.proposed is None:
            return Decision(False, note="It did not run then.")
        decided = now.decided
        edited = decided.code if decided.code != now.proposed.code else None
        return Decision(decided.decision == "allow", edited, note=decided.note)

    def _in_new_cells(self, reply: ModelReplied) -> ModelReplied:
        """It names cells by ids that are others now; a cell of the user's is not here: what was put in its place goes into a new one."""
        text = _OPENING.sub(lambda tag: _CELL.sub(lambda cell: self._placed(cell[0], cell[1]), tag[0]), reply.text)
        return reply.model_copy(update={"text": text, "calls": tuple(self._call(call) for call in reply.calls)})

    def _placed(self, attribute: str, cell: str) -> str:
        now = self._now(cell)
        return attribute.replace(cell, now, 1) if now else ""

    def _call(self, text: str) -> str:
        call = Call.of(text)
        values = call.values()
        if not values or not (named := [key for key in ("cell", "cell_id") if isinstance(values.get(key), str)]):
            return text
        there = {key: self._now(str(values[key])) for key in named}
        kept = {key: there.get(key, value) for key, value in values.items() if key not in there or there[key]}
        return json.dumps({**json.loads(text), "arguments": json.dumps(kept, ensure_ascii=False)})

    def _now(self, cell: str) -> str:
        """The id that stands for one of then; empty: none."""
        return next((new for old, new in self._cells.items() if len(cell) >= _SHORTEST_ID and old.startswith(cell)), "")


class Speaking:
    """A `ports.Model` that says what is recorded, in order, whatever it is told."""

    def __init__(self, script: Script):
        self._script = script

    async def aclose(self) -> None:
        """Nothing is open."""

    async def reply(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], listener: Listener) -> Reply:
        one = self._script.next()
        listener.begin()
        listener.text(one.reply.text)
        for call in (Call.of(text) for text in one.reply.calls[:1]):
            listener.call(call.name, call.arguments)
        return Reply(one.reply.text, one.reply.calls, cut=one.cut)


class Witness:
    """The audience: decides as it was decided, and keeps what comes."""

    def __init__(self, script: Script):
        self._script = script

    def recorded(self, recorded: Recorded) -> None:
        self._script.heard(recorded)

    def typing(self, run: str, text: str) -> None: ...

    def doing(self, run: str, what: str, detail: str = "") -> None: ...

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        return self._script.decision()

    async def may_restart(self, run: str) -> bool:
        return True


def bounds(events: Sequence[Event]) -> tuple[int, bool]:
    """Replies that it may take so that it ends where it ended, and whether the last one is asked for at the limit."""
    replies = sum(isinstance(event, ModelReplied) for event in events)
    last = next((event for event in reversed(events) if not isinstance(event, RunFinished)), None)
    end = events[-1] if events else None
    at_limit = isinstance(end, RunFinished) and end.reason == "limit" and isinstance(last, ModelReplied)
    return max(1, replies - at_limit), at_limit


def labelled(asked: UserAsked, replies: Sequence[Said]) -> bool:
    """Its code was written as evaluations ask for it: `Action: … End Action`."""
    actions = [one.reply.text for one in replies if one.proposed]
    return asked.format == "code" and any("<execute" not in text.lower() and "Action:" in text for text in actions)
