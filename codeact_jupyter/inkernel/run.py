"""A run in the user's own process: the same loop as everywhere, on the user's namespace.  Begin with `Work.do`."""

import asyncio
import time
from typing import Any
from uuid import uuid4

from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.beside import files_beside
from codeact_jupyter.budget import Limits
from codeact_jupyter.config import Settings
from codeact_jupyter.context import Context, render
from codeact_jupyter.errors import CodeActError, plain
from codeact_jupyter.events import Event, RunFinished, UserAsked
from codeact_jupyter.inkernel.failures import RunFailed, RunStopped
from codeact_jupyter.inkernel.kernel import ShellKernel
from codeact_jupyter.inkernel.notebook import NoCells
from codeact_jupyter.inkernel.place import Place
from codeact_jupyter.inkernel.show import Show
from codeact_jupyter.inkernel.stage import Stage, in_thread
from codeact_jupyter.loop import Run
from codeact_jupyter.model.client import ChatModel
from codeact_jupyter.ports import Parts
from codeact_jupyter.recap import spent, tokens_of
from codeact_jupyter.session.approvals import Asking, Judge
from codeact_jupyter.session.exchange import exchange
from codeact_jupyter.session.parts import chat_model

EARLIER_CELLS = 80
"""Of the session's inputs, that the model is told of."""


class Work:
    """One run: it thinks in a thread of its own, and acts on the thread that makes it."""

    def __init__(self, shell: InteractiveShell, place: Place, settings: Settings):
        self._shell, self._place, self._settings = shell, place, settings
        self._stage, self._show = Stage(), Show(shell)
        self._run_id = uuid4().hex
        self._end: RunFinished | None = None
        self._tokens = 0
        self._stopped = False
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
        self._show.say(f"{end.message} {spent(time.monotonic() - began, self._tokens)}")

    def _stop(self) -> None:
        self._stopped = True
        if self._live:
            loop, run, task = self._live
            run.stopping = True
            loop.call_soon_threadsafe(task.cancel)

    async def _think(self, request: str) -> RunFinished:
        place, settings = self._place, self._settings
        asked = UserAsked(
            text=request, path=place.name, conversation=place.conversation, model=settings.named, format=settings.action_format
        )
        history = place.store.history(place.conversation)
        place.store.begin(self._run_id, place.conversation)
        model = chat_model(settings, lambda why: self._tell(f"asking again: {why}"))
        run = Run(self._parts(model), self._record, Limits(settings.max_steps, settings.timeout), history)
        task = asyncio.create_task(run.run(asked))
        self._live = (asyncio.get_running_loop(), run, task)
        try:
            await asyncio.wait([task])
        finally:
            await model.aclose()
        if self._end:
            return self._end
        error = None if task.cancelled() else task.exception()
        return RunFinished(reason="failed", message=plain(error) if isinstance(error, Exception) else "The run broke off.")

    def _parts(self, model: ChatModel) -> Parts:
        cells, kernel = NoCells(), ShellKernel(self._shell, self._stage)
        talk = exchange(model, self._settings, lambda: self._look(kernel), self._place.store, self._tell)
        return Parts(
            model=talk.model,
            prompt=talk.prompt,
            format=talk.format,
            policy=Judge(self._settings.approval, dict, frozenset),
            approver=Asking(self._run_id, cells, self._show),
            notebook=cells,
            kernel=kernel,
            observe=talk.observe,
        )

    async def _look(self, kernel: ShellKernel) -> str:
        names = await kernel.names()
        files, more = await asyncio.to_thread(files_beside, self._place.folder)
        context = Context(self._place.name, _inputs(self._shell), None, names, files, more)
        return render(context, self._settings.context_chars)

    def _record(self, event: Event) -> None:
        self._place.store.append(self._run_id, event)
        self._tokens += tokens_of(event)
        if isinstance(event, RunFinished):
            self._end = event
        self._stage.lend(lambda: self._show.event(event))

    def _tell(self, words: str) -> None:
        self._stage.lend(lambda: self._show.note(words))


def _inputs(shell: InteractiveShell) -> list[dict[str, Any]]:
    """What the user ran before, as cells; the last one is the magic's own."""
    sources = shell.history_manager.input_hist_raw if shell.history_manager else []
    cells = [
        {"id": "", "cell_type": "code", "metadata": {}, "source": source, "execution_count": count, "outputs": []}
        for count, source in enumerate(sources)
    ]
    return cells[1:-1][-EARLIER_CELLS:]
