"""Trials on the workers of a dask cluster, wherever these are: jobs go there, rows and events come back."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from codeact_jupyter.errors import CodeActError
from codeact_jupyter.evals.attempt import attempt, undone
from codeact_jupyter.evals.backends import Done
from codeact_jupyter.evals.plan import Job
from codeact_jupyter.evals.row import Row

CONNECT_SECONDS = 20.0
LOOK_SECONDS = 0.5
"""How often a trial looks whether it is still wanted: the worker is told so only between its tasks."""
ATTEMPTS = 2
MISSING = 'Dask is not installed here: pip install "codeact-jupyter[eval]".'


class Cluster:
    """The workers of a scheduler.  Where one dies, its trial is done again, once, on another."""

    def __init__(self, address: str, patience: float = CONNECT_SECONDS):
        """`patience`: seconds for its scheduler to answer."""
        self._address, self._patience = address, patience

    async def run(self, jobs: Sequence[Job], out: Path, done: Done) -> None:
        try:
            from distributed import Client, as_completed  # of the extra `eval`, and it takes half a second
        except ImportError as error:
            raise CodeActError(MISSING) from error
        try:
            client = await Client(self._address, asynchronous=True, timeout=self._patience, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CodeActError(f"There is no dask scheduler at {self._address}: {error}.") from error
        name = f"codeact-{uuid4().hex}"
        futures = {}
        try:
            for number, job in enumerate(jobs):
                key = f"{name}-{number}"
                sent = client.submit(in_cluster, job.model_dump(mode="json"), key, key=key, pure=False, priority=-number)
                futures[sent] = job
            async for future in as_completed(list(futures), loop=client.loop):
                done(await _row(future, futures[future], out))
        finally:
            await client.cancel(list(futures), force=True)
            await client.close()


async def _row(future: Any, job: Job, out: Path) -> Row:
    """Its events are written first."""
    if future.status == "cancelled":
        raise CodeActError("The dask scheduler is gone. What was done is kept; the same command goes on with the rest.")
    if future.status == "error":
        error = await future.exception()
        return undone(job, "broken", f"Its worker died, or could not begin ({type(error).__name__}: {error}).")
    row, events = await future
    path = out / job.events
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(events, encoding="utf-8")
    return Row.model_validate(row)


def in_cluster(given: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """What a dask worker does: the row and the text of the event file."""
    from distributed import get_worker  # here we are in a process that has it

    job = Job.model_validate(given)
    if _times_begun(key) > ATTEMPTS:
        return undone(job, "broken", "Its worker died twice.").model_dump(mode="json"), ""
    worker = get_worker()
    with tempfile.TemporaryDirectory(prefix="codeact-events-") as folder:
        events = Path(folder) / "events.jsonl"
        row = asyncio.run(_while_wanted(job, events, lambda: _is_wanted(worker, key)))
        return row.model_dump(mode="json"), events.read_text("utf-8") if events.exists() else ""


async def _while_wanted(job: Job, events: Path, wanted: Callable[[], bool]) -> Row:
    trying = asyncio.create_task(attempt(job, {}, events))
    while not trying.done():
        await asyncio.wait({trying}, timeout=LOOK_SECONDS)
        if not wanted():
            trying.cancel()
            await asyncio.wait({trying})
    return trying.result()


def _is_wanted(worker: Any, key: str) -> bool:
    """False once the client has taken its task back, or has gone."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state == "executing"


def _times_begun(key: str) -> int:
    """This time included.  The scheduler keeps the count with the task: by itself it would let one kill worker after worker."""
    from distributed import get_client

    client = get_client()
    times = int(client.get_metadata(key, default=0)) + 1
    client.set_metadata(key, times)
    return times
