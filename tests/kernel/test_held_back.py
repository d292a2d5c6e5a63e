"""A kernel that fails to send something, and then holds back what comes after it."""


async def test_a_text_that_cannot_be_sent_does_not_keep_an_action_from_ending(desk):
    for _ in range(20):  # it happens now and then: about each fifth time
        finished, cell = await desk.run("print('\\ud83d')\n'\\ud83d'", seconds=10)
        assert finished.status == "ok"
    assert await desk.says("'and' + ' on'") == "and on"


async def test_code_that_is_silent_is_not_taken_for_over(desk):
    execution, _ = await desk.start("import time\ntime.sleep(3.5)\nreached = True")
    assert await execution.wait(3) is None
    finished = await execution.wait(10)
    assert finished.status == "ok"
    assert await desk.says("reached") == "True"
