"""Requests that wait for the run that goes on: they outlive the page and the server, and the next one begins when a run has answered."""

from collections.abc import Callable
from uuid import uuid4

from codeact_jupyter.asked import QueueRequest
from codeact_jupyter.errors import CodeActError
from codeact_jupyter.protocol import Queued, QueuedRequest
from codeact_jupyter.session.session import Request, Session


class Queue:
    """Of one notebook's conversation."""

    def __init__(self, session: Session, tell: Callable[[Queued], None]):
        self._session, self._tell = session, tell

    def now(self) -> Queued:
        """What waits, the next first."""
        rows = self._session.store.queued(self._session.conversation)
        return Queued(requests=tuple(QueuedRequest(run=row["run"], request=row["text"]) for row in rows))

    def put(self, message: QueueRequest) -> None:
        """One request more, or other words for one that waits.  Raises `CodeActError`."""
        if not message.request.strip():
            raise CodeActError("The request is empty.")
        store = self._session.store
        waits = self.next(message.run)  # then only its words are new: a page that came later does not know the rest
        anchor, cells = (waits.anchor, waits.cells) if waits else (message.anchor, message.cells)
        kept = {"text": self._session.hidden(message.request), "anchor": anchor, "cells": cells}
        late = store.begun(message.run)  # its turn came before its new words did: those are a request of their own
        store.enqueue(uuid4().hex if late else message.run, self._session.conversation, kept)
        self._tell(self.now())

    def drop(self, run: str) -> None:
        """It is not wanted any more; one that is gone already stays so."""
        self._session.store.drop_queued(run)
        self._tell(self.now())

    def next(self, run: str | None = None) -> Request | None:
        """This one, or the next; None: it does not wait (any more).  It stays until it is dropped: what begins twice starts once."""
        rows = self._session.store.queued(self._session.conversation)
        row = next((row for row in rows if run in (None, row["run"])), None)
        return Request(row["run"], row["text"], row["anchor"], tuple(row["cells"])) if row else None
