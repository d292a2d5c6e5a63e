"""How the store's schema came to be: named steps, each applied once, in this order, never changed after a release."""

import sqlite3
from collections.abc import Callable

from codeact_jupyter.errors import StoreError


def begin(db: sqlite3.Connection) -> None:
    """Conversations, their runs, the runs' events, and the journal of changes to cells."""
    for statement in (
        "CREATE TABLE conversations (id TEXT PRIMARY KEY, path TEXT NOT NULL, created TEXT NOT NULL)",
        "CREATE INDEX conversations_path ON conversations (path, created)",
        "CREATE TABLE runs (id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id), started TEXT NOT NULL)",
        "CREATE INDEX runs_conversation ON runs (conversation, started)",
        "CREATE TABLE events (run TEXT, seq INTEGER, at TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID",
        "CREATE TABLE journal (run TEXT, seq INTEGER, cell TEXT, before TEXT, after TEXT, above TEXT, PRIMARY KEY (run, seq, cell))",
    ):
        db.execute(statement)


def choices_and_blobs(db: sqlite3.Connection) -> None:
    """Which model a conversation asks, and the images that observations name."""
    db.execute("ALTER TABLE conversations ADD COLUMN choice TEXT")
    db.execute("CREATE TABLE blobs (key TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL)")


def filed_and_queue(db: sqlite3.Connection) -> None:
    """What of the journal is in the notebook's file, and the requests that wait for a run to end."""
    db.execute("ALTER TABLE journal ADD COLUMN filed INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE TABLE queue (run TEXT PRIMARY KEY, conversation TEXT NOT NULL, place INTEGER NOT NULL, request TEXT NOT NULL)")


def found_quickly(db: sqlite3.Connection) -> None:
    """The newest runs, those that came to an end, and who names an image, without a look at all events."""
    for statement in (
        "CREATE INDEX runs_started ON runs (started)",
        """CREATE INDEX events_finished ON events (run) WHERE event GLOB '{"type":"run_finished"*'""",
        "CREATE TABLE pictures (run TEXT, key TEXT, PRIMARY KEY (run, key)) WITHOUT ROWID",
        "CREATE INDEX pictures_key ON pictures (key)",
        "INSERT OR IGNORE INTO pictures SELECT run, value FROM events, json_each(event, '$.images')"
        """ WHERE event GLOB '{"type":"observed"*'""",
    ):
        db.execute(statement)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (begin, choices_and_blobs, filed_and_queue, found_quickly)


def refuse_newer(db: sqlite3.Connection) -> None:
    """Raises `StoreError` when the store has steps that are not known here, and `sqlite3.Error`."""
    if unknown := _done(db) - {step.__name__ for step in MIGRATIONS}:
        raise StoreError(
            f"The store of runs was written by a newer version of codeact-jupyter ({', '.join(sorted(unknown))}). It is left as it is:"
            " install that version again (pip install --upgrade codeact-jupyter), or move the store away."
        )


def migrate(db: sqlite3.Connection) -> None:
    """Bring a store to the newest schema: to the last step, or not at all.  Raises `sqlite3.Error`."""
    if _done(db) >= {step.__name__ for step in MIGRATIONS}:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
        done = _done(db)
        for step in MIGRATIONS:
            if step.__name__ not in done:
                step(db)
                db.execute("INSERT INTO migrations VALUES (?)", (step.__name__,))
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _done(db: sqlite3.Connection) -> set[str]:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").fetchone():
        return set()
    return {str(name) for (name,) in db.execute("SELECT name FROM migrations")}
