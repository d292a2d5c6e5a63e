"""The user's thread, lent to a run that thinks in another one: code and displays take their turns on it."""

import _thread
import asyncio
import queue
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_T = TypeVar("_T")

LOOK = 0.5
"""Seconds between two looks at what was pressed, where a wait hears no signal."""


class Stage:
    """Belongs to the thread that makes it."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[tuple[Future[Any], Callable[[], Any]] | None] = queue.Queue()
        self._thread = threading.current_thread()
        self._lock = threading.Lock()
        self._current: Future[Any] | None = None
        self._broken: Future[Any] | None = None
        self._ours = False
        """An interrupt that we sent is on its way."""

    def lend(self, call: Callable[[], _T]) -> "Future[_T]":
        """Have this called on the user's thread, in its turn."""
        job: Future[_T] = Future()
        self._jobs.put((job, call))
        return job

    def over(self) -> None:
        """Nothing more is to come."""
        self._jobs.put(None)

    def serve(self) -> None:
        """Do what comes until it is over.  A `KeyboardInterrupt` here is the user's: what it broke off ends when this is called again."""
        if self._broken:
            self._broken.set_exception(InterruptedError())
            self._broken = None
        while True:
            try:
                taken = self._jobs.get(timeout=LOOK)
            except queue.Empty:
                continue
            except KeyboardInterrupt:
                if self._was_ours():
                    continue
                raise
            if taken is None:
                return
            self._do(*taken)

    def interrupt(self, job: "Future[Any]") -> None:
        """End what is done now, if it is this."""
        with self._lock:
            if self._current is not job:
                return
            self._ours = True
        if sys.platform == "win32":
            _thread.interrupt_main()
        elif self._thread.ident:
            signal.pthread_kill(self._thread.ident, signal.SIGINT)

    def _do(self, job: "Future[Any]", call: Callable[[], Any]) -> None:
        if not job.set_running_or_notify_cancel():
            return
        self._current = job
        try:
            job.set_result(call())
        except KeyboardInterrupt:
            if not self._was_ours():
                self._broken = job  # not told yet: the run is to be stopped before it goes on
                raise
            job.set_exception(InterruptedError())
        except Exception as error:  # noqa: BLE001  for who asked, in the other thread
            job.set_exception(error)
        finally:
            with self._lock:
                self._current = None

    def _was_ours(self) -> bool:
        with self._lock:
            ours, self._ours = self._ours, False
        return ours


def in_thread(work: Callable[[], Coroutine[Any, Any, _T]], stage: Stage) -> "Future[_T]":
    """Do this in a thread with an event loop of its own; the stage is told when it is over."""
    done: Future[_T] = Future()

    def run() -> None:
        try:
            done.set_result(asyncio.run(work()))
        except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
            done.set_exception(error)
        finally:
            stage.over()

    threading.Thread(target=run, name="codeact", daemon=True).start()
    return done
