"""What is kept."""

import threading

import pytest

from codeact_jupyter.errors import StoreError
from codeact_jupyter.events import ModelReplied, Observed, RunFinished, Usage, UserAsked
from codeact_jupyter.store import Store


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
    assert store.events("r", after=10**30) == [] and store.events("r", after=-(10**30)) == recorded
    assert store.history(conversation) == events
    assert recorded[0].at.endswith("+00:00") and len(recorded[0].at) == len("2026-01-01T00:00:00.000000+00:00")


def test_a_run_begins_once(store):
    conversation = store.conversation("/n.ipynb")
    assert store.begin("r", conversation) and store.begin("r", conversation), "nothing was recorded of it yet: it was cut off before"
    store.append("r", UserAsked(text="x"))
    assert not store.begin("r", conversation) and not store.begin("r", store.new_conversation("/n.ipynb"))


def test_a_run_does_not_begin_in_a_conversation_that_was_deleted(store):
    conversation = store.conversation("/n.ipynb")
    store.forget(conversation)
    with pytest.raises(StoreError, match="deleted at this moment"):
        store.begin("r", conversation)
    assert store.runs(conversation) == []


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
    assert store.journalled("r") == [(3, "c", None, {"source": "y"}, "above", 0)]


def filed(store):
    return [(seq, cell, filed) for seq, cell, _, _, _, filed in store.journalled("r")]


def test_what_the_file_has_is_marked_and_a_later_change_is_not_in_it_exactly(store):
    for cell in ("a", "b"):
        store.journal("r", 1, cell, (None, {"source": "x"}, None))
    store.filed("r", ["a"])
    store.filed("r", ["b"], exactly=False)
    assert filed(store) == [(1, "a", 2), (1, "b", 1)]
    store.journal("r", 1, "a", (None, {"source": "y"}, None))
    store.journal("r", 2, "a", ({"source": "y"}, {"source": "z"}, None))
    assert filed(store) == [(1, "a", 1), (1, "b", 1), (2, "a", 0)]
    store.filed("r", ["a", "b", "unknown"])
    store.filed("r", ["a"], exactly=False)
    assert filed(store) == [(1, "a", 2), (1, "b", 2), (2, "a", 2)]


def unfiled(store):
    return [(cell, after["source"]) for _, cell, _, after, *_ in store.unfiled("/d/n.ipynb")]


def test_cells_that_never_got_into_the_file_are_known_once_their_run_is_over(store):
    conversation = store.conversation("/d/n.ipynb")
    for run in ("r", "goes on", "failed"):
        store.begin(run, conversation)
        store.append(run, UserAsked(text="x"))
        for cell in ("saved", "not saved", "deleted"):
            store.journal(run, 1, f"{run}: {cell}", (None, {"source": cell}, None))
        store.filed(run, [f"{run}: saved"], exactly=False)
        store.journal(run, 1, f"{run}: deleted", (None, None, None))
    assert unfiled(store) == []
    store.append("r", RunFinished(reason="stopped"))
    store.append("failed", RunFinished(reason="failed"))
    assert unfiled(store) == [("r: not saved", "not saved")]
    store.deleted("/d/other")
    assert unfiled(store) == [("r: not saved", "not saved")]
    store.deleted("/d")
    assert unfiled(store) == []


def test_an_image_is_kept_once(store):
    key = store.keep_blob(b"png", "image/png")
    assert store.keep_blob(b"png", "image/png") == key
    assert store.blob(key) == (b"png", "image/png")
    assert store.blob("other") is None


def run(store, conversation, name, *events, **asked):
    store.begin(name, conversation)
    for event in (UserAsked(text=name, **asked), *events):
        store.append(name, event)


END = RunFinished(reason="answered")


