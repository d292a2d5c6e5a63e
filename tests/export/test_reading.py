"""Files of recorded runs, line by line: what each kind of line becomes, and what is said of those that become nothing."""

import json
from typing import Any

import pytest

from codeact_jupyter.events import ActionProposed, Event, ModelReplied, Observed, Recorded, RunFinished, Steered, UserAsked
from codeact_jupyter.export.conversation import messages
from codeact_jupyter.export.filters import PLAIN
from codeact_jupyter.export.others import Foreign, run_of
from codeact_jupyter.export.reading import Reader, Trial
from codeact_jupyter.export.trajectory import Trajectory
from tests.export.events import action, answer, asked

AT = "2026-01-31T10:00:00.000000+00:00"
EVENTS: list[Event] = [asked(), *action(1), *answer()]


def lines(*events: Event, run: str = "r1", at: str = AT) -> list[bytes]:
    return [Recorded(run=run, seq=seq, at=at, event=event).model_dump_json().encode() for seq, event in enumerate(events, 1)]


def read(*told: bytes) -> tuple[list[Foreign | Trial], list[str]]:
    """What came to its end, and what was wrong."""
    reader, found, wrong = Reader(AT), [], []
    for step in (*(lambda line=line: reader.line(line) for line in told), reader.end):
        try:
            found.append(step())
        except ValueError as error:
            wrong.append(str(error))
    return [one for one in found if one], wrong


def as_run(row: dict[str, Any]) -> Trajectory:
    recorded = run_of(row, AT).recorded
    return Trajectory(recorded[0].run, AT, tuple(each.event for each in recorded))


def conversation(*turns: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"id": "x", "conversations": [{"role": role, "content": text} for role, text in turns], **more}


def test_events_of_runs_stand_one_after_another() -> None:
    found, wrong = read(*lines(*EVENTS), b"", *lines(*EVENTS, run="r2"))
    assert [[each.event for each in one.recorded] for one in found if isinstance(one, Foreign)] == [EVENTS, EVENTS]
    assert wrong == []


@pytest.mark.parametrize("gone", range(len(EVENTS) - 1))
def test_a_run_that_lacks_an_event_is_not_taken_in_and_the_next_one_is(gone: int) -> None:
    whole = lines(*EVENTS)
    found, wrong = read(*whole[:gone], b"{broken", *whole[gone + 1 :], *lines(*EVENTS, run="r2"))
    assert [one.recorded[0].run for one in found if isinstance(one, Foreign)] == ["r2"]
    assert wrong[0] == "not JSON"
    assert "r1" in wrong[1]


def test_times_are_as_the_store_has_them() -> None:
    ((one,), _) = read(*lines(*EVENTS, at="2026-01-31T11:00:00+01:00"))
    assert isinstance(one, Foreign)
    assert {each.at for each in one.recorded} == {AT}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"\xff", "not text in UTF-8"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"{}", "neither an event, nor a result of MINT"),
        (b'{"suite": "s", "events": ""}', "without the path of its events"),
        (b'{"suite": "s", "events": "e.jsonl", "success_fixed": 1}', "without the path of its events, or without its score"),
        (b'{"type": "recorded", "run": "r", "seq": 1, "at": "x"}', "event: Field required"),
        (lines(*EVENTS, at="yesterday")[0], "no time: 'yesterday'"),
        (lines(*EVENTS, run="")[0], "an event of no run"),
        (json.dumps(conversation(("user", "\ud800"), ("assistant", "a"))).encode(), "half a surrogate pair"),
        (lines(asked(settings={"a": 0}))[0].replace(b'{"a":0}', b'{"a":' + b"[" * 500 + b"]" * 500 + b"}"), "nested too deep"),
        (json.dumps(conversation(("user", "q"))).encode(), "nothing was replied"),
        (json.dumps(conversation(("assistant", "a"))).encode(), "does not begin with the user's words"),
        (json.dumps(conversation(("system", "s"))).encode(), "does not begin with the user's words"),
        (json.dumps(conversation(("user", "q"), ("tool", "a"))).encode(), "message 2 is not of system, user or assistant"),
        (json.dumps(conversation(("user", "q"), ("system", "a"))).encode(), "a system message stands in mid-conversation"),
        (b'{"conversations": "x"}', "no list of messages"),
        (b'{"conversations": [{"role": "user", "content": null}]}', "message 1 is not"),
        (b'{"state": {"history": {}}}', "no list of messages"),
    ],
)
def test_a_line_that_becomes_nothing_says_why(line: bytes, words: str) -> None:
    found, wrong = read(line)
    assert found == []
    assert words in wrong[0]


