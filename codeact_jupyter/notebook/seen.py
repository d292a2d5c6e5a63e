"""What the model has last seen of the cells that it may rewrite; from a conversation's events alone."""

from collections.abc import Iterable, Mapping

from codeact_jupyter.events import ActionDecided, ActionProposed, ActionStarted, Event


class Seen:
    """Sources by cell id: of what the model wrote in this conversation, as it ran, and of what it was shown."""

    def __init__(self, history: Iterable[Event] = ()) -> None:
        self._sources: dict[str, str] = {}
        self._cells: dict[str, str] = {}
        for event in history:
            self.heard(event)

    def heard(self, event: Event) -> None:
        """One event more."""
        match event:
            case ActionProposed(action_id=action, cell_id=cell_id, code=code):
                self._cells[action], self._sources[cell_id] = cell_id, code
            case ActionDecided(action_id=action, code=code) if action in self._cells:
                self._sources[self._cells[action]] = code
            case ActionStarted(action_id=action, cell_id=str() as cell_id) if action in self._cells:
                self._sources[cell_id] = self._sources.pop(self._cells[action])
                self._cells[action] = cell_id
            case _:
                pass

    def shown(self, sources: Mapping[str, str]) -> None:
        """The model was shown these cells whole."""
        self._sources |= sources

    def source(self, cell_id: str) -> str | None:
        """What it knows of this cell; None: nothing, so it may not rewrite it."""
        return self._sources.get(cell_id)
