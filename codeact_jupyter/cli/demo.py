"""`jupyter codeact demo`."""

import argparse
import asyncio
import os
import shutil
from pathlib import Path

import codeact_jupyter
from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.cli.work import Job, asking, work
from codeact_jupyter.config import OFFLINE, configured
from codeact_jupyter.sources import settle
from codeact_jupyter.terminal.progress import Terminal

REQUEST = "What is the average mean radius by planet? Plot it as a bar chart."


def command(options: argparse.Namespace) -> int:
    """The built-in model works in a notebook of its own."""
    folder: Path = options.dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(_examples() / "moons.csv", folder / "moons.csv")
    except OSError as error:
        raise Usage(f"{error.filename} cannot be written: {error.strerror}") from error
    names = ("moons.ipynb", *(f"moons-{number}.ipynb" for number in range(2, 1000)))
    notebook = next(folder / name for name in names if not (folder / name).exists())  # an earlier demo may have been worked in
    terminal = Terminal()
    terminal.say(f"{REQUEST}\n")
    settings = settle(configured(), os.environ, command_line={"model": OFFLINE})
    code = asyncio.run(work(Job(notebook, settings), terminal, asking(REQUEST)))
    terminal.say(
        f"\nThe notebook is {notebook}. `jupyter lab {notebook}` opens it, with the panel at its right (from a checkout: `make lab`)."
    )
    return code


def _examples() -> Path:
    here = Path(codeact_jupyter.__file__).parent
    return next(folder for folder in (here / "examples", here.parent / "examples") if folder.is_dir())
