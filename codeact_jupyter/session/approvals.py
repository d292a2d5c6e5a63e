"""Which actions ask first, and who is asked: the mode over the policy, and the approver of a run."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Literal, Protocol

from codeact_jupyter import policy
from codeact_jupyter.events import ActionDecided, ActionProposed, Approval
from codeact_jupyter.ports import Code, Facts, Name, Notebook, Verdict
from codeact_jupyter.position import TAGGED
from codeact_jupyter.session.desk import Decision

By = Literal["policy", "user"]

EVERY = "You are asked about every action."


class Judge:
    """A `ports.Policy`: `auto` lets all pass but what the user tagged, `risky` asks as the policy says, `ask` asks always."""

    def __init__(
        self,
        mode: Approval,
        names: Callable[[], Awaitable[Mapping[str, Name]]],
        allowed: Callable[[], frozenset[str]],
        sandboxed: Callable[[], bool] = lambda: False,
    ):
        """`names`: the kernel's, as they are now; `allowed`: classes of effects that the user allowed for this run; `sandboxed`: the
        kernel that the action is to run in."""
        self._mode, self._names, self._allowed, self._sandboxed = mode, names, allowed, sandboxed

    async def judge(self, action: Code, facts: Facts) -> Verdict:
        found = policy.judge(action, replace(facts, names=await self._names(), sandboxed=self._sandboxed()))
        if found.decision == "deny":
            return found
        left = frozenset(found.effects) - (self._allowed() - TAGGED)
        match self._mode:
            case "auto":
                asks = bool(left & TAGGED)
            case "ask":
                asks = True
            case "risky":
                asks = found.decision == "ask" and bool(left or not found.effects)
        return Verdict("ask" if asks else "allow", found.reason or (EVERY if asks else ""), found.effects)


class Asked(Protocol):
    """Who can be asked."""

    async def approve(self, run: str, proposed: ActionProposed, verdict: Verdict) -> Decision:
        """May it run?  Waits for the user for as long as it takes; where nobody can be asked, the answer is no."""


class Asking:
    """The approver: what need not ask runs as its cell holds it, for the rest the audience is waited for."""

    def __init__(self, run: str, notebook: Notebook, user: Asked):
        self._run, self._notebook, self._user = run, notebook, user

    async def decide(self, proposed: ActionProposed, verdict: Verdict) -> ActionDecided:
        if verdict.decision == "deny":
            return _denied(proposed, "policy", verdict.reason)
        if verdict.decision == "allow":
            return self._as_held(proposed, "policy", None, False)
        decision = await self._user.approve(self._run, proposed, verdict)
        if not decision.allow:
            return _denied(proposed, "user", decision.note)
        return self._as_held(proposed, "user", decision.code, decision.whole_run, decision.note)

    def _as_held(self, proposed: ActionProposed, by: By, code: str | None, whole_run: bool, note: str = "") -> ActionDecided:
        """What the user saw, or what the cell holds: they may have typed in it."""
        held = self._notebook.source(proposed.cell_id) if code is None else code
        if held is None:
            return _denied(proposed, "user", "The user deleted its cell.")
        return ActionDecided(
            action_id=proposed.action_id,
            decision="allow",
            by="user" if by == "user" or held != proposed.code else "policy",
            code=held,
            scope="run" if whole_run else "once",
            note=note,
        )


def _denied(proposed: ActionProposed, by: By, note: str) -> ActionDecided:
    return ActionDecided(action_id=proposed.action_id, decision="deny", by=by, code=proposed.code, note=note)
