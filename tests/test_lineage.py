"""A conversation is a tree; the model is sent the branch that leads to the request."""

import time

import pytest

from codeact_jupyter.lineage import lineage

STRAIGHT = [("a", None), ("b", None), ("c", None)]
BRANCHED = [("a", None), ("b", None), ("c", "a"), ("d", None), ("e", "b")]


@pytest.mark.parametrize(
    "runs, of, found",
    [
        ([], None, []),
        (STRAIGHT, None, ["a", "b", "c"]),
        (STRAIGHT, "b", ["a", "b"]),
        (STRAIGHT, "", []),
        (STRAIGHT, "unknown", []),
        (BRANCHED, "d", ["a", "c", "d"]),
        (BRANCHED, "b", ["a", "b"]),
        (BRANCHED, None, ["a", "b", "e"]),
        ([("a", None), ("b", ""), ("c", None)], None, ["b", "c"]),
        ([("a", "deleted"), ("b", None)], None, ["a", "b"]),
        ([("a", "b"), ("b", "a")], None, ["a", "b"]),
        ([("a", "a")], None, ["a"]),
    ],
    ids=[
        "no runs",
        "the newest",
        "an older one: what came after it is no part of it",
        "begins anew",
        "not known",
        "a branch, and what came after it",
        "the old branch stays reachable",
        "back on the old branch",
        "anew in mid-conversation",
        "its parent is gone",
        "a ring",
        "itself",
    ],
)
def test_the_runs_that_lead_to_one_are_those_it_goes_on_from(runs, of, found):
    assert lineage(runs, of) == found


def test_a_long_conversation_takes_as_long_as_it_is():
    began = time.process_time()
    runs = [(str(number), None) for number in range(50_000)]
    assert len(lineage(runs)) == 50_000
    assert time.process_time() - began < 5  # where each was looked for among all, it was a minute
