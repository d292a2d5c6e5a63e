"""Replies with labels: a `Thought:` if it likes, then either `Action: … End Action` or `Answer: …`.  The grammar of M3ToolEval.

Begin with `Labelled`; what stands in an action is for its `Reading` to tell.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from codeact_jupyter.errors import ActionParseError
from codeact_jupyter.events import Event, Observed
from codeact_jupyter.formats.code import CUT, spoken
from codeact_jupyter.ports import Action, Answer, Code, Draft, Reply
from codeact_jupyter.position import this_run

BOTH = "The reply holds both 'Action:' and 'Answer:'. Write one of them: act, or answer once you have seen what came of your action."
NEITHER = "The reply holds neither 'Action:' nor 'Answer:'."
SEVERAL = "Your reply held more than one action: only the first was taken. Send one, then read what comes of it."
ANSWERED = "Your reply held an answer behind its action: it was not taken. Answer once you have seen what comes of the action."
REMINDER = "Write one action between 'Action:' and 'End Action', or your answer behind 'Answer:'."

_LABEL = re.compile(r"(?<![\w\"'`])(?<!End )\*{0,3}(Action|Answer)\*{0,3}[ \t]*:\*{0,3}")
_END = re.compile(r"\*{0,3}\bEnd Action\b\*{0,3}")
_END_LENGTH = 16
_MEANT = re.compile(r"^[ \t]*\**(?:Final )?(?:Action|Answer)\**[ \t]*:|\A\s*\**Thought\**[ \t]*:|\bEnd Action\b", re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*\**(?:Thought|Observation)\**:", re.MULTILINE)
_OPENING_FENCE = re.compile(r"\A\s*(?:`{3,}|~{3,})(?:[^\s`]*(?=\n)|[ \t]*(?:json|python3?|py|text)\b)?[^\S\n]*\n?", re.IGNORECASE)
_CLOSING_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\Z")


class Reading(Protocol):
    """How an action is written between its labels."""

    example: str
    """A whole action, for a model that did not keep to the grammar."""

    def ends(self, body: str) -> bool:
        """It can stand by itself: an `End Action` behind it is its end, not a part of it."""

    def read(self, body: str) -> Action:
        """Raises `ActionParseError`, with words for the model."""


@dataclass(frozen=True)
class Written:
    """An action as it stands in a reply."""

    body: str
    """Without the fence that it may be in."""
    whole: bool
    """Its `End Action` is there."""
    note: str = ""
    """What else the reply held."""


class Labelled:
    """An `ActionFormat`; holds of replies only how far the one that streams was looked through."""

    tools: Sequence[Mapping[str, Any]] = ()

    def __init__(self, reading: Reading):
        self._reading = reading
        self._seen = 0

    def draft(self, text: str) -> Draft | None:
        """The action once it is whole: a part of one is no code yet."""
        start = max(0, self._seen - _END_LENGTH) if len(text) >= self._seen else 0
        self._seen = len(text)
        for end in _END.finditer(text, start):
            try:
                action = self._action(spoken(text[: end.end()]), cut=True)
            except ActionParseError:  # the whole reply tells
                continue
            if isinstance(action, Code):
                return Draft(action, complete=True)
        return None

    def draft_call(self, name: str, arguments: str) -> Draft | None:
        """Nothing: no calls are offered."""
        return None

    def parse(self, reply: Reply, history: Sequence[Event]) -> Action:
        """Raises `ActionParseError`, with words for the model, when the reply is neither an action nor an answer."""
        try:
            action = self._action(spoken(reply.text.replace("\r\n", "\n")), reply.cut)
        except ActionParseError as error:
            raise error if str(error) == CUT else ActionParseError(self._help(str(error), history)) from error
        if action is not None:
            return action
        if reply.cut:
            raise ActionParseError(
                "Your reply was cut at the model's length limit before it came to an action or an answer. Think in fewer words."
            )
        raise ActionParseError(self._help("A native tool call is not taken here." if reply.calls else NEITHER, history))

    def _action(self, text: str, cut: bool) -> Action | None:
        match written(text, self._reading.ends):
            case Written() as found:
                if cut and not found.whole:
                    raise ActionParseError(CUT)
                action = self._reading.read(found.body)
                if isinstance(action, Code) and found.note:
                    return Code(action.source, note="\n".join(filter(None, [found.note, action.note])))
                return action
            case Answer("") if not cut:
                raise ActionParseError("There is nothing behind 'Answer:'.")
            case Answer(said) as answer:
                return answer if said else None
            case None:
                return None

    def _help(self, what: str, history: Sequence[Event]) -> str:
        """The form is shown once in a run; a model that has seen it is only reminded."""
        form = f"Act like this, one action in a reply:\n{self._reading.example}\nor answer like this:\nAnswer: your answer"
        shown = any(isinstance(event, Observed) and form in event.text for event in this_run(history))
        return f"{what} Nothing ran. {REMINDER if shown else form}"


def labelled(text: str) -> bool:
    """Whether a reply is meant so: its prose may well have the words `Action:` or `Answer:` in it."""
    said = spoken(text)
    return _MEANT.search(said) is not None and _LABEL.search(said) is not None


def written(text: str, ends: Callable[[str], bool]) -> Written | Answer | None:
    """The first action or answer of a reply; None: it has no label.  Raises `ActionParseError` where it cannot be told which it is.

    What stands behind a whole action is not read: its stream was closed there, or could have been.
    """
    if (first := _LABEL.search(text)) is None:
        return None
    labels = list(_LABEL.finditer(text, first.end()))
    if first[1] == "Answer":
        if any(label[1] == "Action" for label in labels):
            raise ActionParseError(BOTH)
        return Answer(text[first.end() : labels[0].start() if labels else len(text)].strip())
    closings = list(_END.finditer(text, first.end()))
    bodies = ((closing, without_fence(text[first.end() : closing.start()])) for closing in closings)
    if found := next((pair for pair in bodies if ends(pair[1])), None):
        return Written(found[1], True, _note(_LABEL.search(text, found[0].end())))
    if closings:
        return Written(without_fence(text[first.end() : closings[0].start()]), True)
    if any(label[1] == "Answer" for label in labels):
        raise ActionParseError(BOTH)
    following = [found.start() for found in (*labels, *_NEXT.finditer(text, first.end()))]
    return Written(without_fence(text[first.end() : min(following, default=len(text))]), False, _note(labels[0] if labels else None))


def without_fence(body: str) -> str:
    """What a markdown fence holds; the same where there is none."""
    return _CLOSING_FENCE.sub("", _OPENING_FENCE.sub("", body))


def _note(label: re.Match[str] | None) -> str:
    if label is None:
        return ""
    return SEVERAL if label[1] == "Action" else ANSWERED
