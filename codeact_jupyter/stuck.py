"""Going round in circles: the same code that fails in the same way, seen in a run's history; pure."""

from collections.abc import Sequence

from codeact_jupyter.events import ActionDecided, Event, Observed
from codeact_jupyter.position import this_run
from codeact_jupyter.source import error_fingerprint, fingerprint

STUCK_AT = 4
"""The same failure this often ends the run."""


def repeats(history: Sequence[Event], observed: Observed) -> int:
    """How often this failure has now been seen in the run, this time included; 0 when it is none."""
    if observed.status != "error":
        return 0
    failures = _failures([*history, observed])
    return failures.count(failures[-1])


def told(history: Sequence[Event], tries: int) -> str:
    """What the model is told when it repeats itself, with what it has tried."""
    sources = [event.code.strip() for event in this_run(history) if isinstance(event, ActionDecided)]
    tried = dict.fromkeys(source.splitlines()[-1] for source in sources if source)
    lines = "\n".join(f"- … {line[:120]}" for line in list(tried)[-6:])
    return (
        f"This code has now failed {tries} times in the same way. Do not send it again, change the approach. Tried (last lines):\n{lines}"
    )


def _failures(history: Sequence[Event]) -> list[tuple[str, str]]:
    code: dict[str, str] = {}
    found = []
    for event in this_run(history):
        match event:
            case ActionDecided():
                code[event.action_id] = event.code
            case Observed(status="error", action_id=str() as action_id) if action_id in code:
                found.append((fingerprint(code[action_id]), error_fingerprint(event.text)))
            case _:
                pass
    return found
