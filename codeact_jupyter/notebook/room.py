"""The room mount: a document that is kept on the server for all who have the notebook open.

It is edited through a replica of ours, as a browser's is.  Whoever keeps it loads the file into it in one transaction, which goes on while
other things run: an edit of ours could not be told apart from that one, or would be refused.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from pycrdt import Doc, Subscription, TransactionEvent, create_update_message, handle_sync_message

from codeact_jupyter.notebook.live import NO_UPDATE, Replica


class RoomMount:
    """Keeps a replica in step with a room's document, until it is closed.

    `loads`: what changes at this moment comes of the file, not of a user.
    """

    def __init__(self, doc: Doc[Any], loads: Callable[[], bool]):
        self._doc, self._loads = doc, loads
        self._heard: list[tuple[bytes, bool]] = []
        self._applying = False
        self.replica = Replica(self._tell, uuid4().hex)  # a document that is loaded again is another one
        self._subscription: Subscription | None = doc.observe(self._changed)
        if reply := handle_sync_message(self.replica.first_message()[1:], doc):
            self.replica.receive(reply)

    def catch_up(self) -> None:
        """Take what others did until now."""
        while self._heard:
            update, loaded = self._heard.pop(0)
            self.replica.receive(create_update_message(update), loaded)

    def close(self) -> None:
        """What is done here, or there, from now on stays where it is."""
        self.catch_up()
        if self._subscription is not None:
            self._doc.unobserve(self._subscription)
            self._subscription = None
            self.replica.close()

    def _tell(self, message: bytes) -> None:
        if self._subscription is None:
            return
        self._applying = True
        try:
            handle_sync_message(message[1:], self._doc)
        finally:
            self._applying = False

    def _changed(self, event: TransactionEvent) -> None:
        if self._applying or event.update == NO_UPDATE:
            return
        if not self._heard:  # later: while the room's transaction ends nothing can be told to it, and an error of ours would be its own
            asyncio.get_running_loop().call_soon(self.catch_up)
        self._heard.append((event.update, self._loads()))
