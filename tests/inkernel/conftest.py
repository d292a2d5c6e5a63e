"""Fixtures: a folder with data, an environment without a server, and notebooks that are run in it by the usual tools."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.testing import ScriptedServer, notebook, say

LOAD = "%load_ext codeact_jupyter"
PATIENCE = 120.0


@dataclass(frozen=True)
class Ran:
    """A notebook after it was run."""

    code: int
    told: str
    cells: list[Any]

    def texts(self, cell: int) -> list[str]:
        """A cell's outputs in plain text."""
        return [_text(output) for output in self.cells[cell].outputs]


@dataclass
class Bench:
    """Where notebooks are run."""

    folder: Path
    env: dict[str, str]

    def ask(self, model: ScriptedServer) -> None:
        """Have the magic ask this model."""
        self.env |= {"OPENAI_BASE_URL": model.url, "CODEACT_MODEL": "scripted", "CODEACT_API_KEY": "sk-test"}

    def write(self, *sources: str) -> None:
        (self.folder / "a.ipynb").write_text(json.dumps(notebook(*sources)))

    def run(self, *command: str, result: str = "b.ipynb") -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        file = self.folder / result
        cells = nbformat.read(file, 4).cells if file.exists() else []  # type: ignore[no-untyped-call]
        return Ran(done.returncode, done.stdout + done.stderr, cells)

    def python(self, code: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", code], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout

    def papermill(self, *sources: str) -> Ran:
        self.write(LOAD, *sources)
        return self.run("papermill", "a.ipynb", "b.ipynb", "-k", "python3", "--no-progress-bar")


@pytest.fixture
def bench(home: Path, tmp_path: Path) -> Bench:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "sales.csv").write_text("region,revenue\nnorth,10\nsouth,20\nnorth,40\n")
    return Bench(folder, {**os.environ, "NO_PROXY": "127.0.0.1,localhost"})


@pytest.fixture
def scripted() -> Any:
    """A scripted model in a thread of its own, until the end of the test."""
    opened: list[ScriptedServer] = []

    def start(*script: Any) -> ScriptedServer:
        server = ScriptedServer(script)
        server.__enter__()
        opened.append(server)
        return server

    yield start
    for server in opened:
        server.__exit__(None, None, None)


Scripted = Callable[..., ScriptedServer]


def act(code: str, prose: str = "A step.") -> Any:
    return say(f"{prose}\n<execute>\n{code}\n</execute>")


def _text(output: Any) -> str:
    match output.output_type:
        case "stream":
            return str(output.text)
        case "error":
            return f"{output.ename}: {output.evalue}"
        case _:
            return str(output.data.get("text/plain", ""))


@pytest.fixture
def shell(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """An IPython shell with the magic: what a cell prints, on both streams."""
    monkeypatch.chdir(bench.folder)
    shell = InteractiveShell()
    shell.run_cell(LOAD)

    def run(cell: str) -> str:
        capsys.readouterr()
        shell.run_cell(cell)
        said = capsys.readouterr()
        return said.out + said.err

    return run
