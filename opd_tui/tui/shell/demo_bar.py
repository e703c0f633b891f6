"""The demo's bar: its clock, caption and keys."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.reactive import reactive

from opd_tui.tui.commands import DEMO_COMMANDS
from opd_tui.tui.drawing.cells import Line, fit
from opd_tui.tui.keys.commands import Command
from opd_tui.tui.widgets.bars import Bar


@dataclass(frozen=True)
class DemoState:
    """The state shown in the bar."""

    time: str = ""
    caption: str = "opening the demo's own database …"
    playing: bool = True
    held: bool = False
    """Whether an open panel or dialog suspends playback."""
    over: bool = False
    speed: float = 1.0
    progress: int | None = None
    """How much of the script is over, in per cent; None if that is not shown."""


class DemoBar(Bar):
    """A bar with the playback state and keys in the first line and the caption in the second."""

    state: reactive[DemoState] = reactive(DemoState())
    commands: reactive[tuple[Command, ...]] = reactive(DEMO_COMMANDS)

    def on_mount(self) -> None:
        self.watch(self.app, "demo", self.show_state)

    def show_state(self, state: DemoState) -> None:
        """Show the app's demo state."""
        self.state = state

    def line(self, width: int) -> Line:
        state = self.state
        if state.over:
            symbol, word = "■", "the end"
        elif state.held and state.playing:
            symbol, word = "‖", "waits for you"
        else:
            symbol, word = ("▶", f"×{state.speed:g}") if state.playing else ("‖", f"paused ×{state.speed:g}")
        parts: list[tuple[str, str | None]] = [(fit(f" DEMO {state.time} {symbol} {word}", 28), "strong")]
        for command in self.commands:
            parts += [(command.key_label, "key"), (f" {command.label}  ", None)]
        room = width - sum(cell_len(text) for text, _ in parts) - 1
        return self.styled(*parts, *progress_parts(state.progress, room))

    def second_line(self) -> Line:
        """Return the caption of the current step."""
        return self.styled((f" {self.state.caption}", None))


PER_CENT_CELLS, LONGEST_PROGRESS = 6, 30


def progress_parts(progress: int | None, room: int) -> list[tuple[str, str | None]]:
    """Return how much is over as a line and in per cent, at the right end of the room; the line if it fits."""
    if progress is None or room < len("100 %"):
        return []
    cells = min(room - PER_CENT_CELLS - 1, LONGEST_PROGRESS)
    if cells < PER_CENT_CELLS:
        return [(f"{progress:>{room - 2}} %", None)]
    done = round(cells * progress / 100)
    gap = " " * (room - cells - PER_CENT_CELLS)
    return [(gap + "━" * done, "strong"), ("─" * (cells - done), "dim"), (f"{progress:4} %", None)]
