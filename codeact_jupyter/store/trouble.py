"""What can be wrong with the store's file, in words for the user."""

import sqlite3
from pathlib import Path

from codeact_jupyter.errors import StoreError

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def damaged(error: BaseException) -> bool:
    """The file is no whole database."""
    return code(error) in DAMAGED


def code(error: BaseException) -> int:
    """Sqlite's own number for what is wrong; 0: it has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def malformed(words: str) -> sqlite3.DatabaseError:
    """As sqlite raises it where it stumbles over the damage itself."""
    error = sqlite3.DatabaseError(words)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def trouble(path: Path, doing: str, error: BaseException) -> StoreError:
    """What happened when it was to be `doing`: opened, read, written."""
    return StoreError(f"The store of runs {path} cannot be {doing} ({error}). {_advice(error)}")


def _advice(error: BaseException) -> str:
    match code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "Another process keeps it locked: wait for that one, or end it, and ask again. Nothing is lost."
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return "Make room on its disk, and ask again."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return "The file is damaged: start again, then it is set aside and a new one is begun."
        case _:
            return "Make the file and its folder writable, or move the file away, and start again."
