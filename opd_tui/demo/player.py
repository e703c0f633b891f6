"""Plays the timeline on a real desk, whose database is gone afterwards."""

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
from opd_tui.demo.timeline import DATE, SETTING, TIMELINE, ZONE, Ids, Issue, Join, Open, ScriptedAction, Step
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.actor import Actor, Road
from opd_tui.domain.errors import DeskRefusal, StoreUnavailable
from opd_tui.domain.instants import slot_instant

ACTOR = Actor("demo", "demo", Road.DEMO)
"""Who plays the timeline, in the demo's journal."""


@contextmanager
def open_demo_desk(road: Road = Road.DEMO) -> Iterator[tuple[FrontDesk, FixedClock]]:
    """An empty desk at 08:55 on a database of its own; raises StoreUnavailable. Leave it when no thread uses it.

    `road` is that of a person who acts between the steps.
    """
    clock = FixedClock(instant_at(SETTING.at))
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
    """A folder that is gone afterwards; raises StoreUnavailable."""
    try:
        folder = TemporaryDirectory(prefix="opd-tui-demo-", ignore_cleanup_errors=True)
    except OSError as error:
        raise StoreUnavailable(
            f"No temporary folder can be made: {error.strerror or error}. Make room, or set TMPDIR to another folder."
        ) from None
    with folder as name:
        yield Path(name)


@dataclass(frozen=True, slots=True)
class Refused:
    """An action that the desk refused, because somebody acted in between."""

    scripted: ScriptedAction
    refusal: DeskRefusal


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """A step and what came of its actions, in their order."""

    step: Step
    results: tuple[Outcome | Refused, ...]

    @property
    def refusals(self) -> tuple[Refused, ...]:
        """The actions that were refused."""
        return tuple(result for result in self.results if isinstance(result, Refused))


class Player:
    """Plays the timeline step by step; its methods may be called from any thread."""

    def __init__(self, desk: FrontDesk, clock: FixedClock, actor: Actor = ACTOR) -> None:
        self.desk = desk
        self.actor = actor
        self.clock = clock
        self._ids = Ids()
        self._played = 0
        self._playing = threading.Lock()
        self._moving_clock = threading.Lock()

    @property
    def now(self) -> dt.time:
        """The time on the demo's wall clock."""
        return self.clock.now().astimezone(self.desk.zone).time()

    @property
    def next_step(self) -> Step | None:
        """The step that comes next, or None at the end."""
        played = self._played
        return TIMELINE[played] if played < len(TIMELINE) else None

    def prepare(self) -> PlayedStep:
        """Add the doctors and open their slots."""
        with self._playing:
            return self._play(SETTING)

    def play_next(self) -> PlayedStep | None:
        """Play the next step at its time, or at the clock's if that is later; None at the end.

        An action that the desk refuses is part of the result, and play goes on.
        """
        with self._playing:
            if (step := self.next_step) is None:
                return None
            self._played += 1
            return self._play(step)

    def play_all(self) -> Iterator[PlayedStep]:
        """The setting and then every step, each played when it is asked for."""
        yield self.prepare()
        while played := self.play_next():
            yield played

    def advance(self, to: dt.time) -> None:
        """Let the clock run, never backwards and not beyond the next step's time; it never waits for the desk."""
        step = self.next_step
        self._set_clock(min(to, step.at) if step else to)

    def _play(self, step: Step) -> PlayedStep:
        self._set_clock(step.at)
        return PlayedStep(step, tuple(self._do(scripted) for scripted in step.actions))

    def _do(self, scripted: ScriptedAction) -> Outcome | Refused:
        try:
            outcome = self.desk.perform(scripted.action(self._ids), self.actor)
        except DeskRefusal as refusal:
            return Refused(scripted, refusal)
        remember(self._ids, scripted, outcome)
        return outcome

    def _set_clock(self, to: dt.time) -> None:
        with self._moving_clock:
            self.clock.instant = max(self.clock.instant, instant_at(to))


def remember(ids: Ids, scripted: ScriptedAction, outcome: Outcome) -> None:
    """Keep the id of what an action made under the name that the timeline gives it."""
    if isinstance(scripted, Join) and outcome.doctor:
        ids.doctors[scripted.code] = outcome.doctor.id
    elif isinstance(scripted, Open):
        ids.slots[scripted.doctor] = outcome.slots[0].id
    elif isinstance(scripted, Issue) and outcome.token:
        ids.tokens[scripted.label] = outcome.token.token.id


def instant_at(time: dt.time) -> dt.datetime:
    """The instant of a wall clock time on the demo's day."""
    return slot_instant(DATE, time, ZoneInfo(ZONE))
