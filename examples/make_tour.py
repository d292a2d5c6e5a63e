"""Makes `tour.ipynb`: the built-in model really answers these requests in one kernel, and words are put around its cells.

python examples/make_tour.py [FILE]
"""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pandas

from codeact_jupyter.config import OFFLINE, Settings
from codeact_jupyter.events import RunFinished
from codeact_jupyter.session.local import LocalDesk
from codeact_jupyter.session.session import Request, Session
from codeact_jupyter.store import Store
from codeact_jupyter.terminal.progress import Terminal

HERE = Path(__file__).parent
TABLE = "moons.csv"

BEGIN = """\
# A short tour

Each section is one request, as somebody writes it in the panel (Ctrl+Shift+A), with the **cells that the agent wrote and ran in this
notebook's kernel**, and its answer, which is shown in the panel. The model is the built-in one: it needs no key and no network, and knows
tables only.

Ask the same, with `moons.csv` beside a notebook of yours: the cells will be the same."""

SECTIONS = (
    (
        "What is the average period by planet?",
        "It looks at the table before it computes: whatever it says of the data stands in an output. Two digits would hide differences"
        " between small numbers, so it computes once more. *Period* is no column: the answer says which one was taken.",
    ),
    (
        "And the median? As a bar chart.",
        "A follow-up: what was asked before is known, and the table is still in the kernel, so that no file is read.",
    ),
    (
        "What is the average mean radius by planet?",
        "These numbers carry thousands separators, so the column is text, and the second cell fails. The agent reads the error, looks at"
        " how the numbers are written, and mends its code. JupyterLab shows the failed attempt as one line (a click opens it); the record"
        " of the run keeps it in any case.",
    ),
    (
        "Which of them could hold life?",
        "What it cannot do, it says. Here a model of your own would go on: *connect a model* in the panel.",
    ),
)

END = """\
All of it was run by `examples/make_tour.py`. To go on: a request of your own in the panel, `%%codeact` in a cell, or
`jupyter codeact run` in a terminal."""


async def run_all(notebook: Path) -> list[tuple[str, str]]:
    """Run id and answer of each request."""
    settings = Settings(model=OFFLINE)
    home = notebook.parent / "home"
    store = Store(home / "store.sqlite")
    places = {"HOME": str(home), "IPYTHONDIR": str(home), "JUPYTER_RUNTIME_DIR": str(home)}
    desk = LocalDesk(notebook, store, dict(os.environ) | places)
    session = Session(desk, store, lambda _: settings, Terminal(quiet=True))
    answers = []
    try:
        await desk.open()
        for number, (request, _) in enumerate(SECTIONS, 1):
            run = f"tour-{number}"
            task = session.start(Request(run, request))
            assert task
            end: RunFinished = await task
            if end.reason != "answered":
                raise SystemExit(f"{request} {end.message}")
            answers.append((run, end.answer))
    finally:
        await desk.close()
        store.close()
    return answers


def told(notebook: nbformat.NotebookNode, answers: list[tuple[str, str]]) -> nbformat.NotebookNode:
    """The cells of the runs with words around them, and nothing in them of the machine that they ran on."""
    cells = [nbformat.v4.new_markdown_cell(BEGIN)]
    for (request, words), (run, answer) in zip(SECTIONS, answers, strict=True):
        cells.append(nbformat.v4.new_markdown_cell(f"## {request}\n\n{words}"))
        cells += [cell for cell in notebook.cells if cell.metadata.get("codeact", {}).get("run") == run]
        quoted = "\n".join(f"> {line}".rstrip() for line in answer.splitlines())
        cells.append(nbformat.v4.new_markdown_cell(f"*The answer:*\n\n{quoted}"))
    cells.append(nbformat.v4.new_markdown_cell(END))
    for number, cell in enumerate(cells, 1):
        cell.id = f"tour-{number:02}"
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [without_paths(line) for line in output.traceback]
    metadata = {**notebook.metadata, "codeact_tour": {"pandas": pandas.__version__}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def without_paths(line: str) -> str:
    return line.replace(str(Path(pandas.__file__).parent.parent), "…")


def make() -> nbformat.NotebookNode:
    with tempfile.TemporaryDirectory(prefix="codeact-tour-") as folder:
        shutil.copy(HERE / TABLE, folder)
        made = Path(folder) / "tour.ipynb"
        answers = asyncio.run(run_all(made))
        return told(nbformat.read(made, as_version=4), answers)


def main(arguments: list[str]) -> None:
    target = Path(arguments[0]) if arguments else HERE / "tour.ipynb"
    notebook: Any = make()
    nbformat.validate(notebook)
    nbformat.write(notebook, target)
    sys.stdout.write(f"{target}: {len(notebook.cells)} cells, {target.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
