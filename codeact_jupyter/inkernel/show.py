"""What is told where it was asked: markdown, with plain text beside it."""

import re
import sys

from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.events import ActionProposed, Event, ModelReplied, Observed, RunFinished
from codeact_jupyter.recap import prose

_QUIET = ("ok", "error")
"""What outputs tell by themselves."""


class Show:
    """A run's steps and its answer; called on the user's thread."""

    def __init__(self, shell: InteractiveShell):
        self._shell = shell
        self._said = ""

    def event(self, event: Event) -> None:
        """Something was recorded."""
        match event:
            case ModelReplied(text=text):
                self._said = text
            case ActionProposed(code=code):
                said = prose(self._said)
                fence = "`" * max(3, 1 + max((len(ticks) for ticks in re.findall(r"`+", code)), default=0))
                self.words(f"{said}\n\n{fence}python\n{code}\n{fence}".strip(), f"{said}\n\n{_indented(code)}".strip("\n"))
            case Observed(status=status, text=text) if status not in _QUIET:
                self.note(next((line for line in reversed(text.splitlines()) if line.startswith("[")), text))
            case RunFinished(answer=str() as answer):
                self.words(answer, answer)
            case _:
                pass

    def words(self, markdown: str, plain: str) -> None:
        """One display."""
        self._shell.display_pub.publish({"text/markdown": markdown, "text/plain": plain})

    def say(self, words: str) -> None:
        """How the run ended."""
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()

    def note(self, words: str) -> None:
        """Something beside the run."""
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in code.splitlines())
