"""Values that come fast."""

import asyncio

from codeact_jupyter.server.pace import Paced


async def test_the_first_goes_out_at_once_and_of_those_behind_it_only_the_last():
    sent: list[int] = []
    tell = Paced(sent.append, 0.05)

    for value in range(100):
        tell(value)
    assert sent == [0]
    await asyncio.sleep(0.2)
    assert sent == [0, 99]
    tell(100)
    assert sent == [0, 99, 100]


async def test_what_is_dropped_never_goes_out():
    sent: list[int] = []
    tell = Paced(sent.append, 0.05)
    tell(1)
    tell(2)

    tell.drop()

    await asyncio.sleep(0.15)
    assert sent == [1]
