"""The cells that look: what there is, before anything is computed; pure."""

import re
from collections.abc import Collection, Sequence
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


def load(file: str, variable: str, read: str) -> Cell:
    """Read a file and look at it; `read`: the call that reads it."""
    return Cell(
        f"I look at `{file}` first: its size, its columns and what they hold.",
        f"import pandas as pd\n\n{variable} = {read}\n{overview(variable)}",
    )


def first_bytes(file: str, names: Names) -> Cell:
    """How is the file written?"""
    stream = names.free("file")
    code = f'with open({quote(file)}, "rb") as {stream}:\n    print({stream}.read(1500))'
    return Cell(f"`{file}` is no table in the usual way: I look at its first bytes.", code)


def filled(read: str, names: Names) -> Cell:
    """How many fields of the first rows are filled?"""
    top = names.free("top")
    code = f"{top} = {read}.head(30)\nprint({top}.notna().sum(axis=1).tolist())"
    return Cell("The columns have no names: which row is the header?", code)


def sheets(file: str, names: Names) -> Cell:
    """Which sheets does a workbook have?"""
    held = names.free("sheets")
    code = "\n".join(
        [
            "import pandas as pd",
            "",
            f"{held} = pd.read_excel({quote(file)}, sheet_name=None, nrows=20)",
            f'print(*([name, [str(column) for column in sheet]] for name, sheet in {held}.items()), sep="\\n")',
        ]
    )
    return Cell(f"`{file}` is a workbook: which sheets does it have?", code)


def peek(files: Sequence[str], readers: Sequence[str]) -> Cell:
    """Which columns do these files have?"""
    lines = [f"print([{quote(file)}, [str(column) for column in {read}]])" for file, read in zip(files, readers, strict=True)]
    return Cell("There are several tables: which columns do they have?", "\n".join(["import pandas as pd", "", *lines]))


def look(variable: str) -> Cell:
    """Look at a DataFrame that is in the kernel."""
    return Cell(f"`{variable}` is in the kernel: I look at its columns first.", f"import pandas as pd\n\n{overview(variable)}")


def brief(variable: str) -> Cell:
    """Look at a wide table with fewer values."""
    return Cell("That was too wide to be shown whole: once more with one value of each column.", overview(variable, 1))


def list_files() -> Cell:
    code = "from pathlib import Path\n\nprint(sorted(path.name for path in Path().iterdir() if path.is_file()))"
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


def shapes(values: str, column: str, names: Names) -> Cell:
    """What does the text of this column look like?  `values`: the column, as code."""
    text, shape = names.free("text"), names.free("shapes")
    code = "\n".join(
        [
            f"{text} = {values}.dropna().astype(str).str.strip()",
            f'{shape} = {text}.str.replace(r"\\d", "9", regex=True).value_counts()',
            f"print(len({shape}))",
            f"print({shape}.head(80).to_dict())",
        ]
    )
    return Cell(f"How are the numbers in `{column}` written?", code)


def day_or_month(table: Table, column: str, names: Names) -> Cell:
    """The largest first and second numbers of the dates."""
    parts = names.free("parts")
    code = "\n".join(
        [
            "# A first number above 12 can only be a day",
            f'{parts} = {column_of(table.variable, column)}.astype(str).str.extract(r"^\\s*(\\d{{1,2}})[/.-](\\d{{1,2}})[/.-]\\d")',
            f"print({parts}.astype(float).max().fillna(0).tolist())",
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


def join(left: Table, right: Table, key: str, joined: str) -> Cell:
    """Each row of the left table with the one of the right table that has the same key."""
    stem = re.sub(r"\W+", "_", right.called.partition(".")[0])
    how = f'how="left", suffixes=("", {quote("_" + stem)}), indicator=True'
    merge = f"{joined} = {left.variable}.merge({right.variable}, on={quote(key)}, {how})"
    code = "\n".join(
        [
            merge,
            f'print("without a partner:", int({joined}.pop("_merge").ne("both").sum()))',
            overview(joined),
        ]
    )
    return Cell(f"I join them by `{key}`, which names each row of `{right.called}` once.", code)