def test_the_history_of_a_branch_is_that_of_the_runs_which_lead_to_it(store):
    conversation = store.conversation("/n.ipynb")
    run(store, conversation, "a", END)
    run(store, conversation, "b", END)
    run(store, conversation, "c", END, continues="a")
    store.begin("nothing was recorded of it", conversation)
    run(store, store.conversation("/other.ipynb"), "x", END)
    assert store.lineage(conversation) == ["a", "c"]
    assert store.lineage(conversation, "b") == ["a", "b"] and store.lineage(conversation, "") == []
    assert [event.text for event in store.history(conversation, "b") if isinstance(event, UserAsked)] == ["a", "b"]


def test_what_waits_is_kept_in_order_can_be_changed_in_place_and_taken_out(store):
    conversation, other = store.conversation("/n.ipynb"), store.conversation("/m.ipynb")
    for name in ("a", "b", "c"):
        store.enqueue(name, conversation, {"request": name, "cells": ["é"]})
    store.enqueue("x", other, {"request": "x"})
    store.enqueue("a", conversation, {"request": "A", "anchor": None})
    assert store.queued(conversation) == [
        {"run": "a", "request": "A", "anchor": None},
        {"run": "b", "request": "b", "cells": ["é"]},
        {"run": "c", "request": "c", "cells": ["é"]},
    ]
    assert store.drop_queued("b") and not store.drop_queued("b")
    store.enqueue("b", conversation, {"request": "again"})
    assert [one["run"] for one in store.queued(conversation)] == ["a", "c", "b"]
    assert [one["run"] for one in store.queued(other)] == ["x"]


def test_a_queue_outlives_its_process(store):
    conversation = store.conversation("/n.ipynb")
    store.enqueue("a", conversation, {"request": "a"})
    again = Store(store.path)
    assert again.queued(conversation) == [{"run": "a", "request": "a"}]
    again.close()


def test_what_was_cut_off_is_listed_the_newest_first_but_not_what_goes_on(store):
    here, there = store.conversation("/n.ipynb"), store.conversation("/m.ipynb")
    run(store, here, "ended", END)
    run(store, here, "cut off")
    run(store, there, "cut off elsewhere", Observed(action_id="a", status="ok", text=""))
    run(store, here, "goes on")
    store.begin("nothing was recorded of it", here)
    claim = store.claim("goes on")
    assert [entry.run for entry in store.interrupted()] == ["cut off elsewhere", "cut off"]
    assert [entry.run for entry in store.interrupted("/n.ipynb")] == ["cut off"]
    claim.release()
    assert [entry.run for entry in store.interrupted("/n.ipynb")] == ["goes on", "cut off"]


def test_the_list_of_runs_has_what_each_used_and_cost(store):
    conversation = store.conversation("/n.ipynb")
    replies = [ModelReplied(text="", usage=Usage(prompt=1000, completion=number)) for number in (10, 20)]
    run(store, conversation, "priced", *replies, END, prices=(2.0, 10.0))
    run(store, conversation, "free", *replies, prices=(0.0, 0.0))
    run(store, conversation, "unknown", *replies)
    run(store, conversation, "not a reply yet", prices=(2.0, 10.0))
    assert [(one.run, one.steps, one.tokens, one.cost) for one in store.recent(9)] == [
        ("not a reply yet", 0, 0, 0.0),
        ("unknown", 2, 2030, None),
        ("free", 2, 2030, 0.0),
        ("priced", 1, 2030, pytest.approx(2000 * 2e-6 + 30 * 10e-6)),
    ]


def test_the_list_goes_on_before_a_time_and_can_be_of_one_notebook_or_one_run(store):
    for name, path in (("a", "/n.ipynb"), ("b", "/m.ipynb"), ("c", "/n.ipynb")):
        run(store, store.conversation(path), name, END)
    newest = store.recent(1)
    assert [one.run for one in newest] == ["c"]
    assert [one.run for one in store.recent(9, before=newest[0].started)] == ["b", "a"]
    assert [one.run for one in store.recent(9, path="/n.ipynb")] == ["c", "a"]
    assert [one.run for one in store.recent(9, before=newest[0].started, path="/n.ipynb")] == ["a"]
    assert [one.run for one in store.recent(9, run="b")] == ["b"] and store.recent(9, run="x") == []
