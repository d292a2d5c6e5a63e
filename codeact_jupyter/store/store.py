"""What is kept: every event of every run, in order, and every change we made to a cell."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter

from codeact_jupyter.errors import StoreError
from codeact_jupyter.events import Event, Observed, Recorded
from codeact_jupyter.lineage import lineage
from codeact_jupyter.store import forgetting, streaming, unfiled
from codeact_jupyter.store.claim import Claim, claim, held
from codeact_jupyter.store.disks import MOUNTS
from codeact_jupyter.store.opening import PATIENCE, Opening
from codeact_jupyter.store.recent import IDS, Entry, listed
from codeact_jupyter.store.trouble import damaged, trouble

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_LAST = 2**63 - 1
"""The largest number that sqlite knows: a page may name a larger one."""

Row = tuple[int, str, Any, Any, str | None, int]
"""Of the journal: (seq, cell, before, after, above, filed); `filed`: 0 never, 1 once, 2 exactly so."""

JOURNAL = "SELECT seq, cell, before, after, above, filed FROM journal"


class Store:
    """One sqlite file; several processes may have it open.  Readable by its owner only."""

    def __init__(self, path: Path, patience: float = PATIENCE, mounts: Path = MOUNTS):
        """Opens the file, or makes it.  `patience`: seconds to wait for another process that writes.  Raises `StoreError`."""
        self.path = path
        self._opening = Opening(path, patience, mounts)
        self._db, self.notice = self._opening.open()
        """What the user has to know: a damaged file was set aside.  Empty: nothing."""
        self._closed = False

    def close(self) -> None:
        self._closed = True
        self._db.close()

    def conversation(self, path: str) -> str:
        """Id of the notebook's conversation, begun if there is none; `path` is absolute."""
        rows = self._read("SELECT id FROM conversations WHERE path = ? ORDER BY created DESC, rowid DESC LIMIT 1", path)
        return str(rows[0][0]) if rows else self.new_conversation(path)

    def new_conversation(self, path: str) -> str:
        """Begin afresh: the notebook's conversation is this one from now on."""
        made = uuid4().hex
        self._write("INSERT INTO conversations (id, path, created) VALUES (?, ?, ?)", made, path, _now())
        return made

    def bring_back(self, conversation: str) -> None:
        """The notebook's conversation is this earlier one again, from now on.  Raises `StoreError`."""
        self._write("UPDATE conversations SET created = ? WHERE id = ?", _now(), conversation)

    def choose(self, conversation: str, choice: Mapping[str, str]) -> None:
        """Which model this conversation asks, in the words of `connections.Choice`.  Raises `StoreError`."""
        self._write("UPDATE conversations SET choice = ? WHERE id = ?", json.dumps(choice), conversation)

    def choice(self, conversation: str) -> dict[str, str]:
        """What was chosen for it; empty: nothing."""
        rows = self._read("SELECT choice FROM conversations WHERE id = ? AND choice IS NOT NULL", conversation)
        return dict(json.loads(rows[0][0])) if rows else {}

    def keep_blob(self, content: bytes, media_type: str) -> str:
        """Keep an image; its key, which is the same for the same bytes.  Raises `StoreError`."""
        key = hashlib.sha256(content).hexdigest()
        self._write("INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)", key, media_type, content)
        return key

    def blob(self, key: str) -> tuple[bytes, str] | None:
        """An image and its media type; None: there is none of that key."""
        rows = self._read("SELECT bytes, type FROM blobs WHERE key = ?", key)
        return (bytes(rows[0][0]), str(rows[0][1])) if rows else None

    def rename(self, old: str, new: str) -> None:
        """The notebook (or a folder above it) was moved: its conversations go with it.  Raises `StoreError`."""
        with self._writing():
            self._db.execute("UPDATE conversations SET path = ? WHERE path = ?", (new, old))
            prefix = old.rstrip("/") + "/"
            self._db.execute(
                "UPDATE conversations SET path = ? || substr(path, ?) WHERE substr(path, 1, ?) = ?",
                (new.rstrip("/") + "/", len(prefix) + 1, len(prefix), prefix),
            )

    def begin(self, run: str, conversation: str) -> bool:
        """A run is to start; False: something is recorded of it already (the message came twice).  Raises `StoreError`."""
        begun = self._write(
            "INSERT INTO runs SELECT ?, id, ? FROM conversations WHERE id = ? ON CONFLICT (id) DO UPDATE"
            " SET conversation = excluded.conversation, started = excluded.started"
            " WHERE NOT EXISTS (SELECT 1 FROM events WHERE run = excluded.id)",
            *(run, _now(), conversation),
        )
        if not begun and not self.begun(run):
            raise StoreError("The conversation was deleted at this moment. Ask again.")
        return begun == 1

    def begun(self, run: str) -> bool:
        """Something is recorded of it.  Raises `StoreError`."""
        return bool(self._read("SELECT 1 FROM events WHERE run = ? LIMIT 1", run))

    def runs(self, conversation: str) -> list[str]:
        """Ids of a conversation's runs, oldest first."""
        return [str(run) for (run,) in self._read("SELECT id FROM runs WHERE conversation = ? ORDER BY started, rowid", conversation)]

    def ids(self, path: str = "") -> list[str]:
        """Ids of all runs that are recorded: of all notebooks, or of one.  Raises `StoreError`."""
        return [str(run) for (run,) in self._read(IDS, path=path)]

    def recent(self, limit: int, before: str = "", path: str = "", run: str = "") -> list[Entry]:
        """The newest runs: of all notebooks, or of one; started before a time; or one run alone.  Raises `StoreError`."""
        given = {name: value for name, value in (("before", before), ("path", path), ("run", run)) if value}
        return [Entry(*row) for row in self._read(listed(*given), limit=limit, **given)]

    def append(self, run: str, event: Event) -> Recorded:
        """The run's next event; on disk (safe when this process is killed) when it returns.  Raises `StoreError`."""
        at = _now()
        images = event.images if isinstance(event, Observed) else ()
        with self._writing() if images else self._told("written"):
            for key in images:
                self._db.execute("INSERT OR IGNORE INTO pictures VALUES (?, ?)", (run, key))
            ((seq,),) = self._db.execute(
                "INSERT INTO events SELECT ?, coalesce(max(seq), 0) + 1, ?, ? FROM events WHERE run = ? RETURNING seq",
                (run, at, event.model_dump_json(), run),
            ).fetchall()
        return Recorded(run=run, seq=seq, at=at, event=event)

    def events(self, run: str, after: int = 0) -> list[Recorded]:
        """A run's events with a higher sequence number than `after`.  Raises `StoreError`."""
        rows = self._read("SELECT seq, at, event FROM events WHERE run = ? AND seq > ? ORDER BY seq", run, max(0, min(after, _LAST)))
        return [Recorded(run=run, seq=seq, at=at, event=_EVENT.validate_json(event)) for seq, at, event in rows]

    def lineage(self, conversation: str, of: str | None = None) -> list[str]:
        """The runs that lead to this one, oldest first, itself the last; of None: of the newest; of the empty one: none."""
        rows = self._read(
            "SELECT runs.id, json_extract(events.event, '$.continues') FROM runs JOIN events ON events.run = runs.id AND events.seq = 1"
            " WHERE conversation = ? ORDER BY started, runs.rowid",
            conversation,
        )
        return lineage(rows, of)

    def history(self, conversation: str, after: str | None = None) -> list[Event]:
        """What was recorded of the runs that lead to this one, itself included; of None: to the newest."""
        return [recorded.event for run in self.lineage(conversation, after) for recorded in self.events(run)]

    def stream(self, wanted: streaming.Wanted) -> Iterator[streaming.Kept]:
        """Runs as they are recorded, the oldest first, a few in memory at a time.  Raises `StoreError`."""
        with self._apart("read") as db:
            yield from streaming.stream(db, wanted)

    def take_in(self, path: str, recorded: Sequence[Recorded], conversation: str) -> bool:
        """A run of elsewhere, whole or not at all; False: it is known already.  Raises `StoreError`."""
        with self._writing():
            return streaming.put(self._db, path, recorded, conversation)

    def enqueue(self, run: str, conversation: str, request: Mapping[str, Any]) -> None:
        """Ask this when it is its turn; a run that waits already is changed, and keeps its place.  Raises `StoreError`."""
        self._write(
            "INSERT INTO queue SELECT ?, ?, coalesce(max(place), 0) + 1, ? FROM queue WHERE true"
            " ON CONFLICT (run) DO UPDATE SET request = excluded.request",
            *(run, conversation, json.dumps(dict(request), ensure_ascii=False)),
        )

    def queued(self, conversation: str) -> list[dict[str, Any]]:
        """What waits, the next first: each as it was given, with its `run`."""
        rows = self._read("SELECT run, request FROM queue WHERE conversation = ? ORDER BY place", conversation)
        return [{**json.loads(request), "run": run} for run, request in rows]

    def drop_queued(self, run: str) -> bool:
        """It waits no more; False: it did not.  Raises `StoreError`."""
        return self._write("DELETE FROM queue WHERE run = ?", run) == 1

    def interrupted(self, path: str = "") -> list[Entry]:
        """Runs that were cut off, of all notebooks or of one, the newest first: they can be taken up again.  Raises `StoreError`."""
        rows = self._read(listed("unfinished", *(("path",) if path else ())), limit=-1, path=path)
        return [entry for entry in (Entry(*row) for row in rows) if not self.alive(entry.run)]

    def forget(self, conversation: str) -> None:
        """Delete all that is known of a conversation, for good.  Raises `StoreError`, also when a run of it goes on.

        Takes its time: for another thread.
        """
        with self._apart() as db:
            if not forgetting.forget(db, conversation, self._opening.live, self._is_closed):
                raise StoreError("Not all of the conversation was deleted before the end. Delete it again.")
            forgetting.give_back(db)

    def forget_older(self, days: int) -> int:
        """Delete conversations that nobody went on with for so long; how many it were.  Raises `StoreError`.

        Takes its time: for another thread; it ends soon after the store is closed.
        """
        forgotten = 0
        with self._apart() as db:
            for conversation in forgetting.older(db, _now(timedelta(days=days))):
                with suppress(forgetting.Held):
                    forgotten += forgetting.forget(db, conversation, self._opening.live, self._is_closed)
            if forgotten and not self._closed:
                forgetting.give_back(db)
        return forgotten

    def _is_closed(self) -> bool:
        return self._closed

    def claim(self, run: str) -> Claim | None:
        """Hold a run for as long as it goes on in this process; None: it goes on already.  Raises `StoreError`."""
        with self._told("written"):
            return claim(self._opening.live, run)

    def alive(self, run: str) -> bool:
        """It goes on in some process."""
        return held(self._opening.live, run)

    def journal(self, run: str, seq: int, cell: str, change: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None, str | None]) -> None:
        """A change to a cell: before, after (nbformat, None: it was not there) and the id of the cell above.  Raises `StoreError`."""
        before, after, above = change
        self._write(
            "INSERT INTO journal (run, seq, cell, before, after, above) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (run, seq, cell) DO UPDATE SET after = excluded.after, above = excluded.above, filed = min(filed, 1)",
            *(run, seq, cell, _json(before), _json(after), above),
        )

    def journalled(self, run: str) -> Sequence[Row]:
        """A run's changes, oldest first.  Raises `StoreError`."""
        return _rows(self._read(f"{JOURNAL} WHERE run = ? ORDER BY seq, rowid", run))

    def unfiled(self, path: str) -> Sequence[Row]:
        """The last changes to those cells of a notebook that never got into its file, though their run is over.  Raises `StoreError`."""
        return _rows(self._read(JOURNAL + unfiled.FOUND, path))

    def deleted(self, path: str) -> None:
        """A notebook, or a folder, is gone: nobody misses a cell there any more.  Raises `StoreError`."""
        with self._told("written"):
            self._db.execute(unfiled.LET_GO, {"path": path})

    def filed(self, run: str, cells: Iterable[str], exactly: bool = True) -> None:
        """The notebook's file has these cells, `exactly` as the journal says last.  Raises `StoreError`."""
        how = 2 if exactly else 1
        with self._writing():
            self._db.executemany(
                "UPDATE journal SET filed = ? WHERE run = ? AND cell = ? AND filed < ?", [(how, run, cell, how) for cell in cells]
            )

    def _read(self, query: str, *values: Any, **named: Any) -> list[Any]:
        with self._told("read"):
            return self._db.execute(query, named or values).fetchall()

    def _write(self, statement: str, *values: Any) -> int:
        """How many rows were changed."""
        with self._told("written"):
            return self._db.execute(statement, values).rowcount

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Several statements, all or none."""
        with self._told("written"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _apart(self, doing: str = "written") -> Iterator[sqlite3.Connection]:
        """A connection of its own: what another thread records meanwhile is no part of its transactions."""
        with self._told(doing), closing(self._opening.connect()) as db:
            yield db

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            if damaged(error):
                self._opening.suspect()
            raise trouble(self.path, doing, error) from error


def _rows(found: Iterable[Any]) -> list[Row]:
    return [(seq, cell, before and json.loads(before), after and json.loads(after), *more) for seq, cell, before, after, *more in found]


def _json(cell: Mapping[str, Any] | None) -> str | None:
    return None if cell is None else json.dumps(cell, ensure_ascii=False)


def _now(before: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) - before).isoformat(timespec="microseconds")
