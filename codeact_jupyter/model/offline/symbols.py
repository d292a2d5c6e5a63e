"""A request as symbols: each word is a column, a value of the data, a word of the vocabulary, or unknown; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from codeact_jupyter.model.offline import columns
from codeact_jupyter.model.offline.asking import Column
from codeact_jupyter.model.offline.plurals import stem
from codeact_jupyter.model.offline.vocabulary import CONCEPTS, MONTHS, OPEN, PEOPLE, Entry, phrases

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"\n]+"|“[^”\n]+”|`[^`\n]+`|(?<!\w)'[^'\n]+'(?!\w))
      | (?P<number>(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w]))
      | (?P<word>\w+(?:['’][^\W\d]+)?)
      | (?P<mark>>=|<=|==|!=|<>|[<>=,&])
      | (?P<other>[^\s?.!;:"'’()$/-]\S*)""",
    re.VERBOSE,
)
_LONGEST = 6
_LABELS = frozenset({"id", "no", "nr", "number", "name", "code", "date"})
"""Words of columns that only say which row it is."""


@dataclass(frozen=True)
class Token:
    text: str
    kind: str

    @property
    def low(self) -> str:
        return re.sub("['’]", "", self.text.casefold())


@dataclass(frozen=True)
class Item:
    """One or more words of the request, and what they are to the grammar."""

    symbol: str
    value: Any
    said: str


@dataclass(frozen=True)
class Schema:
    """What is known of the data when a request is read."""

    columns: Sequence[str] = ()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values of the text columns that were seen."""
    stems: frozenset[str] = frozenset()
    """Words of the file's name: they call the rows."""
    complete: bool = False
    """All values that the request could mean have been looked for."""


def tokens_of(text: str) -> list[Token]:
    return [Token(found[0], str(found.lastgroup)) for found in _TOKEN.finditer(text)]


def items_of(text: str, schema: Schema) -> list[Item]:
    """The request's items in order, fillers left out."""
    reader = _Reader(tokens_of(text), schema, phrases())
    at = 0
    while at < len(reader.tokens):
        used, item = reader.item(at)
        at += used
        if item.symbol and not reader.repeats(item):
            reader.items.append(item)
    return reader.items


