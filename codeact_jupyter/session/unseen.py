"""Code of ours in the kernel that no cell shows: it has no number there, and leaves nothing in its history."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from codeact_jupyter.kernel.client import KernelClient
from codeact_jupyter.ports import Finished


class Nowhere:
    """An `OutputSink` that shows nothing."""

    def running(self) -> None: ...

    def append(self, output: Mapping[str, Any]) -> None: ...

    def replace(self, outputs: Sequence[Mapping[str, Any]]) -> None: ...

    def ended(self, execution_count: int | None) -> None: ...


async def unseen(client: KernelClient, source: str, seconds: float) -> Finished:
    """Run it, and interrupt it when it takes longer.  Raises `KernelError` when there is no kernel to be had."""
    execution = await client.start(source, Nowhere(), uuid4().hex, counts=False)
    try:
        return await execution.wait(seconds) or await execution.interrupt()
    except asyncio.CancelledError:
        await execution.interrupt()
        raise


def said(finished: Finished) -> str:
    """What it printed, and of an error the last line."""
    return "".join(_text(output) for output in finished.outputs).strip()


def _text(output: Mapping[str, Any]) -> str:
    match output.get("output_type"):
        case "stream" if output.get("name") == "stdout":
            text = output["text"]
            return text if isinstance(text, str) else "".join(text)
        case "error":
            return f"{output.get('ename')}: {output.get('evalue')}"
        case _:
            return ""
