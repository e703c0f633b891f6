"""Callbacks that learn of what this desk committed."""

from __future__ import annotations

from collections.abc import Callable

from opd_tui import crashes
from opd_tui.desk.outcome import Outcome

Subscriber = Callable[[Outcome], object]


class Subscribers:
    """The callbacks of one desk; any thread may add and remove them."""

    def __init__(self) -> None:
        self._callbacks: dict[object, Subscriber] = {}

    def add(self, callback: Subscriber) -> Callable[[], None]:
        """Add a callback and return the function that removes it."""
        place = object()  # one callback may subscribe twice
        self._callbacks[place] = callback

        def remove() -> None:
            self._callbacks.pop(place, None)

        return remove

    def tell(self, outcome: Outcome) -> None:
        """Call every subscriber; an error in one is kept as a bug, since what was committed did not fail."""
        for callback in tuple(self._callbacks.values()):
            try:
                callback(outcome)
            except Exception as error:  # noqa: BLE001 - whatever it is, the action is done
                crashes.keep(error)
