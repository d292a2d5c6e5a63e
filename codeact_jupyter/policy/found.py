"""What a look at an action finds, and how it is told."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codeact_jupyter.policy.names import Names
from codeact_jupyter.policy.texts import Texts
from codeact_jupyter.ports import Facts

EFFECTS: Mapping[str, str] = {
    "write_files": "writes or deletes files",
    "read_outside": "reads files outside of the notebook's folder, or secrets",
    "network": "uses the network",
    "shell": "runs a shell command",
    "install": "installs packages",
    "system": "reaches into the environment, or starts or ends processes",
    "overwrite": "overwrites a large variable of yours",
    "edit_cell": "rewrites a cell of yours",
    "protected_cell": "rewrites a protected cell",
    "expensive_cell": "runs an expensive cell again",
    "dynamic": "runs code that cannot be read beforehand",
    "pickle": "loads a pickle, which may run code",
}
"""Classes of effects that ask, and what each is in words for the user."""

_SHOWN = 3


@dataclass(frozen=True)
class Found:
    effect: str
    what: str = ""
    """As the code has it: `df.to_csv`."""
    line: int = 0


@dataclass(frozen=True)
class Read:
    """An action, read."""

    tree: ast.Module
    names: Names
    texts: Texts
    facts: Facts
    parents: Mapping[int, ast.AST]
    """By the id of a node, what it is a part of."""


def shown(node: ast.AST) -> str:
    """Code in a few words, for the user."""
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):  # nested too deep to be shown, or odd characters
        return "…"
    return text if len(text) <= 48 else f"{text[:47]}…"


def told(found: Iterable[Found]) -> str:
    """One sentence for the user: what, and where."""
    by_effect: dict[str, list[str]] = {}
    for one in found:
        place = f"{one.what} (line {one.line})" if one.what and one.line else one.what
        places = by_effect.setdefault(one.effect, [])
        if place and place not in places:
            places.append(place)
    parts = [_part(effect, by_effect[effect]) for effect in EFFECTS if effect in by_effect]
    return f"It {'; '.join(parts)}." if parts else ""


def _part(effect: str, places: list[str]) -> str:
    if not places:
        return EFFECTS[effect]
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"{EFFECTS[effect]}: {', '.join(places[:_SHOWN])}{more}"
