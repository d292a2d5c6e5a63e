"""The loop over fakes of a few lines each: the seams are small.  The whole thing with a real kernel is in `test_session.py`."""

import asyncio
import contextlib
import io
import re
from dataclasses import replace

import pytest

from codeact_jupyter.errors import ActionParseError, ContextExceeded, ModelError
from codeact_jupyter.events import ActionDecided, ActionProposed, Observed, UserAsked
from codeact_jupyter.loop import UNKNOWN, Limits, Run
from codeact_jupyter.ports import Answer, Code, Draft, Facts, Finished, Interrupt, Parts, Reply, Verdict, Wait
from codeact_jupyter.position import position


class Script:
    """Streams each reply in pieces; a "!" before one breaks a first try off in the middle."""

    def __init__(self, *replies):
        self.replies, self.read = iter(replies), []

    async def reply(self, messages, tools, listener):
        text = next(self.replies)
        if text == "BOOM":
            raise ConnectionError("the model is gone")
        if text.startswith("!"):
            listener.begin()
            listener.text(text[1:12])
            text = text[1:]
        listener.begin()
        for n, piece in enumerate(re.findall(".{1,5}", text, re.S), 1):
            if not listener.text(piece):
                text = text[: 5 * n]
                break
        self.read.append(text)
        return Reply(text)


class LastEvent:
    async def messages(self, history):
        return [{"role": "user", "content": str(history[-1])}]

    def shrink(self):
        return False


class Tags:
    tools = ()

    def draft(self, text):
        if found := re.search(r"<execute>(.*?)(</execute>|$)", text, re.S):
            return Draft(Code(found[1]), complete=bool(found[2]))
        return None

    def parse(self, reply, history):
        if found := re.search(r"<execute>(.*?)</execute>", reply.text, re.S):
            return Code(found[1])
        if reply.text == "<wait/>":
            return Wait(5)
        if reply.text == "<interrupt/>":
            return Interrupt()
        if reply.text.startswith("ANSWER "):
            return Answer(reply.text[7:])
        raise ActionParseError(f"neither code nor an answer; the reply starts {reply.text[:20]!r}")


class Always:
    def __init__(self, decision):
        self.decision = decision

    async def judge(self, action, facts):
        return Verdict(self.decision, "because")


class EditingUser:
    async def decide(self, proposed, verdict):
        if verdict.decision == "ask":
            return ActionDecided(action_id=proposed.action_id, decision="allow", by="user", code="print('edited')")
        return ActionDecided(action_id=proposed.action_id, decision=verdict.decision, by="policy", code=proposed.code)


class Paper:
    def __init__(self):
        self.cells, self.made, self.finished, self.saved = {}, 0, False, 0

    def open_cell(self, code, proposal=False):
        self.made += 1
        self.cells[cell_id := f"c{self.made}"] = code.source
        return cell_id

    def write(self, cell_id, source):
        self.cells[cell_id] = source

    def discard(self, cell_id):
        del self.cells[cell_id]

    def sink(self, cell_id):
        return None

    def facts(self, code):
        return Facts()

    def settle(self, cell_id):
        return cell_id

    def source(self, cell_id):
        return self.cells.get(cell_id)

    async def save(self):
        self.saved += 1

    async def finish(self):
        self.finished = True


class Slow:
    """Still runs at the first look, then done."""

    looks = 0

    def outputs(self):
        return []

    async def wait(self, seconds):
        self.looks += 1
        return None if self.looks == 1 else Finished("ok", [{"text": "at last\n"}])

    async def interrupt(self):
        return Finished("interrupted")


class Done(Slow):
    def __init__(self, text):
        self.text = text

    async def wait(self, seconds):
        return Finished("ok", [{"text": self.text}])


class Hang(Slow):
    async def wait(self, seconds):
        await asyncio.sleep(9)


class Failed(Slow):
    def __init__(self, error):
        self.error = error

    async def wait(self, seconds):
        return Finished("error", [{"text": f"{type(self.error).__name__}: {self.error}"}])


class Namespace:
    def __init__(self, execution=None):
        self.names, self.execution = {}, execution

    async def ready(self):
        return "k1"

    async def start(self, source, sink, msg_id):
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(source, self.names)
        except Exception as error:
            return Failed(error)
        return self.execution or Done(out.getvalue())


def observe(action_id, finished, so_far=()):
    if finished is None:
        return Observed(action_id=action_id, status="running", text="still running")
    return Observed(action_id=action_id, status=finished.status, text="".join(o["text"] for o in finished.outputs))


def build(*replies, judge="allow", execution=None, check=None, history=(), **limits):
    events, kernel = [], Namespace(execution)
    parts = Parts(Script(*replies), LastEvent(), Tags(), Always(judge), EditingUser(), Paper(), kernel, observe, check)
    return Run(parts, events.append, Limits(**limits), history), events, kernel


def ask(run):
    return asyncio.run(run.run(UserAsked(text="?")))


def types(events):
    return [event.type for event in events]


def observed(events):
    return [(event.status, event.text) for event in events if event.type == "observed"]


