"""The demo: the real app on a temporary database, with a script that plays automatically."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.reactive import var
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.tui.app import OpdApp
from opd_tui.tui.catalogue import preferences_from
from opd_tui.tui.commands import DEMO_COMMANDS, DEMO_LEAVE
from opd_tui.tui.keys.commands import Command, bindings
from opd_tui.tui.screens.bar_screen import BarScreen
from opd_tui.tui.settings.preferences import Preferences
from opd_tui.tui.shell.demo_bar import DemoBar, DemoState
from opd_tui.tui.shell.shutdown import run_to_its_end

if TYPE_CHECKING:
    from opd_tui.clock import FixedClock
    from opd_tui.config.reading import SettingsFile
    from opd_tui.demo.player import PlayedStep, Player
    from opd_tui.demo.script import Script
    from opd_tui.desk.front_desk import FrontDesk

END = "The timeline is over. The desk is yours; {leave} leaves."


@dataclass(frozen=True)
class Play:
    """What is played, and how fast it may be."""

    script: Callable[[], Script]
    seconds_a_minute: float
    """The length of a minute at speed 1."""
    slowest: float
    fastest: float
    tick_seconds: float | None = None
    """How often the clock is moved; every minute by default."""
    shows_progress: bool = False


def morning_script() -> Script:
    """Return the first fifty minutes; imported once the screen is painted."""
    from opd_tui.demo.timeline import MORNING

    return MORNING


def day_script() -> Script:
    """Return the whole day; made once the screen is painted."""
    from opd_tui.demo.busy_day import busy_day

    return busy_day()


MORNING = Play(morning_script, 0.6, 0.25, 16.0)
DAY = Play(day_script, 60.0, 15.0, 3600.0, tick_seconds=0.05, shows_progress=True)
"""The day's speed is that of a clock: at 60, a minute takes a second."""


class DemoApp(OpdApp):
    """The app that plays a script; the user can act between its steps, because the desk is real."""

    BINDINGS = bindings(*DEMO_COMMANDS)
    demo: var[DemoState] = var(DemoState())

    def __init__(
        self,
        speed: float = 1.0,
        *,
        play: Play = MORNING,
        playing: bool = True,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__(self._open_demo_desk, (preferences or Preferences()).for_the_demo())
        self.stack = ExitStack()
        self.play = play
        self.player: Player | None = None
        self.minutes: Timer | None = None
        self.stepping = 0
        """The number of steps queued or running; steps requested in quick succession run one after another."""
        self.set_reactive(DemoApp.demo, DemoState(speed=speed, playing=playing))

    def _open_demo_desk(self) -> FrontDesk:
        from opd_tui.demo.player import Player, open_demo_desk
        from opd_tui.domain.actor import Road

        desk: FrontDesk
        clock: FixedClock
        script = self.play.script()
        desk, clock = self.stack.enter_context(open_demo_desk(Road.SCREEN, script))
        self.player = Player(desk, clock, script=script)
        self.player.prepare()
        return desk

    async def desk_opened(self, desk: FrontDesk) -> None:
        self.demo = replace(self.demo, caption="The doctors' slots are open.")
        self._show_time()
        self._restart_minutes()

    def close_desk(self) -> None:
        super().close_desk()
        self.stack.close()

    @property
    def held(self) -> bool:
        """Whether playback is suspended by an open panel or dialog, or while the app starts or exits."""
        screen = self.screen if self.screen_stack else None
        if isinstance(screen, BarScreen):
            return not self.is_open or screen.is_blocked
        return screen is None or isinstance(screen, ModalScreen)

    def _restart_minutes(self) -> None:
        if self.minutes is not None:
            self.minutes.stop()
        a_minute = self.play.seconds_a_minute / self.demo.speed
        tick = self.play.tick_seconds or a_minute
        self.minutes = self.set_interval(tick, partial(self.pass_time, tick / a_minute))

    def pass_time(self, minutes: float = 1.0) -> None:
        """Let time pass on the demo's clock, and play the steps that are due."""
        if self.player is None:
            return
        self.demo = replace(self.demo, held=self.held)
        if not self.plays or self.stepping:
            return
        now = dt.datetime.combine(dt.date.min, self.player.now) + dt.timedelta(minutes=minutes)
        if self.player.next_step is None or not self.reaches(now.time()):
            self.play_on(lambda played: self.reaches(now.time()))

    @property
    def plays(self) -> bool:
        """Whether steps are played by themselves now."""
        return self.demo.playing and not self.demo.over and not self.held

    def reaches(self, time: dt.time) -> bool:
        """Move the clock to a time if no step is due until then; return False if one is and may be played."""
        assert self.player is not None
        step = self.player.next_step
        if step is None or step.at > time:
            self.player.advance(time)
            self._show_time()
            return True
        return not self.plays

    @work(group="demo")
    async def play_on(self, is_enough: Callable[[PlayedStep], bool]) -> None:
        """Play steps until one is enough; what the user does has its turn between two of them."""
        player = self.player
        if player is None:
            return
        self.stepping += 1
        try:
            while played := await self.async_desk.act(lambda desk: player.play_next()):
                self.show_played(played)
                if is_enough(played):
                    return
            self.show_end()
        except DeskRefusal as refusal:
            self.notices.report(refusal)
        finally:
            self.stepping -= 1

    def show_played(self, played: PlayedStep) -> None:
        """Show the results of a step, including refusals."""
        self._show_time()
        if played.step.caption:
            self.demo = replace(self.demo, caption=played.step.caption)
        for result in played.results:
            if isinstance(result, Outcome):
                self.publish(result, announce=False)
            else:
                self.notices.report(result.refusal)

    def show_end(self) -> None:
        """Show that there is nothing left to play."""
        caption = END.format(leave=self.keymap.key_of(DEMO_LEAVE))
        self.demo = replace(self.demo, over=True, playing=False, caption=caption)
        self._show_time()

    def _show_time(self) -> None:
        """Show the time of the demo's clock, and how much of the day is over."""
        assert self.player is not None
        if self.desk is not None:
            self.tick()
        progress = round(self.player.progress * 100) if self.play.shows_progress else None
        self.demo = replace(self.demo, time=f"{self.player.now:%H:%M}", progress=progress)

    def action_demo_pause(self) -> None:
        """Pause or resume playback."""
        if not self.demo.over:
            self.demo = replace(self.demo, playing=not self.demo.playing)

    def action_demo_step(self) -> None:
        """Play on to the next step with a caption immediately."""
        self.play_on(lambda played: bool(played.step.caption))

    def action_demo_speed(self, factor: float) -> None:
        """Multiply the playback speed by `factor`, within limits."""
        speed = min(max(self.demo.speed * factor, self.play.slowest), self.play.fastest)
        self.demo = replace(self.demo, speed=speed)
        self._restart_minutes()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the demo's keys while playback is suspended."""
        return not (action.startswith("demo_") and self.held) and super().check_action(action, parameters)

    def extra_bars(self) -> Iterable[Widget]:
        bar = DemoBar(id="demo-bar")
        bar.set_reactive(DemoBar.commands, self.keymap.commands(DEMO_COMMANDS))
        yield bar

    def demo_commands(self) -> tuple[Command, ...]:
        return DEMO_COMMANDS


def run_demo(speed: float, settings: SettingsFile, play: Play = MORNING) -> int:
    """Run the demo on this terminal and return its exit status."""
    app = DemoApp(speed, play=play, preferences=preferences_from(settings))
    return run_to_its_end(app)