def test_a_pair_of_surrogates_that_makes_a_character_is_one() -> None:
    ((one,), wrong) = read(json.dumps(conversation(("user", "😀"), ("assistant", "a"))).encode())
    assert isinstance(one, Foreign) and wrong == []


def test_a_row_of_results_names_its_events() -> None:
    row = {"suite": "s", "task": "t", "format": "code", "model": "m", "repeat": 1, "success_fixed": True, "events": "e.jsonl"}
    assert read(json.dumps(row).encode())[0] == [Trial("e.jsonl", True, "s/t/code/m/1")]


TURNS = [
    ("system", "S"),
    ("user", "Task:\nCount."),
    ("assistant", "<execute>print(n)</execute> and <execute>\nprint(1)\n</execute>"),
    ("user", "Observation:\nNameError: n"),
    ("assistant", "Hm."),
    ("user", "Observation:\nI do not understand."),
    ("user", "Go on."),
    ("assistant", "<execute>3</execute> so <solution> 3 </solution>"),
    ("user", "Observation:\nYour answer is wrong."),
    ("assistant", "<solution> 4 </solution>"),
]


def test_a_conversation_is_read_as_the_paper_reads_it() -> None:
    made = as_run(conversation(*TURNS))
    assert made.asked.text == "Count."
    assert [(step.code, step.status) for step in made.steps] == [
        ("print(n)\nprint(1)", "error"),
        ("", "unparsed"),
        ("", "rejected"),  # with a solution in it, a reply is one
        ("", None),
    ]
    assert [event.text for event in made.events if isinstance(event, Steered)] == ["Go on."]
    assert made.end == RunFinished(reason="answered", answer="4", message="Recorded elsewhere (codeact).")
    assert messages(made) == [{"role": role, "content": text} for role, text in TURNS]
    assert not PLAIN["self-improvement"](made)
    assert PLAIN["not-all-error"](made), "one was neither code nor solution"


def test_the_names_of_another_form_mean_the_same() -> None:
    told = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
    assert as_run(told).events[1:] == as_run(conversation(("user", "q"), ("assistant", "a"))).events[1:]


def test_what_ends_with_the_users_words_was_stopped() -> None:
    made = as_run(conversation(("user", "q"), ("assistant", "<execute>1</execute>"), ("user", "Observation:\n1")))
    assert made.end and (made.end.reason, made.end.answer) == ("stopped", None)


@pytest.mark.parametrize(("name", "model"), [("f/t/n/7/gpt-4/s", "gpt-4"), ("t/n/7/gpt-4/s", "gpt-4"), ("x", "unknown"), (None, "unknown")])
def test_the_model_is_read_from_the_name(name: str | None, model: str) -> None:
    made = as_run(conversation(("user", "q"), ("assistant", "a"), id=name))
    assert made.asked.model == model
    assert made.imported and made.imported.id == (name or "")


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"success": True}, "answered"),
        ({"success": False, "terminate_reason": "max_steps"}, "limit"),
        ({"success": False, "terminate_reason": "error"}, "failed"),
        ({}, "limit"),
    ],
)
def test_a_result_of_mint_ends_as_it_says(state: dict[str, Any], reason: str) -> None:
    history = [{"role": "user", "content": "R.\n---\nTask:\nexample\n---\nTask:\nq"}, {"role": "assistant", "content": "Assistant: a"}]
    task = {"task_type": "r", "task_name": "n", "task_id": 0, "agent_model_name": "m"}
    made = as_run({"state": {"history": history, **state}, "task": task})
    assert made.end and made.end.reason == reason
    assert made.succeeded is bool(state.get("success"))
    assert (made.asked.text, made.asked.model) == ("q", "m")
    assert made.imported and made.imported.id == "r/n/0"
    assert [each["content"] for each in messages(made)] == ["R.", "Task:\nq", "a"]
    assert not any(isinstance(event, ActionProposed | Observed) for event in made.events)
    assert sum(isinstance(event, ModelReplied) for event in made.events) == 1
    assert isinstance(made.events[0], UserAsked)
