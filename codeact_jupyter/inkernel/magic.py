"""`%codeact` and `%%codeact`: where a request is sent on to the server, or worked on right here.  Begin with `CodeActMagics`."""

import importlib
import os
import sys
from typing import Any
from uuid import uuid4

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class

from codeact_jupyter.inkernel.by_server import Talk, cell_of, has_subshells
from codeact_jupyter.inkernel.options import HELP, Asked, parse
from codeact_jupyter.inkernel.requests import LastError, explain

NO_SUBSHELLS = "This kernel has no subshells (ipykernel 7 has them): with --wait the run goes on in this cell, without cells of its own."
AGAIN = "The agent's own code cannot ask the agent."


def load(shell: InteractiveShell) -> None:
    """What `%load_ext codeact_jupyter` does."""
    shell.register_magics(CodeActMagics(shell))


@magics_class
class CodeActMagics(Magics):
    """Of one shell."""

    def __init__(self, shell: InteractiveShell):
        super().__init__(shell)
        self._user = shell
        self._session = uuid4().hex
        self._bench: Any = None
        """Of runs in this process: made with the first one."""
        self._last_error = LastError(shell)
        self._working = False
        shell.events.register("post_run_cell", self._last_error.heard)

    @line_cell_magic
    def codeact(self, line: str, cell: str | None = None) -> None:
        """Ask the agent; `%codeact` alone says how."""
        asked = parse(line)
        if cell is not None:
            self._ask(_instruction(asked, cell), asked)
            return
        match asked.words:
            case ():
                print(HELP)  # noqa: T201
            case ("fix",):
                self._ask(self._last_error.request(), asked)
            case ("explain", *names):
                self._ask(explain(self._user, names), asked)
            case ("config" | "history" as what,):
                self._tell(what, asked)
            case (word, *_):
                raise UsageError(f"There is no `%codeact {word}`. Write what you want into a cell that begins with %%codeact.")

    def _ask(self, request: str, asked: Asked) -> None:
        cell = cell_of(self._user, os.environ)
        if cell and asked.wait and not has_subshells(self._user):
            print(NO_SUBSHELLS, file=sys.stderr)  # noqa: T201
            cell = None
        if cell:
            talk = Talk(self._user, "run", cell, request, asked)
            if asked.wait:
                talk.until_the_end()
        else:
            self._ask_here(request, asked)

    def _ask_here(self, request: str, asked: Asked) -> None:
        if self._working:
            raise UsageError(AGAIN)
        self._working = self._last_error.deaf = True
        try:
            self._here().ask(request, asked.settings)
        finally:
            self._working = self._last_error.deaf = False

    def _tell(self, what: str, asked: Asked) -> None:
        if cell := cell_of(self._user, os.environ):
            Talk(self._user, what, cell, "", asked)
        else:
            print(self._here().tell(what, asked.settings))  # noqa: T201

    def _here(self) -> Any:
        """Heavy: model, store and messages are loaded with the first run."""
        if self._bench is None:
            self._bench = importlib.import_module("codeact_jupyter.inkernel.here").Here(self._user, self._session)
        return self._bench


def _instruction(asked: Asked, cell: str) -> str:
    if asked.words:
        raise UsageError(f"{asked.words[0]!r} is no option. What you want goes below the line with %%codeact.")
    if not cell.strip():
        raise UsageError("The request is empty. Write what you want below the line with %%codeact.")
    return cell.strip()
