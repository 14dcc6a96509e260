"""An action that waits until its callers have come to rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Debounced"]


class Debounced:
    """Calls an action `seconds` after the last call; at once where no event loop runs."""

    def __init__(self, action: Callable[[], None], *, seconds: float) -> None:
        """Keep the action; nothing is called yet."""
        self._action = action
        self._seconds = seconds
        self._waiting: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        """Call the action soon, and once for all calls until then."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._action()
            return
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = loop.call_later(self._seconds, self._action)
