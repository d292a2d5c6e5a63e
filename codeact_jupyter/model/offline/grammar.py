"""From a request to what is asked: patterns over the symbols of its words; pure.

Each pattern takes away the symbols that it has understood.  What is left over is not understood, and then nothing is computed: better no
answer than a wrong one.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from codeact_jupyter.model.offline import columns
from codeact_jupyter.model.offline.asking import Column, Function, Intent, Kind, Measure, Unit
from codeact_jupyter.model.offline.conditions import Symbols, column_of, conditions_in, of
from codeact_jupyter.model.offline.symbols import Item, Schema, items_of
from codeact_jupyter.model.offline.vocabulary import ADJECTIVES

_OPEN_ENDS = frozenset({"where", "whose", "which", "having", "that have", "which have"})
"""Words that ask for more, when nothing that was understood followed them."""
_HARMLESS = frozenset("ALRW")
"""Symbols that may be left over: joints, and nouns for the rows."""


def parse(request: str, schema: Schema) -> Intent:
    """What is asked for; `loose` holds what could not be placed."""
    items = items_of(request, schema)
    reading = _Parse(items, schema)
    reading.plot()
    conditions, unclear = conditions_in(reading)
    reading.intent = replace(reading.intent, conditions=conditions, unclear=unclear)
    for step in (reading.ranking, reading.others, reading.grouping, reading.counts, reading.measures):
        step()
    return reading.result(items)


class _Parse(Symbols):
    """What is asked for, as far as it has been read."""

    def __init__(self, items: Sequence[Item], schema: Schema):
        super().__init__(items)
        self.schema = schema
        self.intent = Intent()

    def set(self, kind: Kind, **fields: object) -> None:
        if self.intent.kind != "none":
            self.intent = replace(self.intent, unclear="it asks for two things at once")
        self.intent = replace(self.intent, kind=kind, **fields)  # type: ignore[arg-type]

    def plot(self) -> None:
        while taken := self.take("A?P"):
            kind = taken[-1].value
            self.intent = replace(self.intent, plot=kind if kind != "any" else self.intent.plot or "bar")

    def ranking(self) -> None:
        if taken := self.take("U[LR]*C|W?N?CU|WU[LR]*C|N?UC"):
            number = next((int(item.value) for item in taken if item.symbol == "N"), 1)
            self.set("common", by=(column_of(taken),), top=number, descending=of(taken, "U").value)
        elif taken := self.take("W?N?CL?d[LR]*R"):
            self._rank(taken, Measure("count"), column_of(taken), of(taken, "d").value)
        elif taken := self.take("DN?(?:C|T)B[FH]?C(?![A-Z]*C)|DN?(?:C|T)B[HR]+"):
            self._rank(taken, _measured(taken, "B"), self._group(taken), taken[0].value)
        elif taken := self.take("W?N?(?:C|T)L?d[FH]?C|WN?(?:C|T)C(?:A?)d|WN?(?:C|T)L?F?dC"):
            self._rank(taken, _measured(taken, "CT"), self._group(taken), of(taken, "d").value)
        elif taken := self.take("DN?R?[BL]C|N?R?Ld?C$|WN?RL?dC|DN?R?Ld?C|NR?L?dC|WL?RL?dC|RLdC"):
            self._rank_rows(taken, column_of(taken))
        elif taken := self.take("W?N?[CT]J|JN?[CR]|N?J[CRT]|W?N?RJ|NJ|J"):
            self._superlative(taken)

    def _group(self, taken: Sequence[Item]) -> Column | Unit:
        value: Column | Unit = of(taken, "CT").value
        return value

    def _rank(self, taken: Sequence[Item], measure: Measure, group: Column | Unit, descending: bool) -> None:
        number = next((int(item.value) for item in taken if item.symbol == "N"), None)
        start = 5 if taken[0].symbol == "D" else 1
        self.set("rank_groups", measures=(measure,), by=(group,), top=number or start, descending=descending)

    def _rank_rows(self, taken: Sequence[Item], column: Column) -> None:
        number = next((int(item.value) for item in taken if item.symbol == "N"), None)
        which = next((item for item in taken if item.symbol in "Dd"), None)
        if which is None:
            self.intent = replace(self.intent, unclear="it does not say whether the most or the least is meant")
            return
        start = 5 if which.symbol == "D" else 1
        self.set("rank_rows", measures=(Measure(None, column),), top=number or start, descending=which.value)

    def _superlative(self, taken: Sequence[Item]) -> None:
        adjective = of(taken, "J").value
        descending, concepts, function = ADJECTIVES[adjective]
        names = columns.concept(concepts, self.schema.columns)
        if not names:
            self.intent = replace(self.intent, kind="rank_rows", unclear=f"no column says what “{adjective}” goes by")
            return
        number = next((int(item.value) for item in taken if item.symbol == "N"), 1)
        measured = Column(adjective, names, 4)
        group = next((item.value for item in taken if item.symbol in "CT"), None)
        if group is None:
            self.set("rank_rows", measures=(Measure(None, measured),), top=number, descending=descending)
        else:
            self.set("rank_groups", measures=(Measure(_function(function), measured),), by=(group,), top=number, descending=descending)

    def others(self) -> None:
        if taken := self.take("[HWS]?[RS]?L?Z(?:[BL]+S|[BL]*C)?"):
            column = next((item.value for item in taken if item.symbol == "C"), None)
            self.set("missing", measures=(Measure("count", column),) if column else ())
        elif self.take("HS|WS|lS|S"):
            self.set("columns")
        elif self.take("E[LR]*(?![A-Z]*[FHC])"):
            self.set("describe")
        elif taken := self.take("^W?lL?C|^WC$|WCL?$"):
            self.set("distinct", by=(column_of(taken),))

    def grouping(self) -> None:
        while taken := self.take("L?B(?:[CT]C?)(?:A[CT](?![A-Z]*F))*"):
            if self.intent.kind in ("rank_rows", "rank_groups", "common", "distinct"):
                self.intent = replace(self.intent, unclear="it ranks or lists, and groups at once")
            if of(taken, "B").value == "per":
                self.intent = replace(self.intent, ratio=True)
            groups = [item.value for item in taken if item.symbol in "CT"]
            dated = [item.value for before, item in itertools.pairwise(taken) if before.symbol == "T" and item.symbol == "C"]
            if dated:
                groups.remove(dated[0])
                self.intent = replace(self.intent, date=dated[0])
            self.intent = replace(self.intent, by=(*self.intent.by, *groups))
        if self.intent.kind == "none" and (taken := self.take("T(?=[FH]?C)|(?<=C)T$")):
            self.intent = replace(self.intent, by=(taken[0].value, *self.intent.by))  # "monthly sales"

    def counts(self) -> None:
        while (at := self.text.find("FHC")) >= 0:  # "the average number of rooms"
            self.text, self.items = self.text[: at + 1] + self.text[at + 2 :], self.items[: at + 1] + self.items[at + 2 :]
        if taken := self.take("HC"):
            function: Function = "count" if taken[0].value == "count" else "many"
            self.set("measure", measures=(Measure(function, column_of(taken)),))
        elif self.take("H[LR]*"):
            self.set("measure", measures=(Measure("count"),))

    def measures(self) -> None:
        found: list[Measure] = []
        while taken := self.take("F(?:A?F)*C(?:AC)*"):
            chosen = [item.value for item in taken if item.symbol == "C"]
            found += [Measure(function, column) for column in chosen for function in _functions(taken)]
        if found:
            self.set("measure", measures=tuple(found))
        elif taken := self.take("dC"):
            self.set("measure", measures=(Measure("max" if taken[0].value else "min", column_of(taken)),))
        elif self.intent.kind == "none" and (taken := self.take("F(?:A?F)*")):
            self.set("measure", measures=tuple(Measure(function) for function in _functions(taken)))
        elif self.intent.kind == "none" and (taken := self.take("C(?:AC)*")):
            self._bare([item.value for item in taken if item.symbol == "C"])

    def _bare(self, chosen: Sequence[Column]) -> None:
        """A column without a word of what to do with it; `average_rating` says it itself."""
        words = items_of(" ".join(columns.words_of(chosen[0].said)), Schema())
        functions = _functions([item for item in words if item.symbol == "F"]) if words and words[0].symbol == "F" else []
        self.set("measure", measures=tuple(Measure(functions[0] if functions else None, column) for column in chosen))

    def result(self, items: Sequence[Item]) -> Intent:
        left = [item for item in self.items if item.symbol not in _HARMLESS or item.said in _OPEN_ENDS]
        loose = tuple(item.said for item in left if item.symbol == "X") or tuple(item.said for item in left)
        called = tuple(item.said for item in items if item.symbol == "R" and item.value is None)
        return replace(self.intent, loose=loose, rows_called=called)


def _function(name: str) -> Function:
    return next(known for known in get_args(Function) if known == name)


def _functions(taken: Sequence[Item]) -> list[Function]:
    functions: list[Function] = []
    for item in taken:
        if item.symbol == "F":
            functions += ["min", "max"] if item.value == "range" else [_function(item.value)]
    return list(dict.fromkeys(functions))


def _measured(taken: Sequence[Item], after: str) -> Measure:
    """What the groups are ranked by: stands after the group."""
    start = next(index for index, item in enumerate(taken) if item.symbol in after)
    rest = taken[start + 1 :]
    column = next((item.value for item in rest if item.symbol == "C"), None)
    functions = _functions(rest)
    if any(item.symbol in "HR" for item in rest):
        return Measure("count", column)
    return Measure(functions[0] if functions else None, column)
