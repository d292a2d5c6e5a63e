"""Which rows a request is about: comparisons, values, years and months; pure."""

import re
from collections.abc import Callable, Sequence

from codeact_jupyter.model.offline.asking import Column, Condition, Operator
from codeact_jupyter.model.offline.symbols import Item


class Symbols:
    """A request's items, one symbol each; what a pattern has understood is taken away."""

    def __init__(self, items: Sequence[Item]):
        self.items = list(items)
        self.text = "".join(item.symbol for item in items)

    def take(self, pattern: str, fits: Callable[[Sequence[Item]], bool] = bool) -> list[Item] | None:
        """The items of the first place where the pattern fits."""
        for found in re.finditer(pattern, self.text):
            start, end = found.span()
            taken = self.items[start:end]
            if fits(taken):
                self.text = self.text[:start] + self.text[end:]
                self.items = self.items[:start] + self.items[end:]
                return taken
        return None


def conditions_in(symbols: Symbols) -> tuple[tuple[Condition, ...], str]:
    """The conditions, taken away, and why they are unclear, if they are."""
    reading = _Conditions(symbols)
    reading.read()
    fixed = [(condition.column, condition.part) for condition in reading.found if condition.operator == "=="]
    twice = len(fixed) > len(set(fixed))
    return tuple(reading.found), reading.unclear or ("it asks for two values of one column at once" if twice else "")


def of(taken: Sequence[Item], symbols: str) -> Item:
    """The first of these items with one of the symbols."""
    return next(item for item in taken if item.symbol in symbols)


def column_of(taken: Sequence[Item]) -> Column:
    """The last column among them."""
    column: Column = [item.value for item in taken if item.symbol == "C"][-1]
    return column


def _years(taken: Sequence[Item]) -> bool:
    years = all(re.fullmatch(r"1[5-9]\d\d|2[01]\d\d", item.said) for item in taken if item.symbol == "N")
    return years and all(item.value == "year" for item in taken if item.symbol == "T")


def _at_home(taken: Sequence[Item]) -> bool:
    """The values are values of the column that stands before them."""
    names = of(taken, "C").value.names
    return all(sum(name in names for name in {name for name, _ in item.value}) == 1 for item in taken if item.symbol == "V")


class _Conditions:
    def __init__(self, symbols: Symbols):
        self.take = symbols.take
        self.symbols = symbols
        self.found: list[Condition] = []
        self.unclear = ""

    def read(self) -> None:
        while self._between() or self._dated() or self._compared() or self._of_value() or self._equal_number():
            pass

    def _add(self, condition: Condition) -> bool:
        self.found.append(condition)
        return True

    def _between(self) -> bool:
        if taken := self.take("L?CKNAN|L?CLNtN"):
            low, high = (item.value for item in taken if item.symbol == "N")
            return self._add(Condition(column_of(taken), "between", (low, high)))
        if taken := self.take("[KL]N[At]N", _years):
            low, high = (item.value for item in taken if item.symbol == "N")
            return self._add(Condition(None, "between", (low, high), "year"))
        return False

    def _dated(self) -> bool:
        if taken := self.take("L?MN(?![A-Z]?N)"):
            if not _years(taken[-1:]):
                self.unclear = f"I do not read days such as “{taken[-2].said} {taken[-1].said}”"
                return True
            self._add(Condition(None, "==", (taken[-1].value,), "year"))
            return self._add(Condition(None, "==", (float(taken[-2].value),), "month"))
        if taken := self.take("L?M(?:[Ao]M)*"):
            return self._add(Condition(None, "==", tuple(float(item.value) for item in taken if item.symbol == "M"), "month"))
        if taken := self.take("[Ly]T?N(?:[Ao]N)*", _years):
            numbers = tuple(item.value for item in taken if item.symbol == "N")
            operator: Operator = taken[0].value if taken[0].symbol == "y" else "=="
            if operator != "==" and len(numbers) > 1:
                self.unclear = "it names two years where one is needed"
            return self._add(Condition(None, operator, numbers, "year"))
        return False

    def _compared(self) -> bool:
        if taken := self.take("L?CG?[Oy]N"):
            if any(item.symbol == "G" for item in taken):
                self.unclear = "it negates a comparison"
            return self._add(Condition(column_of(taken), of(taken, "Oy").value, (taken[-1].value,)))
        if taken := self.take("LONC"):
            return self._add(Condition(column_of(taken), taken[1].value, (taken[2].value,)))
        return False

    def _of_value(self) -> bool:
        values = "V(?:[Ao]*V)*"
        taken = self.take(f"L?CG?L?O?{values}", _at_home) or self.take(f"L?(?:GL?)?{values}C", _at_home)
        taken = taken or self.take(f"L?GL?{values}|L?{values}")
        if not taken:
            return False
        named = next((item.value for item in taken if item.symbol == "C"), None)
        negated = any(item.symbol == "G" or (item.symbol == "O" and item.value == "!=") for item in taken)
        if any(item.symbol == "O" and item.value not in ("==", "!=") for item in taken):
            self.unclear = "it compares words as if they were numbers"
        either = any(item.symbol == "o" for item in taken)
        held: dict[str, list[str]] = {}
        for item in (item for item in taken if item.symbol == "V"):
            name = self._home(item, named)
            held.setdefault(name, []).extend(value for column, value in item.value if column == name)
        if either and len(held) > 1:
            self.unclear = "an “or” between two columns is more than I read"
        for name, chosen in held.items():
            self._add(Condition(Column(name, (name,)), "!=" if negated else "==", tuple(dict.fromkeys(chosen))))
        return True

    def _home(self, item: Item, named: Column | None) -> str:
        """The column that a value is looked for in."""
        homes = [str(name) for name in dict.fromkeys(name for name, _ in item.value)]
        if named:
            return next(name for name in homes if name in named.names)
        if len(homes) > 1:
            where = " and ".join(f"`{name}`" for name in homes)
            self.unclear = f"“{item.said}” stands in {where}: say which column is meant"
        return homes[0]

    def _equal_number(self) -> bool:
        if taken := self.take("LCG?N(?:[Ao]N)*"):
            operator: Operator = "!=" if any(item.symbol == "G" for item in taken) else "=="
            numbers = tuple(item.value for item in taken if item.symbol == "N")
            return self._add(Condition(column_of(taken), operator, numbers))
        if taken := self.take("LNC(?![A-Z]*d)"):
            return self._add(Condition(column_of(taken), "==", (taken[1].value,)))
        if taken := self.take("NC", _years):  # "the 2015 vintage"
            return self._add(Condition(column_of(taken), "==", (taken[0].value,), "year"))
        return False
