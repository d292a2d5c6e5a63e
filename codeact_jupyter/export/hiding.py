"""A trajectory as it may leave this machine: without secrets, and with its values masked if that is asked for.  Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from codeact_jupyter.calls import Call
from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ApprovalAsked,
    Event,
    ModelReplied,
    Observed,
    Resumed,
    RunFinished,
    Steered,
    UserAsked,
)
from codeact_jupyter.export.once import Once, spoken
from codeact_jupyter.export.redaction import Redaction
from codeact_jupyter.export.secrets import Secrets, throughout
from codeact_jupyter.export.trajectory import EVALUATED, IMPORTED, Trajectory
from codeact_jupyter.output_text import text_of

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class Hiding:
    """Makes trajectories fit to be told; `redact`: with their values masked too."""

    def __init__(self, secrets: Secrets, redact: bool = False):
        self._secrets, self._redact = secrets, redact
        self._said = Once(lambda event: secrets.said(spoken(event)))
        self._safe = Once(lambda event: _event(event, secrets))

    def __call__(self, trajectory: Trajectory) -> Trajectory:
        """Each text of it, whatever it stands in, without keys and home folders."""
        everything = (*trajectory.before, *trajectory.events)
        said = frozenset[str]().union(*map(self._said, everything))
        mine = self._secrets.more(said)
        safe = [_event(event, mine) for event in everything] if said else [*map(self._safe, everything)]
        shown = trajectory.outputs
        without = replace(
            trajectory,
            run=mine.text(trajectory.run),
            before=tuple(safe[: len(trajectory.before)]),
            events=tuple(safe[len(trajectory.before) :]),
            outputs=lambda: {(mine.text(cell), mine.text(code)): _outputs(outputs, mine) for (cell, code), outputs in shown().items()},
        )
        return _redacted(without) if self._redact else without


def _event(event: Event, secrets: Secrets) -> Event:
    told = spoken(event)
    safe = throughout(told, secrets.text)
    return event if safe == told else _EVENT.validate_python({**event.model_dump(), **safe})


def _outputs(outputs: Iterable[Mapping[str, Any]], secrets: Secrets) -> list[Mapping[str, Any]]:
    return [_kept(output, secrets) for output in outputs]


def _kept(output: Mapping[str, Any], secrets: Secrets) -> Mapping[str, Any]:
    safe: dict[str, Any] = throughout(without_pictures(output), secrets.text)
    if "data" not in output:
        return safe
    return {**safe, "data": {**safe["data"], **{kind: text_of(value) for kind, value in output["data"].items() if kind in _PICTURES}}}


def without_pictures(output: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of an output, each in one piece: a key may go from one line of a list to the next.  Bytes in base64 are none."""
    texts = dict(output)
    if "text" in texts:
        texts["text"] = text_of(texts["text"])
    if "data" in texts:
        held = {kind: value for kind, value in texts["data"].items() if kind not in _PICTURES}
        texts["data"] = {kind: text_of(value) if _lines(value) else value for kind, value in held.items()}
    return texts


def _lines(value: Any) -> bool:
    """A text in lines; a list that JSON holds is none."""
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def _redacted(trajectory: Trajectory) -> Trajectory:
    """What cannot be masked (figures, markup of outputs) is left out."""
    everything = (*trajectory.before, *trajectory.events)
    redaction = Redaction()
    redaction.learn(_codes(everything))
    masked = [_masked(event, redaction, trajectory.asked.format) for event in everything]
    return replace(
        trajectory,
        before=tuple(masked[: len(trajectory.before)]),
        events=tuple(masked[len(trajectory.before) :]),
        outputs=dict,
        picture=lambda _: None,
    )


def _codes(events: Sequence[Event]) -> Iterable[str]:
    for event in events:
        match event:
            case ActionProposed(code=code) | ActionDecided(code=code):
                yield code
            case _:
                pass


def _masked(event: Event, redaction: Redaction, form: str) -> Event:
    words = redaction.prose
    match event:
        case UserAsked():
            return event.model_copy(update={"text": words(event.text), "path": "", "settings": _settings(event, redaction)})
        case Steered() | Observed():
            return event.model_copy(update={"text": words(event.text), **({"changes": ()} if isinstance(event, Observed) else {})})
        case ModelReplied():
            calls = tuple(_call(call, redaction) for call in event.calls)
            return event.model_copy(update={"text": redaction.reply(event.text, form), "calls": calls})
        case ActionProposed():
            return event.model_copy(update={"code": redaction.code(event.code)})
        case ActionDecided():
            return event.model_copy(update={"code": redaction.code(event.code), "note": words(event.note)})
        case ApprovalAsked():
            return event.model_copy(update={"reason": words(event.reason)})
        case Resumed():
            return event.model_copy(update={"note": words(event.note)})
        case RunFinished():
            answer = None if event.answer is None else words(event.answer)
            message = words(event.message) if event.reason == "failed" else event.message
            return event.model_copy(update={"answer": answer, "message": message})
        case _:
            return event


def _settings(asked: UserAsked, redaction: Redaction) -> dict[str, Any]:
    """What its messages are made with: the system message as it stands, nothing that an evaluation brought into the kernel."""
    kept: dict[str, Any] = {}
    if isinstance(told := asked.settings.get(IMPORTED), dict):
        kept[IMPORTED] = {**told, "asked": redaction.prose(str(told.get("asked", "")))}
    if isinstance(held := asked.settings.get(EVALUATED), dict) and "system" in held:
        kept[EVALUATED] = {"system": held["system"]}
    return kept


def _call(text: str, redaction: Redaction) -> str:
    call = Call.of(text)
    return json.dumps({"name": call.name, "arguments": redaction.arguments(call.arguments), "id": call.id})
