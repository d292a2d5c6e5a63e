"""May this action run?  Asked where the magic was called: at the prompt of a terminal, or in the cell's input box."""

import asyncio
import sys

from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.events import ActionProposed
from codeact_jupyter.inkernel.stage import Stage
from codeact_jupyter.policy import EFFECTS
from codeact_jupyter.ports import Verdict
from codeact_jupyter.position import lasting
from codeact_jupyter.session.desk import Decision

NOBODY = "Nobody can be asked here. Do without it, or say in your answer what has to be run."
ALLOW = "Allow it with --approval auto, or where you can be asked."


class Question:
    """Asks on the user's thread; its code stands above the question."""

    def __init__(self, shell: InteractiveShell, stage: Stage, of_all: bool):
        """`of_all`: every action asks, so that allowing a class would change nothing."""
        self._shell, self._stage, self._of_all = shell, stage, of_all

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        return await asyncio.wrap_future(self._stage.lend(lambda: self._ask(proposed, verdict)))

    def _ask(self, proposed: ActionProposed, verdict: Verdict) -> Decision:
        every = () if self._of_all else lasting(verdict.effects)
        classes = f"a: yes, and in this run whatever {', or '.join(EFFECTS.get(effect, effect) for effect in every)}; " if every else ""
        try:
            while not (word := self._input(f"{verdict.reason} Run it? (y: yes; n: no; {classes}else it is your word to the model) ")):
                pass
        except (StdinNotImplementedError, EOFError):
            sys.stderr.write(f"not run: {verdict.reason} {ALLOW}\n")
            return Decision(False, note=f"{verdict.reason} {NOBODY}")
        match word.lower():
            case "y" | "yes":
                return Decision(True, proposed.code)
            case "a" | "all" if every:
                return Decision(True, proposed.code, whole_run=True)
            case "n" | "no":
                return Decision(False)
            case _:
                return Decision(False, note=word)

    def _input(self, prompt: str) -> str:
        if getattr(self._shell, "kernel", None) is None and not (sys.stdin and sys.stdin.isatty()):
            raise EOFError  # what comes there was not typed as an answer
        return input(prompt).strip()
