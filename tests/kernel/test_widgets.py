"""`Output` widgets in a real kernel: what they take is in them, and not in the cell."""

import asyncio
import json

import pytest

pytest.importorskip("ipywidgets")

WITH = "import ipywidgets as w\nfrom IPython.display import display, clear_output\n"


async def widget_of(desk, expression="out"):
    return json.loads(await desk.says(f"__import__('json').dumps({expression}.outputs)"))


def texts(outputs):
    return [output.get("text") or output.get("data", {}).get("text/plain") or output.get("ename") for output in outputs]


async def test_what_is_printed_into_a_widget_is_in_it_and_not_in_the_cell(desk):
    finished, cell = await desk.run(WITH + "out = w.Output()\nprint('before')\nwith out:\n    print('in')\n    display(1)\nprint('after')")
    assert cell.text() == "before\nafter\n"
    assert texts(await widget_of(desk)) == ["in\n", "1"]
    assert texts(finished.outputs) == ["before\nafter\n", "in\n", "1"]


async def test_an_error_in_a_widget_is_in_it(desk):
    _, cell = await desk.run(WITH + "out = w.Output()\nwith out:\n    1 / 0")
    assert cell.outputs == []
    assert texts(await widget_of(desk)) == ["ZeroDivisionError"]


async def test_a_widget_within_another_takes_what_is_printed_there(desk):
    await desk.run(WITH + "out, inner = w.Output(), w.Output()\nwith out:\n    print(1)\n    with inner:\n        print(2)\n    print(3)")
    assert texts(await widget_of(desk)) == ["1\n3\n"]
    assert texts(await widget_of(desk, "inner")) == ["2\n"]


async def test_clearing_in_a_widget_clears_it_and_not_the_cell(desk):
    _, cell = await desk.run(
        WITH + "out = w.Output()\nprint('stays')\nwith out:\n    for i in range(3):\n        clear_output(wait=True)\n        print(i)"
    )
    assert cell.text() == "stays\n"
    assert texts(await widget_of(desk)) == ["2\n"]


async def test_interact_shows_its_result_in_its_widget(desk):
    _, cell = await desk.run(WITH + "def f(x):\n    print('x is', x)\n    return x * 2\nui = w.interact(f, x=(0, 9)).widget")
    assert [sorted(output["data"]) for output in cell.outputs] == [["application/vnd.jupyter.widget-view+json", "text/plain"]]
    assert texts(await widget_of(desk, "ui.out")) == ["x is 4\n", "8"]


async def test_a_widget_of_the_user_keeps_what_it_had(desk, user):
    await user.runs(WITH + "out = w.Output()\nout.append_stdout('theirs\\n')")
    _, cell = await desk.run("with out:\n    print('ours')")
    assert cell.outputs == []
    assert texts(await widget_of(desk)) == ["theirs\nours\n"]


async def test_a_later_cell_writes_into_the_widget_of_an_earlier_one(desk):
    await desk.run(WITH + "out = w.Output()\nwith out:\n    print(1)")
    await desk.run("out.append_stdout('2\\n')\nwith out:\n    print(3)")
    assert texts(await widget_of(desk)) == ["1\n2\n3\n"]


async def test_what_the_user_puts_into_a_widget_is_not_ours_to_put_there(desk, user):
    await desk.run(WITH + "out = w.Output()")
    await user.runs("with out:\n    print('theirs')")
    assert texts(await widget_of(desk)) == []


async def test_what_a_widget_takes_is_seen_in_the_cell_until_the_code_ends(desk):
    execution, cell = await desk.start(WITH + "out = w.Output()\nprint(1)\nwith out:\n    print(2)\nimport time\ntime.sleep(2)\nprint(3)")
    async with asyncio.timeout(10):
        while cell.text() != "1\n2\n":
            await asyncio.sleep(0.02)
    await execution.wait(10)
    assert cell.text() == "1\n3\n"
    assert texts(await widget_of(desk)) == ["2\n"]


async def test_what_the_kernel_adds_and_what_is_printed_both_stay(desk):
    await desk.run(WITH + "out = w.Output()\nwith out:\n    print(1)\nout.append_stdout('2\\n')\nwith out:\n    print(3)")
    assert sorted("".join(texts(await widget_of(desk))).split()) == ["1", "2", "3"]


async def test_a_loop_that_redraws_a_widget_a_thousand_times_is_soon_over(desk):
    code = "out = w.Output()\nfor i in range(1_000):\n    with out:\n        clear_output(wait=True)\n        print(i)"
    await desk.run(WITH + code, seconds=60)
    assert texts(await widget_of(desk)) == ["999\n"]