ACT = ["model_replied", "action_proposed", "action_decided", "action_started", "observed"]


def test_the_kernel_remembers_between_steps_and_the_answer_ends_the_run():
    run, events, _ = build("<execute>x = 6 * 7</execute>", "<execute>print(x)</execute>", "ANSWER 42")
    assert ask(run).answer == "42"
    assert observed(events) == [("ok", ""), ("ok", "42\n")]
    assert types(events) == ["user_asked", *ACT, *ACT, "model_replied", "run_finished"]
    assert run.parts.notebook.finished


def test_reading_stops_where_the_action_ends_and_the_cell_holds_it():
    run, _, _ = build("so: <execute>x = 1</execute> and then much more", "ANSWER ok")
    ask(run)
    assert "much more" not in run.parts.model.read[0]
    assert run.parts.notebook.cells == {"c1": "x = 1"}


def test_a_try_that_broke_off_leaves_no_cell():
    run, _, kernel = build("!<execute>x = 1</execute>", "ANSWER ok")
    ask(run)
    assert list(run.parts.notebook.cells.values()) == ["x = 1"] and kernel.names["x"] == 1


def test_a_reply_without_an_action_is_told_to_the_model_until_the_limit():
    run, events, _ = build("hm", "hm", "hm", "hm", steps=3)
    assert ask(run).reason == "limit"
    assert observed(events) == [("unparsed", "neither code nor an answer; the reply starts 'hm'")] * 3


def test_a_denied_action_runs_nothing():
    run, events, kernel = build("<execute>y = 1</execute>", "ANSWER ok", judge="deny")
    ask(run)
    assert "y" not in kernel.names and "action_started" not in types(events)


def test_the_edit_the_user_approved_is_what_runs():
    run, events, _ = build("<execute>print('original')</execute>", "ANSWER ok", judge="ask")
    ask(run)
    assert types(events)[2:7] == ["action_proposed", "approval_asked", "action_decided", "action_started", "observed"]
    assert observed(events)[0][1].endswith("print('edited')\n```\nedited\n")
    assert run.parts.notebook.cells == {"c1": "print('edited')"}


def test_a_long_action_is_an_observation_and_the_model_decides():
    run, events, _ = build("<execute>1</execute>", "<wait/>", "ANSWER ok", execution=Slow())
    ask(run)
    assert observed(events) == [("running", "still running"), ("ok", "at last\n")]


@pytest.mark.parametrize("reply", ["<interrupt/>", "ANSWER enough"])
def test_an_interrupt_or_an_answer_ends_a_running_action(reply):
    run, events, _ = build("<execute>1</execute>", reply, "ANSWER ok", execution=Slow())
    ask(run)
    assert observed(events) == [("running", "still running"), ("interrupted", "")]


def test_a_model_that_fails_leaves_nothing_running():
    run, events, _ = build("<execute>1</execute>", "BOOM", execution=Slow())
    with pytest.raises(ConnectionError):
        ask(run)
    assert observed(events)[-1] == ("interrupted", "") and events[-1].reason == "failed"


def test_a_rejected_answer_goes_back_to_the_model():
    async def check(answer):
        return None if answer == "42" else "That is wrong."

    run, events, _ = build("ANSWER 41", "ANSWER 42", check=check)
    assert ask(run).answer == "42"
    assert observed(events) == [("rejected", "That is wrong.")]


@pytest.mark.parametrize(
    "cut, judge, first",
    [
        (2, "allow", "seen\n"),
        (3, "allow", "seen\n"),
        (3, "ask", "edited\n"),
        (4, "ask", "edited\n"),
        (5, "ask", "edited\n"),
        (4, "allow", "seen\n"),
        (5, "allow", UNKNOWN),
    ],
)
def test_a_run_goes_on_from_any_point_and_never_runs_twice(cut, judge, first):
    """Cut after: the reply, the proposal (judged again), what was asked (asked again, and edited), the decision, the start."""
    whole, events, _ = build("<execute>print('seen')</execute>", "ANSWER ok", judge=judge)
    ask(whole)
    replies = ["<execute>print('seen')</execute>", "ANSWER ok"] if cut == 2 else ["ANSWER ok"]
    again, more, _ = build(*replies, history=events[:cut], judge=judge)
    asyncio.run(again.resume())
    assert more[0].type == "resumed" and observed(more)[0][1].endswith(first)
    assert more[-1].reason == "answered"


def test_an_approval_that_was_asked_for_is_not_asked_for_twice():
    whole, events, _ = build("<execute>print('seen')</execute>", "ANSWER ok", judge="ask")
    ask(whole)
    again, more, _ = build("ANSWER ok", history=events[:4], judge="ask")
    asyncio.run(again.resume())
    assert types(more)[:3] == ["resumed", "action_decided", "action_started"]


