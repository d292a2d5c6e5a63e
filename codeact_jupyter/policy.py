"""Whether an action asks before it runs: from its code and a few facts alone.  Pure; which mode holds is `session.approvals`' business."""

from collections.abc import Mapping

from codeact_jupyter.ports import Code, Facts, Verdict

EFFECTS: Mapping[str, str] = {
    "write_files": "writes or deletes files",
    "read_outside": "reads files outside of the notebook's folder",
    "network": "uses the network",
    "shell": "runs a shell command",
    "install": "installs packages",
    "system": "changes the environment or starts processes",
    "overwrite": "overwrites a large variable of yours",
    "edit_cell": "rewrites a cell of yours",
    "protected_cell": "rewrites a protected cell",
    "expensive_cell": "runs an expensive cell again",
    "dynamic": "runs code that is made while it runs",
    "pickle": "loads a pickle, which may run code",
}
"""Classes of effects that ask, and what each is in words for the user."""

_OF_CELL = {"theirs": "edit_cell", "protected": "protected_cell", "expensive": "expensive_cell"}


def judge(action: Code, facts: Facts) -> Verdict:
    """Asks for listed effects, and for what could hide them."""
    effects = tuple(effect for kind, effect in _OF_CELL.items() if kind in facts.rewrites)
    if not effects:
        return Verdict("allow")
    return Verdict("ask", f"It {', and '.join(EFFECTS[effect] for effect in effects)}.", effects)
