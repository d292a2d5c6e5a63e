"""Where trials are done.  Here: in processes of this machine, one trial at a time in each."""

import asyncio
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from codeact_jupyter.evals.attempt import LONGEST_LINE, undone
from codeact_jupyter.evals.plan import Job
from codeact_jupyter.evals.row import Row

GRACE = 90.0
"""The trial stops by itself at its limit, which takes a while; and the worker has to start."""
LEAVE_SECONDS = 20.0
"""Within which a worker that is not wanted any more has to have ended its kernel, before it is killed."""
LAST_WORDS = 600

Done = Callable[[Row], None]


class Backend(Protocol):
    """Does trials; cancelled, it leaves no process of them."""

    async def run(self, jobs: Sequence[Job], out: Path, done: Done) -> None:
        """`done` is given each row as it comes, of whatever end; `out`: the folder of results."""


class Workers:
    """Processes of this machine.  One that dies is replaced, and its trial done again, once."""

    def __init__(self, count: int = 1, grace: float = GRACE):
        """`grace`: seconds beyond a task's limit after which its worker is taken to hang."""
        self._count, self._grace = count, grace

    async def run(self, jobs: Sequence[Job], out: Path, done: Done) -> None:
        waiting, died = deque(jobs), set[str]()
        slots = [asyncio.create_task(self._work_off(waiting, died, out, done)) for _ in range(min(self._count, len(jobs)))]
        try:
            await asyncio.gather(*slots)
        finally:
            for slot in slots:
                slot.cancel()
            await asyncio.gather(*slots, return_exceptions=True)

    async def _work_off(self, waiting: deque[Job], died: set[str], out: Path, done: Done) -> None:
        """One worker after another, until nothing waits; `died`: event files of trials whose worker did."""
        worker: _Worker | None = None
        try:
            while waiting:
                job = waiting.popleft()
                worker = worker or await _Worker.start(out)
                began = time.monotonic()
                try:
                    done(await worker.ask(job, self._grace))
                    continue
                except _Hung:
                    message = f"Not done within {job.wall:g} s, and the worker had to be killed."
                    done(undone(job, "timeout", message, time.monotonic() - began, out / job.events))
                except _Died as how:
                    if job.events in died:
                        done(undone(job, "broken", f"Its worker died twice. {how}", time.monotonic() - began, out / job.events))
                    else:
                        died.add(job.events)
                        waiting.appendleft(job)
                gone, worker = worker, None
                await gone.leave(patience=0)
        finally:
            if worker:
                await _left(worker)


class _Died(Exception):
    """The worker's process is gone; the words say how."""


class _Hung(Exception):
    """The worker says nothing more."""


class _Worker:
    """A process, as its owner sees it."""

    def __init__(self, process: asyncio.subprocess.Process, stderr: IO[bytes]):
        self._process, self._stderr = process, stderr

    @classmethod
    async def start(cls, out: Path) -> "_Worker":
        stderr = tempfile.TemporaryFile()  # noqa: SIM115  closed by `leave`
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", __name__.replace("backends", "worker"), str(out)),  # files here hide no module of Python's
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            limit=LONGEST_LINE,
            start_new_session=True,  # a Ctrl-C is ours to hear: workers are told by the end of their input
        )
        return cls(process, stderr)

    async def ask(self, job: Job, grace: float) -> Row:
        """Raises `_Died`, `_Hung`."""
        assert self._process.stdin, "it is a pipe"
        assert self._process.stdout, "it is a pipe"
        try:
            self._process.stdin.write(job.model_dump_json().encode() + b"\n")
            await self._process.stdin.drain()
            line = await asyncio.wait_for(_row_of(self._process.stdout), job.wall + grace)
        except ConnectionError:
            line = b""
        except TimeoutError:
            raise _Hung from None
        if not line.endswith(b"\n"):
            raise _Died(await self._how_it_died())
        return Row.model_validate_json(line)

    async def leave(self, patience: float = LEAVE_SECONDS) -> None:
        """It ends its trial and its kernel, or is killed; then so is the kernel."""
        assert self._process.stdin, "it is a pipe"
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), patience)
        except TimeoutError:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
        finally:
            self._stderr.close()

    async def _how_it_died(self) -> str:
        code = await self._process.wait()
        self._stderr.seek(0)
        said = self._stderr.read()[-LAST_WORDS:].decode(errors="replace").strip()
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"The worker's process ended ({how}).{f' It wrote: {said}' if said else ''}"


async def _row_of(said: asyncio.StreamReader) -> bytes:
    """The line that is a row, or the end; before them, what an interpreter's own start-up code prints."""
    while line := await said.readline():
        if line.startswith(b"{"):
            break
    return line


async def _left(worker: _Worker) -> None:
    """Also while this is cancelled."""
    leaving = asyncio.ensure_future(worker.leave())
    try:
        await asyncio.shield(leaving)
    except asyncio.CancelledError:
        await asyncio.wait({leaving})
        raise
