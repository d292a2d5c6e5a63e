"""Requests about how columns go together: correlation, linear fit, trend, and how values are spread; pure.

Called by the grammar once the conditions are read.  Only joints may stand between the columns: anything else is left over, and then nothing
is computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from codeact_jupyter.model.offline.asking import Column, Function, Kind, Measure, Plot, Unit
from codeact_jupyter.model.offline.conditions import Symbols
from codeact_jupyter.model.offline.symbols import Item

_JOINTS = "KLAvtW"
_OPEN = frozenset({"where", "whose", "having", "that have", "which have"})
_NEEDLESS = {"correlation": "cSsd", "fit": "fs", "trend": "m", "spread": ""}
"""Words that a kind may hold besides, and that add nothing."""


@dataclass(frozen=True)
class Relation:
    """What was read of a request about how columns go together."""

    kind: Kind
    measures: tuple[Measure, ...] = ()
    by: tuple[Column | Unit, ...] = ()
    date: Column | None = None
    plot: Plot = ""
    bins: int | None = None
    unclear: str = ""


def relation_in(symbols: Symbols, plot: Plot) -> Relation | None:
    """The relation that is asked for, its words taken away; None: none is."""
    marks = symbols.text
    related = next((item.value for item in symbols.items if item.symbol == "v"), None)
    if "f" in marks or related == "depends":
        return _fit(symbols, plot) if "c" not in marks else Relation("fit", unclear="it asks for a correlation and a linear fit at once")
    if "c" in marks:
        return _correlation(symbols, plot)
    if plot in ("hist", "box"):
        return _spread(symbols, plot)
    if "m" in marks:
        return _trend(symbols, plot)
    if plot == "scatter" or (plot == "any" and "v" in marks):
        return _correlation(symbols, "scatter", drawn=True)
    return None


def _correlation(symbols: Symbols, plot: Plot, drawn: bool = False) -> Relation:
    against = "v" in symbols.text
    symbols.take("N", lambda taken: taken[0].value == 2)  # "which two columns"
    chosen = _columns(symbols, "correlation")
    plot = "scatter" if plot == "any" else plot
    if drawn and len(chosen) != 2:
        return Relation("correlation", unclear="a scatter plot needs two columns")
    if len(chosen) == 2:
        one, other = chosen if not (drawn and not against) else (chosen[1], chosen[0])  # "of x and y", but "y against x"
        return Relation("correlation", (Measure("value", one), Measure("value", other)), plot=plot)
    if plot:
        return Relation("pairs", unclear="I draw a correlation of two columns only")
    return Relation("pairs", tuple(Measure("value", column) for column in chosen))


def _fit(symbols: Symbols, plot: Plot) -> Relation:
    timed = bool(set(symbols.text) & set("mT"))
    count = sum(item.symbol == "C" for item in symbols.items)
    if timed and count == 1:
        while symbols.take("f"):
            pass
        return _trend(symbols, plot)
    chosen = _columns(symbols, "fit")
    if len(chosen) != 2:
        return Relation("fit", unclear="a linear fit needs two columns: say “of … on …”")
    return Relation("fit", tuple(Measure("value", column) for column in chosen), plot="scatter" if plot == "any" else plot)


def _trend(symbols: Symbols, plot: Plot) -> Relation:
    units = [item.value for item in symbols.items if item.symbol == "m" and item.value in get_args(Unit)]
    while taken := symbols.take("L?B?T(?!B)"):
        units.append(next(item.value for item in taken if item.symbol == "T"))
    date = symbols.take("L?BC")
    measure = _measured(symbols)
    _columns(symbols, "trend")
    unclear = "it names two units of time" if len(set(units)) > 1 else ""
    named = next((item.value for item in date or () if item.symbol == "C"), None)
    return Relation(
        "trend",
        (measure,) if measure else (),
        tuple(units[:1]),
        named,
        "line" if plot in ("any", "line") else plot,
        unclear=unclear,
    )


def _measured(symbols: Symbols) -> Measure | None:
    """What the trend is of."""
    if taken := symbols.take("FH?C"):
        return Measure(_function(taken[0].value), next(item.value for item in taken if item.symbol == "C"))
    if taken := symbols.take("H[RL]*C?"):
        column = next((item.value for item in taken if item.symbol == "C"), None)
        return Measure("many" if column else "count", column)
    if taken := symbols.take("C"):
        return Measure(None, taken[0].value)
    return Measure("count") if symbols.take("R") else None


def _spread(symbols: Symbols, plot: Plot) -> Relation:
    bins = symbols.take("L?Nb")
    number = int(bins[-2].value) if bins and 0 < bins[-2].value <= 500 else None
    by: list[Column] = []
    while taken := symbols.take("L?BH?C"):
        by.append(taken[-1].value)
    chosen = _columns(symbols, "spread")
    unclear = "I group a chart of values by one column only" if len(by) > 1 else ""
    if by and len(chosen) > 1:
        unclear = "I draw one column by groups, not several"
    return Relation("spread", tuple(Measure("value", column) for column in chosen), tuple(by), plot=plot, bins=number, unclear=unclear)


def _columns(symbols: Symbols, kind: str) -> list[Column]:
    """The columns that are left, and with them the joints and the kind's own words."""
    chosen: list[Column] = []
    for letter in (*_JOINTS, *_NEEDLESS[kind]):
        while symbols.take(letter, _plain):
            pass
    while kind != "trend" and (taken := symbols.take("C")):
        chosen.append(taken[0].value)
    return chosen


def _plain(taken: Sequence[Item]) -> bool:
    """“Least correlated” is no needless word, and “where” asks for more."""
    return taken[0].said not in _OPEN and (taken[0].symbol != "d" or bool(taken[0].value))


def _function(name: str) -> Function:
    return next(known for known in get_args(Function) if known == name)
