"""What the conversation asks for, given what is known of the data; pure."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codeact_jupyter.model.offline.answering import cannot
from codeact_jupyter.model.offline.asking import Intent, merged
from codeact_jupyter.model.offline.columns import stems, words_in
from codeact_jupyter.model.offline.grammar import parse
from codeact_jupyter.model.offline.plurals import forms
from codeact_jupyter.model.offline.reading import Scene
from codeact_jupyter.model.offline.symbols import Schema, items_of
from codeact_jupyter.model.offline.table import Table
from codeact_jupyter.model.offline.tasks import Task, parts_of, tasks_in
from codeact_jupyter.model.offline.vocabulary import phrases

_STRONG = ("what about", "how about", "now", "same", "instead", "and what about", "and now")
_WEAK = ("and", "then", "also", "but", "only", "just", "or", "ok", "okay", "by", "per", "for", "in")
_BEYOND = frozenset(
    words_in(
        "predict prediction forecast train model cluster clusters compare difference growth outlier outliers pie heatmap spearman kendall "
        "pivot significant test delete remove rename save export write sort convert install download why poem explain percentile quantile "
        "variance email story translate duplicates duplicate cumulative rolling"
    )
)
_OURS = re.compile(r"^((?:rows|clean|result)(?:_2)?) = ", re.MULTILINE)
_FILE = re.compile(
    r"[\w./\\-]+\.(?:csv|tsv|tab|txt|dat|xlsx|xlsm|xls|ods|jsonl|ndjson|json|parquet|feather)(?:\.(?:gz|zip|bz2|xz))?\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Understanding:
    """The requests of a conversation, read against columns and values as they become known."""

    scene: Scene
    sheet: str = ""
    """The sheet that was taken of a workbook."""

    def hopeless(self) -> str:
        """Why no look at the data would help; empty: it may."""
        columns = [name for file in self.scene.files for name in file.columns]
        schema = Schema(list(dict.fromkeys(columns)), {}, self._stems([file.name for file in self.scene.files]), complete=True)
        tasks = self._tasks(schema)
        beyond = [[word for word in task.intent.loose if word.casefold() in _BEYOND] for task in tasks]
        if all(beyond):
            return cannot(f"“{beyond[0][0]}” is beyond me")
        known = all(file.columns for file in self.scene.files)
        if known and all(task.intent.kind == "none" for task in tasks):
            return cannot("I do not see a question about a table in it")
        if not self.scene.files and not self.scene.frames and not self.named_file():
            other = f" (I do not read {', '.join(f'`{name}`' for name in self.scene.other_files[:5])})" if self.scene.other_files else ""
            return cannot(f"there is no table beside the notebook that I could read, and no DataFrame in its kernel{other}")
        return ""

    def tasks(self, table: Table, found: Mapping[str, Sequence[str]] | None = None) -> list[Task]:
        """What is asked of this table, one thing after the other; `found`: the values that were looked for."""
        values: dict[str, list[str]] = {}
        for column in table.columns:
            if not column.numeric and not column.dtype.startswith("datetime"):
                held = [value for value in column.values if column.all_seen or len(value) < 40]
                values[column.name] = list(dict.fromkeys([*held, *(found or {}).get(column.name, ())]))
        complete = found is not None or not hidden(table)
        schema = Schema(table.names, values, self._stems([table.called, table.variable, table.sheet]), complete)
        return replace(self, sheet=table.sheet)._tasks(schema)

    def fit(self, columns: Sequence[str], name: str) -> int:
        """How well a table with these columns would do."""
        schema = Schema(columns, stems=self._stems([name]))
        items = [item for text in self.chain(schema) for item in items_of(self._bare(text), schema)]
        fitting = sum(1 for item in items if item.symbol == "C" and item.value.names and 0 < item.value.rank <= 4)
        called = any(set(stems(item.said)) & schema.stems for item in items)
        return 4 * fitting + called - sum(item.symbol == "X" for item in items)

    def chain(self, schema: Schema) -> list[str]:
        """The request, and before it those that it goes on from."""
        texts = [self.scene.request]
        for text in reversed(self.scene.earlier):
            begins = next(iter(parts_of(texts[0])), texts[0])
            if not follows(begins, parse(self._bare(begins), schema)):
                break
            texts.insert(0, text)
        return texts

    def words(self) -> str:
        """All that was said, for looking for values in it."""
        said = " ".join(self._bare(text) for text in self.chain(Schema()))
        words = re.sub(r"[\"“”`?!]", " ", said).lower().split()
        known = phrases()
        for before, word in itertools.pairwise(["", *words]):  # "wild geese": the data may hold "wild goose"
            bare = word.strip(",.;:()")
            if bare.isalpha() and (bare,) not in known:
                words += [f"{before} {form}".strip() for form in forms(bare)]
        return " ".join(words)[-1200:]

    def follows_on(self) -> bool:
        """The request is a follow-up."""
        columns = [name for file in self.scene.files for name in file.columns]
        return len(self.chain(Schema(columns))) > 1

    def named_file(self) -> str:
        """The file that was spoken of last, as it is called or as it was written."""
        columns = [name for file in self.scene.files for name in file.columns]
        known = [file.name for file in self.scene.files] + list(self.scene.other_files)
        for text in reversed(self.chain(Schema(columns))):
            low = text.casefold()
            if there := [name for name in known if name.casefold() in low]:
                return max(there, key=len)
            if found := _FILE.search(text):
                return found[0]
        return ""

    def named_files(self) -> list[str]:
        """The files that the request names, in its order."""
        low = self.scene.request.casefold()
        known = [file.name for file in self.scene.files] + list(self.scene.other_files)
        there = {name: low.find(name.casefold()) for name in known if name.casefold() in low}
        whole = [name for name in there if not any(name != other and name.casefold() in other.casefold() for other in there)]
        return sorted(whole, key=lambda name: there[name])

    def named_frame(self) -> str:
        """The DataFrame that was spoken of by its name."""
        ours = {name for text in self.scene.earlier_code for name in _OURS.findall(text)}  # "of rows" does not mean the frame `rows`
        for name in (frame for frame in self.scene.frames if frame not in ours):
            said = (
                rf"\bdf\b|`{re.escape(name)}`" if name == "df" else rf"`{re.escape(name)}`|\b(?:in|of|from|dataframe) {re.escape(name)}\b"
            )
            if re.search(said, self.scene.request):
                return name
        return ""

    def _tasks(self, schema: Schema) -> list[Task]:
        """Those of the request; one that goes on from an earlier request is joined to the last task of that."""
        before: Intent | None = None
        tasks: list[Task] = []
        for text in self.chain(schema):
            tasks = self._following(text, schema, before)
            before = tasks[-1].intent
        return tasks

    def _following(self, text: str, schema: Schema, before: Intent | None) -> list[Task]:
        def read(words: str) -> Intent:
            return parse(self._bare(words), schema)

        tasks = tasks_in(text, read)
        if before is None:
            return tasks
        return [replace(tasks[0], intent=merged(before, tasks[0].intent)), *tasks[1:]]

    def named_sheet(self, sheets: Sequence[str]) -> str:
        """The sheet of a workbook that is spoken of as one."""
        for text in reversed(self.chain(Schema())):
            if named := [name for name in sheets if re.search(_called(name), text, re.IGNORECASE)]:
                return max(named, key=len)
        return ""

    def _bare(self, text: str) -> str:
        """Without the names of files and frames."""
        for name in [*(file.name for file in self.scene.files), *self.scene.other_files]:
            text = re.sub(re.escape(name), " file ", text, flags=re.IGNORECASE)
        text = _FILE.sub(" file ", text)
        if self.sheet:
            text = re.sub(_called(self.sheet), " sheet ", text, flags=re.IGNORECASE)
        for name in self.scene.frames:
            text = re.sub(rf"`{re.escape(name)}`|\b{re.escape(name)}\b" if name == "df" else rf"`{re.escape(name)}`", " data ", text)
        return text

    def _stems(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset(stem for name in names for stem in stems(name.rpartition(".")[0] or name))


def _called(sheet: str) -> str:
    """A sheet that is spoken of, as a pattern."""
    name = re.escape(sheet)
    return rf"\b(?:work)?sheet (?:called |named )?[\"“'`]?{name}\b[\"”'`]?|[\"“'`]?\b{name}[\"”'`]? (?:work)?sheet\b|[\"“`]{name}[\"”`]"


def hidden(table: Table) -> bool:
    """There are values in text columns that the overview did not show."""
    return any(not column.all_seen for column in table.columns if not column.numeric and not column.date and column.distinct)


def follows(text: str, now: Intent) -> bool:
    """The request goes on from the one before it."""
    low = " ".join(text.casefold().replace(",", " ").split())
    strong = any(re.match(rf"{re.escape(mark)}\b", low) for mark in _STRONG)
    weak = any(re.match(rf"{re.escape(mark)}\b", low) for mark in _WEAK)
    if now.loose and not strong and not weak:
        return False
    open_measure = now.kind == "measure" and all(
        measure.function is None or (measure.column is None and measure.function != "count") for measure in now.measures
    )
    if now.kind == "none":
        return strong or weak or bool(now.by or now.conditions or now.plot or now.first)
    if now.kind in ("trend", "spread") and not now.measures:
        return True
    return open_measure or (strong and now.kind == "measure" and not now.by)


def refusal(intent: Intent, table: Table) -> str:
    """Why nothing is computed, in words for the user; empty: it can be."""
    if intent.loose:
        words = ", ".join(f"“{word}”" for word in intent.loose[:6])
        return cannot(f"in `{table.called}` I do not know what to make of {words}", table.names)
    if intent.unclear:
        return cannot(intent.unclear, table.names)
    return cannot("I do not see a question about a table in it", table.names) if intent.kind == "none" else ""
