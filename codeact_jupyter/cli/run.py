"""`jupyter codeact run`."""

import argparse
import asyncio
import sys
from pathlib import Path

from codeact_jupyter.cli.settings import settled
from codeact_jupyter.cli.usage import Usage
from codeact_jupyter.cli.work import Job, asking, elsewhere, events_file, work
from codeact_jupyter.terminal.progress import Terminal


def command(options: argparse.Namespace) -> int:
    """Works on a notebook until there is an answer, or another end."""
    notebook: Path = options.notebook
    request = _instruction(options.instruction)
    if notebook.suffix != ".ipynb":
        raise Usage(f"{notebook} is not a notebook: its name has to end in .ipynb")
    if notebook.is_dir() or not notebook.parent.is_dir():
        raise Usage(f"{notebook} is a folder" if notebook.is_dir() else f"there is no folder {notebook.parent}")
    settings = settled(options)
    elsewhere(notebook, options.force)
    with events_file(options.events) as events:
        return asyncio.run(work(Job(notebook, settings, options.kernel), Terminal(events, options.quiet), asking(request)))


def _instruction(words: str) -> str:
    try:
        request = sys.stdin.read() if words == "-" else words
        request.encode()
    except UnicodeError:
        raise Usage("the instruction is not text in UTF-8") from None
    if not request.strip():
        raise Usage("the instruction is empty")
    return request.strip()
