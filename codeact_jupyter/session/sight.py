"""What a model that sees is shown: figures of its cells, kept in the store and sent at a size that is of use."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from codeact_jupyter.events import Observed
from codeact_jupyter.pictures import as_url, fitted, pictures
from codeact_jupyter.ports import Finished, Observe
from codeact_jupyter.store import Store


class Sight:
    """The figures of one run."""

    def __init__(self, store: Store):
        self._store = store
        self._urls: dict[str, str | None] = {}

    def keep(self, observe: Observe) -> Observe:
        """The same observations, with the keys of the figures that an ended action put out."""

        def observed(action_id: str, finished: Finished | None, so_far: Sequence[Mapping[str, Any]] = ()) -> Observed:
            told = observe(action_id, finished, so_far)
            found = pictures(finished.outputs) if finished else []
            return told.model_copy(update={"images": tuple(self._store.keep_blob(*picture) for picture in found)}) if found else told

        return observed

    async def url(self, key: str) -> str | None:
        """A figure as a URL that holds it; None: it cannot be shown."""
        if key not in self._urls:
            kept = self._store.blob(key)
            small = await asyncio.to_thread(fitted, kept) if kept else None
            self._urls[key] = as_url(small) if small else None
        return self._urls[key]
