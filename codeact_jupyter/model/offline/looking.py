"""The cells that look: what there is, before anything is computed; pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from codeact_jupyter.model.offline.table import Table, overview


@dataclass(frozen=True)
class Cell:
    """A step: a sentence, and code."""

    prose: str
    code: str

    def text(self) -> str:
        return f"{self.prose}\n\n<execute>\n{self.code}\n</execute>"


@dataclass(frozen=True)
class Names:
    """Names for what the cells make, which must not take the place of the user's."""

    taken: Collection[str] = ()

    def free(self, name: str) -> str:
        return name if name not in self.taken else f"{name}_2"


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


def brief(variable: str) -> Cell:
    """Look at a wide table with fewer values."""
    return Cell("That was too wide to be shown whole: once more with one value of each column.", overview(variable, 1))


def list_files() -> Cell:
    code = 'from pathlib import Path\n\nprint(sorted(path.name for path in Path(".").glob("*.[ct]sv")))'
    return Cell("There is no file of that name: which ones are there?", code)


def find_values(table: Table, said: str, names: Names) -> Cell:
    """Which values of the text columns does the request speak of?"""
    words = names.free("words")
    code = "\n".join(
        [
            f"{words} = {quote(said)}",
            "print(*(",
            "    [name, [value for value in column.dropna().astype(str).unique()",
            f"            if value.strip() and value.strip().lower() in {words}][:40]]",
            f'    for name, column in {table.variable}.select_dtypes(exclude=["number", "datetime"]).items()',
            '), sep="\\n")',
        ]
    )
    return Cell("Some words may be values in the table: I look for them in the text columns.", code)


def shapes(table: Table, column: str, names: Names) -> Cell:
    """What does the text of this column look like?"""
    text, shape = names.free("text"), names.free("shapes")
    code = "\n".join(
        [
            f"{text} = {column_of(table.variable, column)}.dropna().astype(str).str.strip()",
            f'{shape} = {text}.str.replace(r"\\d", "9", regex=True).value_counts()',
            f"print(len({shape}))",
            f"print({shape}.head(80).to_dict())",
        ]
    )
    return Cell(f"`{column}` holds text where I need numbers: how are they written?", code)


def day_or_month(table: Table, column: str, names: Names) -> Cell:
    """The largest first and second numbers of the dates."""
    parts = names.free("parts")
    code = "\n".join(
        [
            "# A first number above 12 can only be a day",
            f'{parts} = {column_of(table.variable, column)}.dropna().astype(str).str.extract(r"(\\d+)\\D(\\d+)").astype(float)',
            f"print({parts}.max().tolist())",
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
