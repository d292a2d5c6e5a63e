"""What is asked for becomes trials, in an order that is always the same; what does not go together is refused with words."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeact_jupyter.errors import SettingError, SuiteError
from codeact_jupyter.evals import Workers, evaluating
from codeact_jupyter.evals.plan import Job, Plan, jobs, sampled, settled_formats
from tests.evals.sums import Sums

NAMES = [f"sum/{number}" for number in range(1, 7)]


def plan(**asked: Any) -> Plan:
    return Plan(**{"suite": "tests.evals.sums:load", "formats": ("code", "json"), "models": ("m",), **asked})


def laid_out(asked: Plan) -> list[Job]:
    return list(jobs(asked, Sums(), lambda model: ({"model": model}, "http://there/v1"), ()))


def test_trials_go_by_model_format_repeat_and_task():
    found = [
        (job.model, job.format, job.repeat, job.task)
        for job in laid_out(plan(models=("b", "a"), formats=("json", "code"), repeat=2, limit=2))
    ]
    assert found == [
        (model, format, repeat, task) for model in "ba" for format in ("json", "code") for repeat in (1, 2) for task in NAMES[:2]
    ]


def test_a_sample_keeps_the_order_and_a_larger_one_holds_it():
    small, large = sampled(NAMES, 2, 7), sampled(NAMES, 4, 7)
    assert len(small) == 2
    assert set(small) < set(large)
    assert large == [name for name in NAMES if name in large]
    assert any(sampled(NAMES, 2, seed) != NAMES[:2] for seed in range(10))
    assert sampled(NAMES, None, 7) == NAMES


@given(st.lists(st.text(min_size=1, max_size=120), unique=True, max_size=8))
def test_event_files_have_names_of_their_own_that_every_file_system_takes(models: list[str]):
    found = [Path(job.events) for job in laid_out(plan(models=tuple(models), repeat=2, observations=("full", "none")))]
    assert len({str(path).lower() for path in found}) == len(found)
    for path in found:
        assert not path.is_absolute()
        assert len(path.parts) == 4
        assert all(
            part.isascii() and part.strip(". ") == part and len(part) < 128 and not set(part) & set('<>:"\\|?*\n') for part in path.parts
        )


def test_an_observation_other_than_the_full_one_is_in_the_file_name():
    assert [
        Path(job.events).name.split("-", 1)[1] for job in laid_out(plan(formats=("code",), observations=("full", "last-line"), limit=1))
    ] == [
        "1.jsonl",
        "1-last-line.jsonl",
    ]


def test_plans_that_add_up_are_joined():
    joined = plan(limit=2, repeat=1).joined(plan(formats=("json", "text"), models=("n",), limit=4, repeat=3, observations=("none",)))
    assert (joined.formats, joined.models, joined.limit) == (("code", "json", "text"), ("m", "n"), 4)
    assert (joined.repeat, joined.observations) == (3, ("full", "none"))
    assert plan(limit=2).joined(plan()).limit is None


@pytest.mark.parametrize(
    "other", [{"suite": "repair"}, {"data": Path("/a")}, {"max_steps": 9}, {"seed": 1}, {"task_seconds": 5}, {"timeout": 3}]
)
def test_a_plan_whose_rows_would_mean_something_else_is_refused(other: dict[str, Any]):
    with pytest.raises(SettingError, match="another folder") as refused:
        plan().joined(plan(**other))
    assert next(iter(other)).replace("_", "-") in str(refused.value)


def test_formats_are_the_papers_as_far_as_the_suite_goes():
    suite = Sums()
    assert settled_formats((), suite) == ("code", "json", "text")
    suite.formats = ("tool", "code")
    assert settled_formats((), suite) == ("code",)
    assert settled_formats(("tool",), suite) == ("tool",)
    with pytest.raises(SettingError, match="'json', only in tool, code"):
        settled_formats(("json",), suite)
    suite.formats = ("tool",)
    with pytest.raises(SettingError, match="name formats of tool"):
        settled_formats((), suite)


class Empty(Sums):
    """None yet."""

    def names(self) -> list[str]:
        return []


def empty(data: Path | None) -> Empty:
    return Empty()


async def test_a_suite_without_tasks_is_refused(tmp_path: Path):
    with pytest.raises(SuiteError, match="The suite sums has no tasks in "):
        await evaluating(Plan(suite=f"{__name__}:empty", data=tmp_path, models=("offline",)), tmp_path / "out", Workers())
    assert not (tmp_path / "out").exists()


def test_no_way_to_tell_errors_is_the_full_one():
    assert plan(observations=()).observations == ("full",)
