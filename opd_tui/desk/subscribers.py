"""Callbacks for the actions that this desk commits."""

from __future__ import annotations

from collections.abc import Callable

from opd_tui import crashes
from opd_tui.desk.outcome import Outcome

Subscriber = Callable[[Outcome], object]


class Subscribers:
    """The callbacks of one desk; any thread may add and remove them, since each is one atomic dict operation."""

    def __init__(self) -> None:
        self._callbacks: dict[object, Subscriber] = {}

    def add(self, callback: Subscriber) -> Callable[[], None]:
        """Add a callback and return the function that removes it."""
        key = object()  # not the callback itself, which may be added twice
        self._callbacks[key] = callback

        def remove() -> None:
            self._callbacks.pop(key, None)

        return remove

    def tell(self, outcome: Outcome) -> None:
        """Call every subscriber. An error in one is reported as a bug and not raised: the action is committed."""
        for callback in tuple(self._callbacks.values()):  # a copy: a callback may add or remove subscribers
            try:
                callback(outcome)
            except Exception as error:  # noqa: BLE001 - no error of a subscriber may look like a failed action
                crashes.keep(error)
