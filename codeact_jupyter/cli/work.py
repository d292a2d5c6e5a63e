"""A run, or the rest of one, in a notebook's file: from its beginning to its exit code."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from codeact_jupyter.cli.kept import opened
from codeact_jupyter.cli.settings import keys
from codeact_jupyter.cli.usage import EXIT, Usage
from codeact_jupyter.config import Settings, for_kernels
from codeact_jupyter.errors import CodeActError
from codeact_jupyter.events import RunFinished
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.servers import session_elsewhere
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.terminal.keyboard import Keyboard
from codeact_jupyter.terminal.progress import Terminal

KILL_AFTER = 2.0
"""Seconds after a stop within which the kernel has to obey, before it is killed: all has to be over within 5."""


@dataclass(frozen=True)
class Job:
    """Where a run works, and with what."""

    notebook: Path
    settings: Settings
    kernel: str | None = None
    """Name of its kernelspec; None: the notebook's."""
    create: bool = True
    """The notebook is made if it is missing."""


Begun = tuple[str, asyncio.Task[RunFinished]]
"""The run's id, and what it goes on in."""


def asking(request: str) -> Callable[[Session], Begun]:
    """Begins a run."""

    def begin(session: Session) -> Begun:
        run = uuid4().hex
        task = session.start(Request(run, request))
        assert task, "the id is new"
        return run, task

    return begin


def elsewhere(notebook: Path, force: bool) -> None:
    """Raises `Usage` if a Jupyter server has the notebook's kernel."""
    if not force and (url := session_elsewhere(notebook)):
        raise Usage(f"{notebook} has a kernel on the Jupyter server at {url}: ask in its panel, or go on all the same with --force")


async def work(job: Job, terminal: Terminal, begin: Callable[[Session], Begun]) -> int:
    """The exit code; the answer and the reason of another end are told."""
    store = opened()
    desk = LocalDesk(job.notebook, store, dict(os.environ), job.kernel, job.create)
    session = Session(desk, store, lambda _: job.settings, terminal, keys)
    if keyboard := Keyboard.there():
        terminal.asks(keyboard, job.settings.approval, for_kernels(os.environ))
    try:
        await desk.open()
        end = await _until_the_end(session, begin)
    finally:
        terminal.close()
        await desk.close()
        store.close()
    if end.answer:
        terminal.answer(end.answer)
    if end.reason in {"failed", "limit", "stuck"}:
        terminal.fail(end.message)
    elif end.reason == "stopped":
        terminal.say(end.message)
    return EXIT[end.reason]


async def _until_the_end(session: Session, begin: Callable[[Session], Begun]) -> RunFinished:
    run, task = begin(session)
    stops: list[asyncio.Task[None]] = []

    def stop() -> None:
        if not stops:  # a second Ctrl-C does not make it faster
            stops.append(asyncio.create_task(_stop(session, run)))

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # under nohup it goes on
            loop.add_signal_handler(number, stop)
    await asyncio.wait([task])  # how it ended is recorded
    await asyncio.gather(*stops)
    events = session.store.events(run)
    end = events[-1].event if events else None
    if isinstance(end, RunFinished):
        return end
    if stops:
        return RunFinished(reason="stopped", message="Stopped.")
    error = None if task.cancelled() else task.exception()  # of the store, when it cannot be written
    return RunFinished(reason="failed", message=str(error) if isinstance(error, CodeActError) else f"The run broke off ({error}).")


async def _stop(session: Session, run: str) -> None:
    stopping = asyncio.create_task(session.stop(run))
    done, _ = await asyncio.wait([stopping], timeout=KILL_AFTER)
    if not done and isinstance(session.desk, LocalDesk):
        await session.desk.kill()
    await stopping


@contextlib.contextmanager
def events_file(path: Path | None) -> Iterator[TextIO | None]:
    """Open while the run goes on; raises `Usage` if it cannot be written."""
    if path is None:
        yield None
        return
    try:
        stream = path.open("w", encoding="utf-8")
    except OSError as error:
        raise Usage(f"{path} cannot be written: {error.strerror}") from error
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):  # that it cannot be written was said when it was tried
            stream.close()
