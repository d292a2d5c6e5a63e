"""What is over is gone at once: a ring of objects waits for the collector, which in a server comes after minutes, and then leaves holes."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from codeact_jupyter.kernel.execution import Action
from codeact_jupyter.loop import Run
from codeact_jupyter.model.client import ChatModel
from codeact_jupyter.notebook.cells import RunCells
from codeact_jupyter.testing import say
from tests.server.played import act
from tests.server.tab import until

OF_A_RUN: tuple[type[Any], ...] = (Run, ChatModel, RunCells, Action)


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def left(*kinds: type[Any]) -> list[str]:
    return sorted(kind.__name__ for one in gc.get_objects() for kind in kinds if isinstance(one, kind))


async def test_a_run_that_is_over_is_gone_without_the_collector(open_notebook: Any, no_collector: None) -> None:
    _, tab, _ = await open_notebook([act("x = 1"), act("print(x)"), say("Done.")])
    await tab.answer(await tab.ask())
    await until(lambda: not left(*OF_A_RUN), "gone")


async def test_of_what_was_put_out_nothing_is_kept_for_a_notebook_that_is_closed(open_notebook: Any) -> None:
    server, tab, _ = await open_notebook([act("print('x' * 500_000)"), say("Done.")])
    await tab.answer(await tab.ask())
    shown = server.room().desk._lending._shown
    assert sum(outputs.size() for outputs in shown._cells.values()) > 500_000
    await tab.close()
    await until(lambda: not shown._cells, "forgotten")
