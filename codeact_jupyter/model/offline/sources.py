"""Which data a request is about, and how it gets into the kernel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import PurePath

from codeact_jupyter.model.offline import looking
from codeact_jupyter.model.offline.answering import cannot
from codeact_jupyter.model.offline.looking import Cell, Names
from codeact_jupyter.model.offline.opening import Attempt, Missing, first, opened, readable, sheets, whole
from codeact_jupyter.model.offline.reading import File, Scene
from codeact_jupyter.model.offline.steps import End, Script, observe
from codeact_jupyter.model.offline.table import Table, literal_in
from codeact_jupyter.model.offline.understanding import Understanding

_READ = re.compile(r'^(?P<variable>\w+) = pd\.read_\w+\((?P<file>"[^"]+"|\'[^\']+\')', re.MULTILINE)
_LOOKED = re.compile(r"^print\((?P<variable>\w+)\.shape\)$", re.MULTILINE)
_PEEKED = 12
"""Files that are looked into to see which one is meant."""


@dataclass(frozen=True)
class Loaded:
    """A table in the kernel, and what is to be said about how it came there."""

    table: Table
    notes: tuple[str, ...] = ()
    again: Cell | None = None
    """The cell that reads it, if it comes from a file."""
    as_text: str = ""
    """Code that reads it once more, all as text; only of files of text."""


def load(scene: Scene, understanding: Understanding) -> Script[Loaded]:
    """Look at what the request is about."""
    own = _read_before(scene)
    if name := understanding.named_file():
        return (yield from _file(scene, understanding, File(name) if not (file := _known(scene, name)) else file))
    if frame := understanding.named_frame():
        return (yield from _frame(frame, own.get(frame, frame), ()))
    if understanding.follows_on() and (last := _last(scene)):
        if last in scene.frames:
            return (yield from _frame(last, own.get(last, last), ()))
        if last in own and (file := _known(scene, own[last])):
            return (yield from _file(scene, understanding, file))
    theirs = [name for name in scene.frames if name not in own and not _made_by_us(scene, name)]
    files = yield from _columns(scene)
    best = _best(files, understanding)
    if len(theirs) == 1:
        loaded = yield from _frame(theirs[0], theirs[0], (f"I used `{theirs[0]}`, which is in the kernel.",))
        fits = understanding.fit(loaded.table.names, theirs[0])
        if not best or fits >= max(understanding.fit(file.columns, file.name) for file in best):
            return loaded
    if len(best) == 1:
        note = (f"Of the {len(files)} tables here I took `{best[0].name}`.",) if len(files) > 1 else ()
        return (yield from _file(scene, understanding, best[0], note))
    if not best and theirs:
        raise End(cannot(f"there are several DataFrames in the kernel ({_listed(theirs)}): say which"))
    raise End(cannot(f"there are several tables ({_listed([file.name for file in files])}): say which"))


def _columns(scene: Scene) -> Script[tuple[File, ...]]:
    """The files with their columns: looked into, where the context does not tell them."""
    unknown = [file for file in scene.files if not file.columns][:_PEEKED]
    if len(scene.files) < 2 or not unknown:
        return scene.files
    reads = [_peek(file) for file in unknown]
    observation = yield from observe(looking.peek([file.name for file in unknown], reads))
    found: dict[str, tuple[str, ...]] = {}
    for line in observation.lines():
        match literal_in(replace(observation, text=line)):
            case [str() as name, list() as columns]:
                found[name] = tuple(str(column) for column in columns)
            case _:
                pass
    return tuple(replace(file, columns=found.get(file.name, file.columns)) for file in scene.files)


def _peek(file: File) -> str:
    attempt = first(file.name, "df", "")
    if not attempt.text:
        return attempt.expression()
    return replace(attempt, options={"sep": "None", "engine": '"python"', "nrows": "20", "encoding_errors": '"replace"'}).expression()


def _best(files: Sequence[File], understanding: Understanding) -> list[File]:
    fits = {file.name: understanding.fit(file.columns, file.name) for file in files}
    most = max(fits.values(), default=0)
    return [file for file in files if fits[file.name] == most]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _known(scene: Scene, name: str) -> File | None:
    return next((file for file in scene.files if file.name == name), None)


def _read_before(scene: Scene) -> dict[str, str]:
    """Names that earlier runs of the conversation read, and the files."""
    return {found["variable"]: found["file"][1:-1] for text in scene.earlier_code for found in _READ.finditer(text)}


def _made_by_us(scene: Scene, name: str) -> bool:
    return any(re.search(rf"^{re.escape(name)} = ", text, re.MULTILINE) for text in scene.earlier_code)


def _last(scene: Scene) -> str:
    """The name that the run before this one looked at."""
    found = [match["variable"] for text in scene.earlier_code for match in _LOOKED.finditer(text)]
    return found[-1] if found else ""


def _frame(variable: str, called: str, notes: tuple[str, ...]) -> Script[Loaded]:
    observation = yield from observe(looking.look(variable))
    if observation.error:
        raise End(cannot(f"`{variable}` cannot be looked at ({observation.error[0]}: {observation.error[1].splitlines()[0]})"))
    return Loaded((yield from whole(observation, variable, called, ",")), notes)


def _file(scene: Scene, understanding: Understanding, file: File, notes: tuple[str, ...] = ()) -> Script[Loaded]:
    if not readable(file.name):
        raise End(cannot(f"I read CSV, Excel, Parquet and JSON files, and `{file.name}` is none of them"))
    names = Names(scene.names)
    try:
        attempt = yield from _attempt(scene, understanding, file, names)
        found = yield from opened(attempt, names)
    except Missing:
        other = yield from _other(scene, file.name)
        return (yield from _file(scene, understanding, other, (*notes, f"There is no `{file.name}`: I took `{other.name}`.")))
    return Loaded(found.table, (*notes, *found.notes), found.again, found.as_text)


def _attempt(scene: Scene, understanding: Understanding, file: File, names: Names) -> Script[Attempt]:
    """How the file is read at first; of a workbook, which sheet."""
    attempt = first(file.name, _variable(scene, file.name), file.separator)
    if attempt.suffix not in ("xlsx", "xlsm", "xls", "ods"):
        return attempt
    held = yield from sheets(attempt, names)
    if len(held) < 2:
        return attempt
    sheet = _sheet(held, understanding, file.name)
    note = f"Of its {len(held)} sheets I took “{sheet}”."
    return replace(attempt.put(note, sheet_name=looking.quote(sheet)), sheet=sheet)


def _sheet(held: dict[str, Sequence[str]], understanding: Understanding, file: str) -> str:
    """The sheet that the request names, or whose columns fit it best."""
    filled = {name: columns for name, columns in held.items() if columns}
    if named := understanding.named_sheet(list(held)):
        return named
    fits = {name: understanding.fit(columns, name) for name, columns in filled.items()}
    best = [name for name, fit in fits.items() if fit == max(fits.values())]
    if len(best) != 1:
        raise End(cannot(f"`{file}` has several sheets ({_listed(list(held))}): say which"))
    return best[0]


def _other(scene: Scene, name: str) -> Script[File]:
    """The file that was meant by a name that none has."""
    known = [file.name for file in scene.files]
    if not known:
        listed = literal_in((yield from observe(looking.list_files())))
        known = [str(one) for one in listed if readable(str(one))] if isinstance(listed, list) else []
    near = get_close_matches(PurePath(name).name.lower(), [one.lower() for one in known], n=1, cutoff=0.6)
    if not near or near[0] == name.lower():
        raise End(cannot(f"there is no `{name}`, only {_listed(known) or 'no table at all'}"))
    found = next(one for one in known if one.lower() == near[0])
    return _known(scene, found) or File(found)


def _variable(scene: Scene, file: str) -> str:
    """`df`, unless that is the user's or another file's."""
    own = _read_before(scene)
    if "df" not in scene.names or own.get("df") == file:
        return "df"
    stem = re.sub(r"\W+", "_", PurePath(file).stem).strip("_").lower() or "table"
    stem = stem if stem[0].isalpha() else f"table_{stem}"
    return stem if stem not in scene.names or own.get(stem) == file else f"{stem}_table"
