"""Runs one after another, however many there are, and runs of elsewhere taken in.  Begin with `stream`."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from codeact_jupyter.events import Event, Recorded, UserAsked
from codeact_jupyter.memory import EARLIER_RUNS

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)

BATCH = 200
"""Runs that are looked up at a time: between two batches nothing of the store is held, so that others may write."""
KNOWN = 32
"""Runs whose events are kept at hand, for those that go on from them."""
LONGEST_CHAIN = 100
"""Runs of one request, each going on with the one before, that are followed back."""


@dataclass(frozen=True)
class Wanted:
    """Which runs; an empty field asks for all."""

    run: str = ""
    since: str = ""
    """Those that started then or later: UTC, as the store writes it."""
    path: str = ""
    """Of one notebook."""


@dataclass(frozen=True)
class Kept:
    """A run as it is in the store."""

    run: str
    path: str
    """Of its notebook, as the store knows it."""
    recorded: Sequence[Recorded]
    before: Sequence[Event]
    """What the model is told of earlier runs is made from these: the runs that lead to this one, as far as they count."""


_Row = tuple[str, str, str, str, int]
"""Id, conversation, path, start and place of a run."""


def stream(db: sqlite3.Connection, wanted: Wanted) -> Iterator[Kept]:
    """Those that recorded anything, in the order in which they started.  Raises `sqlite3.Error`."""
    reading = _Reading(db)
    last: tuple[str, int] = (wanted.since, -1)
    while batch := _batch(db, wanted, last):
        for row in batch:
            if kept := reading.kept(row):
                yield kept
        last = batch[-1][3], batch[-1][4]


def put(db: sqlite3.Connection, path: str, recorded: Sequence[Recorded], conversation: str) -> bool:
    """Take in a run of elsewhere, in a transaction of who calls; False: it is known already.  Raises `sqlite3.Error`."""
    run, began = recorded[0].run, recorded[0].at
    db.execute("INSERT OR IGNORE INTO conversations (id, path, created) VALUES (?, ?, ?)", (conversation, path, began))
    if not db.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?)", (run, conversation, began)).rowcount:
        return False
    rows = ((run, number, each.at, each.event.model_dump_json()) for number, each in enumerate(recorded, 1))
    db.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    return True


def _batch(db: sqlite3.Connection, wanted: Wanted, after: tuple[str, int]) -> list[_Row]:
    return db.execute(
        """
        SELECT runs.id, runs.conversation, conversations.path, runs.started, runs.rowid
        FROM runs JOIN conversations ON conversations.id = runs.conversation
        WHERE (runs.started, runs.rowid) > (:started, :place) AND :run IN ('', runs.id) AND :path IN ('', conversations.path)
            AND EXISTS (SELECT 1 FROM events WHERE events.run = runs.id AND seq = 1)
        ORDER BY runs.started, runs.rowid LIMIT :batch
        """,
        {"started": after[0], "place": after[1], "run": wanted.run, "path": wanted.path, "batch": BATCH},
    ).fetchall()


class _Reading:
    """Reads runs, and those that they go on from."""

    def __init__(self, db: sqlite3.Connection):
        self._db = db
        self._known: OrderedDict[str, Sequence[Recorded]] = OrderedDict()

    def kept(self, row: _Row) -> Kept | None:
        """None: it was deleted since its batch was looked up."""
        run, conversation, path, started, place = row
        if not (recorded := self._events(run)):
            return None
        return Kept(run, path, recorded, self._before(conversation, recorded[0].event, (started, place)))

    def _before(self, conversation: str, asked: Event, place: tuple[str, int]) -> list[Event]:
        """The runs whose request it goes on with, and as many more as a prompt holds; oldest first."""
        found: list[Sequence[Recorded]] = []
        more, seen = EARLIER_RUNS, set[str]()
        for _ in range(LONGEST_CHAIN):
            if not isinstance(asked, UserAsked) or not (more or asked.goes_on):
                break
            more -= 0 if asked.goes_on else 1
            if (above := self._above(conversation, asked, place)) is None or above[0] in seen:
                break
            run, *_ = above
            place = above[1:]
            seen.add(run)
            if not (recorded := self._events(run)):  # deleted meanwhile
                break
            found.append(recorded)
            asked = recorded[0].event
        return [each.event for recorded in reversed(found) for each in recorded]

    def _above(self, conversation: str, asked: UserAsked, place: tuple[str, int]) -> tuple[str, str, int] | None:
        """The run that one goes on from, with its start and place."""
        begun = "EXISTS (SELECT 1 FROM events WHERE events.run = runs.id AND seq = 1)"
        if asked.continues is not None:
            query = f"SELECT id, started, rowid FROM runs WHERE conversation = ? AND id = ? AND {begun}"
            found = self._db.execute(query, (conversation, asked.continues))
        else:
            query = (
                f"SELECT id, started, rowid FROM runs WHERE conversation = ? AND (started, rowid) < (?, ?) AND {begun}"
                " ORDER BY started DESC, rowid DESC LIMIT 1"
            )
            found = self._db.execute(query, (conversation, *place))
        row: tuple[str, str, int] | None = found.fetchone()
        return row

    def _events(self, run: str) -> Sequence[Recorded]:
        if run in self._known:
            self._known.move_to_end(run)
            return self._known[run]
        rows = self._db.execute("SELECT seq, at, event FROM events WHERE run = ? ORDER BY seq", (run,)).fetchall()
        self._known[run] = [Recorded(run=run, seq=seq, at=at, event=_EVENT.validate_json(event)) for seq, at, event in rows]
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return self._known[run]
