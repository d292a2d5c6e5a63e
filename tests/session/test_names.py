"""Whose a name in the kernel is: what overwrites the user's has to ask."""

from codeact_jupyter.ports import Finished, Name
from codeact_jupyter.session.names import Names

INT, FRAME = Name("int"), Name("DataFrame", "3x2", 48)


def ours(names: Names) -> dict[str, bool]:
    return {name: value.ours for name, value in names.now().items()}


def done(**names: Name) -> Finished:
    return Finished("ok", names=names)


def test_what_was_there_is_the_users_and_what_an_action_adds_is_ours():
    names = Names()
    names.seen("k", {"df": FRAME})
    names.after(done(df=FRAME, x=INT))
    assert ours(names) == {"df": False, "x": True}
    assert names.now()["df"] == FRAME


def test_what_the_user_makes_between_two_runs_is_theirs_and_ours_stays_ours():
    names = Names()
    names.seen("k", {})
    names.after(done(x=INT))
    names.seen("k", {"x": INT, "y": INT})
    names.after(done(x=INT, y=INT, z=INT))
    assert ours(names) == {"x": True, "y": False, "z": True}


def test_a_name_that_was_deleted_and_made_by_the_user_is_theirs():
    names = Names()
    names.seen("k", {})
    names.after(done(x=INT))
    names.seen("k", {})
    names.seen("k", {"x": INT})
    assert ours(names) == {"x": False}


def test_another_kernel_has_nothing_of_ours():
    names = Names()
    names.seen("k", {})
    names.after(done(x=INT))
    names.seen("other", {"x": INT})
    assert ours(names) == {"x": False}


def test_after_a_restart_in_an_action_nothing_of_before_is_known():
    for gone in (Finished("died", restarted=True), Finished("ok", kernel_exits=True)):
        names = Names()
        names.seen("k", {"df": FRAME})
        names.after(gone)
        assert ours(names) == {}
        names.after(done(df=FRAME))
        assert ours(names) == {"df": True}


def test_an_action_whose_names_are_not_known_changes_nothing():
    names = Names()
    names.seen("k", {"df": FRAME})
    names.after(Finished("error"))
    names.after(done(df=FRAME, x=INT))
    assert ours(names) == {"df": False, "x": True}


def test_what_the_user_makes_while_an_action_waits_or_runs_is_theirs():
    for code, made in [("x = 1", "x"), ("%%time\nx = 1", "x"), ("def f():\n    global x\n    x = 1", "x"), ("from m import *", "df")]:
        names = Names()
        names.seen("k", {})
        names.after(done(**{"df": FRAME, made: INT}), code)
        assert ours(names)[made] and ours(names)["df"] == (made == "df")


def test_what_somebody_else_changes_is_theirs():
    names = Names()
    names.seen("k", {})
    names.after(done(x=INT, y=INT))
    names.seen("k", {"x": FRAME, "y": INT})
    assert ours(names) == {"x": False, "y": True}


def test_what_an_action_made_after_a_restart_is_ours_when_the_new_kernel_is_looked_at():
    names = Names()
    names.seen("k", {"df": FRAME})
    names.after(done(x=INT), "x = 1", "another")
    names.seen("another", {"x": INT})
    assert ours(names) == {"x": True}


def test_without_a_look_before_it_an_action_is_still_of_its_kernel():
    names = Names()
    names.after(done(x=INT), "x = 1", "k")
    names.seen("k", {"x": INT, "y": INT})
    assert ours(names) == {"x": True, "y": False}


def test_of_another_kernel_nothing_of_before_is_known_though_nobody_looked():
    names = Names()
    names.seen("k", {"df": FRAME})
    names.after(done(df=FRAME), "df = 1", "another")
    assert ours(names) == {"df": True}
