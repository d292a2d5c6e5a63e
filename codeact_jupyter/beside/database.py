"""Tables of an SQLite file, read without a trace: no lock, no journal, nothing of what the file itself would have run."""

import sqlite3
from contextlib import closing
from pathlib import Path

from codeact_jupyter.beside.bounded import COLUMNS, CUT, TABLES, NotLookedInto, OutOfTime, Source, rows_for
from codeact_jupyter.beside.columns import of_values
from codeact_jupyter.beside.found import DataFile, Table

COUNTED = 16_000_000
"""Bytes of a file up to which rows are counted; above that the largest row id must do."""
_MOST = 2_000_000
"""Rows that are counted."""
_NAMES = "select name from sqlite_master where type = 'table' and rootpage > 0 and name not like 'sqlite\\_%' escape '\\' limit 500"
_STEPS = 10_000
"""Steps of the virtual machine between two looks at the clock: about a millisecond."""


def read(source: Source) -> DataFile:
    """What an SQLite file holds."""
    if source.head(16) != b"SQLite format 3\0":
        raise NotLookedInto("not an SQLite file" if source.size else "empty")
    try:
        with closing(_connect(source)) as connection:
            names = [str(name) for (name,) in connection.execute(_NAMES)]
            tables = [_table(connection, name, source.size <= COUNTED) for name in names[:TABLES]]
    except (sqlite3.Error, UnicodeError) as error:  # its words may quote bytes of the file
        if source.patience.over:
            raise OutOfTime("not looked into: no time left") from error
        raise NotLookedInto("a damaged SQLite file, or one that is being written") from error
    log = Path(f"{source.path}-wal")
    note = "what stands in its -wal file is not counted" if log.is_file() and log.stat().st_size else ""
    more = [name[:CUT] for name in names[TABLES:]]
    return DataFile(source.path.name, source.size, tables, more=more, note=note if tables else note or "no tables")


def _connect(source: Source) -> sqlite3.Connection:
    """Immutable: otherwise even a reader would leave files beside a database in WAL mode."""
    connection = sqlite3.connect(f"{source.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, timeout=0)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4_000_000)
    connection.set_progress_handler(lambda: source.patience.over, _STEPS)
    for pragma in ("trusted_schema = off", "cell_size_check = on", "mmap_size = 0", "query_only = on"):
        connection.execute(f"pragma {pragma}")
    return connection


def _table(connection: sqlite3.Connection, name: str, countable: bool) -> Table:
    held = connection.execute("select name from pragma_table_info(?)", (name,)).fetchall()
    names = [str(column) for (column,) in held]
    table = _quoted(name)
    shown = ", ".join(_bounded(_quoted(column)) for column in names[:COLUMNS])
    most = rows_for(len(names))
    rows = connection.execute(f"select {shown} from {table} limit {most + 1}").fetchall()
    whole = len(rows) <= most
    count, about = (len(rows), False) if whole else _count(connection, table, countable)
    columns = [of_values(column[:CUT], [row[index] for row in rows[:most]]) for index, column in enumerate(names[:COLUMNS])]
    first = [["" if cell is None else str(cell)[:CUT] for cell in row] for row in rows[:2]]
    return Table(columns, len(names), count, about, None if whole else most, first, "table", name[:CUT])


def _count(connection: sqlite3.Connection, table: str, countable: bool) -> tuple[int | None, bool]:
    if countable:  # row by row: a plain count of pages that repeat themselves ends neither by itself nor by our clock
        count = int(connection.execute(f"select count(*) from (select 1 from {table} limit {_MOST})").fetchone()[0])
        return count, count == _MOST
    try:
        (last,) = connection.execute(f"select max(rowid) from {table}").fetchone()
    except sqlite3.OperationalError:  # a table without row ids
        return None, False
    return (last, True) if isinstance(last, int) else (None, False)


def _bounded(column: str) -> str:
    """A long text is cut and bytes are left where they are, before they come into memory."""
    return f"case typeof({column}) when 'text' then substr({column}, 1, {CUT}) when 'blob' then x'' else {column} end"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
