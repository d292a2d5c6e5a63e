"""A real kernel and the loop around the built-in model, as small as it can be: reply, run, observe, until it answers."""

import ast
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

from codeact_jupyter.beside import files_beside
from codeact_jupyter.context import Context, render
from codeact_jupyter.model.offline.replying import reply
from codeact_jupyter.observation import Observation
from codeact_jupyter.ports import Finished, Name

BLOCK = re.compile(r"<execute>\n(.*)\n</execute>", re.DOTALL)
_NAMES = """
__import__("json").dumps({name: [type(value).__name__, "x".join(map(str, getattr(type(value), "shape", None) and value.shape or ()))]
  for name, value in globals().items() if not name.startswith("_") and name not in ("In", "Out", "exit", "quit", "get_ipython", "open")})
"""
STEPS = 20


@dataclass
class Told:
    """A run: its answer, and what led to it."""

    request: str
    answer: str
    cells: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)


class Notebook:
    """A kernel in a folder, and the conversation so far."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.earlier: list[dict[str, str]] = []
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(cwd=str(folder))
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        self.run("%matplotlib inline")

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def run(self, code: str) -> str:
        """What a cell with this code shows, in the form that observations have."""
        outputs: list[dict[str, Any]] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("stream", "execute_result", "display_data", "error"):
                outputs.append({"output_type": message["msg_type"], **message["content"]})

        reply = self._client.execute_interactive(code, output_hook=hear, timeout=60, stop_on_error=False, allow_stdin=False)
        return Observation()("a", Finished(reply["content"]["status"], outputs)).text

    def names(self) -> dict[str, Name]:
        shown = self.run(_NAMES).removeprefix("[result]\n")
        return {name: Name(kind, shape) for name, (kind, shape) in json.loads(ast.literal_eval(shown)).items()}

    def move(self, folder: Path) -> None:
        """A new conversation in an empty kernel, in another folder."""
        self.folder, self.earlier = folder, []
        self.run("%reset -f")
        self.run(f"__import__('os').chdir({str(folder)!r})")

    def ask(self, request: str, steps: int = STEPS, steering: Sequence[str] = (), after: Callable[[int], None] = lambda _: None) -> Told:
        """One run."""
        files, more = files_beside(self.folder)
        context = render(Context("test.ipynb", names=self.names(), files=files, more_files=more))
        messages = [{"role": "system", "content": "You act by code."}, *self.earlier]
        messages.append({"role": "user", "content": f"{context}\n\nRequest:\n{request}\n\n{_left(steps)}"})
        told = Told(request, "")
        for step in range(1, steps + 2):
            said = reply(messages)
            assert said == reply(messages), "the same messages give the same reply"
            found = BLOCK.search(said)
            if not found:
                told.answer = said
                break
            told.cells.append(found[1])
            told.seen.append(self.run(found[1]))
            after(step)
            late = f"\n\nThe user says now: {steering[step - 1]}" if step <= len(steering) else ""
            messages += [
                {"role": "assistant", "content": said},
                {"role": "user", "content": f"Observation:\n{told.seen[-1]}{late}\n\n{_left(steps - step)}"},
            ]
        self.earlier.append({"role": "user", "content": f"Request:\n{request}"})
        for cell, seen in zip(told.cells, told.seen, strict=True):
            self.earlier.append({"role": "assistant", "content": f"A step.\n\n<execute>\n{cell}\n</execute>"})
            self.earlier.append({"role": "user", "content": f"Observation:\n{seen[:700]}"})
        self.earlier.append({"role": "assistant", "content": told.answer})
        return told


def _left(steps: int) -> str:
    if steps <= 0:
        return "No steps are left. Give the best answer you can from what was observed; code will not run."
    return "You have 1 step left: answer now with what you have seen." if steps == 1 else f"You have {steps} steps left."
