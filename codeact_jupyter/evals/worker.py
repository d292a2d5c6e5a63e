"""`python -m codeact_jupyter.evals.worker OUT`: lines of JSON, jobs in and rows out.  The end of the input ends it, and its trial."""

import asyncio
import os
import sys
from pathlib import Path
from typing import BinaryIO

from codeact_jupyter.evals.attempt import LONGEST_LINE, attempt
from codeact_jupyter.evals.plan import Job
from codeact_jupyter.evals.task import Suite


async def serve(out: Path, jobs: BinaryIO, rows: BinaryIO) -> None:
    """Until there are no jobs any more, or nobody who wants their rows."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), jobs)
    suites: dict[tuple[str, Path | None], Suite] = {}
    line = await reader.readline()
    while line:
        job = Job.model_validate_json(line)
        trying = asyncio.create_task(attempt(job, suites, out / job.events))
        hearing = asyncio.create_task(reader.readline())
        await asyncio.wait({trying, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not trying.done():  # who asked has gone, or wants no more
            trying.cancel()
            await asyncio.wait({trying})
            return
        rows.write(trying.result().model_dump_json().encode() + b"\n")
        rows.flush()
        line = await hearing


def main() -> None:
    """What a suite or a library prints goes to stderr: the two streams are ours, and no kernel's."""
    jobs, rows = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    asyncio.run(serve(Path(sys.argv[1]), jobs, rows))


if __name__ == "__main__":
    main()
