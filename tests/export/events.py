"""Runs as values, made by hand."""

from codeact_jupyter.events import (
    ActionDecided,
    ActionProposed,
    ActionStarted,
    Event,
    ModelReplied,
    Observed,
    RunFinished,
    Status,
    UserAsked,
)
from codeact_jupyter.export.trajectory import Trajectory


def asked(text: str = "How many?", **more: object) -> UserAsked:
    return UserAsked(text=text, model="m", **more)


def action(number: int, code: str = "f()", status: Status = "ok", text: str = "1", prose: str = "A step.") -> list[Event]:
    """A reply with code, and what came of it."""
    name = f"a{number}"
    return [
        ModelReplied(text=f"{prose}\n\n<execute>\n{code}\n</execute>"),
        ActionProposed(action_id=name, code=code, cell_id=f"cell-{number}"),
        ActionDecided(action_id=name, decision="allow", by="policy", code=code),
        ActionStarted(action_id=name, msg_id=name),
        Observed(action_id=name, status=status, text=text),
    ]


def invalid() -> list[Event]:
    return [ModelReplied(text="<execute></execute>"), Observed(action_id=None, status="unparsed", text="The block holds no code.")]


def refused() -> list[Event]:
    return [ModelReplied(text="7"), Observed(action_id=None, status="rejected", text="Your answer is incorrect.")]


def answer(text: str = "One.") -> list[Event]:
    return [ModelReplied(text=text), RunFinished(reason="answered", answer=text)]


def limit() -> list[Event]:
    return [RunFinished(reason="limit", message="No answer after 2 steps. Ask on.")]


def run(*events: Event | list[Event], text: str = "How many?", id: str = "r1") -> Trajectory:
    flat = [one for each in events for one in (each if isinstance(each, list) else [each])]
    return Trajectory(run=id, began="2026-01-31T10:00:00.000000+00:00", events=(asked(text), *flat))