@pytest.mark.parametrize("by_user, last", [(True, "run_finished"), (False, "observed")])
def test_stop_interrupts_the_kernel_and_only_the_users_stop_ends_the_run(by_user, last):
    async def cancelled():
        run, events, _ = build("<execute>1</execute>", execution=Hang())
        task = asyncio.create_task(run.run(UserAsked(text="?")))
        await asyncio.sleep(0.01)
        run.stopping = by_user
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return events

    events = asyncio.run(cancelled())
    assert observed(events) == [("interrupted", "")]
    assert events[-1].type == last


def test_the_same_failure_is_pointed_out_and_a_fourth_ends_the_run_as_stuck():
    run, events, _ = build(
        *["<execute>1/0</execute>", "<execute>1/0  # again</execute>", "<execute>1 / 0</execute>", "<execute>1/0</execute>"], steps=9
    )
    end = ask(run)
    assert end.reason == "stuck" and "4 times" in end.message
    texts = [text for _, text in observed(events)]
    assert texts[0] == "ZeroDivisionError: division by zero"
    assert "failed 2 times in the same way" in texts[1] and "1/0" in texts[1] and texts[1].endswith("division by zero")


def test_other_failures_are_not_stuck():
    run, events, _ = build(
        "<execute>1/0</execute>", "<execute>[][0]</execute>", "<execute>1/0</execute>", "<execute>{}['a']</execute>", "ANSWER ok"
    )
    assert ask(run).reason == "answered"


def test_words_that_came_while_the_model_answered_are_not_lost():
    class Interrupting(Script):
        async def reply(self, messages, tools, listener):
            if not self.read:
                run.steer("in euros")
            return await super().reply(messages, tools, listener)

    run, events, _ = build("ANSWER 42 $", "ANSWER 40 EUR")
    run.parts = replace(run.parts, model=Interrupting("ANSWER 42 $", "ANSWER 40 EUR"))
    assert ask(run).answer == "40 EUR"
    assert types(events) == ["user_asked", "steered", "model_replied", "observed", "model_replied", "run_finished"]


def test_words_for_a_run_that_comes_to_its_end_are_refused_and_nothing_follows_that():
    class Saving(Paper):
        async def finish(self):
            taken.append(run.steer("wait"))

    run, events, _ = build("ANSWER 42")
    run.parts, taken = replace(run.parts, notebook=Saving()), []
    ask(run)
    assert taken == [False] and not run.steer("too late")
    assert types(events) == ["user_asked", "model_replied", "run_finished"]


@pytest.mark.parametrize("by_user", [True, False], ids=["Stop", "the server ends"])
def test_a_run_that_is_cut_short_while_it_fails_has_its_end_recorded(by_user):
    class Slow(Paper):
        async def finish(self):
            await asyncio.sleep(9)

    run, events, _ = build("BOOM")
    run.parts = replace(run.parts, notebook=Slow())

    async def cut_short():
        task = asyncio.create_task(run.run(UserAsked(text="?")))
        await asyncio.sleep(0.05)
        run.stopping = by_user
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(cut_short())
    assert types(events) == ["user_asked", "run_finished"] and events[-1].reason == "failed"


def test_last_words_that_do_not_come_in_time_leave_it_at_the_limit():
    class Slow(Script):
        async def reply(self, messages, tools, listener):
            await asyncio.sleep(9 if self.read else 0)
            return await super().reply(messages, tools, listener)

    run, events, _ = build(steps=1, seconds=0.5)
    run.parts = replace(run.parts, model=Slow("<execute>1</execute>", "ANSWER about 2"))
    assert (ask(run).reason, events[-1].answer) == ("limit", None)


def test_at_the_limit_the_best_answer_is_asked_for_once():
    run, events, _ = build("<execute>1</execute>", "<execute>2</execute>", "ANSWER about 2", steps=2)
    end = ask(run)
    assert (end.reason, end.answer) == ("limit", "about 2") and "max_steps" in end.message
    assert types(events).count("model_replied") == 3


def test_the_cell_of_half_an_action_is_taken_back_when_the_model_fails():
    class Breaking(Script):
        async def reply(self, messages, tools, listener):
            listener.begin()
            listener.text("<execute>x = ")
            raise ModelError("gone")

    run, events, _ = build()
    run.parts = replace(run.parts, model=Breaking())
    with pytest.raises(ModelError):
        ask(run)
    assert run.parts.notebook.cells == {} and events[-1].message == "gone"


def test_messages_too_long_are_shortened_and_sent_again():
    class Small(Script):
        sent = 0

        async def reply(self, messages, tools, listener):
            self.sent += 1
            if self.sent < 3:
                raise ContextExceeded("too long")
            return await super().reply(messages, tools, listener)

    class Shrinking(LastEvent):
        def shrink(self):
            return True

    run, events, _ = build()
    run.parts = replace(run.parts, model=Small("ANSWER ok"), prompt=Shrinking())
    assert ask(run).answer == "ok"


def test_a_lost_kernel_is_told_and_keeps_a_pending_approval_pending():
    run, events, _ = build()
    run.history = [UserAsked(text="?"), ActionProposed(action_id="a", code="x", cell_id="c")]
    run.tell("The kernel was restarted: all variables are lost.")
    assert position(run.history).at == "decide"
