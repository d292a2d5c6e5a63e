"""Which actions ask under which mode, and what a word of the user's makes of them."""

import pytest

from codeact_jupyter.events import ActionDecided, ActionProposed, ApprovalAsked, UserAsked
from codeact_jupyter.policy import EFFECTS
from codeact_jupyter.ports import Code, Facts, Finished, Name, Verdict
from codeact_jupyter.position import allowed, lasting
from codeact_jupyter.session.approvals import Asking, Judge
from codeact_jupyter.session.desk import Decision
from codeact_jupyter.session.names import Names

PLAIN = Facts(folder="/data", root="/data")
THEIRS = Facts({}, frozenset({"theirs"}), "/data", "/data")
PROTECTED = Facts({}, frozenset({"theirs", "protected"}), "/data", "/data")
CODE = Code("1 + 1")


async def names():
    return {}


async def judged(mode, facts, allowed=()):
    return (await Judge(mode, names, lambda: frozenset(allowed)).judge(CODE, facts)).decision


@pytest.mark.parametrize(
    "mode, facts, allowed, decision",
    [
        ("auto", PLAIN, (), "allow"),
        ("auto", THEIRS, (), "allow"),
        ("auto", PROTECTED, (), "ask"),
        ("auto", PROTECTED, ("protected_cell",), "ask"),
        ("risky", PLAIN, (), "allow"),
        ("risky", THEIRS, (), "ask"),
        ("risky", THEIRS, ("edit_cell",), "allow"),
        ("risky", PROTECTED, ("edit_cell",), "ask"),
        ("ask", PLAIN, (), "ask"),
        ("ask", THEIRS, ("edit_cell",), "ask"),
    ],
)
async def test_the_mode_decides_what_of_the_policy_asks(mode, facts, allowed, decision):
    assert await judged(mode, facts, allowed) == decision


async def test_an_action_that_asks_always_says_why():
    assert (await Judge("ask", names, frozenset).judge(CODE, PLAIN)).reason
    assert EFFECTS["edit_cell"] in (await Judge("risky", names, frozenset).judge(CODE, THEIRS)).reason


@pytest.mark.parametrize(
    "effects, offered",
    [
        (("write_files", "network"), ("write_files", "network")),
        (("edit_cell",), ("edit_cell",)),
        (("edit_cell", "protected_cell"), ()),
        (("write_files", "expensive_cell"), ("write_files",)),
        (("network", "edit_cell", "protected_cell"), ("network",)),
    ],
)
def test_what_is_asked_about_each_time_is_neither_offered_nor_allowed_for_the_run(effects, offered):
    assert lasting(effects) == offered
    decided = ActionDecided(action_id="a", decision="allow", by="user", code="x", scope="run")
    request = UserAsked(text="?", conversation="c", model="m")
    assert allowed([request, ApprovalAsked(action_id="a", reason="", effects=effects), decided]) == set(offered)


class Cell:
    def __init__(self, held):
        self.held = held

    def source(self, cell_id):
        return self.held


class User:
    def __init__(self, decision):
        self.decision, self.asked = decision, 0

    async def approve(self, run, proposed, verdict):
        self.asked += 1
        return self.decision


async def decided(verdict, held, decision=None):
    user = User(decision)
    approver = Asking("r", Cell(held), user)
    made = await approver.decide(ActionProposed(action_id="a", code="proposed", cell_id="c"), Verdict(verdict))
    return made.decision, made.by, made.code, made.scope, made.note, user.asked


@pytest.mark.parametrize(
    "verdict, held, decision, expected",
    [
        ("allow", "proposed", None, ("allow", "policy", "proposed", "once", "", 0)),
        ("allow", "typed in", None, ("allow", "user", "typed in", "once", "", 0)),
        ("allow", None, None, ("deny", "user", "proposed", "once", "The user deleted its cell.", 0)),
        ("ask", "typed in", Decision(True), ("allow", "user", "typed in", "once", "", 1)),
        ("ask", "typed since", Decision(True, "as seen", whole_run=True), ("allow", "user", "as seen", "run", "", 1)),
        ("ask", "proposed", Decision(False, note="No."), ("deny", "user", "proposed", "once", "No.", 1)),
    ],
)
async def test_what_the_user_saw_is_what_runs(verdict, held, decision, expected):
    assert await decided(verdict, held, decision) == expected


def test_a_name_that_an_action_made_is_ours_until_the_kernel_is_another_one():
    names = Names()
    names.seen("k1", {"theirs": Name("int")})
    names.after(Finished("ok", names={"theirs": Name("int"), "made": Name("DataFrame")}))
    assert {name: value.ours for name, value in names.now().items()} == {"theirs": False, "made": True}
    names.seen("k2", {"made": Name("int")})
    assert not names.now()["made"].ours
