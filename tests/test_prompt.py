"""History -> chat messages."""

import asyncio
import json

from codeact_jupyter.events import ModelReplied, Observed, RunFinished, Steered, UserAsked
from codeact_jupyter.prompt import Conversation, system
from codeact_jupyter.testing.rules import broken
from codeact_jupyter.turns import REFUSED


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


# Calls


def call(code, **more):
    return json.dumps({"id": "x", "name": "execute", "arguments": json.dumps({"code": code}), **more})


CALLED = [
    UserAsked(text="mean mass?", format="tool"),
    ModelReplied(text="I look.", calls=(call("df"), call("df.head()"))),
    Observed(action_id="a", status="ok", text="344 rows"),
    ModelReplied(text="", calls=('{"id": "y", "name": "execute", "arguments": "df.mass.mean("}',)),
    Observed(action_id="b", status="error", text="SyntaxError"),
]


def native(history, steps=30, **how):
    async def look():
        return "<context/>"

    return send(Conversation("SYSTEM", look, steps, "tool", **how), history)


def test_calls_are_sent_as_calls_each_with_its_answer_and_arguments_that_every_server_takes():
    messages = native(CALLED)
    assert broken(messages) == ""
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool", "tool", "assistant", "tool"]
    assert [made["function"]["arguments"] for made in messages[2]["tool_calls"]] == ['{"code": "df"}', '{"code": "df.head()"}']
    assert messages[3] == {"role": "tool", "tool_call_id": "c00000100", "content": "344 rows\n\nYou have 29 steps left."}
    assert messages[4] == {"role": "tool", "tool_call_id": "c00000101", "content": REFUSED}
    assert json.loads(messages[5]["tool_calls"][0]["function"]["arguments"]) == {"code": "df.mass.mean("}
    assert messages[6]["content"] == "SyntaxError\n\nYou have 28 steps left."


def test_ids_of_calls_fit_every_server_and_stay_when_earlier_runs_are_left_out():
    done = [*CALLED, RunFinished(reason="answered", answer="4201.75")]
    history = [*done * 10, *CALLED]
    ids = [made["id"] for message in native(history) for made in message.get("tool_calls", ())]
    assert len(set(ids)) == len(ids) == 3 * 9
    assert all(len(id) == 9 and id.isalnum() for id in ids)
    assert ids[-1] == "c00002200", "as if all were there"


def test_a_run_that_broke_off_in_a_call_leaves_none_unanswered():
    cut_off = [*CALLED[:4], UserAsked(text="and now?")]
    stopped = [*CALLED[:2], RunFinished(reason="stopped", message="Stopped."), UserAsked(text="and now?")]
    for history in (cut_off, stopped):
        assert broken(native(history)) == ""
        assert native(history)[-1]["role"] == "user"


def test_a_conversation_may_hold_runs_of_both_formats():
    history = [*CALLED, RunFinished(reason="answered", answer="4201.75"), *RUN]
    assert broken(native(history)) == ""
    messages = send(prompt(), history)
    assert broken(messages) == ""
    assert "tool_calls" not in json.dumps(messages)
    assert messages[2]["content"] == "I look.\n\n<execute>\ndf\n</execute>"
    assert messages[4]["content"] == "<execute>\ndf.mass.mean(\n</execute>"


def test_each_request_of_calls_begins_with_the_bytes_of_the_last_one():
    history = [*CALLED, Steered(text="in kg"), ModelReplied(text="", calls=(call("1"),)), Observed(action_id="c", status="ok", text="1")]
    earlier = [json.dumps(native(history[:cut]))[:-1] for cut in (1, 3, 5, 8)]
    assert all(later.startswith(before) for before, later in zip(earlier, earlier[1:], strict=False))


def test_what_the_server_wants_back_with_a_call_goes_back_in_this_run_alone():
    signed = call("df", extra_content={"google": {"thought_signature": "s"}})
    run = [UserAsked(text="?"), ModelReplied(text="", calls=(signed,)), Observed(action_id="a", status="ok", text="1")]
    assert native(run)[2]["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "s"}}
    assert "thought_signature" not in json.dumps(native([*run, RunFinished(reason="answered", answer="1"), UserAsked(text="and?")]))


def test_how_to_wait_is_said_in_the_words_of_the_format():
    running = [RUN[0], RUN[1], Observed(action_id="a", status="running", text="[still running] The code goes on in the kernel.")]
    assert '<wait seconds="60"/>' in send(prompt(), running)[-1]["content"]
    assert "Call wait to go on waiting" in native(running)[-1]["content"]


def test_a_server_that_takes_no_tools_is_told_the_same_in_text():
    async def look():
        return "<context/>"

    made = Conversation(system("tool"), look, 30, "tool")
    assert "tool_calls" in json.dumps(send(made, CALLED))
    made.without("tools")
    messages = asyncio.run(made.again())
    assert "tool_calls" not in json.dumps(messages)
    assert messages[0]["content"] == system("code")


# Figures


async def picture(key):
    return None if key == "lost" else f"data:image/png;base64,{key}"


def pictured_run(count):
    history = [UserAsked(text="?")]
    for n in range(count):
        history += [ModelReplied(text="", calls=(call("1"),)), Observed(action_id=str(n), status="ok", text="fig", images=(f"k{n}",))]
    return history


def shown(messages):
    return [
        part["image_url"]["url"][-2:] for message in messages if isinstance(message["content"], list) for part in message["content"][1:]
    ]


def test_figures_go_with_their_observation_to_a_model_that_sees():
    messages = native(pictured_run(1), picture=picture)
    assert broken(messages) == ""
    assert [message["role"] for message in messages][2:] == ["assistant", "tool", "user"]
    assert shown(messages) == ["k0"]
    in_text = send(Conversation("S", prompt()._look, 30, "code", picture), [RUN[0], RUN[1], pictured_run(1)[2]])
    assert in_text[-1]["content"][0]["text"].startswith("Observation:\nfig")
    assert shown(in_text) == ["k0"]
    assert shown(native(pictured_run(1))) == []


def test_few_figures_are_sent_and_old_ones_given_up_three_at_a_time_so_that_most_prefixes_stay():
    kept = [shown(native(pictured_run(count), picture=picture)) for count in range(1, 10)]
    assert [len(keys) for keys in kept] == [1, 2, 3, 4, 2, 3, 4, 2, 3]
    assert all(keys[-1] == f"k{n}" for n, keys in enumerate(kept))
    sent = [json.dumps(native(pictured_run(count), picture=picture))[:-1] for count in range(1, 10)]
    same = [later.startswith(before) for before, later in zip(sent, sent[1:], strict=False)]
    assert same == [True, True, True, False, True, True, False, True]


def test_a_figure_that_cannot_be_had_is_left_out_and_its_words_stay():
    history = [UserAsked(text="?"), CALLED[1], Observed(action_id="a", status="ok", text="fig", images=("lost",))]
    assert shown(native(history, picture=picture)) == []
    assert "fig" in json.dumps(native(history, picture=picture))


def test_a_server_that_takes_no_images_gets_the_words_alone():
    async def look():
        return "<context/>"

    made = Conversation("S", look, 30, "tool", picture)
    assert shown(send(made, pictured_run(2))) == ["k0", "k1"]
    made.without("images")
    assert shown(asyncio.run(made.again())) == []
