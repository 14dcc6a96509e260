"""An action that waits until its callers have come to rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Debounced"]


class Debounced:
    """Calls an action `seconds` after the last call; at once where no event loop runs.

    Callers may sit in several threads, each with a loop of its own: who calls holds a lock.
    """

    def __init__(self, action: Callable[[], None], *, seconds: float) -> None:
        """Keep the action; nothing is called yet."""
        self._action = action
        self._seconds = seconds
        self._turn = 0

    def __call__(self) -> None:
        """Call the action soon, and once for all calls until then."""
        self._turn += 1
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._action()
        else:
            loop.call_later(self._seconds, self._if_last, self._turn)

    def _if_last(self, turn: int) -> None:
        if turn == self._turn:
            self._action()
