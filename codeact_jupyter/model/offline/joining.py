"""Two tables joined, when that is asked for plainly and can be done rightly: by a column that names each row of one of them once."""

import re
from dataclasses import replace
from pathlib import PurePath

from codeact_jupyter.model.offline import looking
from codeact_jupyter.model.offline.answering import cannot
from codeact_jupyter.model.offline.looking import Names
from codeact_jupyter.model.offline.opening import whole
from codeact_jupyter.model.offline.reading import Scene
from codeact_jupyter.model.offline.sources import Loaded, load
from codeact_jupyter.model.offline.steps import End, Script, observe
from codeact_jupyter.model.offline.table import Seen, Table, labelled
from codeact_jupyter.model.offline.understanding import Understanding

_JOIN = r"(?:join(?:ed|ing)?|merg(?:e|ed|ing)|combin(?:e|ed|ing))"


def join(scene: Scene, named: list[str], names: Names) -> Script[tuple[str, Loaded] | None]:
    """The joined table, and the request without the words that asked for the join; None: none is asked for."""
    if not re.search(rf"\b{_JOIN}\b", scene.request, re.IGNORECASE):
        return None
    both = named if len(named) == 2 else _called(scene)
    if len(both) != 2:
        return None
    one = yield from _loaded(scene, both[0], ())
    other = yield from _loaded(scene, both[1], (one.table.variable, "df"))
    shared = [name for name in one.table.names if name in other.table.names]
    request, wanted = _without(scene.request, both, shared)
    key = _key(one.table, other.table, [name for name in shared if name in wanted] or shared, bool(wanted))
    left, right = (one, other) if _once(other.table, key) else (other, one)
    joined = names.free("joined")
    observation = yield from observe(looking.join(left.table, right.table, key, joined))
    if observation.error:
        raise End(cannot(f"the tables could not be joined ({observation.error[0]}: {observation.error[1].splitlines()[0]})"))
    table = yield from whole(observation, joined, f"{left.table.called} + {right.table.called}", left.table.separator)
    alone = labelled(observation, "without a partner")
    note = f"I joined `{left.table.called}` with `{right.table.called}` by `{key}`: {alone} of its rows have no partner there."
    return request, Loaded(table, (*left.notes, *right.notes, note))


def _called(scene: Scene) -> list[str]:
    """Files that are spoken of without their endings."""
    words = re.findall(r"[\w-]+", scene.request.casefold())
    return [file.name for file in scene.files if PurePath(file.name).stem.casefold() in words]


def _loaded(scene: Scene, name: str, taken: tuple[str, ...]) -> Script[Loaded]:
    alone = replace(scene, request=f"rows of {name}", earlier=(), names=scene.names | set(taken))
    return (yield from load(alone, Understanding(alone)))


def _without(request: str, both: list[str], shared: list[str]) -> tuple[str, list[str]]:
    """The request without the join, and the columns that it names for it."""
    file = "|".join(rf"{re.escape(name)}|{re.escape(PurePath(name).stem)}" for name in both)
    file = rf"(?:the )?(?:tables? |files? )?[`\"“]?(?:{file})[`\"”]?"
    keys = "|".join(re.escape(name) for name in sorted(shared, key=len, reverse=True)) or r"(?!)"
    on = rf"(?:,?\s+(?:on|using|via|by)\s+(?:the\s+)?(?:columns?\s+)?[`\"“]?(?P<key>{keys})\b[`\"”]?)?"
    pattern = rf"(?:{_JOIN}\s+)?{file}\s*(?:,|and|with|to|&)?\s*(?:{_JOIN}\s*(?:with|to|and)?\s*)?{file}(?:\s+{_JOIN})?{on}"
    found = re.search(pattern, request, re.IGNORECASE)
    if not found:
        return request, []
    rest = f"{request[: found.start()]} {request[found.end() :]}"
    rest = re.sub(rf"\b{_JOIN}\b(?:\s+(?:table|data))?", " ", rest, flags=re.IGNORECASE)
    rest = re.sub(r"^[\s,.;:]*(?:(?:and|then)\s+)*|\b(?:in|from|of|after|for)\s*$", "", rest.strip(), flags=re.IGNORECASE)
    return rest, [found["key"]] if found["key"] else []


def _key(one: Table, other: Table, shared: list[str], wanted: bool) -> str:
    """The column to join by.  Raises `End` when none is right."""
    fitting = [name for name in shared if _once(one, name) or _once(other, name)]
    if len(fitting) == 1:
        return fitting[0]
    both = f"`{one.called}` and `{other.called}`"
    if fitting:
        raise End(cannot(f"{both} share several columns that they could be joined by ({', '.join(fitting)}): say “on …”"))
    if wanted or shared:
        raise End(cannot(f"no column that {both} share names each row of one of them once, so that rows would be counted twice"))
    raise End(cannot(f"{both} have no column of the same name to join them by"))


def _once(table: Table, name: str) -> bool:
    """Every row has a value of its own there."""
    seen: Seen | None = table.column(name)
    return seen is not None and seen.distinct == table.rows and not seen.missing
