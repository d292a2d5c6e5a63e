"""A subshell for code that runs while the kernel's main shell waits for it: the same names, another thread."""

from codeact_jupyter.errors import KernelError
from codeact_jupyter.kernel import probe
from codeact_jupyter.kernel.wire import Wire

ANSWER_SECONDS = 5.0

NONE = "The notebook's kernel has no subshells (ipykernel 7 has), so nothing can run in it while a cell waits. Ask without --wait."

_IDENT = "__import__('threading').get_ident()"

# A signal reaches the main thread alone.  Code that awaits is cancelled: an exception in the midst of its loop would end the subshell.
_INTERRUPT = """
import asyncio, ctypes, threading

def interrupt(ident):
    thread = next((each for each in threading.enumerate() if each.ident == ident), None)
    loop = getattr(getattr(thread, "io_loop", None), "asyncio_loop", None)
    if loop is not None and asyncio.current_task(loop) is None:
        for task in asyncio.all_tasks(loop):
            if task.get_coro().__qualname__.endswith("run_cell_async"):
                loop.call_soon_threadsafe(task.cancel)
    elif thread is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(KeyboardInterrupt))
"""


class Aside:
    """One subshell of one kernel: what its wire asks of the shell goes there, from `open` to `close`."""

    def __init__(self, wire: Wire, subshell: str, ident: int):
        self._wire, self._subshell, self._ident = wire, subshell, ident

    @classmethod
    async def open(cls, wire: Wire) -> "Aside":
        """Raises `KernelError` where the kernel has no subshells."""
        subshell = await _create(wire)
        if not subshell:
            raise KernelError(NONE)
        ident = await _worth(wire, subshell, _IDENT)
        if not ident.isdigit():
            raise KernelError("The kernel's subshell does not answer. Restart the kernel, then ask again.")
        wire.aside = subshell
        return cls(wire, subshell, int(ident))

    async def interrupt(self) -> None:
        """`KeyboardInterrupt` for what runs in it; code in C hears of it when it is done."""
        helper = await _create(self._wire)
        if helper:
            await _worth(self._wire, helper, probe.own_namespace(_INTERRUPT, f"interrupt({self._ident})"))
            await _delete(self._wire, helper)

    def reaches(self, wire: Wire | None) -> bool:
        """It is of the kernel that this leads to: a restart ends it."""
        return wire is self._wire

    async def close(self, leave: bool) -> None:
        """Back to the main shell.  `leave`: something still runs there, and to delete it would block the kernel until that ends."""
        self._wire.aside = ""
        if not leave:
            await _delete(self._wire, self._subshell)


async def _create(wire: Wire) -> str:
    if "kernel subshells" not in wire.features:
        return ""
    created = await wire.ask("create_subshell_request", {}, within=ANSWER_SECONDS, channel="control")
    return str(created["content"].get("subshell_id", "")) if created else ""


async def _delete(wire: Wire, subshell: str) -> None:
    await wire.ask("delete_subshell_request", {"subshell_id": subshell}, within=ANSWER_SECONDS, channel="control")


async def _worth(wire: Wire, subshell: str, expression: str) -> str:
    request = {"code": "", "silent": True, "store_history": False, "allow_stdin": False, "stop_on_error": False}
    reply = await wire.ask("execute_request", request | {"user_expressions": {"it": expression}}, within=ANSWER_SECONDS, subshell=subshell)
    return probe.value(reply["content"], "it") if reply else ""
