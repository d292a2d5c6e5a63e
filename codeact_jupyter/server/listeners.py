"""Who hears of a notebook: the pages that show it, each with its user's settings, and the cell that a run was asked in."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from pydantic import BaseModel

from codeact_jupyter.protocol import Doing, Notice, Typing
from codeact_jupyter.server.pace import Paced
from codeact_jupyter.session.attach import Browser

TYPING_PAUSE = 0.05
"""Seconds between two messages with a reply that streams in: each carries all of it."""

UNHEARD = 20
"""Notices that are kept for a page that is not there."""


class Listener(Browser, Protocol):
    """A browser's socket, which hears of runs too."""

    def tell(self, message: BaseModel) -> None: ...


class Listeners:
    """Of one notebook."""

    def __init__(self) -> None:
        self.overhear: list[Callable[[BaseModel], None]] = []
        """Who else is told what the pages are told."""
        self._pages: dict[Listener, dict[str, Any]] = {}
        self._unheard: list[Notice] = []
        self._doing: Doing | None = None
        self._type = Paced(self.tell, TYPING_PAUSE)

    def __iter__(self) -> Iterator[tuple[Listener, dict[str, Any]]]:
        """The pages, each with its user's settings."""
        return iter(list(self._pages.items()))

    def __len__(self) -> int:
        return len(self._pages)

    def __contains__(self, page: Listener) -> bool:
        return page in self._pages

    def add(self, page: Listener, user: dict[str, Any]) -> None:
        """It hears from now on; or its user's settings are others."""
        self._pages[page] = user

    def drop(self, page: Listener) -> None:
        """It listens no more: what there is to tell waits for the next one."""
        self._pages.pop(page, None)

    def keep(self, shows: Callable[[Listener], bool]) -> None:
        """Only pages that still show the notebook hear of it."""
        self._pages = {page: user for page, user in self._pages.items() if shows(page)}

    def user(self, page: Listener, other: dict[str, Any]) -> dict[str, Any]:
        """The settings of this page's user; `other`: of a page that does not show the notebook."""
        return self._pages.get(page, other)

    def tell(self, message: BaseModel) -> None:
        """All of them."""
        for hear in self.overhear:
            hear(message)
        for page in self._pages:
            page.tell(message)

    def notice(self, message: str) -> None:
        """Something that belongs to no run: told when a page is there."""
        notice = Notice(message=message)
        for page in self._pages:
            page.tell(notice)
        if not self._pages:
            self._unheard = [*self._unheard, notice][-UNHEARD:]

    def typing(self, run: str, text: str) -> None:
        """A reply as it streams in."""
        self._type(Typing(run=run, text=text))

    def doing(self, run: str, what: str, detail: str) -> None:
        """What a run waits for."""
        self._doing = Doing.model_validate({"run": run, "what": what, "detail": detail})
        self.tell(self._doing)

    def done(self) -> None:
        """Something was recorded, or the run is over: what was typed and done until now is of the past."""
        self._doing = None
        self._type.drop()

    def catch_up(self, page: Listener) -> None:
        """What a run waits for now, and what nobody has heard yet."""
        for message in (self._doing, *self._unheard):
            if message:
                page.tell(message)
        self._unheard = []
