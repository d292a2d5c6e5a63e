"""A request that the server works on, as if it came from the panel: real cells below the magic's, the same store and conversation.

A comm carries what is asked, progress and end.  The server speaks to a subshell where the kernel has them, so that it is heard while the
main shell runs the agent's cells, or waits for them.
"""

import importlib
import re
import threading
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.inkernel.failures import RunFailed, RunStopped
from codeact_jupyter.inkernel.options import Asked
from codeact_jupyter.inkernel.progress import Progress, anywhere

SILENT_SECONDS = 20.0
"""The server has answered by then, and a page that shows the notebook too."""
STOP_SECONDS = 15.0

SILENT = "The Jupyter server has not answered. Is its extension codeact_jupyter on? `jupyter server extension list` says so."
STOPPED = "Stopped. What ran until then is in the notebook."
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def cell_of(shell: InteractiveShell, environment: Mapping[str, str]) -> str | None:
    """Id of the cell that runs, in a notebook of a server that has our extension; None: there is nobody to ask."""
    kernel = getattr(shell, "kernel", None)
    mark = environment.get("CODEACT_SERVER")
    if kernel is None or not mark or mark != environment.get("JPY_PARENT_PID"):
        return None
    if not environment.get("JPY_SESSION_NAME", ".ipynb").endswith(".ipynb"):  # a console, or a script
        return None
    cell = str(kernel.get_parent("shell").get("metadata", {}).get("cellId", ""))
    return cell if _CELL_ID.fullmatch(cell) else None


def has_subshells(shell: InteractiveShell) -> bool:
    """Code can run in this kernel while a cell waits."""
    kernel = getattr(shell, "kernel", None)
    return kernel is not None and "kernel subshells" in kernel.kernel_info.get("supported_features", ())


class Talk:
    """With the server, about one thing that was asked."""

    def __init__(self, shell: InteractiveShell, what: str, cell: str, request: str, asked: Asked):
        self._shell, self._wait = shell, asked.wait
        self._over = threading.Event()
        self._last: Mapping[str, Any] = {}
        self._comm = importlib.import_module("comm").create_comm(target_name="codeact", comm_id=f"codeact-{uuid4().hex}", primary=False)
        anywhere(self._comm)
        self._comm.on_msg(self._hear)
        buttons = (self.stop, lambda: self._comm.send({"type": "open_panel"})) if what == "run" else None
        self._progress = Progress(shell, buttons)
        self._comm.open(data={"what": what, "request": request, "cell": cell, "settings": asked.settings, "wait": asked.wait})
        self._watch = threading.Timer(SILENT_SECONDS, self._silent)
        self._watch.daemon = True
        self._watch.start()

    def stop(self) -> None:
        """The run is not wanted any more."""
        self._comm.send({"type": "stop"})

    def until_the_end(self) -> None:
        """Blocks this shell.  Raises `RunFailed` without an answer, `RunStopped` when the user interrupts or stops it."""
        try:
            while not self._over.wait(1.0):
                pass
        except KeyboardInterrupt:
            self.stop()
            self._over.wait(STOP_SECONDS)
            raise RunStopped(STOPPED) from None
        match self._last:
            case {"type": "ended", "reason": "answered"}:
                return
            case {"type": "ended", "reason": "stopped", "message": message}:
                raise RunStopped(message)
            case {"message": message}:
                raise RunFailed(message)
            case _:
                raise RunFailed(SILENT)

    def _hear(self, message: Mapping[str, Any]) -> None:
        data = message["content"]["data"]
        self._watch.cancel()
        match data.get("type"):
            case "progress":
                self._progress.update(data)
            case "ended" | "refused" | "told":
                self._end(data)
            case _:  # a newer server may say more
                pass

    def _end(self, data: Mapping[str, Any]) -> None:
        self._last = data
        match data.get("type"):
            case "ended":
                self._progress.end(data)
            case "told":
                self._progress.say(f"```\n{data['text']}\n```", data["text"])
            case _:
                self._progress.say(str(data["message"]), str(data["message"]))
        self._over.set()
        self._comm.close()

    def _silent(self) -> None:
        self._end({"type": "refused", "message": SILENT})
