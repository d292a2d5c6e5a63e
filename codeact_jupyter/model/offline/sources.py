"""Which data a request is about, and how it gets into the kernel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath

from codeact_jupyter.model.offline import looking
from codeact_jupyter.model.offline.answering import cannot
from codeact_jupyter.model.offline.reading import File, Observation, Scene
from codeact_jupyter.model.offline.steps import End, Script, observe
from codeact_jupyter.model.offline.table import Table, literal_in, seen
from codeact_jupyter.model.offline.understanding import Understanding

_READ = re.compile(r'^(?P<variable>\w+) = pd\.read_csv\((?P<file>"[^"]+"|\'[^\']+\')', re.MULTILINE)
_LOOKED = re.compile(r"^print\((?P<variable>\w+)\.shape\)$", re.MULTILINE)
_TRIES = 4


@dataclass(frozen=True)
class Loaded:
    """A table in the kernel, and what is to be said about how it came there."""

    table: Table
    notes: tuple[str, ...] = ()
    how: str = ""
    """Options with which the file was read."""
    file: File | None = None


def load(scene: Scene, understanding: Understanding) -> Script[Loaded]:
    """Look at what the request is about."""
    own = _read_before(scene)
    if name := understanding.named_file():
        return (yield from _file(scene, File(name) if not (file := _known(scene, name)) else file))
    if frame := understanding.named_frame():
        return (yield from _frame(frame, own.get(frame, frame), ()))
    if understanding.follows_on() and (last := _last(scene)):
        if last in scene.frames:
            return (yield from _frame(last, own.get(last, last), ()))
        if last in own and (file := _known(scene, own[last])):
            return (yield from _file(scene, file))
    theirs = [name for name in scene.frames if name not in own and not _made_by_us(scene, name)]
    best = _best(scene, understanding)
    if len(theirs) == 1:
        loaded = yield from _frame(theirs[0], theirs[0], (f"I used `{theirs[0]}`, which is in the kernel.",))
        fits = understanding.fit(loaded.table.names, theirs[0])
        if not best or fits >= max(understanding.fit(file.columns, file.name) for file in best):
            return loaded
    if len(best) == 1:
        note = (f"Of the {len(scene.files)} tables here I took `{best[0].name}`.",) if len(scene.files) > 1 else ()
        return (yield from _file(scene, best[0], note))
    if not best and theirs:
        raise End(cannot(f"there are several DataFrames in the kernel ({_listed(theirs)}): say which"))
    raise End(cannot(f"there are several tables ({_listed([file.name for file in scene.files])}): say which"))


def _best(scene: Scene, understanding: Understanding) -> list[File]:
    fits = {file.name: understanding.fit(file.columns, file.name) for file in scene.files}
    most = max(fits.values(), default=0)
    return [file for file in scene.files if fits[file.name] == most]


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
        raise End(_unseen(variable, observation))
    return Loaded((yield from _whole(observation, variable, called, ",")), notes)


def _whole(observation: Observation, variable: str, called: str, separator: str) -> Script[Table]:
    """The table that was looked at; a wide one is looked at again, more briefly."""
    if table := seen(observation, variable, called, separator):
        return table
    again = yield from observe(looking.brief(variable))
    if table := seen(again, variable, called, separator):
        return table
    raise End(_unseen(called, again))


def _file(scene: Scene, file: File, notes: tuple[str, ...] = ()) -> Script[Loaded]:
    if not file.name.lower().endswith((".csv", ".tsv", ".tab", ".txt")):
        raise End(cannot(f"I read CSV and TSV files only, and `{file.name}` is neither"))
    how = ""
    observation = Observation("")
    for _ in range(_TRIES):
        variable = _variable(scene, file.name)
        separator = file.separator or ("\t" if file.name.lower().endswith((".tsv", ".tab")) else "")
        observation = yield from observe(looking.load(file.name, variable, separator, how))
        match observation.error:
            case None:
                table = yield from _whole(observation, variable, file.name, separator or ",")
                if len(table.columns) > 1 or how or not re.search(r"[;\t|]", table.columns[0].name):
                    return Loaded(table, notes, how, file)
                how, notes = 'sep=None, engine="python"', (*notes, "Its columns are not separated by commas.")
            case ("FileNotFoundError", _):
                other = yield from _other(scene, file.name)
                notes, file = (*notes, f"There is no `{file.name}`: I took `{other.name}`."), other
            case ("UnicodeDecodeError", _):
                how, notes = 'encoding="latin-1"', (*notes, "It is not in UTF-8: I read it as Latin-1.")
            case ("ParserError", _) if not how:
                how = 'sep=None, engine="python"'
            case (name, words):
                raise End(cannot(f"`{file.name}` cannot be read ({name}: {words.splitlines()[0] if words else ''})"))
    raise End(_unseen(file.name, observation))


def _other(scene: Scene, name: str) -> Script[File]:
    """The file that was meant by a name that none has."""
    known = [file.name for file in scene.files]
    if not known:
        listed = literal_in((yield from observe(looking.list_files())))
        known = [str(one) for one in listed] if isinstance(listed, list) else []
    near = get_close_matches(PurePath(name).name.lower(), [one.lower() for one in known], n=1, cutoff=0.6)
    if not near:
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


def _unseen(name: str, observation: Observation) -> str:
    if observation.error:
        return cannot(f"`{name}` cannot be looked at ({observation.error[0]}: {observation.error[1].splitlines()[0]})")
    return cannot(f"what `{name}` holds was not shown to me whole")
