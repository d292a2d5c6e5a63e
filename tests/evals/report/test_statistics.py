"""The numbers of a report: against hand-computed ones, and what must hold of any."""

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeact_jupyter.evals.report.contrast import contrast
from codeact_jupyter.evals.report.statistics import Statistics, holm, survival
from codeact_jupyter.evals.row import Row
from tests.evals.report.made import row

STATISTICS = Statistics(seed=0)
OUTCOMES = st.lists(st.tuples(st.booleans(), st.integers(0, 10)), min_size=2, max_size=30)


def tried(outcomes: list[tuple[bool, int]], repeats: int = 1) -> list[Row]:
    return [
        row(f"t{at:02}", solved=solved, turns=turns, repeat=repeat)
        for at, (solved, turns) in enumerate(outcomes)
        for repeat in range(1, repeats + 1)
    ]


def of(one: Row) -> tuple[object, ...]:
    return one.task, one.repeat


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0),
        (5, 0, 2 / 32),
        (1, 9, 2 * (1 + 10) / 1024),
        (10, 2, 2 * (1 + 12 + 66) / 4096),
        (3, 3, 1.0),
        (16, 3, 2 * (1 + 19 + 171 + 969) / 2**19),
    ],
)
def test_mcnemar_is_the_exact_two_sided_test(gained: int, lost: int, p: float):
    assert STATISTICS.mcnemar(gained, lost) == pytest.approx(p)
    assert STATISTICS.mcnemar(lost, gained) == pytest.approx(p)


def test_many_tests_are_corrected_for_their_number():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_share_has_the_interval_that_it_should():
    found = STATISTICS.share([1.0] * 41 + [0.0] * 41)
    assert (found.value, found.tasks) == (0.5, 82)
    assert found.low is not None
    assert found.high is not None
    assert found.low == pytest.approx(0.5 - 1.96 * sqrt(0.25 / 82), abs=0.015)
    assert found.high == pytest.approx(0.5 + 1.96 * sqrt(0.25 / 82), abs=0.015)


def test_where_all_are_solved_the_interval_is_the_exact_one():
    found = STATISTICS.share([1.0] * 10)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 10))
    found = STATISTICS.share([0.0] * 10)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 10))


def test_a_single_task_has_no_interval():
    assert (STATISTICS.mean([3.0]).low, STATISTICS.share([1.0]).low) == (None, None)


def test_without_scipy_there_are_means_alone():
    bare = Statistics(at_hand=False)
    assert (bare.mean([1.0, 3.0]).value, bare.mean([1.0, 3.0]).low, bare.share([1.0, 1.0]).low, bare.mcnemar(5, 0)) == (
        2.0,
        None,
        None,
        None,
    )


def test_the_same_seed_draws_the_same_and_another_does_not():
    values = [float(value % 7) for value in range(40)]
    assert STATISTICS.mean(values) == Statistics(seed=0).mean(values)
    assert STATISTICS.mean(values) != Statistics(seed=1).mean(values)


@settings(max_examples=15, deadline=None)
@given(OUTCOMES)
def test_against_itself_nothing_differs_and_the_interval_has_no_width(outcomes: list[tuple[bool, int]]):
    found = contrast(tried(outcomes), tried(outcomes), of, STATISTICS)
    assert found is not None
    for difference in (found.reference.difference, found.fixed.difference, found.turns):
        assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)
    assert (found.reference.gained, found.reference.lost, found.reference.p) == ((), (), 1.0)


@settings(max_examples=15, deadline=None)
@given(OUTCOMES)
def test_repeats_of_the_same_are_no_further_evidence(outcomes: list[tuple[bool, int]]):
    other = [(not solved if at % 3 == 0 else solved, turns + at % 2) for at, (solved, turns) in enumerate(outcomes)]
    once = contrast(tried(outcomes), tried(other), of, STATISTICS)
    often = contrast(tried(outcomes, 3), tried(other, 3), of, STATISTICS)
    assert once is not None
    assert often is not None
    assert (often.tasks, often.pairs) == (once.tasks, 3 * once.pairs)
    assert (often.reference, often.turns) == (once.reference, once.turns)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=2, max_size=30))
def test_a_mean_lies_within_its_interval_and_that_within_its_values(values: list[int]):
    found = STATISTICS.mean([float(value) for value in values])
    assert found.low is not None
    assert found.high is not None
    assert min(values) <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= max(values)


@given(st.dictionaries(st.text(max_size=3), st.lists(st.none() | st.integers(1, 10), min_size=1, max_size=4), min_size=1, max_size=20))
def test_survival_never_rises_and_ends_at_what_was_never_solved(solved: dict[str, list[int | None]]):
    curve = survival(solved, 10)
    assert len(curve) == 11
    assert curve[0] == 1.0
    assert all(after <= before for before, after in zip(curve, curve[1:], strict=False))
    assert curve[-1] == pytest.approx(sum(trials.count(None) / len(trials) for trials in solved.values()) / len(solved))


def test_survival_steps_down_in_the_turn_that_solves():
    assert survival({"a": [2], "b": [None], "c": [3, None], "d": [1]}, 3) == [1.0, 0.75, 0.5, 0.375]


def test_a_difference_is_after_minus_before_and_names_what_was_gained_and_lost():
    before = [row("a", solved=False, turns=10), row("b", solved=True, turns=2), row("c", solved=False, turns=10), row("alone")]
    after = [row("a", solved=True, turns=4), row("b", solved=False, turns=10), row("c", solved=True, turns=5)]
    found = contrast(before, after, of, STATISTICS)
    assert found is not None
    assert (found.tasks, found.pairs, found.unpaired) == (3, 3, 1)
    assert (found.reference.gained, found.reference.lost, found.reference.p) == (("a", "c"), ("b",), 1.0)
    assert (found.reference.before, found.reference.after) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (found.reference.difference.value, found.turns.value) == (pytest.approx(1 / 3), pytest.approx(-1.0))


def test_with_repeats_a_task_counts_for_the_one_that_solved_it_more_often():
    before = [row("a", solved=one, repeat=at) for at, one in enumerate((True, False, False), 1)]
    after = [row("a", solved=one, repeat=at) for at, one in enumerate((False, True, True), 1)]
    found = contrast(before, after, of, STATISTICS)
    assert found is not None
    assert (found.reference.gained, found.reference.lost) == (("a",), ())
    assert found.reference.difference.value == pytest.approx(1 / 3)


def test_what_shares_no_trial_is_not_compared():
    assert contrast([row("a")], [row("b")], of, STATISTICS) is None
