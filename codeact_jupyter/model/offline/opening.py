"""How a file gets into the kernel: read as anybody would at first, and put right as its failures and its look tell."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from codeact_jupyter.model.offline import looking
from codeact_jupyter.model.offline.answering import cannot
from codeact_jupyter.model.offline.looking import Cell, Names, quote
from codeact_jupyter.model.offline.reading import Observation
from codeact_jupyter.model.offline.steps import End, Script, observe
from codeact_jupyter.model.offline.table import Table, headless, literal_in, seen
from codeact_jupyter.model.offline.written import Writing, writing

_READERS = {
    "csv": "read_csv",
    "tsv": "read_csv",
    "tab": "read_csv",
    "txt": "read_csv",
    "dat": "read_csv",
    "xlsx": "read_excel",
    "xlsm": "read_excel",
    "xls": "read_excel",
    "ods": "read_excel",
    "parquet": "read_parquet",
    "feather": "read_feather",
    "json": "read_json",
    "jsonl": "read_json",
    "ndjson": "read_json",
}
_NEEDS = {"xls": "xlrd", "ods": "odfpy", "parquet": "pyarrow", "feather": "pyarrow"}
"""Packages that pandas reads a format with; openpyxl for the rest."""
_TRIES = 6


@dataclass(frozen=True)
class Opened:
    """A table in the kernel, the cell that put it there, and what is to be said about it."""

    table: Table
    again: Cell
    notes: tuple[str, ...] = ()
    as_text: str = ""


@dataclass(frozen=True)
class Attempt:
    """A way to read a file."""

    file: str
    variable: str
    options: dict[str, str] = field(default_factory=dict)
    """Keyword arguments of pandas, as code."""
    after: str = ""
    """A method called on what was read, as code."""
    notes: tuple[str, ...] = ()
    sheet: str = ""

    @property
    def suffix(self) -> str:
        return re.sub(r"\.(?:gz|zip|bz2|xz)$", "", self.file.lower()).rpartition(".")[2]

    @property
    def text(self) -> bool:
        """Fields separated by something."""
        return _READERS[self.suffix] == "read_csv"

    def expression(self) -> str:
        arguments = [quote(self.file), *(f"{name}={value}" for name, value in self.options.items())]
        return f"pd.{_READERS[self.suffix]}({', '.join(arguments)}){self.after}"

    def cell(self) -> Cell:
        return looking.load(self.file, self.variable, self.expression())

    def put(self, note: str, **options: str) -> "Attempt":
        """Read otherwise, and say why."""
        notes = self.notes if note in self.notes or not note else (*self.notes, note)
        return replace(self, options={**self.options, **options}, notes=notes)


def readable(file: str) -> bool:
    """It is of a kind that pandas reads."""
    return Attempt(file, "df").suffix in _READERS


def first(file: str, variable: str, separator: str) -> Attempt:
    """As anybody would read it."""
    attempt = Attempt(file, variable)
    if attempt.suffix in ("jsonl", "ndjson"):
        return replace(attempt, options={"lines": "True"})
    separator = separator or ("\t" if attempt.suffix in ("tsv", "tab") else "")
    return replace(attempt, options={"sep": quote(separator)}) if attempt.text and separator not in ("", ",") else attempt


def opened(attempt: Attempt, names: Names) -> Script[Opened]:
    """The table that is in the file.  A `FileNotFoundError` is the caller's: it raises `Missing`."""
    looked = False
    for _ in range(_TRIES):
        observation = yield from observe(attempt.cell())
        if observation.error is None:
            table = yield from whole(observation, attempt.variable, attempt.file, _separator(attempt))
            table = replace(table, sheet=attempt.sheet)
            better = yield from _better(attempt, table, names, looked)
            if better is None:
                as_text = attempt.put("", dtype="str").expression() if attempt.text else ""
                return Opened(table, attempt.cell(), attempt.notes, as_text)
            attempt, looked = better, True
            continue
        attempt = yield from _after_error(attempt, observation, names, looked)
        looked = looked or observation.error[0] == "ParserError"
    raise End(cannot(f"`{attempt.file}` could not be read in any way that I know"))


class Missing(Exception):
    """There is no file of that name."""


def whole(observation: Observation, variable: str, called: str, separator: str) -> Script[Table]:
    """The table that was looked at; a wide one is looked at again, more briefly."""
    if table := seen(observation, variable, called, separator):
        return table
    again = yield from observe(looking.brief(variable))
    if table := seen(again, variable, called, separator):
        return table
    raise End(cannot(f"what `{called}` holds was not shown to me whole"))


def _separator(attempt: Attempt) -> str:
    mark = attempt.options.get("sep", '","')
    return str(ast.literal_eval(mark)) if mark[0] in "\"'" else ","


