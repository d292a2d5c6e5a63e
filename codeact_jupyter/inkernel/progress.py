"""How a run goes that the server does: an ipywidget with Stop, or, where there is none, a line of text; at the end, the answer."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from IPython.core.interactiveshell import InteractiveShell

from codeact_jupyter.recap import spent

DOING = {
    "thinking": "thinking",
    "retrying": "asking again",
    "starting_kernel": "starting the kernel",
    "waiting_for_cell": "waiting for another cell",
    "running": "running",
    "interrupting": "interrupting",
    "restarting": "restarting the kernel",
    "saving": "saving",
    "ask_restart": "cannot be interrupted: see the panel",
}
SENT = "Sent to the agent …"


class Progress:
    """One display below the magic.  Updated from whichever thread hears of the run."""

    def __init__(self, shell: InteractiveShell, buttons: tuple[Callable[[], None], Callable[[], None]] | None):
        """`buttons`: what stops the run, and what opens the panel; None: there is nothing to stop."""
        self._shell, self._id = shell, uuid4().hex
        self._box = _box(*buttons) if buttons else None
        self._text = SENT if buttons else "…"
        self._publish(self._bundle(), update=False)

    def update(self, said: Mapping[str, Any]) -> None:
        """Where the run stands."""
        doing = DOING.get(str(said.get("doing")), "")
        told = [
            f"Step {said.get('step', 1)} of {said.get('of', '?')}",
            doing,
            spent(float(said.get("seconds", 0)), int(said.get("tokens", 0))),
        ]
        self._text = " · ".join(filter(None, told))
        if self._box:
            self._box.children[0].value = self._text
        else:
            self._publish(self._bundle(), update=True)

    def end(self, said: Mapping[str, Any]) -> None:
        """The answer, or why there is none; what this took stands below it."""
        took = spent(float(said.get("seconds", 0)), int(said.get("tokens", 0)))
        answer, message = str(said.get("answer") or ""), str(said.get("message", ""))
        line = f"{message} {took}".strip()
        self.say(f"{answer}\n\n*{line}*" if answer else line, f"{answer}\n\n{line}".strip())

    def say(self, markdown: str, plain: str) -> None:
        """The last that is to be seen here; nothing of the widget is left, which would mean nothing in a saved notebook."""
        self._publish({"text/markdown": markdown, "text/plain": plain}, update=True)
        if self._box:
            for widget in (*self._box.children, self._box):
                widget.close()
            self._box = None

    def _bundle(self) -> dict[str, Any]:
        view = self._box._repr_mimebundle_() if self._box else {}
        return {**view, "text/plain": self._text}

    def _publish(self, data: Mapping[str, Any], *, update: bool) -> None:
        self._shell.display_pub.publish(dict(data), transient={"display_id": self._id}, update=update)


def anywhere(comm: Any) -> None:
    """Let what comes to this comm be heard in the subshell that it is sent to.

    ipykernel 7.4 takes it where the comm last spoke from: the main shell, which is busy while a cell runs.
    """
    comm._reply_subshell_for = lambda data, subshell: subshell


def _box(stop: Callable[[], None], open_panel: Callable[[], None]) -> Any:
    try:
        widgets = importlib.import_module("ipywidgets")
    except ImportError:
        return None
    stopping = widgets.Button(description="Stop", tooltip="Stop the run")
    panel = widgets.Button(description="Open panel", tooltip="Show the run in the panel")

    def stop_once(_: object) -> None:
        stopping.disabled, stopping.description = True, "Stopping …"
        stop()

    stopping.on_click(stop_once)
    panel.on_click(lambda _: open_panel())
    box = widgets.HBox([widgets.Label(SENT), stopping, panel])
    for widget in (stopping, panel):
        anywhere(widget.comm)
    return box
