"""What is deleted is gone, nothing else is, and nobody who records meanwhile has to wait."""

import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from codeact_jupyter.errors import StoreError
from codeact_jupyter.events import Observed, RunFinished, UserAsked
from codeact_jupyter.store import Store

SECRET = "a-secret-that-is-to-be-gone"


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "codeact" / "store.sqlite")
    yield made
    made.close()


def run(store, conversation, name, *images, text="x", ended=True):
    store.begin(name, conversation)
    store.append(name, UserAsked(text=text))
    store.append(name, Observed(action_id="a", status="ok", text=text * 50, images=images))
    store.journal(name, 1, "cell", (None, {"source": text}, None))
    if ended:
        store.append(name, RunFinished(reason="answered"))


def aged(store, conversation, days):
    """As if all of it had happened so long ago."""
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")
    store._db.execute("UPDATE conversations SET created = ? WHERE id = ?", (at, conversation))
    store._db.execute("UPDATE events SET at = ? WHERE run IN (SELECT id FROM runs WHERE conversation = ?)", (at, conversation))
    store._db.execute("UPDATE runs SET started = ? WHERE conversation = ?", (at, conversation))


def on_disk(store):
    return b"".join(file.read_bytes() for file in store.path.parent.glob("store.sqlite*"))


def test_all_of_a_conversation_is_deleted_and_nothing_of_others(store):
    shared, ours = store.keep_blob(b"shared", "image/png"), store.keep_blob(b"ours", "image/png")
    gone, stays = store.conversation("/n.ipynb"), store.conversation("/m.ipynb")
    run(store, gone, "a", shared, ours)
    run(store, gone, "b", ours, ended=False)
    store.begin("c", gone)
    run(store, stays, "d", shared)
    store.enqueue("q", gone, {"request": "x"})
    store.enqueue("p", stays, {"request": "x"})

    store.forget(gone)

    for name in ("a", "b", "c"):
        assert store.events(name) == [] and store.journalled(name) == []
    assert store.queued(gone) == [] and store.interrupted() == [] and store.runs(gone) == []
    assert store.blob(ours) is None and store.blob(shared) == (b"shared", "image/png")
    assert [one.run for one in store.recent(9)] == ["d"] and len(store.events("d")) == 3 and store.journalled("d")
    assert [one["run"] for one in store.queued(stays)] == ["p"]
    assert store.conversation("/n.ipynb") != gone and store.conversation("/m.ipynb") == stays


def test_what_was_deleted_is_in_no_file_any_more(store):
    conversation = store.conversation("/n.ipynb")
    run(store, conversation, "a", store.keep_blob(SECRET.encode() * 1000, "image/png"), text=SECRET)
    store.enqueue("q", conversation, {"request": SECRET})
    assert SECRET.encode() in on_disk(store)
    store.forget(conversation)
    assert SECRET.encode() not in on_disk(store)


def test_the_room_it_took_is_given_back(store):
    conversation = store.conversation("/n.ipynb")
    run(store, store.conversation("/m.ipynb"), "stays")
    for number in range(200):
        run(store, conversation, f"r{number}", text="x" * 200)
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = store.path.stat().st_size
    store.forget(conversation)
    assert store.path.stat().st_size < before / 10
    assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_conversation_in_which_a_run_goes_on_is_not_deleted(store):
    conversation = store.conversation("/n.ipynb")
    run(store, conversation, "a")
    run(store, conversation, "b", ended=False)
    run(store, conversation, "c")
    claim = store.claim("b")
    with pytest.raises(StoreError, match="goes on"):
        store.forget(conversation)
    assert [len(store.events(name)) for name in "abc"] == [3, 2, 3]
    claim.release()
    store.forget(conversation)
    assert [store.events(name) for name in "abc"] == [[], [], []]


def test_what_nobody_went_on_with_is_deleted_after_its_time(store):
    old, older, revived, live, new = (store.new_conversation("/n.ipynb") for _ in range(5))
    for name, conversation in (("a", old), ("b", older), ("c", revived), ("d", live), ("e", new)):
        run(store, conversation, name, ended=name != "d")
    empty, fresh = store.new_conversation("/o.ipynb"), store.new_conversation("/p.ipynb")
    for conversation, days in ((old, 31), (older, 400), (revived, 400), (live, 400), (new, 29), (empty, 31)):
        aged(store, conversation, days)
    run(store, revived, "f")
    claim = store.claim("d")

    assert store.forget_older(30) == 3

    assert {one.run for one in store.recent(9)} == {"c", "d", "e", "f"}
    assert store.conversation("/o.ipynb") != empty and store.conversation("/p.ipynb") == fresh
    assert store.forget_older(30) == 0
    claim.release()
    assert store.forget_older(30) == 1
    assert {one.run for one in store.recent(9)} == {"c", "e", "f"}


def test_who_records_meanwhile_does_not_wait_for_long_and_loses_nothing(store):
    conversation = store.conversation("/n.ipynb")
    store._db.execute("BEGIN")
    for number in range(1500):
        run(store, conversation, f"r{number}", text="x" * 100)
    store._db.execute("COMMIT")
    here = store.conversation("/m.ipynb")
    store.begin("live", here)
    forgetting = threading.Thread(target=store.forget, args=(conversation,))
    forgetting.start()
    waited, count = [], 0
    while forgetting.is_alive() or count < 20:
        began = time.monotonic()
        count += 1
        assert store.append("live", UserAsked(text="x")).seq == count
        waited.append(time.monotonic() - began)
        time.sleep(0.005)
    forgetting.join()
    assert store.runs(conversation) == [] and len(store.events("live")) == count
    assert max(waited) < 1.5, max(waited)


def test_a_run_that_begins_meanwhile_is_not_deleted(store, monkeypatch):
    conversation = store.conversation("/n.ipynb")
    for number in range(3):
        run(store, conversation, f"r{number}")
    monkeypatch.setattr("codeact_jupyter.store.forgetting.PIECE", 0)  # it gets nowhere
    monkeypatch.setattr("codeact_jupyter.store.forgetting.PAUSE", 0.2)

    def begin():
        other = Store(store.path)
        time.sleep(0.1)
        run(other, conversation, "new")
        other.close()

    began = threading.Thread(target=begin)
    began.start()
    with pytest.raises(StoreError, match="goes on"):
        store.forget(conversation)
    began.join()
    assert len(store.events("new")) == 3


def test_retention_ends_with_the_store(store):
    for name in ("a", "b"):
        conversation = store.new_conversation("/n.ipynb")
        run(store, conversation, name)
        aged(store, conversation, 400)
    other = Store(store.path)
    other.close()
    assert other.forget_older(1) == 0
    with closing(Store(store.path)) as again:
        assert again.forget_older(1) == 2
