"""Outputs as the cell gets them."""

import asyncio

from codeact_jupyter.kernel.output import Caps, Feed, Outputs
from tests.kernel.conftest import Cell


def stream(text, name="stdout"):
    return {"name": name, "text": text}


def shown(text, display_id=None):
    return {"data": {"text/plain": text}, "metadata": {}, "transient": {"display_id": display_id} if display_id else {}}


def test_streams_are_joined_until_the_other_one_speaks():
    outputs = Outputs()
    for text, name in (("1", "stdout"), ("\n", "stdout"), ("oh", "stderr"), ("2", "stdout")):
        outputs.add("stream", stream(text, name))
    assert [(o["name"], o["text"]) for o in outputs.snapshot()] == [("stdout", "1\n"), ("stderr", "oh"), ("stdout", "2")]


def test_clearing_can_wait_for_the_next_output():
    outputs = Outputs()
    outputs.add("stream", stream("old"))
    outputs.take()
    outputs.add("clear_output", {"wait": True})
    assert outputs.take() == (False, [])
    outputs.add("stream", stream("new"))
    assert outputs.take() == (True, [{"output_type": "stream", "name": "stdout", "text": "new"}])
    outputs.add("clear_output", {"wait": False})
    assert outputs.take() == (True, [])


def test_past_the_cap_the_end_is_kept_and_the_rest_counted_once():
    outputs = Outputs(caps=Caps(text=10, total=100, tail=12))
    for line in range(5):
        outputs.add("stream", stream(f"line {line}\n"))
    outputs.add("display_data", shown("x" * 91))
    outputs.add("error", {"ename": "E", "evalue": "", "traceback": ["kept"]})
    outputs.end()
    outputs.end()
    assert [o.get("text", o["output_type"]) for o in outputs.snapshot()] == [
        "line 0\nlin",
        "[… 109 characters more of output was not kept …]\n",
        "line 4\n",
        "error",
    ]


def test_little_more_than_the_cap_is_kept_whole():
    outputs = Outputs(caps=Caps(text=10, tail=30))
    for line in range(5):
        outputs.add("stream", stream(f"line {line}\n"))
    outputs.end()
    assert "".join(o["text"] for o in outputs.snapshot()) == "".join(f"line {line}\n" for line in range(5))


def test_the_end_of_two_streams_in_turn_is_short():
    outputs = Outputs(caps=Caps(text=10))
    for _ in range(5_000):
        outputs.add("stream", stream("a\n"))
        outputs.add("stream", stream("b\n", "stderr"))
    outputs.end()
    assert len(outputs.snapshot()) < 40


def test_two_streams_in_turn_do_not_make_outputs_without_end():
    outputs = Outputs()
    for _ in range(5_000):
        outputs.add("stream", stream("a"))
        outputs.add("stream", stream("b", "stderr"))
    assert len(outputs.snapshot()) == 1_000


def test_pictures_that_replace_each_other_stay_within_the_cap():
    outputs = Outputs(caps=Caps(total=150))
    for step in range(10):
        outputs.add("clear_output", {"wait": True})
        outputs.add("display_data", {"data": {"image/png": str(step) * 100}, "metadata": {}})
    outputs.end()
    assert [o["data"]["image/png"] for o in outputs.snapshot()] == ["9" * 100]


def test_an_endless_traceback_keeps_its_head_and_its_tail():
    outputs = Outputs(caps=Caps(error=100))
    outputs.add("error", {"ename": "E", "evalue": "", "traceback": ["head" + "x" * 1_000 + "tail"]})
    traceback = outputs.snapshot()[0]["traceback"]
    assert traceback[0].startswith("head")
    assert traceback[-1].endswith("tail")
    assert sum(map(len, traceback)) < 200


async def test_the_first_output_is_shown_at_once_and_the_rest_in_few_pieces():
    cell = Cell()
    outputs = Outputs(lambda: feed.changed())
    feed = Feed(outputs, cell)
    outputs.add("stream", stream("0 "))
    assert cell.text() == "0 "
    for step in range(1, 100):
        outputs.add("stream", stream(f"{step} "))
        await asyncio.sleep(0.002)
    feed.flush()
    assert cell.text() == "".join(f"{step} " for step in range(100))
    assert cell.calls.count("append") < 30


async def test_a_progress_bar_replaces_what_it_drew():
    cell = Cell()
    outputs = Outputs(lambda: feed.changed())
    feed = Feed(outputs, cell)
    for step in range(5):
        outputs.add("stream", stream(f"\r{step}"))
        feed.flush()
    assert cell.text() == "4"
    assert cell.outputs == outputs.snapshot()
