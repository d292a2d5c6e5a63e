"""How much of an error the model is told: an experiment on what it needs to repair itself (CodeAct, section 2.2, leaves it open)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeact_jupyter.events import Observed
from codeact_jupyter.ports import Finished, Observe
from codeact_jupyter.session.terms import as_it_is

FAILED = "[error]\nThe code failed."

Outputs = Sequence[Mapping[str, Any]]


class Without:
    """Observations whose errors `of` has shortened; what was printed before them stays."""

    def __init__(self, observe: Observe, of: Callable[[Outputs], Outputs]):
        self._observe, self._of = observe, of

    def __call__(self, action_id: str, finished: Finished | None, so_far: Outputs = ()) -> Observed:
        if finished is None or not any(output.get("output_type") == "error" for output in finished.outputs):
            return self._observe(action_id, finished, so_far)
        left = self._of(finished.outputs)
        observed = self._observe(action_id, replace(finished, outputs=left), so_far)
        if any(output.get("output_type") == "error" for output in left):
            return observed
        return observed.model_copy(update={"text": f"{observed.text}\n{FAILED}" if left else FAILED})


def _last_line(output: Mapping[str, Any]) -> Mapping[str, Any]:
    if output.get("output_type") != "error":
        return output
    last = f"{output.get('ename', '')}: {output.get('evalue', '')}".splitlines()[0]
    return {**output, "evalue": last.partition(": ")[2], "traceback": [last]}


def last_line(observe: Observe) -> Observe:
    """Of an error its name and its first line of words, as the last line of a traceback has them."""
    return Without(observe, lambda outputs: [_last_line(output) for output in outputs])


def nothing(observe: Observe) -> Observe:
    """Of an error only that there was one."""
    return Without(observe, lambda outputs: [output for output in outputs if output.get("output_type") != "error"])


SEEING: Mapping[str, Callable[[Observe], Observe]] = {"full": as_it_is, "last-line": last_line, "none": nothing}
"""By the name that `--observation` takes."""
