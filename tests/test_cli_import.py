"""`jupyter codeact import`: files of others, of evaluations and of our own, into the store and out of it again."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commandline import Place
from tests.recorded import exported, repaired, rows

SYSTEM = "You may act with <execute> or propose with <solution>. You have 5 chances."
TRACE = "Observation:\nTraceback ...\nNameError: name 'n' is not defined\nYou have 4 steps left and 2 chances to propose solution left."


def conversation(name: str, task: str = "Count the apples.") -> dict[str, Any]:
    turns = [
        ("system", SYSTEM),
        ("user", f"Task:\n{task}"),
        ("assistant", "I count.\n<execute>\nprint(n)\n</execute>"),
        ("user", TRACE),
        ("assistant", "I set it first.\n<execute>\nn = 3\nprint(n)\n</execute>"),
        ("user", "Observation:\n3\nYou have 3 steps left and 2 chances to propose solution left."),
        ("assistant", "The answer is <solution> 3 </solution>."),
    ]
    return {"id": name, "conversations": [{"role": role, "content": text} for role, text in turns]}


def mint(task: str, success: bool, *turns: str) -> dict[str, Any]:
    first = f"You are a helper.\n\n---\nTask:\nAn example.\nA: <solution>1</solution>\n---\n\nTask:\n{task}"
    history = [{"role": "user" if at % 2 else "assistant", "content": text} for at, text in enumerate(turns)]
    state = {
        "history": [{"role": "user", "content": first}, *history],
        "finished": True,
        "success": success,
        "agent_action_count": {"use_tool": 1, "propose_solution": 1, "invalid_action": 0},
        "terminate_reason": "task_success" if success else "max_steps",
        "error": None,
    }
    return {"state": state, "task": {"task_name": "apples", "task_id": 7, "prompt": task}}


def written(place: Place, name: str, *lines: object) -> str:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    (place.folder / name).write_text(text)
    return name


def test_conversations_come_out_as_they_went_in(place: Place) -> None:
    told = [conversation("x/apples/1/m-1/s"), conversation("x/apples/2/m-1/s", "Count the pears.")]
    result = place.run("import", written(place, "c.jsonl", *told))
    assert (result.returncode, result.stdout) == (0, "2 runs read: 2 taken in, 0 known already; bad lines: 0\n")
    assert rows(exported(place, "codeact")) == told
    turns = rows(exported(place, "openai"))[0]["messages"]
    assert turns == told[0]["conversations"]


def test_a_file_that_is_taken_in_twice_doubles_nothing(place: Place) -> None:
    file = written(place, "c.jsonl", conversation("a"), conversation("a"))
    assert "1 taken in, 1 known already" in place.run("import", file).stdout
    assert "0 taken in, 2 known already" in place.run("import", file).stdout
    assert len(rows(exported(place, "codeact"))) == 1


def test_what_we_export_is_taken_in_elsewhere_and_exported_again_the_same(place: Place, tmp_path_factory: pytest.TempPathFactory) -> None:
    repaired(place)
    repaired(place)  # it goes on from the first
    first = exported(place, "codeact")
    other = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    (other.folder / "c.jsonl").write_text(first)
    assert other.run("import", "c.jsonl").returncode == 0
    assert exported(other, "codeact") == first
    assert len(rows(exported(other, "codeact", "--filter", "self-improvement"))) == 2
    assert "What is one and one?" in exported(other, "script", "--run", json.loads(other.run("runs", "--json").stdout)[0]["run"])


def test_bad_lines_are_counted_and_named_and_stop_nothing(place: Place) -> None:
    file = written(place, "c.jsonl", "{nonsense", conversation("a"), [1], {"id": "x"}, "", {"id": "x", "conversations": []})
    with (place.folder / file).open("ab") as lines:
        lines.write(b"\xff\xfe\n" + json.dumps(conversation("b", "Other.")).encode() + b"\n" + b"[" * 100_000 + b"\n")
    result = place.run("import", file)
    assert result.returncode == 0
    assert "2 taken in" in result.stdout
    assert "bad lines: 6" in result.stdout
    assert [line.split(":")[1] for line in result.stderr.splitlines()] == ["1", "3", "4", "6", "7", "9"]


def test_a_dry_run_takes_nothing_in(place: Place) -> None:
    file = written(place, "c.jsonl", conversation("a"))
    assert "1 would be taken in" in place.run("import", "--dry-run", file).stdout
    assert json.loads(place.run("runs", "--json").stdout) == []


def test_results_of_mint_have_their_own_score(place: Place) -> None:
    right = mint("Add 1 and 2.", True, "<execute>print(3)</execute>", "Observation:\n3\nYou have 4 steps left.", "<solution>3</solution>")
    wrong = mint(
        "Add 2 and 2.", False, "Assistant: <solution>5</solution>", "Observation:\nYour answer is wrong.\nYou have 4 steps left.", "Hm."
    )
    place.run("import", written(place, "r.jsonl", right, wrong))
    every = rows(exported(place, "codeact"))
    assert [len(row["conversations"]) for row in every] == [5, 5]
    assert every[0]["conversations"][:2] == [
        {"role": "system", "content": "You are a helper."},
        {"role": "user", "content": "Task:\nAdd 1 and 2."},
    ]
    assert every[1]["conversations"][2]["content"] == "<solution>5</solution>"
    assert rows(exported(place, "codeact", "--filter", "success")) == every[:1]
    assert rows(exported(place, "codeact", "--filter", "not-all-error")) == every[:1]


def test_events_of_a_run_come_with_the_score_of_their_evaluation(place: Place, tmp_path_factory: pytest.TempPathFactory) -> None:
    repaired(place)
    store = place.store()
    (run,) = store.ids()
    lines = [recorded.model_dump_json() for recorded in store.events(run)]
    store.close()
    other = Place(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work"))
    results = other.folder / "out" / "events"
    results.mkdir(parents=True)
    (results / "one.jsonl").write_text("\n".join(lines) + "\n")
    assert other.run("import", "--dry-run", "out/events/one.jsonl").stdout.startswith("1 run read: 1 would be")
    row = {"suite": "s", "task": "t", "format": "code", "model": "m", "repeat": 1, "success_fixed": False, "events": "events/one.jsonl"}
    gone = {**row, "events": "events/gone.jsonl"}
    result = other.run("import", written(other, "out/results.jsonl", row, gone))
    assert "1 taken in" in result.stdout
    assert "results.jsonl:2: its events are not there" in result.stderr
    told = rows(exported(other, "codeact"))
    assert told[0]["id"] == "s/t/code/m/1"
    assert told[0]["conversations"] == rows(exported(place, "codeact"))[0]["conversations"]
    assert exported(other, "codeact", "--filter", "success") == ""  # it answered, and was scored as wrong


def test_imported_runs_are_found_by_their_file(place: Place) -> None:
    place.run("import", written(place, "a.jsonl", conversation("a")), written(place, "b.jsonl", conversation("b")))
    assert [row["id"] for row in rows(exported(place, "codeact", "--notebook", "imported/b.jsonl"))] == ["b"]


def test_a_file_that_is_none_is_a_mistake_of_usage(place: Place, tmp_path: Path) -> None:
    assert place.run("import", "nowhere.jsonl").returncode == 2
    assert place.run("import", str(tmp_path)).returncode == 2
    assert place.run("import", written(place, "n.jsonl", "nonsense")).returncode == 1
