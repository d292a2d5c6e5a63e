"""Successful actions run again in a new kernel, so that their variables are there: only when the user asks for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from codeact_jupyter.events import ActionDecided, ActionProposed, ActionStarted, Event, Observed
from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.ports import Verdict
from codeact_jupyter.session.unseen import Nowhere


@dataclass(frozen=True)
class Done:
    """An action that succeeded."""

    cell_id: str
    code: str
    """As it ran."""


def last_kernel(history: Sequence[Event]) -> str:
    """The process that the newest action was sent to; empty: there is none."""
    return next((event.kernel for event in reversed(history) if isinstance(event, ActionStarted)), "")


def successful(history: Sequence[Event], kernel: str) -> list[Done]:
    """What succeeded in this process, in order."""
    cells: dict[str, str] = {}
    codes: dict[str, str] = {}
    here: set[str] = set()
    done: list[Done] = []
    for event in history:
        match event:
            case ActionProposed(action_id=action, cell_id=cell_id):
                cells[action] = cell_id
            case ActionDecided(action_id=action, code=code):
                codes[action] = code
            case ActionStarted(action_id=action):
                cells[action] = event.cell_id or cells.get(action, "")
                here |= {action} if event.kernel == kernel else set()
            case Observed(action_id=str() as action, status="ok") if action in here:
                done.append(Done(cells[action], codes[action]))
            case _:
                pass
    return done


async def replay(client: KernelClient, actions: Sequence[Done], judge: Callable[[Done], Awaitable[Verdict]], seconds: float) -> str:
    """Run them one after another; what came of it, for the model and the user.  What would have to ask is left out."""
    ran, left = 0, 0
    for action in actions:
        if (await judge(action)).decision != "allow":
            left += 1
            continue
        if failed := await _once(client, action.code, seconds):
            return _told(ran, left, f" The next one, of cell {action.cell_id[:8]}, {failed}; what comes after it was not run.")
        ran += 1
    return _told(ran, left, "")


async def _once(client: KernelClient, code: str, seconds: float) -> str:
    """How it failed; empty: it did not."""
    execution = await client.start(code, Nowhere(), uuid4().hex)
    try:
        finished = await execution.wait(seconds)
    except asyncio.CancelledError:
        await execution.interrupt()
        raise
    if finished is None:
        await execution.interrupt()
        return f"took longer than {seconds:g} s and was interrupted"
    return "" if finished.status == "ok" else f"ended as {finished.status}"


def _told(ran: int, left: int, more: str) -> str:
    again = "1 successful action was run again" if ran == 1 else f"{ran} successful actions were run again"
    skipped = f" {left} that would have to ask first {'was' if left == 1 else 'were'} left out." if left else ""
    return f"{again}, in order and without their outputs being shown.{skipped}{more}"
