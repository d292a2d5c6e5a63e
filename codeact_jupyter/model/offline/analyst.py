"""The model as a script: look, find, compute, repair, draw, answer.

A generator that yields cells and is sent what came of them.  To reply is to play it from the start with the observations there are: so
the same messages always give the same reply, and nothing is remembered between two calls.
"""

import re
from dataclasses import dataclass, field, replace

from codeact_jupyter.model.offline import acting, answering, comparing, looking, repairing, telling
from codeact_jupyter.model.offline.asking import Intent
from codeact_jupyter.model.offline.columns import stems
from codeact_jupyter.model.offline.joining import join
from codeact_jupyter.model.offline.looking import Cell, Names
from codeact_jupyter.model.offline.query import NotClear, Query
from codeact_jupyter.model.offline.reading import Observation, Scene
from codeact_jupyter.model.offline.relating import settled
from codeact_jupyter.model.offline.sources import Loaded, load
from codeact_jupyter.model.offline.steps import End, Script, observe
from codeact_jupyter.model.offline.table import Table, literal_in
from codeact_jupyter.model.offline.tasks import Task, parts_of
from codeact_jupyter.model.offline.understanding import Understanding, hidden, refusal
from codeact_jupyter.model.offline.wording import RELATIONS

_TRIES = 7
_SILENT = ("sum", "min", "max")
"""What pandas computes of text without complaint, and wrongly for our purpose."""


@dataclass
class Analyst:
    """One run's work."""

    scene: Scene
    known: list[str] = field(default_factory=list)
    """What has been found out so far: the answer, if the steps run out."""

    def script(self) -> Script[str]:
        """The steps; its value is the answer."""
        try:
            return (yield from self._steps())
        except End as end:
            return str(end)
        except NotClear as unclear:
            return answering.cannot(str(unclear))

    def _steps(self) -> Script[str]:
        understanding = Understanding(self.scene)
        named = understanding.named_files()
        joined = yield from join(self.scene, named, self._names())
        if joined:
            request, loaded = joined
            return (yield from self._about(loaded, Understanding(replace(self.scene, request=request, earlier=()))))
        if len(named) > 1:
            return (yield from self._each(named))
        if said := understanding.hopeless():
            return said
        return (yield from self._about((yield from load(self.scene, understanding)), understanding))

    def _each(self, named: list[str]) -> Script[str]:
        """Sentences about a file each."""
        parts = parts_of(self.scene.request)
        files = [[name for name in named if name.casefold() in part.casefold()] for part in parts]
        if any(len(there) != 1 for there in files):
            return answering.cannot(f"it speaks of several files ({', '.join(f'`{name}`' for name in named)}), and I take one at a time")
        said: list[str] = []
        names = set(self.scene.names)
        for part in parts:
            one = Analyst(replace(self.scene, request=part, earlier=(), names=frozenset(names)))
            said.append((yield from one.script()))
            names.add("df")
            self.known[:] = said
        return answering.each(parts, said)

    def _about(self, loaded: Loaded, understanding: Understanding) -> Script[str]:
        table = loaded.table
        self.known.append(f"{answering.overview(table)}.")
        tasks = understanding.tasks(table)
        if any(task.intent.loose for task in tasks) and hidden(table):
            observation = yield from observe(looking.find_values(table, understanding.words(), self._names()))
            tasks = understanding.tasks(table, _found(observation))
        if len(tasks) == 1:
            return (yield from self._task(loaded, tasks[0].intent))
        return (yield from self._all(loaded, tasks))

    def _all(self, loaded: Loaded, tasks: list[Task]) -> Script[str]:
        """One task after the other."""
        said: list[str] = []
        for task in tasks:
            try:
                said.append((yield from self._task(loaded, task.intent)))
            except NotClear as unclear:
                said.append(answering.cannot(str(unclear)))
            loaded = replace(loaded, notes=())
            self.known[:] = said
        return answering.each([task.text for task in tasks], said)

    def _task(self, loaded: Loaded, intent: Intent) -> Script[str]:
        table = loaded.table
        if said := refusal(intent, table):
            return said
        if intent.kind == "columns":
            return answering.columns(table)
        for noun in intent.rows_called:
            if other := self._elsewhere(noun, table):
                return answering.cannot(f"“{noun}” are the rows of `{other}`, and the other words fit `{table.called}`", table.names)
        try:
            query = settled(intent, table)
        except NotClear as unclear:
            return answering.cannot(str(unclear), table.names)
        query = replace(query, notes=(*loaded.notes, *_nouns(intent, table), *query.notes))
        return (yield from self._computed(loaded, query))

    def _elsewhere(self, noun: str, table: Table) -> str:
        """The other file that is called so."""
        if set(stems(noun)) & set(stems(table.called)):
            return ""
        return next((file.name for file in self.scene.files if set(stems(noun)) & set(stems(file.name.rpartition(".")[0]))), "")

    def _computed(self, loaded: Loaded, query: Query) -> Script[str]:
        table, names = loaded.table, self._names()
        query = yield from _prepared(loaded, query, names)
        prose = ""
        for _ in range(_TRIES):
            observation = yield from observe(_cell(table, query, names, prose))
            if observation.error is None:
                finer = repairing.finer(table, query, observation)
                if finer == query:
                    return (yield from self._told(table, query, observation))
                query, prose = finer, "Two decimals are too few to tell these numbers apart: once more with more of them."
                continue
            if observation.error[0] == "NameError" and loaded.again:  # the kernel was restarted between two cells
                yield from observe(loaded.again)
                continue
            query, prose = yield from repairing.repaired(table, query, observation, names)
        raise End(answering.cannot("the code kept failing", table.names))

    def _told(self, table: Table, query: Query, observation: Observation) -> Script[str]:
        related = query.kind in RELATIONS
        said = telling.told(table, query, observation) if related else answering.answer(table, query, observation)
        if said is None:
            raise End(answering.cannot("the output does not show the numbers I asked for", table.names))
        self.known.append(said)
        if not query.plot:
            return said
        if not related and (not acting.header(table, query) or query.kind in ("describe", "distinct")):
            return f"{said}\n\nThere is nothing to draw in it: a chart needs groups, such as “by …”."
        drawing = comparing.draw(table, query, self._names()) if related else acting.plot(table, query, self._names())
        chart = yield from observe(drawing)
        if chart.error:
            return f"{said}\n\nThe chart could not be drawn ({chart.error[0]}: {chart.error[1].splitlines()[0]})."
        return f"{said}\n\nThe chart is in the notebook, below the last cell." if chart.image else said

    def _names(self) -> Names:
        """The user's names are left alone; those that earlier runs made may be used again."""
        made = {name for text in self.scene.earlier_code for name in re.findall(r"^(\w+) = ", text, re.MULTILINE)}
        return Names(self.scene.names - made)


