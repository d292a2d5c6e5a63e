"""A folder of results survives what may happen to it."""

from pathlib import Path

import pytest

from codeact_jupyter.errors import Busy, CodeActError, SettingError
from codeact_jupyter.evals.plan import Plan
from codeact_jupyter.evals.results import Results, planned, read
from codeact_jupyter.evals.row import Row, counted

PLAN = Plan(suite="s", formats=("code",), models=("m",))


def row(task: str, end: str = "answered") -> Row:
    return Row(
        suite="s",
        task=task,
        format="code",
        model="m",
        repeat=1,
        success_reference=False,
        success_fixed=False,
        end=end,
        seconds=1,
        events="e",
        message="line\u2028separator\nand more",
        **counted([]),
    )


def test_rows_are_there_again(tmp_path: Path):
    with Results(tmp_path / "new" / "out") as results:
        results.agree(PLAN)
        results.add(row("a"))
        assert read(results.out) == [row("a")]  # at once
        assert not results.lacks(row("a").key, again=False)
    assert read(tmp_path / "new" / "out") == [row("a")]
    assert planned(tmp_path / "new" / "out") == PLAN
    assert sorted(file.name for file in (tmp_path / "new" / "out").iterdir()) == ["plan.json", "results.jsonl"]


def test_a_line_that_was_cut_off_goes_and_its_task_is_missing(tmp_path: Path):
    with Results(tmp_path) as results:
        results.add(row("a"))
        results.add(row("b"))
    file = tmp_path / "results.jsonl"
    file.write_bytes(file.read_bytes()[:-7])
    assert read(tmp_path) == [row("a")]
    with Results(tmp_path) as results:
        assert results.lacks(row("b").key, again=False)
        results.add(row("c"))
    assert read(tmp_path) == [row("a"), row("c")]


def test_a_row_that_was_added_by_hand_counts_also_without_a_line_end(tmp_path: Path):
    file = tmp_path / "results.jsonl"
    file.write_text(row("a").model_dump_json() + "\n" + row("b").model_dump_json())
    assert read(tmp_path) == [row("a"), row("b")]
    with Results(tmp_path) as results:
        results.add(row("c"))
    assert read(tmp_path) == [row("a"), row("b"), row("c")]


def test_the_newest_row_of_a_trial_counts_and_some_ends_are_worth_another_try(tmp_path: Path):
    with Results(tmp_path) as results:
        for end in ("broken", "failed", "timeout"):
            results.add(row("a", end))
            assert results.lacks(row("a").key, again=True)
            assert not results.lacks(row("a").key, again=False)
        results.add(row("a", "limit"))
        assert not results.lacks(row("a").key, again=True)
    assert read(tmp_path) == [row("a", "limit")]


def test_two_evaluations_are_not_in_one_folder_at_once(tmp_path: Path):
    with Results(tmp_path), pytest.raises(Busy, match="goes on in"):
        Results(tmp_path)
    with Results(tmp_path):
        pass


def test_what_is_no_result_is_named_and_kept(tmp_path: Path):
    (tmp_path / "results.jsonl").write_text("{}\n" + row("a").model_dump_json() + "\n")
    with pytest.raises(CodeActError, match="line 1 is no result"):
        Results(tmp_path)
    (tmp_path / "results.jsonl").unlink()
    (tmp_path / "plan.json").write_text("[]")
    with Results(tmp_path) as results, pytest.raises(CodeActError, match="no plan of an evaluation"):
        results.agree(PLAN)
    assert (tmp_path / "plan.json").read_text() == "[]"


def test_another_plan_leaves_the_first_as_it_was(tmp_path: Path):
    with Results(tmp_path) as results:
        results.agree(PLAN)
        with pytest.raises(SettingError):
            results.agree(PLAN.model_copy(update={"max_steps": 3}))
        results.agree(PLAN.model_copy(update={"formats": ("json",)}))
    found = planned(tmp_path)
    assert found
    assert found.formats == ("code", "json")
    assert found.max_steps == 10
