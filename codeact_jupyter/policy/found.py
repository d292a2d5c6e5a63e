"""What a look at an action finds, and how it is told."""

import ast
from collections.abc import Iterable, Mapping, Sequence
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
    in_page: bool = False
    """The browser does it that shows the output: no sandbox of the kernel's holds that."""


@dataclass(frozen=True)
class Read:
    """An action, read."""

    nodes: Sequence[ast.AST]
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
    by_effect: dict[str, dict[str, list[int]]] = {}
    for one in found:
        places = by_effect.setdefault(one.effect, {})
        if one.what and one.line not in (lines := places.setdefault(one.what, [])):
            lines.append(one.line)
    parts = [_part(effect, by_effect[effect]) for effect in EFFECTS if effect in by_effect]
    return f"It {'; '.join(parts)}." if parts else ""


def _part(effect: str, places: Mapping[str, list[int]]) -> str:
    if not places:
        return EFFECTS[effect]
    shown_places = [f"{what}{_lines(sorted(lines))}" for what, lines in list(places.items())[:_SHOWN]]
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"{EFFECTS[effect]}: {', '.join(shown_places)}{more}"


def _lines(lines: list[int]) -> str:
    if lines == [0]:
        return ""
    more = ", …" if len(lines) > _SHOWN else ""
    return f" (line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:_SHOWN]))}{more})"
