"""The floor: code sent to a kernel by a bare jupyter_client, until its reply and its idle have come."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from jupyter_client.manager import start_new_kernel

ACTION = "print(1)"
LINES = "for number in range(20_000):\n    print(number)"


@contextmanager
def kernel() -> Iterator[Any]:
    """A kernel's blocking client, warm."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        for _ in range(5):
            execute(client, ACTION)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def execute(client: Any, code: str) -> float:
    """Seconds until reply and idle are here."""
    begun = time.perf_counter()
    wanted = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=60)
        if (
            message["parent_header"].get("msg_id") == wanted
            and message["msg_type"] == "status"
            and message["content"]["execution_state"] == "idle"
        ):
            break
    client.get_shell_msg(timeout=60)
    return time.perf_counter() - begun


PAUSE = 0.4
"""Seconds between two, as in the runs that are compared with it: code that comes at once after other code is a third faster."""


def floor(code: str = ACTION, times: int = 60, pause: float = PAUSE) -> float:
    """Median seconds."""

    def rested(client: Any) -> float:
        time.sleep(pause)
        return execute(client, code)

    with kernel() as client:
        return median(rested(client) for _ in range(times))
