"""A receptionist's eyes and hands: every key waits for what it should bring, and every move is looked at again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.benchmarks.terminal import PATIENCE_SECONDS, NotShown, Terminal
from tests.two_desks.glance import Glance, Line

T = TypeVar("T")

SYNCHRONISED = 2026 << 5
"""The mode that a program sets while it draws a frame, as the emulator keeps it."""
QUIET_SECONDS = 0.015
PUMP_SECONDS = 0.05
SECOND_ENTER_SECONDS = 1.5
REFUSED_SECONDS = 1.2
"""Keys that come sooner after a refusal are dropped."""
SETTLE_SECONDS = 0.5
PAGE_SECONDS = 0.1
"""How long nothing comes after a page that is whole: it is of the desk's own list, and nobody else is at work."""
KEYS_REMEMBERED = 40
MODE_KEYS = {"Board": "1", "Waitlist": "2", "Doctors": "3"}


class Hands:
    """The keys of one terminal, and what it shows."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.pressed: deque[str] = deque(maxlen=KEYS_REMEMBERED)
        """The last keys, and what was said meanwhile."""
        self.heard = ""

    @property
    def glance(self) -> Glance:
        """What stands on the screen."""
        return Glance(self.terminal.lines)

    @property
    def is_whole(self) -> bool:
        """Whether no frame is only half on the screen."""
        return SYNCHRONISED not in self.terminal.screen.mode

    def see(self, what: Callable[[Glance], T], patience: float = PATIENCE_SECONDS) -> T:
        """Wait until the screen stands still and shows something; raises NotShown."""
        deadline = time.perf_counter() + patience
        while True:
            now = time.perf_counter()
            expectation = lambda lines: self.is_whole and bool(what(self.listen(Glance(lines))))  # noqa: E731
            self.terminal.wait_for(expectation, now, max(deadline - now, 0.1), fresh=False, quiet=QUIET_SECONDS)
            if self.is_whole and (found := what(self.glance)):
                return found

    def listen(self, glance: Glance) -> Glance:
        """Remember what is said, for the report of what went wrong."""
        if glance.message != self.heard:
            self.heard = glance.message
            self.pressed.append(f"  and heard: {glance.message}")
        return glance

    def press(self, keys: str | Sequence[str], what: Callable[[Glance], T]) -> T:
        """Write keys, which must not have had their effect before, and wait for it; raises NotShown.

        What they are about may still be on its way to a slow machine: then they are pressed again.
        """
        while True:
            before = self.glance.message
            self.send(keys)
            too_early = lambda glance, before=before: glance.message != before and is_too_early(glance)  # noqa: E731
            self.see(lambda glance, too_early=too_early: what(glance) or too_early(glance))
            if not too_early(self.glance):
                return what(self.glance)
            self.pump()

    def send(self, keys: str | Sequence[str]) -> None:
        """Write keys."""
        self.pressed.append(f"{keys}")
        self.terminal.send(keys)

    def pump(self) -> None:
        """Let the terminal show what comes meanwhile."""
        self.terminal.settle(PUMP_SECONDS, PUMP_SECONDS)

    def take_a_breath(self) -> None:
        """Read what was refused, while the terminal goes on."""
        until = time.perf_counter() + REFUSED_SECONDS
        while time.perf_counter() < until:
            self.pump()

    def wait_until(self, condition: Callable[[], bool], patience: float = PATIENCE_SECONDS) -> None:
        """Wait for something beside the screen, which goes on; raises NotShown."""
        deadline = time.perf_counter() + patience
        while not condition():
            if time.perf_counter() > deadline:
                raise NotShown("nothing came of what was waited for beside the screen")
            self.pump()

    # Going about

    def show(self, mode: str) -> None:
        """Go to one of the main screens."""
        if self.glance.mode != mode:
            self.press(MODE_KEYS[mode], lambda glance: glance.mode == mode)

    def show_day(self, ahead: int) -> None:
        """Go to today, or to a day near it."""
        while (now := self.glance.days_ahead) != ahead:
            key = "t" if ahead == 0 else "]" if now < ahead else "["
            self.press(key, lambda glance, now=now: glance.days_ahead != now)
            self.terminal.settle(SETTLE_SECONDS)  # the day stands above before its slots do

    def leave_queue(self) -> None:
        """Back to the slots."""
        if self.glance.in_queue:
            self.press("escape", lambda glance: not glance.in_queue)

    def go_to_slot(self, doctor: str, start: str) -> bool:
        """Put the board's cursor on a doctor's slot; whether there is one."""
        self.show("Board")
        self.leave_queue()
        self.see(lambda glance: glance.is_whole_board)
        while (here := self.glance.slot) != (doctor, start):
            assert here is not None
            if doctor not in self.glance.doctors:
                return False
            rows = [self.glance.doctors.index(name) for name in (here[0], doctor)]
            key = "right" if here[1] < start else "left" if here[1] > start else "down" if rows[0] < rows[1] else "up"
            self.press(key, lambda glance, here=here: glance.slot != here and glance.is_whole_board)
        return self.see(lambda glance: glance.slot == (doctor, start) and glance.is_whole_board and True) and (
            self.glance.load is not None
        )

    def enter_queue(self) -> None:
        """From the slots into the queue, which has somebody in it.

        An Enter right behind another one is the same Enter to the program, so it may take a second.
        """
        for patience in (SECOND_ENTER_SECONDS, PATIENCE_SECONDS):
            if self.glance.in_queue:
                break
            self.send("enter")
            try:
                self.see(lambda glance: glance.in_queue and glance.pointed is not None, patience)
            except NotShown:
                if patience == PATIENCE_SECONDS:
                    raise
        if self.glance.pointed is None:  # it went with its token to where one does not see it
            self.press("home", lambda glance: glance.pointed is not None)

    def point_at(self, key: str) -> bool:
        """Put a list's pointer on a line in view; whether the line is still there."""
        while True:
            keys = [line.key for line in self.glance.rows]
            here = self.glance.pointed
            if here is None or key not in keys:
                return False
            if here.key == key:
                return True
            way = "down" if keys.index(here.key) < keys.index(key) else "up"
            self.press(way, lambda glance, here=here, way=way: has_moved(glance, here, way))

    def find(self, number: str) -> Line | None:
        """Find a token of the day and go there; None where there is no such token."""
        self.show("Board")
        self.press("/", lambda glance: glance.find is not None)
        if self.press(number, lambda glance: found_in(glance, number)) != "1":
            self.press("escape", lambda glance: glance.find is None)
            return None
        self.press("enter", lambda glance: glance.find is None and glance.pointed and glance.pointed.key == number)
        return self.glance.pointed

    def whole_list(self) -> list[Line]:
        """All lines of the list that has the keys, page by page; nobody may change it meanwhile."""
        lines: dict[str, Line] = {}
        key, last = "home", ""
        while True:
            self.send(key)
            self.terminal.settle(PAGE_SECONDS)
            here = self.glance.pointed
            lines |= {line.key: line for line in self.glance.rows}
            if here is None or here.key == last:
                return list(lines.values())
            key, last = "pagedown", here.key


def is_too_early(glance: Glance) -> bool:
    """Whether it is said that what the keys are about is not there yet."""
    return glance.message.startswith("One moment:")


def has_moved(glance: Glance, before: Line, way: str) -> bool:
    """Whether the pointer is elsewhere, or cannot go further since somebody else has changed the list."""
    here, keys = glance.pointed, [line.key for line in glance.rows]
    end = keys[-1 if way == "down" else 0] if keys else None
    return here is None or here.key != before.key or here.key == end


def found_in(glance: Glance, words: str) -> str:
    """How many lines the dialog has found for the words; nothing until they stand there."""
    inside = glance.find.inside if glance.find else ()
    typed = any(line.strip() == words for line in inside)
    count = next((line.split()[0] for line in inside if " match" in line and " of " in line), "")
    return count if typed else ""
