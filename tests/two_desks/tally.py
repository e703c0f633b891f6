"""What the two desks' drivers know of each other's day: how much is done, and where one of them hesitates."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(eq=False)
class Hesitation:
    """A question that somebody does not answer yet, so that the other desk can be faster."""

    desk: str
    slot: tuple[str, str]
    numbers: tuple[str, ...]
    """The tokens that the question names."""
    taken: bool = False
    over: bool = False


@dataclass
class Tally:
    """Acknowledged actions by desk, up to a goal; used by both desks' threads."""

    goal: int
    desks: tuple[str, ...]
    done: Counter[str] = field(default_factory=Counter)
    hesitation: Hesitation | None = None
    failed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledged(self, desk: str) -> None:
        """One more action is done."""
        with self.lock:
            self.done[desk] += 1

    @property
    def over(self) -> bool:
        """Whether the day is over, for which each desk has done a third at least, or a desk could not go on."""
        return self.failed or (
            self.done.total() >= self.goal and min(self.done[desk] for desk in self.desks) * 3 >= self.goal
        )

    def hesitate(self, hesitation: Hesitation) -> bool:
        """Begin to hesitate, as one desk at a time may."""
        with self.lock:
            if self.hesitation is not None:
                return False
            self.hesitation = hesitation
            return True

    def take_up(self, desk: str) -> Hesitation | None:
        """Where the other desk hesitates, told once."""
        with self.lock:
            here = self.hesitation
            if here is None or here.desk == desk or here.taken:
                return None
            here.taken = True
            return here

    def go_on(self) -> None:
        """Whoever hesitated answers."""
        with self.lock:
            self.hesitation = None
