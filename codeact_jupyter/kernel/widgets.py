"""`ipywidgets.Output`: what is put out within `with out:` is shown by the widget, not by the cell.

The front-end that sent the code does that, not the kernel: the widget names a message, and what answers that message is put into the
widget's `outputs`.  A browser does so for what it runs itself; for what we run it falls to us.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from codeact_jupyter.kernel.output import Outputs

TARGET = "jupyter.widget"
PAUSE = 0.1
"""Seconds in which changes are gathered, and more of them for what is large."""

CHARACTERS_A_SECOND = 1_000_000


class _Output:
    """One widget."""

    def __init__(self, outputs: Sequence[Mapping[str, Any]] | None):
        self.outputs = Outputs()
        self.known = outputs is not None
        """Whether it is known what it shows."""
        self.told: list[Mapping[str, Any]] = list(outputs or ())
        """What the kernel has of it, as far as we know."""
        self.changed = False
        self.msg_id = ""
        self.outputs.load(self.told)

    def show(self, outputs: Sequence[Mapping[str, Any]]) -> None:
        """The kernel has these now."""
        if self.known and self.changed and list(outputs[: len(self.told)]) == self.told:
            for output in outputs[len(self.told) :]:  # added to what it had, not to what we have put in since
                self.outputs.add(str(output["output_type"]), output)
        elif self.known:
            self.outputs.load(outputs)
        elif not self.outputs.cleared:
            self.outputs.load([*outputs, *self.outputs.snapshot()])
        self.known, self.told = True, list(outputs)

    def tell(self) -> Sequence[Mapping[str, Any]]:
        """What the kernel shall have."""
        self.changed, self.told = False, list(self.outputs.snapshot())
        return self.told


class OutputWidgets:
    """The kernel's `Output` widgets, as far as code of ours puts something into them."""

    def __init__(self, tell: Callable[[str, Mapping[str, Any]], None]):
        self._tell = tell
        self._widgets: dict[str, _Output] = {}
        self._taking: dict[str, list[str]] = {}
        """Message -> the widgets that take what answers it, the innermost last."""
        self._taken: dict[str, list[str]] = {}
        self._asked: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, kind: str, content: Mapping[str, Any], ours: bool, echo: bool) -> None:
        """A comm message; `ours`: of a cell of ours, `echo`: it may be the answer to what we told the kernel."""
        comm_id, data = content["comm_id"], content.get("data", {})
        state = data.get("state", {})
        if kind == "comm_close":
            self._widgets.pop(comm_id, None)
        elif kind == "comm_open" and content.get("target_name") == TARGET and state.get("_model_name") == "OutputModel":
            self._widgets[comm_id] = _Output(state.get("outputs", ()))
        elif kind == "comm_msg":
            self._update(comm_id, data.get("method", ""), state, (ours, echo))

    def take(self, msg_id: str, kind: str, content: Mapping[str, Any]) -> bool:
        """Put it into the widget that takes what answers this message; False: there is none."""
        if not (taking := self._taking.get(msg_id)):
            return False
        comm_id = taking[-1]
        if widget := self._widgets.get(comm_id):
            widget.outputs.add(kind, content)
            widget.changed = True
            if comm_id not in (taken := self._taken.setdefault(msg_id, [])):
                taken.append(comm_id)
        return True

    def taken(self, msg_id: str) -> list[dict[str, Any]]:
        """What the widgets show that took something of this message."""
        widgets = [self._widgets[comm_id] for comm_id in self._taken.get(msg_id, ()) if comm_id in self._widgets]
        return [output for widget in widgets for output in widget.outputs.snapshot()]

    def forget(self, msg_id: str) -> None:
        """Nothing of this message is asked for any more."""
        self._taken.pop(msg_id, None)
        self._taking.pop(msg_id, None)

    def send(self) -> None:
        """Tell the kernel, and by it all browsers, what the widgets show."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        for comm_id, widget in self._widgets.items():
            if not widget.changed:
                continue
            if widget.known:
                self._send(comm_id, {"method": "update", "state": {"outputs": widget.tell()}, "buffer_paths": []})
            elif comm_id not in self._asked:
                self._asked.add(comm_id)
                self._send(comm_id, {"method": "request_state"})

    def send_soon(self) -> None:
        """As `send`, if there is something to tell."""
        if not self._timer and (changed := [widget for widget in self._widgets.values() if widget.changed]):
            pause = max(PAUSE, sum(widget.outputs.size() for widget in changed) / CHARACTERS_A_SECOND)
            self._timer = asyncio.get_running_loop().call_later(pause, self.send)

    def _send(self, comm_id: str, data: Mapping[str, Any]) -> None:
        self._tell("comm_msg", {"comm_id": comm_id, "data": data})

    def _update(self, comm_id: str, method: str, state: Mapping[str, Any], whose: tuple[bool, bool]) -> None:
        ours, echo = whose
        widget = self._widgets.get(comm_id)
        if widget is None and ours and method == "update" and state.get("msg_id"):
            widget = self._widgets[comm_id] = _Output(None)  # made before we listened
        if widget is None:
            return
        if "outputs" in state and not (method == "echo_update" and echo):
            widget.show(state["outputs"])
            self._asked.discard(comm_id)
        if "msg_id" in state and (ours or not state["msg_id"]):
            self._take_from(comm_id, widget, str(state["msg_id"]))

    def _take_from(self, comm_id: str, widget: _Output, msg_id: str) -> None:
        if widget.msg_id in self._taking:
            left = [each for each in self._taking.pop(widget.msg_id) if each != comm_id]
            if left:
                self._taking[widget.msg_id] = left
        widget.msg_id = msg_id
        if msg_id:
            self._taking.setdefault(msg_id, []).append(comm_id)
