"""History -> chat messages."""

import asyncio
import json

from codeact_jupyter.events import ModelReplied, Observed, RunFinished, Steered, UserAsked
from codeact_jupyter.prompt import Conversation, system


def prompt(steps=30):
    looked = []

    async def look():
        looked.append(1)
        return f"<context>{len(looked)}</context>"

    return Conversation("SYSTEM", look, steps)


def send(made, history):
    return asyncio.run(made.messages(history))


RUN = [
    UserAsked(text="mean mass?"),
    ModelReplied(text="I look. <execute>df</execute>"),
    Observed(action_id="a", status="ok", text="344 rows"),
    ModelReplied(text="<execute>df.mass.mean()</execute>"),
    Observed(action_id="b", status="ok", text="4201.75"),
]


def test_a_run_is_told_in_turns_and_nothing_stands_after_the_count_down():
    messages = send(prompt(), RUN)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert messages[1]["content"] == "<context>1</context>\n\nRequest:\nmean mass?\n\nYou have 30 steps left."
    assert messages[-1]["content"] == "Observation:\n4201.75\n\nYou have 28 steps left."


def test_each_request_begins_with_the_bytes_of_the_last_one():
    made = prompt()
    steered = [
        *RUN[:3],
        Steered(text="in kg"),
        *RUN[3:],
        ModelReplied(text="<execute>1</execute>"),
        Observed(action_id="c", status="ok", text="1"),
    ]
    earlier = [json.dumps(send(made, steered[:cut]))[:-1] for cut in (1, 3, 6, 8)]
    assert all(later.startswith(before) for before, later in zip(earlier, earlier[1:], strict=False))


def test_steering_stands_inside_the_next_observation_before_its_count_down():
    messages = send(prompt(), [*RUN[:4], Steered(text="in kg"), RUN[4]])
    assert messages[-1]["content"] == "Observation:\n4201.75\n\nThe user says now: in kg\n\nYou have 28 steps left."


def test_a_lost_kernel_is_told_with_the_next_observation():
    lost = Observed(action_id=None, status="died", text="The kernel was restarted: all variables are lost.")
    messages = send(prompt(), [*RUN[:4], lost, RUN[4]])
    assert "all variables are lost" in messages[-1]["content"] and len(messages) == 6


def test_the_last_step_is_warned_of_and_the_end_asks_for_an_answer():
    assert send(prompt(3), RUN)[-1]["content"].endswith("You have 1 step left: answer now with what you have seen.")
    assert send(prompt(2), RUN)[-1]["content"].endswith("code will not run.")


def test_a_follow_up_carries_the_runs_before_it():
    done = [*RUN, ModelReplied(text="It is 4201.75 g."), RunFinished(reason="answered", answer="It is 4201.75 g.")]
    messages = send(prompt(), [*done, UserAsked(text="now by month")])
    assert [message["role"] for message in messages] == ["system", *["user", "assistant"] * 3, "user"]
    assert messages[1]["content"] == "Request:\nmean mass?"
    assert messages[6]["content"] == "It is 4201.75 g."
    assert "now by month" in messages[-1]["content"] and "You have 30 steps left." in messages[-1]["content"]


def test_a_run_that_was_stopped_or_cut_off_leaves_turns_that_alternate():
    stopped = [*RUN[:3], RunFinished(reason="stopped", message="Stopped.")]
    cut_off = [UserAsked(text="again"), ModelReplied(text="<execute>x</execute>")]
    roles = [message["role"] for message in send(prompt(), [*stopped, *cut_off, UserAsked(text="and now?")])]
    assert all(a != b for a, b in zip(roles, roles[1:], strict=False)) and roles[-1] == "user"


def test_old_observations_shrink_to_a_line_oldest_first_until_nothing_is_left():
    made = prompt()
    history = [RUN[0]]
    for number in range(6):
        history += [
            ModelReplied(text=f"<execute>{number}</execute>"),
            Observed(action_id=str(number), status="ok", text=f"first {number}\nlast {number}"),
        ]
    send(made, history)
    sizes = []
    while made.shrink():
        sizes.append(sum("first" in message["content"] for message in send(made, history)))
    assert sizes == [3, 1, 1] or sizes == sorted(sizes, reverse=True)
    assert "first 5" in send(made, history)[-1]["content"], "the last one stays whole"
    assert "[left out to save room; it ended: last 0]" in send(made, history)[3]["content"]


def test_the_system_message_shows_the_form():
    assert "<execute>" in system("code") and "observation" in system("code")
