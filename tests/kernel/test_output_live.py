"""Outputs of a real kernel."""

import asyncio
import time

import psutil


async def test_a_flood_is_kept_to_the_cap_while_the_code_goes_on(desk):
    process = psutil.Process()
    before = process.memory_info().rss
    execution, cell = await desk.start("for _ in range(200_000):\n    print('x' * 499)\nreached = True")
    peak, longest = before, 0.0
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(execution.wait(120))
    while not waiting.done():
        asked = loop.time()
        await asyncio.sleep(0.01)
        longest = max(longest, loop.time() - asked)
        peak = max(peak, process.memory_info().rss)
    finished = waiting.result()
    assert finished.status == "ok"
    assert cell.outputs == list(finished.outputs)
    assert cell.outputs[-2] == {"output_type": "stream", "name": "stderr", "text": "[… 99.0 MB more of output was not kept …]\n"}
    assert cell.outputs[-1]["text"].splitlines() == ["x" * 499] * 39
    assert len(cell.text()) < 1_021_000
    assert peak - before < 200_000_000, f"{(peak - before) / 1e6:.0f} MB"
    assert longest < 1.0, f"others waited for {longest:.2f} s"
    assert await desk.says("reached") == "True"


async def test_no_output_is_lost_while_we_are_busy(desk):
    execution, _ = await desk.start(
        "from IPython.display import display\nfor i in range(4_000):\n    display({'text/plain': 'x' * 10_000}, raw=True)\nprint('last')"
    )
    heard = []
    outputs = execution._outputs
    add, outputs.add = outputs.add, lambda kind, content: (heard.append(kind), add(kind, content))
    await asyncio.sleep(0.1)
    time.sleep(3)  # the whole flood comes in the meantime
    assert (await execution.wait(60)).status == "ok"
    assert heard.count("display_data") > 3_500  # a kernel on a machine that is short of time may drop some of its own


async def test_a_picture_a_table_and_a_result_are_kept_as_they_are(desk):
    _, cell = await desk.run(
        "import matplotlib.pyplot as plt, pandas as pd\nplt.plot([1, 2])\nplt.show()\npd.DataFrame({'a': [1, 2]})", seconds=60
    )
    assert [sorted(output["data"]) for output in cell.outputs] == [["image/png", "text/plain"], ["text/html", "text/plain"]]


async def test_a_cell_that_clears_its_output_shows_the_last(desk):
    _, cell = await desk.run(
        "from IPython.display import clear_output\nfor i in range(20):\n    clear_output(wait=True)\n    print('step', i)"
    )
    assert cell.outputs == [{"output_type": "stream", "name": "stdout", "text": "step 19\n"}]


async def test_a_progress_bar_leaves_its_last_state(desk):
    _, cell = await desk.run("for i in range(50_000):\n    print(f'\\r{i}', end='')")
    assert cell.text() == "49999"


async def test_one_huge_print_is_cut_too(desk):
    finished, cell = await desk.run("print('x' * 20_000_000)", seconds=60)
    assert finished.status == "ok"
    assert len(cell.text()) < 1_021_000
    assert [len(output["text"]) for output in cell.outputs[::2]] == [1_000_000, 20_000]
    assert cell.outputs[1]["text"] == "[… 19.0 MB more of output was not kept …]\n"
