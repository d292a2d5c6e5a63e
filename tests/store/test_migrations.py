"""A store of any age opens with all it has; one from the future is left alone."""

import sqlite3
from contextlib import closing

import pytest

from codeact_jupyter.errors import StoreError
from codeact_jupyter.events import Observed, RunFinished, UserAsked
from codeact_jupyter.store import Store
from codeact_jupyter.store.migrations import MIGRATIONS, begin, refuse_newer

AT = "2026-01-01T00:00:00.000000+00:00"
EVENTS = [
    UserAsked(text="é", path="n.ipynb", conversation="c"),
    Observed(action_id="a", status="ok", text='says "images":["no"]', images=("key", "other")),
    RunFinished(reason="answered", answer="1"),
]


def made(path, steps):
    """A store as it was when only these steps were known."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY)")
        for step in steps:
            step(db)
            db.execute("INSERT INTO migrations VALUES (?)", (step.__name__,))
        db.execute("INSERT INTO conversations (id, path, created) VALUES ('c', '/n.ipynb', ?)", (AT,))
        for run in ("r", "s"):
            db.execute("INSERT INTO runs VALUES (?, 'c', ?)", (run, AT))
        for seq, event in enumerate(EVENTS, 1):
            db.execute("INSERT INTO events VALUES ('r', ?, ?, ?)", (seq, AT, event.model_dump_json()))
        db.execute("INSERT INTO events VALUES ('s', 1, ?, ?)", (AT, UserAsked(text="cut off").model_dump_json()))
        db.execute("""INSERT INTO journal (run, seq, cell, before, after, above) VALUES ('r', 2, 'x', NULL, '{"source": "1"}', 'y')""")
        if len(steps) > 1:
            db.execute("INSERT INTO blobs VALUES ('key', 'image/png', x'01'), ('other', 'image/png', x'02')")
        if len(steps) > 3:
            db.execute("INSERT INTO pictures VALUES ('r', 'key'), ('r', 'other')")


@pytest.mark.parametrize("steps", [MIGRATIONS[:count] for count in range(1, len(MIGRATIONS) + 1)], ids=lambda steps: steps[-1].__name__)
def test_a_store_of_every_age_opens_with_all_it_has(tmp_path, steps):
    made(tmp_path / "s", steps)
    for _ in range(2):  # the second time, there is nothing left to do
        store = Store(tmp_path / "s")
        assert store.notice == ""
        assert [recorded.event for recorded in store.events("r")] == EVENTS
        assert store.journalled("r") == [(2, "x", None, {"source": "1"}, "y", 0)]
        assert store.conversation("/n.ipynb") == "c" and store.choice("c") == {} and store.queued("c") == []
        assert [one.run for one in store.recent(9)] == ["s", "r"] and [one.run for one in store.interrupted()] == ["s"]
        assert store.history("c") == [*EVENTS, UserAsked(text="cut off")]
        store.close()


@pytest.mark.parametrize("steps", [MIGRATIONS[:count] for count in range(1, len(MIGRATIONS) + 1)], ids=lambda steps: steps[-1].__name__)
def test_a_store_of_every_age_can_be_written_and_forgotten(tmp_path, steps):
    made(tmp_path / "s", steps)
    store = Store(tmp_path / "s")
    store.choose("c", {"connection": "ollama"})
    assert store.choice("c") == {"connection": "ollama"}
    assert store.append("s", RunFinished(reason="stopped")).seq == 2 and store.interrupted() == []
    store.forget("c")
    assert store.recent(9) == [] and store.blob("key") is None and store.blob("other") is None
    store.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    made(tmp_path / "s", [begin])

    def breaks(db):
        db.execute("ALTER TABLE runs ADD COLUMN half TEXT")
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("codeact_jupyter.store.migrations.MIGRATIONS", (*MIGRATIONS, breaks))
    with pytest.raises(StoreError, match="disk I/O"):
        Store(tmp_path / "s")
    monkeypatch.undo()
    with closing(sqlite3.connect(tmp_path / "s")) as db:
        assert db.execute("SELECT name FROM migrations").fetchall() == [("begin",)]
        assert "half" not in {row[1] for row in db.execute("PRAGMA table_info(runs)")}
    Store(tmp_path / "s").close()


def test_a_store_of_a_newer_version_is_refused_in_plain_words_and_not_touched(tmp_path):
    made(tmp_path / "s", MIGRATIONS)
    with closing(sqlite3.connect(tmp_path / "s")) as db, db:
        db.execute("INSERT INTO migrations VALUES ('of_tomorrow')")
    before = (tmp_path / "s").read_bytes()
    with pytest.raises(StoreError, match=r"newer version of codeact-jupyter \(of_tomorrow\).*left as it is.*upgrade"):
        Store(tmp_path / "s")
    assert (tmp_path / "s").read_bytes() == before
    assert not list(tmp_path.glob("s.broken*"))
    with closing(sqlite3.connect(tmp_path / "s")) as db, pytest.raises(StoreError):
        refuse_newer(db)
