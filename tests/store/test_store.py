"""What is kept."""

import sqlite3
import stat
import threading

import pytest

from codeact_jupyter.errors import StoreError
from codeact_jupyter.events import Observed, RunFinished, UserAsked
from codeact_jupyter.store import Store
from codeact_jupyter.store.migrations import begin


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "codeact" / "store.sqlite")
    yield made
    made.close()


def test_events_come_back_as_they_were_recorded_numbered_without_gaps(store):
    conversation = store.conversation("/n.ipynb")
    assert store.begin("r", conversation)
    events = [UserAsked(text="é"), Observed(action_id="a", status="ok", text="1"), RunFinished(reason="answered", answer="1")]
    recorded = [store.append("r", event) for event in events]
    assert [one.seq for one in recorded] == [1, 2, 3]
    assert store.events("r") == recorded and [one.seq for one in store.events("r", after=2)] == [3]
    assert store.history(conversation) == events
    assert recorded[0].at.endswith("+00:00") and len(recorded[0].at) == len("2026-01-01T00:00:00.000000+00:00")


def test_a_run_begins_once(store):
    conversation = store.conversation("/n.ipynb")
    assert store.begin("r", conversation) and not store.begin("r", conversation)


def test_a_notebook_has_one_conversation_until_a_new_one_is_begun(store):
    first = store.conversation("/n.ipynb")
    assert store.conversation("/n.ipynb") == first
    second = store.new_conversation("/n.ipynb")
    assert store.conversation("/n.ipynb") == second != first


def test_a_rename_takes_the_conversation_along(store):
    one, two = store.conversation("/a/n.ipynb"), store.conversation("/a%b/m.ipynb")
    store.rename("/a", "/c")
    store.rename("/a%b/m.ipynb", "/x.ipynb")
    assert store.conversation("/c/n.ipynb") == one and store.conversation("/x.ipynb") == two


def test_the_store_is_for_its_owner_only(store):
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_server_and_command_line_may_write_at_once(store, tmp_path):
    other = Store(store.path)
    conversation = store.conversation("/n.ipynb")
    for run in ("a", "b"):
        store.begin(run, conversation)
    threads = [
        threading.Thread(target=lambda s=s, r=r: [s.append(r, UserAsked(text=str(i))) for i in range(200)])
        for s, r in ((store, "a"), (other, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.seq for run in ("a", "b") for one in store.events(run)] == [*range(1, 201)] * 2
    other.close()


def test_the_journal_keeps_what_was_before_and_the_last_state_after(store):
    store.journal("r", 3, "c", (None, {"source": "x"}, "above"))
    store.journal("r", 3, "c", ({"source": "no"}, {"source": "y"}, "above"))
    assert store.journalled("r") == [(3, "c", None, {"source": "y"}, "above")]


def test_a_file_that_is_no_store_is_named(tmp_path):
    (tmp_path / "store.sqlite").write_text("this is not a database, not at all" * 50)
    with pytest.raises(StoreError, match=r"store\.sqlite"):
        Store(tmp_path / "store.sqlite")


def test_a_store_of_the_first_schema_opens_and_keeps_what_it_has(tmp_path):
    with sqlite3.connect(tmp_path / "s") as db:
        begin(db)
        db.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY)")
        db.execute("INSERT INTO migrations VALUES ('begin')")
        db.execute("INSERT INTO conversations VALUES ('c', '/n.ipynb', '2026-01-01')")
    store = Store(tmp_path / "s")
    assert store.conversation("/n.ipynb") == "c"
    assert store.choice("c") == {}
    store.choose("c", {"connection": "ollama"})
    assert store.choice("c") == {"connection": "ollama"}
    store.close()


def test_an_image_is_kept_once(store):
    key = store.keep_blob(b"png", "image/png")
    assert store.keep_blob(b"png", "image/png") == key
    assert store.blob(key) == (b"png", "image/png")
    assert store.blob("other") is None
