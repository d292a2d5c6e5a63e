"""From a request to what is asked: patterns over the symbols of its words; pure.

Each pattern takes away the symbols that it has understood.  What is left over is not understood, and then nothing is computed: better no
answer than a wrong one.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from codeact_jupyter.model.offline import columns
from codeact_jupyter.model.offline.asking import Column, Function, Intent, Kind, Measure, Unit
from codeact_jupyter.model.offline.conditions import Symbols, column_of, conditions_in, of
from codeact_jupyter.model.offline.relations import relation_in
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
    reading.adverb()
    conditions, unclear = conditions_in(reading)
    reading.intent = replace(reading.intent, conditions=conditions, unclear=unclear)
    reading.relation()
    for step in (reading.missing, reading.share, reading.ranking, reading.others, reading.grouping, reading.counts, reading.measures):
        step()
    return reading.result(items)


class _Parse(Symbols):
    """What is asked for, as far as it has been read."""

    def __init__(self, items: Sequence[Item], schema: Schema):
        super().__init__(items)
        self.schema = schema
        self.intent = Intent()
        self._adverbs: set[Function] = set()

    def set(self, kind: Kind, **fields: object) -> None:
        if self.intent.kind != "none":
            self.intent = replace(self.intent, unclear="it asks for two things at once")
        self.intent = replace(self.intent, kind=kind, **fields)  # type: ignore[arg-type]

    def plot(self) -> None:
        while taken := self.take("A?P"):
            kind, before = taken[-1].value, self.intent.plot
            unclear = "it asks for two kinds of chart at once" if before not in ("", "any", kind) and kind != "any" else ""
            self.intent = replace(self.intent, plot=before or kind if kind == "any" else kind, unclear=self.intent.unclear or unclear)
        if taken := self.take("q"):
            self.intent = replace(self.intent, first=taken[0].value)

    def adverb(self) -> None:
        """“In total” and “on average” may stand anywhere."""
        while taken := self.take("a"):
            self._adverbs.add(_function(taken[0].value))

    def relation(self) -> None:
        if found := relation_in(self, self.intent.plot):
            self.set(found.kind, measures=found.measures, by=found.by, date=found.date, plot=found.plot, bins=found.bins)
            self.intent = replace(self.intent, unclear=self.intent.unclear or found.unclear)

    def missing(self) -> None:
        asked = "(?:[HF]?[HWS]?[RS]?L?Z(?:[BL]+S|L*C(?:AC)*)?)|H?[RL]*C(?:AC)*L?Z"
        if taken := self.take(asked, lambda taken: all(item.value == "sum" for item in taken if item.symbol == "F")):
            self.set("missing", measures=tuple(Measure("count", item.value) for item in taken if item.symbol == "C"))

    def share(self) -> None:
        if taken := self.take("p[LR]*C?"):
            self.set("share", measures=tuple(Measure("flagged", item.value) for item in taken if item.symbol == "C"))

    def ranking(self) -> None:
        if taken := self.take("U[LR]*C|W?N?CU|WU[LR]*C|N?UC"):
            number = next((int(item.value) for item in taken if item.symbol == "N"), 1)
            self.set("common", by=(column_of(taken),), top=number, descending=of(taken, "U").value)
        elif taken := self.take("W?N?CL?d[LR]*R"):
            self._rank(taken, Measure("count"), column_of(taken), of(taken, "d").value)
        elif taken := self.take("(?:DN?|dN)(?:C|T)B[FH]?C(?![A-Z]*C)|(?:DN?|dN)(?:C|T)B[HR]+", _few):
            self._rank(taken, _measured(taken, "B"), self._group(taken), taken[0].value)
        elif taken := self.take("W?N?(?:C|T)L?d[FH]?C|WN?(?:C|T)C(?:A?)d|WN?(?:C|T)L?F?dC"):
            self._rank(taken, _measured(taken, "CT"), self._group(taken), of(taken, "d").value)
        elif taken := self.take("DN?R?[BL]C|DNC$|dNR?[BL]?C$|N?R?LdC$|WN?RL?dC|DN?R?Ld?C|NR?L?dC|WL?RL?dC|RLdC", _few):
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
        number = next((int(item.value) for item in taken if item.symbol == "N"), 1)
        measured = Column(adjective, names, 4)
        group = next((item.value for item in taken if item.symbol in "CT"), None)
        if not names and not isinstance(group, Column):
            self.intent = replace(self.intent, kind="rank_rows", unclear=f"no column says what “{adjective}” goes by")
        elif group is None:
            self.set("rank_rows", measures=(Measure(None, measured),), top=number, descending=descending)
        else:
            self.set("rank_groups", measures=(Measure(_function(function), measured),), by=(group,), top=number, descending=descending)
            self.intent = replace(self.intent, superlative=adjective)

    def others(self) -> None:
        if self.take("HS|WS|lS|S"):
            self.set("columns")
        elif self.take("E[LR]*(?![A-Z]*[FHC])"):
            self.set("describe")
        elif taken := self.take("^W?lL?C|^WC$|WCL?$"):
            self.set("distinct", by=(column_of(taken),))

    def grouping(self) -> None:
        while taken := self.take("L?B(?:[CT]C?)(?:A[CT](?![A-Z]*F))*"):
            if self.intent.kind not in ("none", "measure", "share") and not self.intent.superlative:
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
        while found := re.search("[Fd]HC", self.text):  # "the average number of rooms", "the largest number of rooms"
            at = found.start()
            self.text, self.items = self.text[: at + 1] + self.text[at + 2 :], self.items[: at + 1] + self.items[at + 2 :]
        if taken := self.take("HRL?C$|HRC(?=B)"):  # "how many passengers survived"
            self.set("measure", measures=(Measure("flagged", column_of(taken)),))
        elif taken := self.take("HC"):
            function: Function = "count" if taken[0].value == "count" else "many"
            self.set("measure", measures=(Measure(function, column_of(taken)),))
        elif self.take("H[LR]*"):
            self.set("measure", measures=(Measure("count"),))

    def measures(self) -> None:
        found: list[Measure] = []
        while taken := self.take("F(?:A?F)*R?C(?:AC)*k?", _dated):
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
        self._apply_adverbs()
        left = [item for item in self.items if item.symbol not in _HARMLESS or item.said in _OPEN_ENDS]
        loose = tuple(item.said for item in left if item.symbol == "X") or tuple(item.said for item in left)
        called = tuple(item.said for item in items if item.symbol == "R" and item.value is None)
        things = "HV" in "".join(item.symbol for item in items) and not called
        typical = any(item.said == "typical" for item in items)
        return replace(self.intent, loose=loose, rows_called=called, typical=typical, things=things)

    def _apply_adverbs(self) -> None:
        for adverb in self._adverbs:
            measures = tuple(_with_adverb(measure, adverb) for measure in self.intent.measures)
            fits = self.intent.kind in ("measure", "rank_groups") or adverb == "sum"
            if self.intent.kind == "rank_rows" or not fits or None in measures:
                said = "in total" if adverb == "sum" else "on average"
                self.intent = replace(self.intent, unclear=f"“{said}” does not go with what it asks for")
            elif self.intent.kind in ("measure", "rank_groups"):
                self.intent = replace(self.intent, in_total=adverb == "sum")
                self.intent = replace(self.intent, measures=tuple(measure for measure in measures if measure))


def _with_adverb(measure: Measure, adverb: Function) -> Measure | None:
    """The measure with “in total” or “on average” beside it; None: they contradict each other."""
    if measure.column is None or measure.function in ("count", "nunique", "flagged"):
        return measure if adverb == "sum" else None
    if measure.function in (None, adverb) or (measure.function == "many" and adverb == "mean"):
        return replace(measure, function=adverb)
    return measure if measure.function == "many" else None


def _few(taken: Sequence[Item]) -> bool:
    """Its number says how many are wanted, and is no year."""
    return all(item.value == int(item.value) and 0 < item.value <= 1000 for item in taken if item.symbol == "N")


def _dated(taken: Sequence[Item]) -> bool:
    """“Date” after a column goes with what only dates have."""
    return taken[-1].symbol != "k" or {item.value for item in taken if item.symbol == "F"} <= {"latest", "earliest"}


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
        many = column and any(item.symbol == "H" and item.value == "many" for item in rest)
        return Measure("many" if many else "count", column)
    return Measure(functions[0] if functions else None, column)
