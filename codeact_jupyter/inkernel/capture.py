"""What code shows while it runs in the user's shell: passed on as it comes, and kept as a cell's outputs."""

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.kernel.output import Outputs

NO_EXIT = "[exit() does nothing here: it would end your session]\n"
NO_INPUT = "input() is not available to the agent's code."


class Capture:
    """Around one action: `with capture.on(): …`."""

    def __init__(self, shell: InteractiveShell, source: str, all_outputs: list[Outputs]):
        """`all_outputs`: of the run, to which this adds its own; a display may be updated in a later action."""
        self._shell, self._all = shell, all_outputs
        self._silent_result = source.rstrip().endswith(";")
        self._outputs = Outputs()
        self._all.append(self._outputs)
        self._lock = Lock()
        self._passing_on = 0
        self.result: object = None
        """The value of the last line."""

    def snapshot(self) -> Sequence[Mapping[str, Any]]:
        """What came so far; from any thread."""
        with self._lock:
            return self._outputs.snapshot()

    @contextmanager
    def on(self) -> Iterator[None]:
        """From here on everything is heard."""
        shell, publisher = self._shell, self._shell.display_pub
        with ExitStack() as stack:
            for place, name, instead in (
                (sys, "stdout", _Stream(sys.stdout, "stdout", self._text)),
                (sys, "stderr", _Stream(sys.stderr, "stderr", self._text)),
                (sys, "displayhook", self._displayhook),
                (publisher, "publish", self._publish(publisher.publish)),
                (publisher, "clear_output", self._clear(publisher.clear_output)),
                (shell, "_showtraceback", self._traceback),
                (shell, "system", shell.system_piped),  # in a terminal it would write past us
                (shell, "ask_exit", lambda: sys.stderr.write(NO_EXIT)),
                (builtins, "input", _no_input),
            ):
                stack.callback(_put_back(place, name))
                setattr(place, name, instead)
            try:
                yield
            finally:
                with self._lock:
                    self._outputs.end()

    def _add(self, kind: str, content: Mapping[str, Any]) -> None:
        if not self._passing_on:
            with self._lock:
                self._outputs.add(kind, content)

    @contextmanager
    def _pass_on(self) -> Iterator[None]:
        """What the shell itself writes to show something that is kept already."""
        self._passing_on += 1
        try:
            yield
        finally:
            self._passing_on -= 1

    def _text(self, name: str, text: str) -> None:
        self._add("stream", {"name": name, "text": text})

    def _displayhook(self, value: object) -> None:
        if value is None:
            return
        self.result = value
        assert self._shell.display_formatter
        data, metadata = self._shell.display_formatter.format(value)
        if not data or self._silent_result:  # without data the value has displayed itself
            return
        self._add("execute_result", {"data": data, "metadata": metadata})
        with self._pass_on():
            self._shell.display_pub.publish(data, metadata)

    def _publish(self, publish: Callable[..., None]) -> Callable[..., None]:
        def heard(data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None, *args: Any, **how: Any) -> None:
            content = {"data": data, "metadata": metadata or {}, "transient": how.get("transient") or {}}
            if not self._passing_on and how.get("update"):
                with self._lock:
                    for outputs in self._all:
                        outputs.update(str(content["transient"].get("display_id")), content)
            else:
                self._add("display_data", content)
            with self._pass_on():
                publish(data, metadata, *args, **how)

        return heard

    def _clear(self, clear: Callable[..., None]) -> Callable[..., None]:
        def heard(wait: bool = False) -> None:
            # not passed on: the cell also shows the steps before this one
            self._add("clear_output", {"wait": wait})

        return heard

    def _traceback(self, kind: type[BaseException], value: BaseException, lines: Sequence[str]) -> None:
        self._add("error", {"ename": kind.__name__, "evalue": str(value), "traceback": list(lines)})
        # as text: an output of kind `error` would tell papermill that the whole cell failed
        with self._pass_on():
            sys.stderr.write("\n".join(lines) + "\n")


class _Stream:
    """A stream that is written to and heard."""

    def __init__(self, stream: Any, name: str, hear: Callable[[str, str], None]):
        self._stream, self._name, self._hear = stream, name, hear

    def write(self, text: str) -> int:
        self._stream.write(text)
        self._hear(self._name, text)
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _put_back(place: Any, name: str) -> Callable[[], None]:
    if name in vars(place):
        own = vars(place)[name]
        return lambda: setattr(place, name, own)
    return lambda: delattr(place, name)  # it was the class's


def _no_input(prompt: object = "") -> str:
    raise StdinNotImplementedError(NO_INPUT)
