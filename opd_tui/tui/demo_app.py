"""The demo: the real app on a temporary database, with a timeline that plays automatically."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
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
    from opd_tui.desk.front_desk import FrontDesk

SECONDS_A_MINUTE = 0.6
"""The length of a demo minute at speed 1, in seconds."""
SPEEDS = (0.25, 16.0)
END = "The timeline is over. The desk is yours; {leave} leaves."


class DemoApp(OpdApp):
    """The app that plays the timeline; the user can act between its steps, because the desk is real."""

    BINDINGS = bindings(*DEMO_COMMANDS)
    demo: var[DemoState] = var(DemoState())

    def __init__(self, speed: float = 1.0, *, playing: bool = True, preferences: Preferences | None = None) -> None:
        super().__init__(self._open_demo_desk, (preferences or Preferences()).for_the_demo())
        self.stack = ExitStack()
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
        desk, clock = self.stack.enter_context(open_demo_desk(Road.SCREEN))
        self.player = Player(desk, clock)
        self.player.prepare()
        return desk

    async def desk_opened(self, desk: FrontDesk) -> None:
        assert self.player is not None
        self.demo = replace(self.demo, time=f"{self.player.now:%H:%M}", caption="The doctors' slots are open.")
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
        self.minutes = self.set_interval(SECONDS_A_MINUTE / self.demo.speed, self.pass_a_minute)

    def pass_a_minute(self) -> None:
        """Advance the demo's clock by a minute, or play the next step if it is due."""
        if self.player is None:
            return
        self.demo = replace(self.demo, held=self.held)
        if not self.demo.playing or self.held or self.stepping or self.demo.over:
            return
        step = self.player.next_step
        if step is None or self.player.now >= step.at:
            self.play_step()
            return
        later = dt.datetime.combine(dt.date.min, self.player.now) + dt.timedelta(minutes=1)
        self.player.advance(later.time())
        self.demo = replace(self.demo, time=f"{self.player.now:%H:%M}")
        self.tick()

    @work(group="demo")
    async def play_step(self) -> None:
        """Play the next step of the timeline."""
        player = self.player
        if player is None:
            return
        self.stepping += 1
        try:
            played = await self.async_desk.act(lambda desk: player.play_next())
        except DeskRefusal as refusal:
            self.notices.report(refusal)
        else:
            self.show_played(played)
        finally:
            self.stepping -= 1

    def show_played(self, played: PlayedStep | None) -> None:
        """Show the results of a step, including refusals."""
        assert self.player is not None
        time = f"{self.player.now:%H:%M}"
        if played is None:
            self.demo = replace(
                self.demo, over=True, playing=False, caption=END.format(leave=self.keymap.key_of(DEMO_LEAVE)), time=time
            )
            return
        self.tick()
        self.demo = replace(self.demo, caption=played.step.caption, time=time)
        for result in played.results:
            if isinstance(result, Outcome):
                self.publish(result, announce=False)
            else:
                self.notices.report(result.refusal)

    def action_demo_pause(self) -> None:
        """Pause or resume playback."""
        if not self.demo.over:
            self.demo = replace(self.demo, playing=not self.demo.playing)

    def action_demo_step(self) -> None:
        """Play the next step immediately."""
        self.play_step()

    def action_demo_speed(self, factor: float) -> None:
        """Multiply the playback speed by `factor`, within limits."""
        speed = min(max(self.demo.speed * factor, SPEEDS[0]), SPEEDS[1])
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


def run_demo(speed: float, settings: SettingsFile) -> int:
    """Run the demo on this terminal and return its exit status."""
    app = DemoApp(speed, preferences=preferences_from(settings))
    return run_to_its_end(app)
