"""What the server hears of a kernel beside its runs: comms of one prefix, and nothing of a flood."""

import asyncio
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from codeact_jupyter.kernel.comms import Answering, Hearing
from codeact_jupyter.kernel.host import client_of

OPEN = """
import comm
got = []
c = comm.create_comm(target_name='t', comm_id='ours-1', data={'asked': 1})
c.on_msg(lambda message: got.append(message['content']['data']))
"""


async def test_only_comms_of_the_prefix_are_heard_and_the_last_word_arrives():
    kernel = AsyncKernelManager()
    await kernel.start_kernel()
    heard: list[Any] = []
    hearing = Hearing(kernel, "ours-", heard.append)
    client = client_of(kernel)
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        await client.execute_interactive("import comm; d = comm.create_comm(target_name='t', comm_id='other')", timeout=60)
        await client.execute_interactive("print('flood ' * 1_000_000)", output_hook=lambda _: None, timeout=60)
        await client.execute_interactive(OPEN, timeout=60)
        async with asyncio.timeout(10):
            while not any(message["header"]["msg_type"] == "comm_open" for message in heard):
                await asyncio.sleep(0.02)
        for turn in range(20):  # what is said last is not overtaken by the end
            async with Answering(kernel, "ours-1") as back:
                assert back.subshell
                back.say({"turn": turn})
        reply = await client.execute_interactive("", user_expressions={"got": "[each['turn'] for each in got]"}, timeout=60)

        assert reply["content"]["user_expressions"]["got"]["data"]["text/plain"] == str(list(range(20)))
        opened = [message["content"] for message in heard if message["header"]["msg_type"] == "comm_open"]
        assert [(each["comm_id"], each["data"]) for each in opened] == [("ours-1", {"asked": 1})]
        assert {message["header"]["msg_type"] for message in heard} <= {"iopub_welcome", "comm_open", "comm_msg", "comm_close"}
    finally:
        client.stop_channels()
        await hearing.close()
        await kernel.shutdown_kernel(now=True)
