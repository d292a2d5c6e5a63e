"""The user's shell as the loop's kernel: the model's code runs on the user's thread, in the user's namespace."""

import asyncio
import contextvars
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from codeact_jupyter.errors import KernelError
from codeact_jupyter.inkernel.capture import Capture
from codeact_jupyter.inkernel.stage import Stage
from codeact_jupyter.kernel import figures, probe
from codeact_jupyter.kernel.output import Outputs, has_shell_command
from codeact_jupyter.ports import Finished, Name, OutputSink

TRIES = 3
RUNG_SECONDS = 2.0
"""Between two interrupts: code in C hears the signal when it is done."""

STUCK = "The last action still runs and cannot be interrupted. Restart the kernel (all variables are lost), then ask again."


class ShellKernel:
    """`ports.Kernel` over the shell of this very process."""

    def __init__(self, shell: InteractiveShell, stage: Stage):
        self._shell, self._stage = shell, stage
        self._outputs: list[Outputs] = []
        self._action: Action | None = None

    async def ready(self) -> str:
        return f"process {os.getpid()}"

    async def start(self, source: str, sink: OutputSink, msg_id: str) -> "Action":
        if self._action and not self._action.done:
            raise KernelError(STUCK)
        self._action = Action(self._shell, self._stage, source, self._outputs)
        return self._action

    async def names(self) -> Mapping[str, Name]:
        """What the namespace holds; from then on figures are described too, as in any kernel."""
        return await asyncio.wrap_future(self._stage.lend(self._prepare))

    def _prepare(self) -> Mapping[str, Name]:
        eval(figures.install(), self._shell.user_ns)
        return names_in(self._shell)


class Action:
    """`ports.Execution`: code in its turn on the user's thread."""

    def __init__(self, shell: InteractiveShell, stage: Stage, source: str, outputs: list[Outputs]):
        self._shell, self._stage, self._source = shell, stage, source
        self._capture = Capture(shell, source, outputs)
        self._interrupted = False
        self._job: Future[Finished] = stage.lend(self._run)
        self._end = asyncio.wrap_future(self._job)

    @property
    def done(self) -> bool:
        return self._end.done()

    def outputs(self) -> Sequence[Mapping[str, Any]]:
        return self._capture.snapshot()

    async def wait(self, seconds: float) -> Finished | None:
        await asyncio.wait({self._end}, timeout=seconds)
        return self._ended() if self._end.done() else None

    async def interrupt(self) -> Finished:
        self._interrupted = True
        for _ in range(TRIES):
            if self._job.cancel():
                return Finished("interrupted")
            self._stage.interrupt(self._job)
            await asyncio.wait({self._end}, timeout=RUNG_SECONDS)
            if self._end.done():
                return self._ended()
        return Finished("unresponsive", outputs=self.outputs())

    def _ended(self) -> Finished:
        if self._end.cancelled() or isinstance(self._end.exception(), InterruptedError):
            return Finished("interrupted", outputs=self.outputs())
        return self._end.result()

    def _run(self) -> Finished:
        last = [(name, getattr(sys, name, None)) for name in ("last_type", "last_value", "last_traceback")]
        with self._capture.on():
            result = run(self._shell, self._source)
        for name, value in last:  # the user's last error is still the user's
            setattr(sys, name, value)
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, KeyboardInterrupt | asyncio.CancelledError) and not self._interrupted:
            raise KeyboardInterrupt
        outputs = self.outputs()
        return Finished(
            "interrupted" if self._interrupted and error else "error" if error else "ok",
            outputs=outputs,
            exit_code=self._exit_code(),
            names=names_in(self._shell),
            dtypes=probe.parse_dtypes(repr(eval(probe.DTYPES, {"_": self._capture.result}))),
            figures=figures.parse(repr(eval(figures.TOLD)), outputs),
        )

    def _exit_code(self) -> int | None:
        code = self._shell.user_ns.get("_exit_code")
        return code if has_shell_command(self._source) and isinstance(code, int) else None


def run(shell: InteractiveShell, source: str) -> ExecutionResult:
    """Run code as the shell runs a cell, without a number of its own."""
    transformed = shell.transform_cell(source)
    if _loop_runs() and shell.should_run_async(source, transformed_cell=transformed):
        return _run_async(shell, source, transformed)
    result: ExecutionResult = shell.run_cell(source, store_history=False)
    return result


def names_in(shell: InteractiveShell) -> Mapping[str, Name]:
    """The user's names, as `probe` finds them in any kernel."""
    return probe.parse(repr(eval(probe.NAMES, shell.user_ns)))


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _run_async(shell: InteractiveShell, source: str, transformed: str) -> ExecutionResult:
    """Code that awaits, where this thread's loop waits for us: in a loop of another thread."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(shell.run_cell_async(source, store_history=False, transformed_cell=transformed))
    context, over = contextvars.copy_context(), threading.Event()

    def work() -> None:
        asyncio.set_event_loop(loop)
        try:
            context.run(loop.run_until_complete, asyncio.wait({task}))
        finally:
            loop.close()
            over.set()

    threading.Thread(target=work, name="codeact-await").start()
    try:
        over.wait()  # not `join`, which takes the thread for ended when it is interrupted
    except KeyboardInterrupt:
        loop.call_soon_threadsafe(task.cancel)
        over.wait()
    result: ExecutionResult = ExecutionResult(None) if task.cancelled() else task.result()
    if task.cancelled():
        result.error_in_exec = KeyboardInterrupt()
    shell.events.trigger("post_execute")
    shell.events.trigger("post_run_cell", result)
    return result