def _after_error(attempt: Attempt, observation: Observation, names: Names, looked: bool) -> Script[Attempt]:
    """How to read it otherwise, as the traceback tells."""
    match observation.error:
        case ("FileNotFoundError", _):
            raise Missing
        case ("UnicodeDecodeError" | "UnicodeError", words):
            encoding = attempt.options.get("encoding", "")
            if re.search(r"0xf[ef] in position 0\b", words) and not encoding:
                return attempt.put("It is written in UTF-16.", encoding='"utf-16"')
            if "cp1252" in encoding or "charmap" in words:
                return attempt.put("", encoding='"latin-1"')
            return attempt.put("It is not in UTF-8: I read it as Windows-1252 (Latin-1).", encoding='"cp1252"')
        case ("ParserError", _) if attempt.text and not looked:
            return (yield from _as_written(attempt, names))
        case ("ImportError" | "ModuleNotFoundError", _) if not attempt.text:
            package = _NEEDS.get(attempt.suffix, "openpyxl")
            raise End(
                f"I cannot answer this yet: the notebook's kernel has no {package}, without which pandas does not read `{attempt.file}`. "
                f"Install it with `%pip install {package}` and ask again."
            )
        case (name, words):
            raise End(cannot(f"`{attempt.file}` cannot be read ({name}: {words.splitlines()[0] if words else ''})"))
        case _:
            return attempt


def _better(attempt: Attempt, table: Table, names: Names, looked: bool) -> Script[Attempt | None]:
    """Another way to read it, if it does not look like a table yet; None: it does."""
    single = len(table.columns) == 1 and bool(re.search(r"[;\t|,]|\S\s+\S", table.columns[0].name))
    garbled = any("\0" in name or name.startswith(("ÿþ", "þÿ", "ï»¿")) for name in table.names)
    if attempt.text and (single or garbled) and not looked:
        other = yield from _as_written(attempt, names)
        return other if other.options != attempt.options else None
    if attempt.text and "header" not in attempt.options and headless(table):
        return replace(
            attempt.put("It has no header: I call its columns `column_0`, `column_1`, and so on.", header="None"),
            after='.add_prefix("column_")',
        )
    unnamed = sum(name.startswith("Unnamed: ") for name in table.names)
    if 2 * unnamed >= len(table.columns) > 1 and "header" not in attempt.options and "skiprows" not in attempt.options:
        return (yield from _below(attempt, names))
    return None


def _as_written(attempt: Attempt, names: Names) -> Script[Attempt]:
    """By its first bytes."""
    observation = yield from observe(looking.first_bytes(attempt.file, names))
    found = _bytes(observation)
    how = writing(found, "encoding" not in attempt.options, attempt.suffix in ("txt", "dat", "tab")) if found else None
    return _put(attempt, how) if how else attempt


def _put(attempt: Attempt, how: Writing) -> Attempt:
    marks = {"\t": "tabs", ";": "semicolons", "|": "bars", r"\s+": "spaces", ",": "commas"}
    if how.encoding.startswith("utf-16") and "encoding" not in attempt.options:
        attempt = attempt.put("It is written in UTF-16.", encoding=quote(how.encoding))
    elif how.encoding and "encoding" not in attempt.options:
        attempt = attempt.put("It is not in UTF-8: I read it as Windows-1252 (Latin-1).", encoding=quote(how.encoding))
    if how.separator != _separator(attempt):
        mark = 'r"\\s+"' if how.separator == r"\s+" else quote(how.separator)
        attempt = attempt.put(f"Its columns are separated by {marks[how.separator]}.", sep=mark)
    if how.before:
        attempt = attempt.put(f"Its header stands in line {how.before + 1}.", skiprows=str(how.before))
    return attempt


def _bytes(observation: Observation) -> bytes:
    line = next((line for line in observation.lines() if line.startswith(("b'", 'b"'))), "")
    try:
        value = ast.literal_eval(line) if line else b""
    except (ValueError, SyntaxError):
        return b""
    return value if isinstance(value, bytes) else b""


def _below(attempt: Attempt, names: Names) -> Script[Attempt | None]:
    """Its header stands further down, below a title."""
    observation = yield from observe(looking.filled(replace(attempt, options={**attempt.options, "header": "None"}).expression(), names))
    counts = literal_in(observation)
    if not isinstance(counts, list) or not counts or max(counts) < 2:
        return None
    row = counts.index(max(counts))
    return attempt.put(f"Its header stands in row {row + 1}.", header=str(row)) if row else None


def sheets(attempt: Attempt, names: Names) -> Script[dict[str, Sequence[str]]]:
    """The sheets of a workbook with their columns."""
    observation = yield from observe(looking.sheets(attempt.file, names))
    if observation.error:
        yield from _after_error(attempt, observation, names, looked=True)
    found: dict[str, Sequence[str]] = {}
    for line in observation.lines():
        match literal_in(Observation(line)):
            case [str() as name, list() as columns]:
                found[name] = [str(column) for column in columns]
            case _:
                pass
    return found
