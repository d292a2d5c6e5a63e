"""`jupyter codeact` as a process in a home and a folder of its own, and what can be seen of it from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil

from codeact_jupyter.store import Store
from codeact_jupyter.testing import ScriptedServer

COMMAND = (sys.executable, "-m", "codeact_jupyter.cli")
PATIENCE = 60.0


def act(source: str, prose: str = "A step.") -> str:
    return f"{prose}\n\n<execute>\n{source}\n</execute>"


def environment(home: Path) -> dict[str, str]:
    mine = {
        name: value for name, value in os.environ.items() if not name.startswith(("CODEACT_", "OPENAI_", "JUPYTER_", "JPY_", "IPYTHON"))
    }
    kept = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("DATA", "CONFIG", "RUNTIME")}
    return {**mine, **kept, "HOME": str(home), "NO_PROXY": "127.0.0.1,localhost"}


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def hears_signals() -> None:
    """A process that was started in the background of a script may have been told to ignore them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def eventually(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@dataclass
class Place:
    """A home and a folder to work in, and the command line in it."""

    home: Path
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.env = environment(self.home) | self.env

    def start(self, *arguments: str, **how: Any) -> "subprocess.Popen[str]":
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*COMMAND, *arguments], cwd=self.folder, env=self.env, text=True, preexec_fn=hears_signals, **(streams | how)
        )

    def run(self, *arguments: str, words: str | None = None) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, stdin=subprocess.PIPE)
        out, err = process.communicate(words, timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def ask(self, model: ScriptedServer, *options: str, name: str = "n.ipynb") -> "subprocess.CompletedProcess[str]":
        return self.run("run", name, "do it", "--model", "m", "--base-url", model.url, *options)

    def cells(self, name: str = "n.ipynb") -> list[Any]:
        """Of the notebook file, which is valid."""
        found = nbformat.reads((self.folder / name).read_text(), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
        nbformat.validate(found)
        return list(found.cells)

    def printed(self, name: str = "n.ipynb") -> str:
        outputs = [output for cell in self.cells(name) for output in cell.get("outputs", [])]
        return "".join(output.get("text", "") for output in outputs)

    def events(self, name: str = "events.jsonl") -> list[dict[str, Any]]:
        """Whole lines of the events file: the command may be writing at this moment."""
        file = self.folder / name
        text = file.read_text() if file.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def types(self) -> list[str]:
        return [line["event"]["type"] for line in self.events()]

    def kernels(self) -> list[psutil.Process]:
        """Kernels of this home that live."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            at_home = (process.info["environ"] or {}).get("HOME") == str(self.home)
            if at_home and "ipykernel" in " ".join(process.info["cmdline"] or ()) and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found

    def store(self) -> Store:
        return Store(self.home / "data" / "codeact" / "store.sqlite")
