"""The requests that `%codeact fix` and `%codeact explain` stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from codeact_jupyter.errors import CodeActError
from codeact_jupyter.output_text import terminal
from codeact_jupyter.traceback_text import shorten

NO_ERROR = "There is no error to fix: no cell has failed since codeact_jupyter was loaded."


@dataclass(frozen=True)
class Failure:
    """A cell of the user's that failed."""

    source: str
    error: BaseException


class LastError:
    """Knows which cell failed last; the shell tells it of each."""

    def __init__(self, shell: InteractiveShell):
        self._shell = shell
        self.failure: Failure | None = None
        self.deaf = False
        """While the agent's own code runs."""

    def heard(self, result: ExecutionResult) -> None:
        """A cell has run."""
        error = result.error_before_exec or result.error_in_exec
        if self.deaf or error is None or isinstance(error, CodeActError | UsageError | KeyboardInterrupt):
            return
        self.failure = Failure(result.info.raw_cell if result.info else "", error)

    def request(self) -> str:
        """What to ask for.  Raises `UsageError` when nothing has failed."""
        if self.failure is None:
            raise UsageError(NO_ERROR)
        error = self.failure.error
        shown = "\n".join(self._shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__))
        source = self.failure.source.strip()
        return f"Fix this error.\n\nThe cell:\n```python\n{source}\n```\n\nIts error:\n```\n{shorten(terminal(shown))}\n```"


def explain(shell: InteractiveShell, words: Sequence[str]) -> str:
    """What to ask for.  Raises `UsageError` when there is no such name."""
    if len(words) != 1:
        raise UsageError("Which one? %codeact explain NAME")
    name = words[0]
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name!r} is no name. %codeact explain NAME")
    found = shell.object_inspect(name)
    if not found["found"]:
        raise UsageError(f"There is no {name} here: run the cell that makes it first.")
    return f"Explain `{name}` ({found['type_name']}): what it holds or does, in a few sentences. Look at it first."
