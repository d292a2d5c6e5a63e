"""Outputs as the cell gets them."""

import asyncio

from conftest import Cell

from codeact_jupyter.kernel.output import Caps, Displays, Feed, Outputs


def stream(text, name="stdout"):
    return {"name": name, "text": text}


def shown(text, display_id=None):
    return {"data": {"text/plain": text}, "metadata": {}, "transient": {"display_id": display_id} if display_id else {}}


def test_streams_are_joined_until_the_other_one_speaks():
    outputs = Outputs(Displays())
    for text, name in (("1", "stdout"), ("\n", "stdout"), ("oh", "stderr"), ("2", "stdout")):
        outputs.add("stream", stream(text, name))
    assert [(o["name"], o["text"]) for o in outputs.snapshot()] == [("stdout", "1\n"), ("stderr", "oh"), ("stdout", "2")]


def test_clearing_can_wait_for_the_next_output():
    outputs = Outputs(Displays())
    outputs.add("stream", stream("old"))
    outputs.take()
    outputs.add("clear_output", {"wait": True})
    assert outputs.take() == (False, [])
    outputs.add("stream", stream("new"))
    assert outputs.take() == (True, [{"output_type": "stream", "name": "stdout", "text": "new"}])
    outputs.add("clear_output", {"wait": False})
    assert outputs.take() == (True, [])


def test_a_display_is_updated_from_another_cell():
    displays = Displays()
    first, second = Outputs(displays), Outputs(displays)
    first.add("display_data", shown("0%", "bar"))
    second.add("display_data", shown("elsewhere"))
    displays.update(shown("100%", "bar"))
    displays.update(shown("nobody", "unknown"))
    assert first.snapshot()[0]["data"] == {"text/plain": "100%"}
    assert second.snapshot()[0]["data"] == {"text/plain": "elsewhere"}


def test_what_is_past_the_cap_is_dropped_and_counted_once():
    outputs = Outputs(Displays(), caps=Caps(text=10, total=100))
    for _ in range(5):
        outputs.add("stream", stream("12345678"))
    outputs.add("display_data", shown("x" * 91))
    outputs.add("error", {"ename": "E", "evalue": "", "traceback": ["kept"]})
    outputs.end()
    outputs.end()
    assert [o.get("text", o["output_type"]) for o in outputs.snapshot()] == [
        "1234567812",
        "error",
        "[… 121 characters more of output was not kept …]\n",
    ]


def test_two_streams_in_turn_do_not_make_outputs_without_end():
    outputs = Outputs(Displays())
    for _ in range(5_000):
        outputs.add("stream", stream("a"))
        outputs.add("stream", stream("b", "stderr"))
    assert len(outputs.snapshot()) == 1_000


def test_pictures_that_replace_each_other_stay_within_the_cap():
    outputs = Outputs(Displays(), caps=Caps(total=150))
    for step in range(10):
        outputs.add("clear_output", {"wait": True})
        outputs.add("display_data", {"data": {"image/png": str(step) * 100}, "metadata": {}})
    outputs.end()
    assert [o["data"]["image/png"] for o in outputs.snapshot()] == ["9" * 100]


def test_an_endless_traceback_keeps_its_head_and_its_tail():
    outputs = Outputs(Displays(), caps=Caps(error=100))
    outputs.add("error", {"ename": "E", "evalue": "", "traceback": ["head" + "x" * 1_000 + "tail"]})
    traceback = outputs.snapshot()[0]["traceback"]
    assert traceback[0].startswith("head")
    assert traceback[-1].endswith("tail")
    assert sum(map(len, traceback)) < 200


async def test_the_first_output_is_shown_at_once_and_the_rest_in_few_pieces():
    cell = Cell()
    outputs = Outputs(Displays(), lambda: feed.changed())
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
    outputs = Outputs(Displays(), lambda: feed.changed())
    feed = Feed(outputs, cell)
    for step in range(5):
        outputs.add("stream", stream(f"\r{step}"))
        feed.flush()
    assert cell.text() == "4"
    assert cell.outputs == outputs.snapshot()
