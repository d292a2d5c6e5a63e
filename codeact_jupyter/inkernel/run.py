"""A run in the user's own process: the same loop as everywhere, on the user's namespace.  Begin with `Work.do`."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.beside import files_beside
from codeact_jupyter.budget import Limits
from codeact_jupyter.config import Settings
from codeact_jupyter.connections import Book, keys_in_use
from codeact_jupyter.context import Context, render
from codeact_jupyter.errors import CodeActError, plain
from codeact_jupyter.events import Event, Observed, RunFinished, UserAsked
from codeact_jupyter.inkernel.failures import RunFailed, RunStopped
from codeact_jupyter.inkernel.kernel import ShellKernel
from codeact_jupyter.inkernel.notebook import NoCells
from codeact_jupyter.inkernel.place import Place
from codeact_jupyter.inkernel.question import Question
from codeact_jupyter.inkernel.show import Show
from codeact_jupyter.inkernel.stage import Stage, in_thread
from codeact_jupyter.loop import Run
from codeact_jupyter.masking import Veil
from codeact_jupyter.model.client import ChatModel
from codeact_jupyter.ports import Finished, Name, Observe, Parts
from codeact_jupyter.position import allowed
from codeact_jupyter.recap import spent, tokens_of
from codeact_jupyter.session.approvals import Asking, Judge
from codeact_jupyter.session.exchange import Bound, exchange
from codeact_jupyter.session.hiding import Hiding
from codeact_jupyter.session.names import Names
from codeact_jupyter.session.parts import chat_model

EARLIER_CELLS = 80
"""Of the session's inputs, that the model is told of."""


class Work:
    """One run: it thinks in a thread of its own, and acts on the thread that makes it."""

    def __init__(self, shell: InteractiveShell, place: Place, settings: Settings, names: Names):
        self._shell, self._place, self._settings, self._names = shell, place, settings, names
        self._stage, self._show = Stage(), Show(shell)
        self._run_id = uuid4().hex
        self._events: list[Event] = []
        self._stopped = False
        self._veil = Veil((settings.api_key, *keys_in_use(os.environ, Book())))
        self._live: tuple[asyncio.AbstractEventLoop, Run, asyncio.Task[RunFinished]] | None = None

    def do(self, request: str) -> None:
        """Blocks until the end.  Raises `RunFailed` when there is no answer, `RunStopped` when the user interrupts it."""
        began = time.monotonic()
        thought = in_thread(lambda: self._think(request), self._stage)
        try:
            self._stage.serve()
        except KeyboardInterrupt:
            self._stop()
            self._stage.serve()
        if isinstance(error := thought.exception(), CodeActError):
            raise RunFailed(str(error)) from None
        end = thought.result()
        if end.reason == "stopped":
            raise RunStopped(end.message)
        if end.reason != "answered":
            raise RunFailed(end.message)
        self._show.say(f"{end.message} {spent(time.monotonic() - began, sum(map(tokens_of, self._events)))}")

    def _stop(self) -> None:
        self._stopped = True
        if self._live:
            loop, run, task = self._live
            run.stopping = True
            loop.call_soon_threadsafe(task.cancel)

    async def _think(self, request: str) -> RunFinished:
        place, settings = self._place, self._settings
        history = place.store.history(place.conversation)
        place.store.begin(self._run_id, place.conversation)
        claim = place.store.claim(self._run_id)
        model = chat_model(settings, lambda why: self._tell(f"asking again: {why}"))
        limits = Limits(settings.max_steps, settings.timeout, settings.max_tokens, settings.max_seconds, settings.max_cost)
        run = Run(self._parts(model), self._record, limits, history)
        task = asyncio.create_task(run.run(self._asked(request)))
        self._live = (asyncio.get_running_loop(), run, task)
        try:
            await asyncio.wait([task])
        finally:
            await model.aclose()
            if claim:
                claim.release()
        if self._events and isinstance(end := self._events[-1], RunFinished):
            return end
        error = None if task.cancelled() else task.exception()
        return RunFinished(reason="failed", message=plain(error) if isinstance(error, Exception) else "The run broke off.")

    def _asked(self, request: str) -> UserAsked:
        place, settings = self._place, self._settings
        return UserAsked(
            text=request,
            path=place.name,
            conversation=place.conversation,
            model=settings.named,
            format=settings.action_format,
            approval=settings.approval,
            prices=settings.price,
        )

    def _parts(self, model: ChatModel) -> Parts:
        cells, kernel = NoCells(self._place.folder), ShellKernel(self._shell, self._stage)
        mode = self._settings.approval
        talk = exchange(Hiding(model, self._veil), Bound(self._settings, self._place.store), lambda: self._look(kernel), self._tell)
        return Parts(
            model=talk.model,
            prompt=talk.prompt,
            format=talk.format,
            policy=Judge(mode, self._known, lambda: allowed(self._events)),
            approver=Asking(self._run_id, cells, Question(self._shell, self._stage, of_all=mode == "ask")),
            notebook=cells,
            kernel=kernel,
            observe=partial(self._observe, talk.observe),
        )

    def _observe(self, observe: Observe, action_id: str, finished: Finished | None, so_far: Sequence[Mapping[str, Any]] = ()) -> Observed:
        if finished:
            self._names.after(finished)
            finished = replace(finished, outputs=self._veil.value(list(finished.outputs)))
        told = observe(action_id, finished, self._veil.value(list(so_far)))
        return told.model_copy(update={"text": self._veil.text(told.text)})

    async def _known(self) -> Mapping[str, Name]:
        return self._names.now()

    async def _look(self, kernel: ShellKernel) -> str:
        names = await kernel.names()
        self._names.seen(await kernel.ready(), names)
        files, more = await asyncio.to_thread(files_beside, self._place.folder)
        context = Context(self._place.name, _inputs(self._shell), None, names, files, more)
        return render(context, self._settings.context_chars)

    def _record(self, event: Event) -> None:
        safe = self._safe(event)
        self._place.store.append(self._run_id, safe)
        self._events.append(safe)
        self._stage.lend(lambda: self._show.event(safe))

    def _safe(self, event: Event) -> Event:
        """As it may be told: without the key, whoever said it."""
        told = event.model_dump()
        safe = self._veil.value(told)
        return event if safe == told else type(event).model_validate(safe)

    def _tell(self, words: str) -> None:
        self._stage.lend(lambda: self._show.note(self._veil.text(words)))


def _inputs(shell: InteractiveShell) -> list[dict[str, Any]]:
    """What the user ran before, as cells; the last one is the magic's own."""
    sources = shell.history_manager.input_hist_raw if shell.history_manager else []
    cells = [
        {"id": "", "cell_type": "code", "metadata": {}, "source": source, "execution_count": count, "outputs": []}
        for count, source in enumerate(sources)
    ]
    return cells[1:-1][-EARLIER_CELLS:]
