"""Opening the store's file: its owner's alone, set aside if it is damaged, in the journal mode that its disk can do."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from codeact_jupyter.store.claim import Claim, claim
from codeact_jupyter.store.disks import MOUNTS, shared
from codeact_jupyter.store.migrations import migrate, refuse_newer
from codeact_jupyter.store.trouble import code, damaged, malformed, trouble

BESIDE = ("", "-wal", "-shm", "-journal")
"""The file, and what sqlite puts beside it."""

NO_WAL = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY})
"""How a file that is in WAL mode fails on a disk without shared memory."""

CACHE = 8192
"""KiB: the upper levels of a store of a gigabyte."""

PATIENCE = 10.0
"""Seconds to wait for another process that writes."""


class Opening:
    """How one store's file is opened."""

    def __init__(self, path: Path, patience: float = PATIENCE, mounts: Path = MOUNTS):
        self.path, self._patience = path, patience
        self.live = path.parent / "live"
        """The folder of locks."""
        self._suspect = path.with_name(f"{path.name}.suspect")
        self._wal = not shared(path, mounts)

    def open(self) -> tuple[sqlite3.Connection, str]:
        """The store at its newest schema, and what the user has to know.  Raises `StoreError`."""
        alone: Claim | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.live.mkdir(exist_ok=True, mode=0o700)
            self.live.chmod(0o700)
            # one process at a time: what one is just making, another one would take for damaged
            alone = claim(self.live, "opening", self._patience)
            return self._open()
        except (OSError, sqlite3.Error) as error:
            raise trouble(self.path, "opened", error) from error
        finally:
            if alone:
                alone.release()

    def connect(self) -> sqlite3.Connection:
        """Once more to the file that `open` has opened.  Raises `sqlite3.Error`."""
        db = self._connect()
        with _closed_on_failure(db):
            self._choose_journal(db)
        return db

    def suspect(self) -> None:
        """It was found damaged while it was used: it is looked through before it is used again."""
        with suppress(OSError):
            self._suspect.touch(mode=0o600)

    def _open(self) -> tuple[sqlite3.Connection, str]:
        if self.path.is_dir() or self._emptied():
            return self._anew("it is a folder" if self.path.is_dir() else "it is empty")
        try:
            return self._begun(), ""
        except sqlite3.DatabaseError as error:
            if damaged(error):
                return self._anew(str(error))
            if not self._wal or code(error) not in NO_WAL:
                raise
            self._wal = False
        return self._begun(), ""

    def _anew(self, why: str) -> tuple[sqlite3.Connection, str]:
        aside = self.path.with_name(f"{self.path.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
        for beside in BESIDE:
            with suppress(FileNotFoundError):
                self._file(beside).rename(aside.with_name(aside.name + beside))
        self._suspect.unlink(missing_ok=True)
        notice = (
            f"The store of runs {self.path} could not be read ({why}). It was set aside as {aside.name}, and a new one was begun:"
            " earlier conversations are not known any more. The notebooks are as they were."
        )
        return self._begun(), notice

    def _begun(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self._for_its_owner()
        db = self._connect()
        with _closed_on_failure(db):
            refuse_newer(db)  # before a byte of it is changed
            self._choose_journal(db)
            self._look_through(db)
            migrate(db)
        self._for_its_owner()
        return db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        with _closed_on_failure(db):
            if not self._wal:  # first of all: alone with it, one needs no shared memory even if it is in WAL mode
                db.execute("PRAGMA locking_mode=EXCLUSIVE")
            db.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not only forgotten
            if not self._size(""):
                db.execute("PRAGMA auto_vacuum=INCREMENTAL")  # before its first table, or never
            db.execute(f"PRAGMA cache_size=-{CACHE}")
        return db

    def _choose_journal(self, db: sqlite3.Connection) -> None:
        if self._wal:
            (mode,) = db.execute("PRAGMA journal_mode=WAL").fetchone()
            if mode == "wal":
                db.execute("PRAGMA synchronous=NORMAL")
                return
        db.execute("PRAGMA journal_mode=DELETE")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA locking_mode=NORMAL")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # only now the lock is let go

    def _look_through(self, db: sqlite3.Connection) -> None:
        """Raises `sqlite3.DatabaseError` when it is damaged in a way that sqlite does not stumble over at once."""
        (page,) = db.execute("PRAGMA page_size").fetchone()
        if self._size("") % page and not self._size("-wal"):
            raise malformed("its last page is not whole")
        if self._suspect.exists():
            (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise malformed(found)
            self._suspect.unlink(missing_ok=True)

    def _for_its_owner(self) -> None:
        for beside in BESIDE:
            with suppress(FileNotFoundError, PermissionError):  # a disk that knows no rights, or somebody else's file: as it is
                if (file := self._file(beside)).stat().st_mode & 0o077:
                    file.chmod(0o600)

    def _emptied(self) -> bool:
        """It had something in it; without a log beside it, it was only never begun."""
        return not self._size("") and bool(self._size("-wal"))

    def _size(self, beside: str) -> int:
        file = self._file(beside)
        return file.stat().st_size if file.exists() else 0

    def _file(self, beside: str) -> Path:
        return self.path.with_name(self.path.name + beside)


@contextmanager
def _closed_on_failure(db: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        db.close()
        raise
