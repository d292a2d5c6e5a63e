"""What is known of a data file: values, made by the readers, worded by `telling`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Type = Literal["int", "float", "decimal", "bool", "date", "datetime", "time", "text", "mixed", "bytes", "list", "object", "empty"]


@dataclass(frozen=True)
class Column:
    """A column, as the rows that were looked at show it."""

    name: str
    type: Type
    low: str = ""
    high: str = ""
    """Smallest and largest, of numbers and dates; empty: not known."""
    values: Sequence[str] = ()
    """A few different ones of a text; of `mixed` those that are no numbers."""
    different: int = 0
    """How many different values a text has."""
    missing: int = 0
    form: str = ""
    """How its values are written, if not in the usual way."""


@dataclass(frozen=True)
class Table:
    """Rows and columns: a whole CSV file, or a sheet of a workbook."""

    columns: Sequence[Column]
    """The first ones."""
    width: int
    """Of all columns."""
    count: int | None = None
    """Rows without the header; None: not known."""
    about: bool = False
    """The count is an estimate."""
    sampled: int | None = None
    """Types, values and ranges are from that many first rows; None: from all."""
    rows: Sequence[Sequence[str]] = ()
    """The first two."""
    kind: str = ""
    name: str = ""
    """`sheet` and its name; both empty where the file is the table."""
    header: int = 1
    """Row in which the header stands."""


@dataclass(frozen=True)
class DataFile:
    """A file beside the notebook."""

    name: str
    bytes: int
    tables: Sequence[Table] = ()
    separator: str = ""
    encoding: str = ""
    """If it is text, but not UTF-8."""
    more: Sequence[str] = ()
    """Names of tables that were not looked into."""
    note: str = ""

    @property
    def columns(self) -> list[str]:
        """Names, of the first table."""
        return [column.name for table in self.tables[:1] for column in table.columns]

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """The first ones of the first table."""
        return self.tables[0].rows if self.tables else ()