def _cell(table: Table, query: Query, names: Names, prose: str) -> Cell:
    if query.kind in RELATIONS:
        return comparing.compare(table, query, names, prose)
    return acting.compute(table, query, names, prose)


def _prepared(loaded: Loaded, query: Query, names: Names) -> Script[Query]:
    """What has to be looked at before it is computed, since the computation would not fail."""
    table = loaded.table
    query = yield from repairing.dates(table, query, names)
    silent = [figure.column for figure in query.figures if figure.function in _SILENT and figure.column]
    silent += [str(figure.column) for figure in query.figures if query.kind in ("rank_rows", "spread", "pairs")]
    for name in dict.fromkeys(silent):
        query = yield from repairing.numbers(table, query, name, names)
    query = yield from repairing.dotted(loaded, query, names)
    return (yield from _paced(table, query, names)) if query.kind == "trend" and not query.keys and query.unit is None else query


def _paced(table: Table, query: Query, names: Names) -> Script[Query]:
    """With the unit of time that fits the dates."""
    for _ in range(_TRIES):
        observation = yield from observe(comparing.cadence(table, query, names))
        if observation.error is None:
            return replace(query, unit=comparing.pace(observation)).noted("I chose the unit of time by how far the dates reach.")
        query, _ = yield from repairing.repaired(table, query, observation, names)
    raise NotClear("I could not find out which unit of time fits the dates")


def _found(observation: Observation) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in observation.lines():
        match literal_in(Observation(line)):
            case [str() as name, list() as values]:
                found[name] = [str(value) for value in values]
            case _:
                pass
    return found


def _nouns(intent: Intent, table: Table) -> tuple[str, ...]:
    others = [noun for noun in intent.rows_called if not table.called.lower().startswith(noun.lower()[:4])]
    return tuple(f"I took “{noun}” to mean the rows of the table." for noun in dict.fromkeys(others))
