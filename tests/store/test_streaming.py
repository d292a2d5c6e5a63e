"""Runs one after another: all of them, in order, with those that they go on from, whatever others do meanwhile."""

import pytest

from codeact_jupyter.events import Event, ModelReplied, Recorded, RunFinished, UserAsked
from codeact_jupyter.memory import EARLIER_RUNS
from codeact_jupyter.store import Store
from codeact_jupyter.store.streaming import BATCH, KNOWN, LONGEST_CHAIN, Wanted


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store.sqlite")
    yield made
    made.close()


def at(second):
    return f"2026-01-31T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000000+00:00"


def put(store, run, second=0, conversation="c", path="/n.ipynb", **more):
    events: list[Event] = [UserAsked(text=run, conversation=conversation, **more), ModelReplied(text=run), RunFinished(reason="answered")]
    recorded = [Recorded(run=run, seq=seq, at=at(second), event=event) for seq, event in enumerate(events, 1)]
    return store.take_in(path, recorded, conversation)


def streamed(store, **wanted):
    return [kept.run for kept in store.stream(Wanted(**wanted))]


def before(store, run):
    """Requests of the runs that lead to this one."""
    (kept,) = store.stream(Wanted(run=run))
    return [event.text for event in kept.before if isinstance(event, UserAsked)]


def test_more_runs_than_a_batch_come_once_and_in_order_though_many_began_at_once(store):
    count = 2 * BATCH + 5
    for number in range(count):
        put(store, f"r{number:04d}", second=number // (BATCH + 50), conversation=f"c{number}")
    assert streamed(store) == [f"r{number:04d}" for number in range(count)]


def test_runs_are_wanted_by_id_time_and_notebook(store):
    for number, path in enumerate(["/a.ipynb", "/b.ipynb", "/a.ipynb"]):
        put(store, f"r{number}", second=number, conversation=f"c{number}", path=path)
    assert streamed(store, run="r1") == ["r1"]
    assert streamed(store, run="r") == []
    assert streamed(store, since=at(1)) == ["r1", "r2"]
    assert streamed(store, path="/a.ipynb") == ["r0", "r2"]


def test_a_run_that_has_only_begun_is_left_out(store):
    put(store, "r0")
    store.begin("r1", "c")
    assert streamed(store) == ["r0"]


def test_a_run_is_taken_in_once(store):
    assert put(store, "r0") and not put(store, "r0", second=5)
    assert [kept.recorded[0].at for kept in store.stream(Wanted())] == [at(0)]


def test_what_is_deleted_meanwhile_is_left_out_and_stops_nothing(store, tmp_path):
    for number in range(4):
        put(store, f"r{number}", second=number, conversation=f"c{number}")
    other, seen = Store(tmp_path / "store.sqlite"), []
    for kept in store.stream(Wanted()):
        seen.append(kept.run)
        if kept.run == "r0":
            other.forget("c2")
    other.close()
    assert seen == ["r0", "r1", "r3"]


def test_what_is_recorded_meanwhile_is_waited_for_by_nobody(store, tmp_path):
    for number in range(3):
        put(store, f"r{number}", second=number, conversation=f"c{number}")
    other, seen = Store(tmp_path / "store.sqlite"), []
    for kept in store.stream(Wanted()):
        seen.append(kept.run)
        put(other, f"new-{kept.run}", conversation=f"new-{kept.run}") if len(seen) < 3 else None
    other.close()
    assert seen == ["r0", "r1", "r2"]


def test_a_run_knows_those_before_it_as_many_as_a_prompt_holds(store):
    for number in range(EARLIER_RUNS + 3):
        put(store, f"r{number:02d}", second=number)
    put(store, "elsewhere", conversation="d")
    last = EARLIER_RUNS + 2
    assert before(store, f"r{last:02d}") == [f"r{number:02d}" for number in range(last - EARLIER_RUNS, last)]
    assert before(store, "r00") == []


def test_a_branch_knows_the_run_that_it_goes_on_from_and_no_other(store):
    put(store, "r0")
    put(store, "r1", second=1)
    put(store, "branch", second=2, continues="r0")
    put(store, "leaf", second=3)
    put(store, "anew", second=4, continues="")
    put(store, "lost", second=5, continues="nowhere")
    assert before(store, "branch") == ["r0"]
    assert before(store, "leaf") == ["r0", "branch"]
    assert before(store, "anew") == before(store, "lost") == []


def test_a_request_that_was_continued_is_followed_to_its_beginning_past_what_is_kept_at_hand(store):
    count = KNOWN + EARLIER_RUNS + 10
    put(store, "first")
    for number in range(count):
        put(store, f"on{number:03d}", second=1 + number, goes_on=True)
    chain = before(store, f"on{count - 1:03d}")
    assert chain == ["first", *(f"on{number:03d}" for number in range(count - 1))]
    assert len(chain) < LONGEST_CHAIN


def test_runs_that_lead_to_each_other_are_followed_once(store):
    put(store, "a", continues="b", goes_on=True)
    put(store, "b", second=1, continues="a", goes_on=True)
    assert before(store, "a") == ["a", "b"]
    assert before(store, "b") == ["b", "a"]
