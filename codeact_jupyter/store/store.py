"""What is kept: every event of every run, in order, and every change we made to a cell."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter

from codeact_jupyter.errors import StoreError
from codeact_jupyter.events import Event, Recorded
from codeact_jupyter.lineage import lineage
from codeact_jupyter.store.claim import Claim, claim, held
from codeact_jupyter.store.migrations import migrate
from codeact_jupyter.store.recent import INTERRUPTED, RECENT, Entry

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Store:
    """One sqlite file; several processes may have it open.  Readable by its owner only."""

    def __init__(self, path: Path):
        """Opens the file, or makes it.  Raises `StoreError`."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            with self._transaction():
                migrate(self._db)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The store of runs {path} cannot be opened ({error}). Move the file away, or make its folder writable, and start again."
            ) from error

    def close(self) -> None:
        self._db.close()

    def conversation(self, path: str) -> str:
        """Id of the notebook's conversation, begun if there is none; `path` is absolute."""
        row = self._db.execute("SELECT id FROM conversations WHERE path = ? ORDER BY created DESC, rowid DESC LIMIT 1", (path,)).fetchone()
        return str(row[0]) if row else self.new_conversation(path)

    def new_conversation(self, path: str) -> str:
        """Begin afresh: the notebook's conversation is this one from now on."""
        made = uuid4().hex
        self._db.execute("INSERT INTO conversations (id, path, created) VALUES (?, ?, ?)", (made, path, _now()))
        return made

    def choose(self, conversation: str, choice: Mapping[str, str]) -> None:
        """Which model this conversation asks, in the words of `connections.Choice`.  Raises `StoreError`."""
        with self._writing():
            self._db.execute("UPDATE conversations SET choice = ? WHERE id = ?", (json.dumps(choice), conversation))

    def choice(self, conversation: str) -> dict[str, str]:
        """What was chosen for it; empty: nothing."""
        row = self._db.execute("SELECT choice FROM conversations WHERE id = ?", (conversation,)).fetchone()
        return dict(json.loads(row[0])) if row and row[0] else {}

    def keep_blob(self, content: bytes, media_type: str) -> str:
        """Keep an image; its key, which is the same for the same bytes.  Raises `StoreError`."""
        key = hashlib.sha256(content).hexdigest()
        with self._writing():
            self._db.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)", (key, media_type, content))
        return key

    def blob(self, key: str) -> tuple[bytes, str] | None:
        """An image and its media type; None: there is none of that key."""
        row = self._db.execute("SELECT bytes, type FROM blobs WHERE key = ?", (key,)).fetchone()
        return (bytes(row[0]), str(row[1])) if row else None

    def rename(self, old: str, new: str) -> None:
        """The notebook (or a folder above it) was moved: its conversations go with it."""
        with self._transaction():
            self._db.execute("UPDATE conversations SET path = ? WHERE path = ?", (new, old))
            prefix = old.rstrip("/") + "/"
            self._db.execute(
                "UPDATE conversations SET path = ? || substr(path, ?) WHERE substr(path, 1, ?) = ?",
                (new.rstrip("/") + "/", len(prefix) + 1, len(prefix), prefix),
            )

    def begin(self, run: str, conversation: str) -> bool:
        """A run is to start; False: it is known already (the message came twice)."""
        return self._db.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?)", (run, conversation, _now())).rowcount == 1

    def runs(self, conversation: str) -> list[str]:
        """Ids of a conversation's runs, oldest first."""
        return [
            str(run) for (run,) in self._db.execute("SELECT id FROM runs WHERE conversation = ? ORDER BY started, rowid", (conversation,))
        ]

    def recent(self, limit: int, before: str = "", path: str = "", run: str = "") -> list[Entry]:
        """The newest runs: of all notebooks, or of one; started before a time; or one run alone.  Raises `StoreError`."""
        try:
            rows = self._db.execute(RECENT, {"limit": limit, "before": before, "path": path, "run": run}).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"The store of runs {self.path} cannot be read ({error}).") from error
        return [Entry(*row) for row in rows]

    def append(self, run: str, event: Event) -> Recorded:
        """The run's next event; on disk (safe when this process is killed) when it returns.  Raises `StoreError`."""
        at = _now()
        with self._writing():
            (seq,) = self._db.execute(
                "INSERT INTO events SELECT ?, coalesce(max(seq), 0) + 1, ?, ? FROM events WHERE run = ? RETURNING seq",
                (run, at, event.model_dump_json(), run),
            ).fetchone()
        return Recorded(run=run, seq=seq, at=at, event=event)

    def events(self, run: str, after: int = 0) -> list[Recorded]:
        """A run's events with a higher sequence number than `after`."""
        rows = self._db.execute("SELECT seq, at, event FROM events WHERE run = ? AND seq > ? ORDER BY seq", (run, after))
        return [Recorded(run=run, seq=seq, at=at, event=_EVENT.validate_json(event)) for seq, at, event in rows]

    def lineage(self, conversation: str, of: str | None = None) -> list[str]:
        """The runs that lead to this one, oldest first, itself the last; of None: of the newest; of the empty one: none."""
        rows = self._db.execute(
            "SELECT runs.id, json_extract(events.event, '$.continues') FROM runs JOIN events ON events.run = runs.id AND events.seq = 1"
            " WHERE conversation = ? ORDER BY started, runs.rowid",
            (conversation,),
        )
        return lineage(rows.fetchall(), of)

    def history(self, conversation: str, after: str | None = None) -> list[Event]:
        """What was recorded of the runs that lead to this one, itself included; of None: to the newest."""
        return [recorded.event for run in self.lineage(conversation, after) for recorded in self.events(run)]

    def enqueue(self, run: str, conversation: str, request: Mapping[str, Any]) -> None:
        """Ask this when it is its turn; a run that waits already is changed, and keeps its place.  Raises `StoreError`."""
        with self._writing():
            self._db.execute(
                "INSERT INTO queue SELECT ?, ?, coalesce(max(place), 0) + 1, ? FROM queue WHERE true"
                " ON CONFLICT (run) DO UPDATE SET request = excluded.request",
                (run, conversation, json.dumps(dict(request), ensure_ascii=False)),
            )

    def queued(self, conversation: str) -> list[dict[str, Any]]:
        """What waits, the next first: each as it was given, with its `run`."""
        rows = self._db.execute("SELECT run, request FROM queue WHERE conversation = ? ORDER BY place", (conversation,))
        return [{**json.loads(request), "run": run} for run, request in rows.fetchall()]

    def drop_queued(self, run: str) -> bool:
        """It waits no more; False: it did not.  Raises `StoreError`."""
        with self._writing():
            return self._db.execute("DELETE FROM queue WHERE run = ?", (run,)).rowcount == 1

    def interrupted(self, path: str = "") -> list[Entry]:
        """Runs that were cut off, of all notebooks or of one, the newest first: they can be taken up again.  Raises `StoreError`."""
        try:
            rows = self._db.execute(INTERRUPTED, {"limit": -1, "before": "", "path": path, "run": ""}).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"The store of runs {self.path} cannot be read ({error}).") from error
        return [entry for entry in (Entry(*row) for row in rows) if not self.alive(entry.run)]

    def claim(self, run: str) -> Claim | None:
        """Hold a run for as long as it goes on in this process; None: it goes on already."""
        return claim(self.path.parent / "live", run)

    def alive(self, run: str) -> bool:
        """It goes on in some process."""
        return held(self.path.parent / "live", run)

    def journal(self, run: str, seq: int, cell: str, change: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None, str | None]) -> None:
        """A change to a cell: before, after (nbformat, None: it was not there) and the id of the cell above.  Raises `StoreError`."""
        before, after, above = change
        with self._writing():
            self._db.execute(
                "INSERT INTO journal (run, seq, cell, before, after, above) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (run, seq, cell) DO UPDATE SET after = excluded.after, above = excluded.above, filed = min(filed, 1)",
                (run, seq, cell, _json(before), _json(after), above),
            )

    def journalled(self, run: str) -> Sequence[tuple[int, str, Any, Any, str | None, int]]:
        """A run's changes: (seq, cell, before, after, above, filed), oldest first; `filed`: 0 never, 1 once, 2 exactly so."""
        rows = self._db.execute("SELECT seq, cell, before, after, above, filed FROM journal WHERE run = ? ORDER BY seq, rowid", (run,))
        return [
            (seq, cell, before and json.loads(before), after and json.loads(after), above, filed)
            for seq, cell, before, after, above, filed in rows
        ]

    def filed(self, run: str, cells: Iterable[str], exactly: bool = True) -> None:
        """The notebook's file has these cells, `exactly` as the journal says last.  Raises `StoreError`."""
        how = 2 if exactly else 1
        with self._writing():
            self._db.executemany(
                "UPDATE journal SET filed = max(filed, ?) WHERE run = ? AND cell = ?", [(how, run, cell) for cell in cells]
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"The store of runs {self.path} cannot be written ({error}). Make room on its disk, and ask again.") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _json(cell: Mapping[str, Any] | None) -> str | None:
    return None if cell is None else json.dumps(cell, ensure_ascii=False)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
