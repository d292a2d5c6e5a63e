"""A check, run in a task's kernel: after the run, in no cell, and without changing a name there."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codeact_jupyter.evals.task import Look


@dataclass(frozen=True)
class Checked:
    """What came of a check."""

    verdict: Literal["passed", "failed", "broken"]
    """`failed`: an assertion does not hold; `broken`: the check itself went wrong, for want of a name perhaps."""
    words: str
    """The assertion's, or the error's."""


async def checked(source: str, answer: str | None, variable: str | None, look: Look) -> Checked:
    """Run it with the kernel's names and `answer`; `variable` has to be among them."""
    mark = f"checked-{secrets.token_hex(8)} "  # what a run left in the kernel cannot say that it passed
    looked = await look(_code(source, answer or "", variable, mark))
    if not looked.ok:
        return Checked("broken", f"The check did not come to its end. {looked.text}".strip())
    said = [line.removeprefix(mark) for line in looked.text.splitlines() if line.startswith(mark)]
    if not said:
        return Checked("broken", "The check ran, and its result could not be read: standard output goes elsewhere in this kernel.")
    verdict, words = json.loads(said[-1])
    return Checked(verdict, words)


def _code(source: str, answer: str, variable: str | None, mark: str) -> str:
    """One line, so that IPython reads nothing in it as its own, and with builtins that the run's names do not hide."""
    judge = Path(__file__).with_name("in_kernel.py").read_text(encoding="utf-8")
    call = f"check({source!r}, {answer!r}, names, {variable!r}, {mark!r})"
    builtins = "__import__('builtins')"
    return f"{builtins}.exec({judge + call!r}, {{'names': {builtins}.globals()}})"
