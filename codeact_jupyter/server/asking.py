"""What a magic asks, answered: its runs are runs of the notebook's session, as if they came from the panel.

The kernel opened a comm with what is asked; what comes of it goes back by messages to that comm.  Neither key nor settings go there.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from jupyter_core.utils import ensure_async
from pydantic import BaseModel, ValidationError

from codeact_jupyter.errors import CodeActError
from codeact_jupyter.events import Event, ModelReplied, Observed, Recorded, RunFinished
from codeact_jupyter.kernel.comms import Answering
from codeact_jupyter.kernel.sandbox import is_sandboxed
from codeact_jupyter.protocol import AskRestart, Doing
from codeact_jupyter.recap import config_told, history_told, tokens_of
from codeact_jupyter.session.session import Request

if TYPE_CHECKING:
    from codeact_jupyter.server.app import CodeActExtension
    from codeact_jupyter.server.room import Room

PAGE_SECONDS = 10.0
"""How long a page that has the kernel open may take to connect its panel."""

TICK = 1.0
"""Seconds between two words of how long it has taken."""

NO_NOTEBOOK = "This kernel belongs to no notebook of the server's. Ask in a notebook."
NO_PAGE = "The page that shows this notebook has not answered. Reload it, then run the cell again."
NOWHERE_ELSE = "A sandboxed kernel has no network, and cannot have the server ask elsewhere (--base-url). Connect that model in the panel."
BROKE = "The server could not do that; its log says why."


class Asked(BaseModel):
    """What a comm is opened with."""

    what: Literal["run", "config", "history"]
    request: str = ""
    cell: str | None = None
    """Id of the magic's cell."""
    settings: dict[str, Any] = {}
    wait: bool = False
    """Its cell blocks the main shell until the end."""


class Talk:
    """With one magic."""

    def __init__(self, app: "CodeActExtension", kernel_id: str, comm_id: str):
        self._app, self._kernel_id, self._run = app, kernel_id, comm_id
        self._kernel = app.server.kernel_manager.get_kernel(kernel_id)
        self._room: Room | None = None

    def told(self, data: Mapping[str, Any]) -> None:
        """A word of the magic's in mid-run."""
        if data.get("type") == "stop" and self._room:
            self._room.stop(self._run)

    async def answer(self, data: Mapping[str, Any]) -> None:
        """From what is asked to the last word."""
        async with Answering(self._kernel, self._run) as back:
            try:
                asked = Asked.model_validate(data)
                if asked.settings.get("base_url") and is_sandboxed(self._kernel.provisioner):
                    raise CodeActError(NOWHERE_ELSE)
                await self._app.load_connections()
                room = await self._room_of()
                await self._shown(room)
                if asked.what == "run":
                    await self._work(room, asked, back)
                else:
                    back.say({"type": "told", "text": _told(room, asked)})
            except ValidationError as error:
                back.say({"type": "refused", "message": f"The server does not understand this magic ({error.errors()[0]['msg']})."})
            except CodeActError as error:
                back.say({"type": "refused", "message": str(error)})
            except Exception:
                self._app.log.exception("codeact: a magic could not be answered")
                back.say({"type": "refused", "message": BROKE})

    async def _room_of(self) -> "Room":
        for session in await ensure_async(self._app.server.session_manager.list_sessions()):
            if session.get("type") == "notebook" and (session.get("kernel") or {}).get("id") == self._kernel_id:
                return self._app.room(str(session["path"]))
        raise CodeActError(NO_NOTEBOOK)

    async def _work(self, room: "Room", asked: Asked, back: Answering) -> None:
        if asked.wait and not back.subshell:
            raise CodeActError("This kernel has no subshells, so nothing can run in it while the cell waits. Ask without --wait.")
        progress = _Progress(self._run, room.settings(asked.settings).max_steps, back)
        room.listeners.overhear.append(progress.hear)
        try:
            task = room.begin(Request(self._run, asked.request, asked.cell, settings=asked.settings, aside=asked.wait))
            self._room = room
            while task and not task.done():
                progress.say()
                await asyncio.wait({task}, timeout=TICK if back.subshell else None)
            progress.end()
        finally:
            room.listeners.overhear.remove(progress.hear)

    async def _shown(self, room: "Room") -> None:
        """A page that shows the notebook connects it: else both would write the file."""
        deadline = time.monotonic() + PAGE_SECONDS
        while not room.desk.attached and self._app.server.kernel_manager.kernel_model(self._kernel_id)["connections"]:
            if time.monotonic() > deadline:
                raise CodeActError(NO_PAGE)
            await asyncio.sleep(0.05)


class _Progress:
    """What the magic's cell shows of its run."""

    def __init__(self, run: str, max_steps: int, back: Answering):
        self._run, self._max_steps, self._back = run, max_steps, back
        self._began = time.monotonic()
        self._step, self._tokens, self._replied = 1, 0, False
        self._doing = ""
        self._end: RunFinished | None = None

    def hear(self, message: BaseModel) -> None:
        """What the browser is told of the notebook's runs."""
        match message:
            case Recorded(run=run, event=event) if run == self._run:
                self._tokens += tokens_of(event)
                self._heard(event)
                self.say()
            case Doing(run=run, what=what) if run == self._run:
                self._doing = what
                self.say()
            case AskRestart(run=run) if run == self._run:
                self._doing = "ask_restart"
                self.say()
            case _:
                pass

    def _heard(self, event: Event) -> None:
        match event:
            case ModelReplied():
                self._replied = True
            case Observed():
                self._step += self._replied
                self._replied = False
            case RunFinished():
                self._end = event
            case _:
                pass

    def say(self) -> None:
        """Where it stands now."""
        if not self._end:
            self._back.say({"type": "progress", "doing": self._doing, **self._spent()})

    def end(self) -> None:
        """How it ended."""
        end = self._end or RunFinished(reason="failed", message="The run broke off. Ask again.")
        said = {"reason": end.reason, "answer": end.answer, "message": end.message}
        self._back.say({"type": "ended", **said, **self._spent()})

    def _spent(self) -> dict[str, Any]:
        return {"step": self._step, "of": self._max_steps, "seconds": time.monotonic() - self._began, "tokens": self._tokens}


def _told(room: "Room", asked: Asked) -> str:
    if asked.what == "config":
        return config_told(room.settings(asked.settings))
    store = room.session.store
    return history_told([[recorded.event for recorded in store.events(run)] for run in store.runs(room.session.conversation)])
