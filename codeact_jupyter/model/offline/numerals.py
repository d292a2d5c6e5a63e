"""Numbers kept as text: how to read them, from the shapes that the column was seen to hold (each digit written as 9); pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"^(?P<before>[^\d]*?)(?P<sign>[-+]?)(?P<number>9(?:[9.,'’ \u00a0\u202f]*9)?)(?P<after>[^\d]*)$")
_PLAIN = re.compile(r"^[-+]?(?:9+\.?9*|\.9+)(?:[eE][-+]?9+)?$")
_DOTS = re.compile(r"^9{1,3}(?:\.999)+$")
_SPACED = re.compile(r"^9{1,3}(?:[ \u00a0\u202f'’]999)*(?:[.,]9+)?$")
_SCALES = frozenset({"k", "m", "mn", "mio", "bn", "b", "thousand", "million", "billion", "tsd", "mrd", "lakh", "crore"})
MARKS = ("-", "--", "?", ".", "n/a", "n.a.", "na", "null", "nan")
"""What stands for a value that is missing."""
GAPS = (*MARKS, "none", "missing", "unknown", "tbd", "not available", "k.a.")
"""The same among numbers, where a word can be nothing else."""
_MOSTLY = 0.5
"""Share of the values that must be numbers for the column to count as one of numbers."""
_ODD = 0.05
"""Share of values with digits that may stay unread ("12-15"): they are counted in the answer."""


@dataclass(frozen=True)
class Cleaning:
    """How the text becomes numbers."""

    strip: tuple[str, ...] = ()
    """What is taken off: a currency or a unit, separators of thousands."""
    decimal_comma: bool = False

    def expression(self, text: str) -> str:
        """Python that reads numbers from the text column that this expression gives."""
        marks = "".join(re.escape(mark) for mark in self.strip if len(mark) == 1 and not mark.isalpha() and mark != " ")
        words = [re.escape(mark).replace("\\ ", " ") for mark in self.strip if len(mark) > 1 or mark.isalpha()]
        pattern = "|".join([*words, f"[{marks}\\s]" if marks else r"\s"])
        read = f'{text}.str.replace(r"{pattern}", "", regex=True, case=False)'
        if self.decimal_comma:
            read += '.str.replace(",", ".", regex=False)'
        return f'pd.to_numeric(\n    {read},\n    errors="coerce",\n)'


@dataclass(frozen=True)
class Unclear:
    """Why the column cannot be taken for numbers."""

    reason: str


def thousands(shapes: Mapping[str, int]) -> bool:
    """Every dot in these numbers stands before three digits, as one between thousands does."""
    held = [shape.strip("+-") for shape in shapes if "." in shape]
    return bool(held) and all(_DOTS.match(shape) for shape in held)


def plan(shapes: Mapping[str, int], european: bool = False) -> Cleaning | Unclear:
    """How to read a column with these shapes, or why not; `european`: its file has semicolons, so a comma may be a decimal one."""
    shapes = {shape: count for shape, count in shapes.items() if re.search(r"\w", shape) and shape.casefold() not in GAPS}
    total = sum(shapes.values())
    readable = {shape: found for shape in shapes if (found := _NUMBER.match(shape)) and not _PLAIN.match(shape)}
    plain = sum(count for shape, count in shapes.items() if _PLAIN.match(shape))
    read = plain + sum(shapes[shape] for shape in readable)
    odd = sum(count for shape, count in shapes.items() if "9" in shape and shape not in readable and not _PLAIN.match(shape))
    if not total or read < _MOSTLY * total:
        return Unclear("most of its values are no numbers")
    if odd > _ODD * total:
        return Unclear("many of its values hold digits but are no plain numbers")
    units = {_unit(found["before"]) for found in readable.values()} | {_unit(found["after"]) for found in readable.values()}
    units.discard("")
    if any("(" in found["before"] for found in readable.values()):
        return Unclear("some of its numbers stand in brackets, which may mean that they are negative")
    if len(units) > 1:
        return Unclear(f"its numbers have different units ({', '.join(sorted(units))})")
    if "%" in units and plain:
        return Unclear("some of its numbers have “%” and some have not")
    if units & _SCALES:
        return Unclear(f"its numbers end in “{min(units)}”, which may be a scale or a unit")
    if any(mark in unit for unit in units for mark in "<>~≈±"):
        return Unclear("some of its numbers are only bounds or estimates")
    if any(re.search(r"[\s'’]", found["number"]) and not _SPACED.match(found["number"]) for found in readable.values()):
        return Unclear("some of its values hold two numbers")
    return _separators([found["number"] for found in readable.values()], [s for s in shapes if _PLAIN.match(s)], units, european)


def _unit(text: str) -> str:
    text = text.strip().casefold()
    return text.removeprefix("-").removesuffix("-").strip()


def _separators(numbers: list[str], plain: list[str], units: set[str], european: bool) -> Cleaning | Unclear:
    spaces = {mark for number in numbers for mark in number if mark in "'’"}
    commas = [number for number in numbers if "," in number]
    all_numbers = [*numbers, *(shape.lstrip("+-") for shape in plain)]
    if not commas:
        if any(number.count(".") > 1 for number in numbers):
            fits = all(_DOTS.match(number) for number in all_numbers if "." in number)
            return Cleaning((*sorted(units), *sorted(spaces), ".")) if fits else Unclear("its dots are used in two ways")
        return Cleaning((*sorted(units), *sorted(spaces)))
    thousands = all(_grouped(number, ",") for number in commas)
    decimal = all(_decimal(number) for number in commas) and all(_grouped(number, ".") for number in all_numbers if "." in number)
    if thousands and decimal and not any("." in number for number in all_numbers):
        longer = european or any(re.match("^9{4,}$", number) for number in all_numbers)
        return Unclear("its commas may separate thousands or decimals") if longer else Cleaning((*sorted(units), *sorted(spaces), ","))
    if thousands:
        return Cleaning((*sorted(units), *sorted(spaces), ","))
    if decimal:
        return Cleaning((*sorted(units), *sorted(spaces), "."), decimal_comma=True)
    return Unclear("its commas are used in two ways")


def _grouped(number: str, mark: str) -> bool:
    """The mark separates thousands in it."""
    whole = re.sub(r"[\s'’]", "", number)
    other = "." if mark == "," else ","
    head, _, tail = whole.partition(other)
    return re.match(rf"^9{{1,3}}(?:{re.escape(mark)}999)+$", head) is not None and mark not in tail


def _decimal(number: str) -> bool:
    """Its one comma stands before decimals."""
    return number.count(",") == 1 and "." not in number.partition(",")[2]
