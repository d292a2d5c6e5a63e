"""Deleting conversations for good: in pieces so short that who records meanwhile need not wait."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from codeact_jupyter.errors import StoreError
from codeact_jupyter.store.claim import Claim, claim, holds

PIECE, PAUSE = 0.05, 0.12
"""Seconds of one transaction, and between two: who waits to write looks every tenth of a second whether it can."""

PAGES = 50
"""Of the file, given back at a time."""

# A run that has just begun has no event yet, a notebook that was just opened no run.
LAST = """
SELECT coalesce(
    (SELECT max(coalesce((SELECT at FROM events WHERE run = runs.id ORDER BY seq DESC LIMIT 1), started))
        FROM runs WHERE conversation = conversations.id),
    created)
"""


def older(db: sqlite3.Connection, than: str) -> list[str]:
    """Conversations in which nothing was recorded since then.  Raises `sqlite3.Error`."""
    return [str(one) for (one,) in db.execute(f"SELECT id FROM conversations WHERE ({LAST}) < ? ORDER BY created", (than,))]


class Held(StoreError):
    """A run of the conversation goes on."""

    def __init__(self) -> None:
        super().__init__("A run of this conversation goes on, here or in another process. Stop it before you delete the conversation.")


def forget(db: sqlite3.Connection, conversation: str, live: Path, enough: Callable[[], bool]) -> bool:
    """Delete all of a conversation; False: only some runs, since it was `enough` in between.  `live`: the folder of what goes on.

    Raises `Held`, and `sqlite3.Error`.
    """
    left = _runs(db, conversation)
    if holds(live).intersection(left):
        raise Held
    while not enough():
        with _piece(db) as ours:
            if _runs(db, conversation) != left:  # one has begun
                raise Held
            end = time.monotonic() + PIECE
            while left and time.monotonic() < end:
                if (held := claim(live, left[-1])) is None:
                    raise Held
                ours.append(held)
                _forget_run(db, left.pop())
            if not left:
                db.execute("DELETE FROM queue WHERE conversation = ?", (conversation,))
                db.execute("DELETE FROM conversations WHERE id = ?", (conversation,))
                return True
        _settle(db)
    return False


@contextmanager
def _piece(db: sqlite3.Connection) -> Iterator[list[Claim]]:
    """All or none, with what is held until then."""
    ours: list[Claim] = []
    db.execute("BEGIN IMMEDIATE")
    try:
        yield ours
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    finally:
        for held in ours:
            held.release()


def give_back(db: sqlite3.Connection) -> None:
    """What is deleted is not in the log of changes any more either, and its room is the disk's.  Raises `sqlite3.Error`."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    while free := _free(db):
        end = time.monotonic() + PIECE
        while time.monotonic() < end and _free(db):
            db.executescript(f"PRAGMA incremental_vacuum({PAGES})")  # `execute` takes one page, which comes as a row without columns
        if _free(db) >= free:  # the file was made before files could shrink: its room is used again
            break
        _settle(db)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _free(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA freelist_count").fetchone()[0])


def _settle(db: sqlite3.Connection) -> None:
    """Let others write, without what we have put into the log."""
    db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    time.sleep(PAUSE)


def _runs(db: sqlite3.Connection, conversation: str) -> list[str]:
    return [str(run) for (run,) in db.execute("SELECT id FROM runs WHERE conversation = ? ORDER BY started, rowid", (conversation,))]


def _forget_run(db: sqlite3.Connection, run: str) -> None:
    keys: Sequence[tuple[str]] = db.execute("SELECT key FROM pictures WHERE run = ?", (run,)).fetchall()
    for table, column in (("pictures", "run"), ("events", "run"), ("journal", "run"), ("queue", "run"), ("runs", "id")):
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (run,))
    db.executemany("DELETE FROM blobs WHERE key = ? AND NOT EXISTS (SELECT 1 FROM pictures WHERE pictures.key = blobs.key)", keys)
