"""The built-in model's one function: chat messages in, the next reply out; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeact_jupyter.model.offline.analyst import Analyst
from codeact_jupyter.model.offline.looking import Cell
from codeact_jupyter.model.offline.reading import Observation, Scene, read
from codeact_jupyter.model.offline.steps import Pause, Script


def reply(messages: Sequence[Mapping[str, Any]]) -> str:
    """The next reply to these messages: a cell to run, or the answer."""
    return _played(read(messages))


class _Play:
    """A script, played as far as there are observations."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.analyst = Analyst(scene)
        self._script: Script[str] = self.analyst.script()
        self.step: Cell | Pause | None = None
        self.answer = ""
        self._advance(None)

    def see(self, observation: Observation) -> None:
        if self.step is not None:
            self._advance(observation)

    def _advance(self, observation: Observation | None) -> None:
        try:
            self.step = next(self._script) if observation is None else self._script.send(observation)
        except StopIteration as stop:
            self.step, self.answer = None, str(stop.value)


def _played(scene: Scene) -> str:
    play = _Play(scene)
    for observation in scene.observations:
        play.see(observation)
        if observation.steering:  # the words change what is asked: the work begins anew, knowing the request before
            steered = replace(play.scene, earlier=(*play.scene.earlier, play.scene.request), request=observation.steering)
            play = _Play(steered)
    if play.step is None:
        return play.answer
    if scene.steps_left is not None and scene.steps_left <= 1:
        known = " ".join(play.analyst.known)
        return f"The steps ran out before I was done. {known or 'Nothing was computed yet.'}"
    return play.step.text()
