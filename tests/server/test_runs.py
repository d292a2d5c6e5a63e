"""Runs over the socket: each starts once, is steered, stopped and told whole, and leaves the user's cells alone."""

from codeact_jupyter.testing import say
from tests.server.conftest import act


async def test_an_instruction_becomes_cells_that_ran_in_the_notebooks_kernel_and_an_answer(open_notebook):
    server, browser, model = await open_notebook([act("print(6 * 7)"), say("It is 42.")])

    run = await browser.ask("what is it?", anchor="c1")

    assert await browser.answer(run) == "It is 42."
    assert browser.sources() == ["x = 1", "print(6 * 7)"]
    assert browser.texts() == ["", "42\n"]
    await browser.hears("save", count=2)
    assert server.sources() == ["x = 1", "print(6 * 7)"]
    assert not browser.conflicts
    assert model.others == []
