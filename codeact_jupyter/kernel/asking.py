"""Questions to a kernel beside the code that runs there, and waiting for what may come."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from codeact_jupyter.kernel import figures, probe
from codeact_jupyter.kernel.wire import Wire
from codeact_jupyter.ports import Name

PROBE_SECONDS = 2.0


async def ask_names(wire: Wire) -> dict[str, Name]:
    """The kernel's names, asked in silence; empty when it does not answer soon."""
    return probe.parse(probe.value(await ask_besides(wire), "names"))


async def ask_besides(wire: Wire) -> Mapping[str, Any]:
    """What else is asked with each action (names, figures), asked in silence: the content of a reply, or nothing."""
    reply = await wire.ask("execute_request", silent({"names": probe.NAMES, "figures": figures.TOLD}), within=PROBE_SECONDS)
    return reply["content"] if reply else {}


def have_figures_described(wire: Wire) -> None:
    """For what runs after this; nobody need wait for it."""
    wire.request("execute_request", silent({"figures": figures.install()}))


async def cancel_awaiting(wire: Wire) -> bool:
    """End code that awaits, from a subshell, which runs beside what is stuck; False: the kernel has no subshells to give."""
    if "kernel subshells" not in wire.features:
        return False
    created = await wire.ask("create_subshell_request", {}, within=1.0, channel="control")
    if not created or "subshell_id" not in created["content"]:
        return False
    subshell = created["content"]["subshell_id"]
    await wire.ask("execute_request", silent({"cancelled": probe.CANCEL}), within=1.0, subshell=subshell)
    await wire.ask("delete_subshell_request", {"subshell_id": subshell}, within=1.0, channel="control")
    return True


def nudge(wire: Wire) -> None:
    """Have the kernel say something: what it holds back goes out with it.

    Where it failed to send a text (a lone surrogate cannot be written), it forgets to go on with what came after, the end of the
    code included, until there is more to send.  On control, where this disturbs no code and is no thread's parent.
    """
    wire.tell("kernel_info_request", {}, channel="control")


def silent(expressions: Mapping[str, str]) -> dict[str, Any]:
    """A request that runs no code, counts as no cell, and is worth these expressions."""
    request = {"code": "", "silent": True, "store_history": False, "allow_stdin": False, "stop_on_error": False}
    return request | {"user_expressions": dict(expressions)}


async def first(*awaited: "asyncio.Future[Any] | asyncio.Event", timeout: float | None = None) -> bool:
    """Wait for any of these; False: none came in time.  Futures stay as they are."""
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(item.wait()) for item in awaited if isinstance(item, asyncio.Event)]
    futures: Iterable[asyncio.Future[Any]] = [item for item in awaited if not isinstance(item, asyncio.Event)]
    try:
        done, _ = await asyncio.wait({*waits, *futures}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
    return bool(done)
