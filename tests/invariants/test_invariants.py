"""Whatever user, agent and other programs do to one notebook, in whatever order: nothing of the user's is lost, nothing comes twice.

The rules are in `machine` (what users do) and `rules` (what the agent does); what has to hold is in `copies` and `ours`.  Another mount
is another machine: a world with the methods of `rules.World`, and the rules of its user.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.invariants.machine import OnFile, OnLive

SOAK = bool(os.environ.get("CODEACT_SOAK"))
STEPS = 80 if SOAK else 40
# a failure is found again, and made small, only in a soak: elsewhere that would take longer than all else
PHASES = (Phase.generate, Phase.shrink) if SOAK else (Phase.generate,)


@pytest.mark.timeout(7200 if SOAK else 600)
@pytest.mark.parametrize(("machine", "examples"), [(OnLive, 80), (OnFile, 80)], ids=["live", "file"])
def test_nothing_is_lost_changed_or_doubled_whatever_happens(machine: type[RuleBasedStateMachine], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples * (25 if SOAK else 1),
            stateful_step_count=STEPS,
            derandomize=not SOAK,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
