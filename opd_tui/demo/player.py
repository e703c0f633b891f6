"""The player of a script, on a real desk with a temporary database."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from opd_tui.clock import FixedClock
from opd_tui.demo.script import ZONE, Ids, Script, ScriptedAction, Step
from opd_tui.demo.timeline import MORNING
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.actor import Actor, Road
from opd_tui.domain.errors import DeskRefusal, StoreUnavailable
from opd_tui.domain.instants import slot_instant

ACTOR = Actor("demo", "demo", Road.DEMO)
"""The actor of a script's actions."""


@contextmanager
def open_demo_desk(road: Road = Road.DEMO, script: Script = MORNING) -> Iterator[tuple[FrontDesk, FixedClock]]:
    """Yield an empty desk on a temporary database, and its clock at the script's start; raise StoreUnavailable.

    `road` is the way in of a person who acts between the steps. No thread may use the desk when the block ends.
    """
    clock = FixedClock(instant_at(script.date, script.setting.at))
    with temporary_folder() as folder:
        desk = open_front_desk(
            str(folder / "demo.db"), operator=ACTOR.operator, desk=ACTOR.desk, road=road, clock=clock, zone=ZONE
        )
        try:
            yield desk, clock
        finally:
            desk.close()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a temporary folder that is removed afterwards; raise StoreUnavailable if none can be made."""
    try:
        folder = TemporaryDirectory(prefix="opd-tui-demo-", ignore_cleanup_errors=True)
    except OSError as error:
        raise StoreUnavailable(
            f"Cannot make a temporary folder: {error.strerror or error}. "
            "Free some space, or set TMPDIR to another folder."
        ) from None
    with folder as name:
        yield Path(name)


@dataclass(frozen=True, slots=True)
class Refused:
    """An action that the desk refused, because somebody acted between the steps."""

    scripted: ScriptedAction
    refusal: DeskRefusal


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """A step with the outcomes or refusals of its actions, in their order."""

    step: Step
    results: tuple[Outcome | Refused, ...]

    @property
    def refusals(self) -> tuple[Refused, ...]:
        """The actions that were refused."""
        return tuple(result for result in self.results if isinstance(result, Refused))


class Player:
    """Plays a script step by step; any thread may call its methods."""

    def __init__(self, desk: FrontDesk, clock: FixedClock, actor: Actor = ACTOR, script: Script = MORNING) -> None:
        self.desk = desk
        self.script = script
        self.actor = actor
        self.clock = clock
        self._ids = Ids()
        self._played = 0
        # `_playing` is held for a whole step; `_moving_clock` only to set the time, so that `advance` never waits for
        # the desk. A step takes the second while it holds the first, never the other way round.
        self._playing = threading.Lock()
        self._moving_clock = threading.Lock()

    @property
    def now(self) -> dt.time:
        """The time on the demo's wall clock."""
        return self.clock.now().astimezone(self.desk.zone).time()

    @property
    def next_step(self) -> Step | None:
        """The next step, or None at the end."""
        played, steps = self._played, self.script.steps
        return steps[played] if played < len(steps) else None

    @property
    def progress(self) -> float:
        """How much of the script's time is over, from 0 to 1."""
        start, end = (instant_at(self.script.date, step.at) for step in (self.script.setting, self.script.steps[-1]))
        return min((self.clock.now() - start) / (end - start), 1.0)

    def prepare(self) -> PlayedStep:
        """Add the doctors and open their slots."""
        with self._playing:
            return self._play(self.script.setting)

    def play_next(self) -> PlayedStep | None:
        """Play the next step, at its time or the clock's, whichever is later; return None at the end.

        An action that the desk refuses becomes part of the result, and the play goes on.
        """
        with self._playing:
            if (step := self.next_step) is None:
                return None
            self._played += 1
            return self._play(step)

    def play_all(self) -> Iterator[PlayedStep]:
        """Play the setting and then every step, and yield each as it is played."""
        yield self.prepare()
        while played := self.play_next():
            yield played

    def advance(self, to: dt.time) -> None:
        """Move the clock forward, at most to the next step's time. It never waits for the desk."""
        step = self.next_step
        self._set_clock(min(to, step.at) if step else to)

    def _play(self, step: Step) -> PlayedStep:
        self._set_clock(step.at)
        return PlayedStep(step, tuple(self._perform(scripted) for scripted in step.actions))

    def _perform(self, scripted: ScriptedAction) -> Outcome | Refused:
        try:
            outcome = self.desk.perform(scripted.action(self._ids), self.actor)
        except DeskRefusal as refusal:
            return Refused(scripted, refusal)
        self._ids.learn(scripted.name, outcome)
        return outcome

    def _set_clock(self, to: dt.time) -> None:
        with self._moving_clock:
            self.clock.instant = max(self.clock.instant, instant_at(self.script.date, to))


def instant_at(date: dt.date, time: dt.time) -> dt.datetime:
    """Return the instant of a local time on a script's day."""
    return slot_instant(date, time, ZoneInfo(ZONE))
