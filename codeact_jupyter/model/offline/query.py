"""What is to be computed on a table that was seen; pure."""

from dataclasses import dataclass, field, replace
from typing import Literal

from codeact_jupyter.model.offline.asking import Column, Condition, Function, Kind, Plot, Unit


class NotClear(Exception):
    """The request does not fit the table, or fits it in several ways; says which."""


@dataclass(frozen=True)
class Figure:
    """A number for each group, or for all rows."""

    function: Function
    column: str | None

    @property
    def label(self) -> str:
        return "rows" if self.column is None else f"{self.function} of {self.column}"


@dataclass(frozen=True)
class Query:
    """All that the code needs."""

    kind: Kind
    figures: tuple[Figure, ...] = ()
    keys: tuple[str, ...] = ()
    unit: Unit | None = None
    date: str | None = None
    conditions: tuple[Condition, ...] = ()
    top: int | None = None
    descending: bool = True
    plot: Plot = ""
    bins: int | None = None
    first: Literal["", "day", "month"] = ""
    """What stands first in a date, where the request says so."""
    notes: tuple[str, ...] = ()
    reads: dict[str, str] = field(default_factory=dict)
    """Columns that have to be read anew, and the expression that reads them."""
    decimals: int = 2
    focus: str = ""
    """The one column that all others are compared with."""

    def renamed(self, old: str, new: str) -> "Query":
        """With another column in place of one that is not there."""
        return replace(
            self,
            figures=tuple(replace(figure, column=new) if figure.column == old else figure for figure in self.figures),
            keys=tuple(new if key == old else key for key in self.keys),
            date=new if self.date == old else self.date,
            conditions=tuple(
                replace(condition, column=Column(new, (new,))) if condition.column and condition.column.names == (old,) else condition
                for condition in self.conditions
            ),
            notes=(*self.notes, f"There is no column `{old}`: I took `{new}`."),
        )

    def noted(self, note: str) -> "Query":
        """With a word more for the answer."""
        return replace(self, notes=tuple(dict.fromkeys([*self.notes, note])))

    @property
    def calculated(self) -> tuple[str, ...]:
        """Columns that have to hold numbers."""
        figures = [figure.column for figure in self.figures if figure.column and figure.function not in ("count", "nunique")]
        compared = [
            condition.column.names[0]
            for condition in self.conditions
            if condition.column and any(isinstance(value, float) for value in condition.values)
        ]
        return tuple(dict.fromkeys([*figures, *compared]))