class _Reader:
    """Goes through the words of one request."""

    def __init__(self, tokens: Sequence[Token], schema: Schema, vocabulary: Mapping[tuple[str, ...], Entry]):
        self.tokens, self.schema, self.vocabulary = tokens, schema, vocabulary
        self.items: list[Item] = []

    def item(self, at: int) -> tuple[int, Item]:
        """How many words make the next item, and the item."""
        token = self.tokens[at]
        if token.kind == "quoted":
            return 1, self._quoted(token.text)
        if token.kind == "number":
            return self._column(at, 2) or (1, Item("N", float(token.text.replace(",", "")), token.text))
        if token.kind == "other":
            return 1, Item("X", token.text, token.text)
        if token.low == "there" and not self._is_there(at):
            return 1, Item("X", token.text, token.text)  # "the average there": of what was spoken of before
        if self._counted(at):
            return 1, Item("R" if self.schema.complete else "X", None, token.text)
        if (
            token.low in MONTHS
            and (value := self._value(at))
            and value[0] == 1
            and not all("month" in columns.stems(name) for name, _ in value[1].value)
        ):
            return 1, Item("X", token.text, f"{token.text} (a month, or a value of `{value[1].value[0][0]}`)")
        phrase = self._phrase(at)
        named = self._column(at, 2 if not phrase or phrase[1].symbol != "p" else 3)  # "share" in `market_share`
        value = self._value(at)
        if named and not self._speaks_first(phrase, named, at) and not (value and value[0] > named[0]):
            return named
        if value and (not phrase or value[0] > phrase[0] or phrase[1].symbol in OPEN or self._shouted(at) or self._of_last(value[1])):
            return value
        if phrase and phrase[1].symbol in ("", "L", "o", "t") and self._shouted(at):
            return 1, Item("X", token.text, token.text)  # "in OR" is Oregon, and no word of ours
        return phrase or self._word(at)

    def repeats(self, item: Item) -> bool:
        """The column that was just named, in other words ("tickets of type …", of `ticket_type`)."""
        last = self.items[-1] if self.items else item
        return item is not last and item.symbol == last.symbol == "C" and bool(item.value.names) and item.value.names == last.value.names

    def _word(self, at: int) -> tuple[int, Item]:
        """Neither an exact column, nor a value, nor in the vocabulary."""
        token, schema = self.tokens[at], self.schema
        said = Item("X", token.text, token.text)
        if "_" in token.text and token.kind == "word":
            return 1, Item("C", Column(token.text, (token.text,), 0), token.text)
        if token.low in MONTHS:
            return 1, Item("M", MONTHS[token.low], token.text)
        if names := self._concept(token.low):
            return 1, Item("C", Column(token.text, names, 4), token.text)
        if found := self._column(at, 3):
            return found
        if token.low in PEOPLE or f"{token.low}s" in PEOPLE or stem(token.low) in schema.stems:
            return 1, Item("R", None, token.text) if schema.complete else said
        if self.items and self.items[-1].symbol == "N" and self._unit(token.low):
            return 1, Item("", None, token.text)  # "over 4000 g", and a column is in g
        if token.low in ("date", "dates"):
            dated = bool(self.items) and self.items[-1].symbol == "C"
            return 1, Item("k" if dated else "C", Column("date", (), 4), token.text)
        if token.low == "type" and at + 1 < len(self.tokens) and self._value(at + 1):
            return 1, Item("", None, token.text)
        return self._column(at, 5) or (1, said)

    def _phrase(self, at: int) -> tuple[int, Item] | None:
        for length in range(min(_LONGEST, len(self.tokens) - at), 0, -1):
            words = tuple(token.low for token in self.tokens[at : at + length])
            if found := self.vocabulary.get(words):
                return length, Item(found[0], found[1], " ".join(words))
        return None

    def _runs(self, at: int) -> Iterator[tuple[int, str]]:
        for length in range(min(_LONGEST, len(self.tokens) - at), 0, -1):
            run = self.tokens[at : at + length]
            if all(token.kind in ("word", "number") for token in run):
                yield length, " ".join(token.text for token in run)

    def _column(self, at: int, loosest: int) -> tuple[int, Item] | None:
        """The longest run of words from here that names a column."""
        for length, said in self._runs(at):
            if loosest > 2 and length > 1 and any(self._phrase(at + index) for index in range(length)):
                continue
            found = columns.find(said, self.schema.columns, loosest if length == 1 else min(loosest, 3))
            if found and length == 1 and "_" in said and said not in self.schema.columns:
                return length, Item("C", Column(said, (said,), 0), said)  # written as a name is: taken at its word
            if found:
                return length, Item("C", Column(said, found.names, found.rank), said)
        return None

    def _speaks_first(self, phrase: tuple[int, Item] | None, named: tuple[int, Item], at: int) -> bool:
        """A word of the vocabulary that is a column's name too, where it is not meant as one ("total amount")."""
        if phrase is None or named[0] > phrase[0]:
            return False
        if phrase[0] > named[0] or phrase[1].symbol not in OPEN:
            return True
        after = at + phrase[0]
        while after < len(self.tokens) and self.tokens[after].low in ("of", "the", "in"):
            after += 1
        return phrase[1].symbol in "FHdD" and after < len(self.tokens) and self._column(after, 3) is not None

    def _quoted(self, text: str) -> Item:
        said = text[1:-1].strip()
        if said in self.schema.columns:
            return Item("C", Column(said, (said,), 1), said)
        held = [(name, value) for name, values in self.schema.values.items() for value in values]
        where = tuple((name, value) for name, value in held if value.strip() == said)
        where = where or tuple((name, value) for name, value in held if value.strip().casefold() == said.casefold())
        if where:
            return Item("V", where, said)
        if self.schema.complete or text[0] == "`":
            return Item("C", Column(said, (said,), 0), said)
        return Item("X", said, said)

    def _value(self, at: int) -> tuple[int, Item] | None:
        for length, said in self._runs(at):
            wanted = columns.stems(said)
            where = tuple((name, value) for name, held in self.schema.values.items() for value in held if columns.stems(value) == wanted)
            if said in ("a", "an", "i"):  # "as a bar chart" does not speak of a group A
                where = tuple(one for one in where if one[1].strip() == said)
            if where and wanted:
                return length, Item("V", where, said)
        return None

    def _concept(self, word: str) -> tuple[str, ...]:
        return columns.concept(CONCEPTS.get(word, ()), self.schema.columns)

    def _counted(self, at: int) -> bool:
        """The rows' own name where rows are counted ("how many orders" in orders.csv, "the most trees")."""
        word, last = self.tokens[at].low, self.items[-1].symbol if self.items else ""
        if stem(word) not in self.schema.stems or last in ("B", "F", "O") or self._value(at):
            return False
        found = columns.find(word, self.schema.columns, 3)
        if last == "H":
            return found is None or all(columns.stems(name) != (stem(word),) for name in found.names)
        return found is None or all(set(columns.stems(name)) & _LABELS for name in found.names)

    def _is_there(self, at: int) -> bool:
        """“There” beside a form of “be”."""
        beside = [self.tokens[near].low for near in (at - 1, at + 1) if 0 <= near < len(self.tokens)]
        return bool({"is", "are", "was", "were", "be", "been", "will"} & set(beside))

    def _unit(self, word: str) -> bool:
        return word in columns.UNITS and any(word in columns.words_of(name) for name in self.schema.columns)

    def _of_last(self, item: Item) -> bool:
        """The value of the column that was just named ("where smoker is no")."""
        last = self.items[-1] if self.items else None
        return last is not None and last.symbol == "C" and any(name in last.value.names for name, _ in item.value)

    def _shouted(self, at: int) -> bool:
        """In capitals in a request that is not."""
        text = self.tokens[at].text
        return len(text) > 1 and text.isupper() and any(token.text.islower() for token in self.tokens)
