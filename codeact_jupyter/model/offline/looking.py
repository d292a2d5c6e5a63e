"""The cells that look: what there is, before anything is computed; pure."""

import re
from dataclasses import dataclass

from codeact_jupyter.model.offline.table import Table, overview


@dataclass(frozen=True)
class Cell:
    """A step: a sentence, and code."""

    prose: str
    code: str

    def text(self) -> str:
        return f"{self.prose}\n\n<execute>\n{self.code}\n</execute>"


def load(file: str, variable: str, separator: str, how: str = "") -> Cell:
    """Read a file and look at it."""
    options = f", sep={quote(separator)}" if separator not in ("", ",") and "sep=" not in how else ""
    read = f"{variable} = pd.read_csv({quote(file)}{options}{f', {how}' if how else ''})"
    return Cell(
        f"I look at `{file}` first: its size, its columns and what they hold.", f"import pandas as pd\n\n{read}\n{overview(variable)}"
    )


def look(variable: str) -> Cell:
    """Look at a DataFrame that is in the kernel."""
    return Cell(f"`{variable}` is in the kernel: I look at its columns first.", f"import pandas as pd\n\n{overview(variable)}")


def list_files() -> Cell:
    code = 'from pathlib import Path\n\nprint(sorted(path.name for path in Path(".").glob("*.[ct]sv")))'
    return Cell("There is no file of that name: which ones are there?", code)


def find_values(table: Table, words: str) -> Cell:
    """Which values of the text columns does the request speak of?"""
    code = "\n".join(
        [
            f"words = {quote(words)}",
            f'for name, column in {table.variable}.select_dtypes(exclude=["number", "datetime"]).items():',
            "    values = column.dropna().astype(str).unique()",
            "    print([name, [value for value in values if value.strip() and value.strip().lower() in words][:40]])",
        ]
    )
    return Cell("Some words may be values in the table: I look for them in the text columns.", code)


def shapes(table: Table, column: str) -> Cell:
    """What does the text of this column look like?"""
    code = "\n".join(
        [
            f"text = {table.variable}[{quote(column)}].dropna().astype(str).str.strip()",
            'shapes = text.str.replace(r"\\d", "9", regex=True).value_counts()',
            "print(len(shapes))",
            "print(shapes.head(80).to_dict())",
        ]
    )
    return Cell(f"`{column}` holds text where I need numbers: how are they written?", code)


def day_or_month(table: Table, column: str) -> Cell:
    """The largest first and second numbers of the dates."""
    code = "\n".join(
        [
            "# A first number above 12 can only be a day",
            f'parts = {table.variable}[{quote(column)}].dropna().astype(str).str.extract(r"(\\d+)\\D(\\d+)").astype(float)',
            "print(parts.max().tolist())",
        ]
    )
    return Cell(f"The dates in `{column}` may begin with the day or with the month: the largest numbers tell.", code)


def column_of(frame: str, name: str) -> str:
    """A column of a frame, as code."""
    return f"{frame}[{quote(name)}]"


def quote(text: str) -> str:
    """As a Python literal, in double quotes as formatters write it."""
    literal = repr(text)
    plain = literal[0] == "'" and '"' not in text
    return f'"{re.sub(chr(92) + chr(39), chr(39), literal[1:-1])}"' if plain else literal
