"""A dialog that finds something by words: a list that is narrowed while one types."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opd_tui.desk.search import Words, found
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.model import Doctor, Slot, TokenId
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.drawing.text import count
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.widgets.row_list import RowList
from opd_tui.tui.widgets.typed_text import TypedText


@dataclass(frozen=True)
class Found:
    """A search result: a token, or a slot if `token` is None."""

    doctor: Doctor
    slot: Slot
    token: TokenId | None
    title: str
    note: str
    words: Words


class FoundRows(RowList[Found]):
    """The search results, one per row."""

    always_chosen = True

    def key_of(self, item: Found) -> Hashable | None:
        return item.slot.id, item.token

    def draw(self, item: Found, width: int) -> Line:
        left = max((width - 20) // 2, 12)  # leaves the doctor, after about 30 columns of note, a similar width
        pointer = "▸" if item is self.chosen else " "
        return joined(
            (f"{pointer} {fit(item.title, left)} ", Style()), (fit(item.note, width - left - 3), self.part("dim"))
        )


class SearchList(ModalScreen[Found | None]):
    """A search dialog that accepts input while its list is loading; Enter takes the selected result."""

    BINDINGS = [
        Binding("escape", "leave", "Close", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]
    PLACEHOLDER: ClassVar[str]
    READING: ClassVar[str]
    """What is said while the list is loading."""
    NOTHING: ClassVar[str]
    """What is said of a list without anything in it."""
    HINT: ClassVar[str]
    WHERE = ""
    """Where nothing was found, as it follows “Nothing”."""

    host = getters.app(DeskHost)
    rows = getters.query_one(FoundRows)

    candidates: tuple[Found, ...] | None = None
    """Everything that can be found, or None before it is loaded."""
    chosen_by_hand = False
    """Whether the arrow keys chose a result."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.list_title = title

    async def load(self) -> tuple[Found, ...]:
        """Return everything that can be found; raise a DeskRefusal if it cannot be read."""
        raise NotImplementedError

    def counted(self, items: Sequence[Found]) -> str:
        """Return how many there are to find: `3 slots`."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog find") as dialog:
            dialog.border_title = Content(self.list_title)
            yield TypedText(placeholder=self.PLACEHOLDER)
            yield Static(id="found-count", markup=False)
            yield FoundRows(can_focus=False)
            yield from self.foot()

    def foot(self) -> ComposeResult:
        """Yield what stands below the list."""
        yield Static(self.HINT, markup=False, classes="hint")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))
        self.begin()

    def begin(self) -> None:
        """Start loading the list and show that."""
        self.say(self.READING)
        self.reading = self.read()

    def say(self, text: str) -> None:
        """Show a message above the results."""
        self.query_one("#found-count", Static).update(text)

    @work
    async def read(self) -> None:
        """Load the list and search for the text typed so far."""
        try:
            self.candidates = await self.load()
        except DeskRefusal as refusal:
            self.say(f"{self.host.message_of(refusal)} Press Enter to try again.")
        else:
            self.rows.empty = f"  Nothing found{self.WHERE}."
            self.search(self.query_one(Input).value)

    @on(Input.Changed)
    def follow(self, event: Input.Changed) -> None:
        self.chosen_by_hand = False
        self.search(event.value)

    def search(self, query: str) -> None:
        """Show the matches."""
        if self.candidates is None:
            return
        self.rows.items = listed = tuple(found(query, self.candidates, lambda item: item.words))
        if listed:
            self.rows.move_to(self.rows.key_of(listed[0]))
        self.say(f"{count(len(listed), 'match', 'matches')} of {self.counted(self.candidates)}")

    @on(RowList.Clicked)
    def choose_clicked(self) -> None:
        self.chosen_by_hand = True
        self.choose()

    @on(Input.Submitted)
    def choose(self) -> None:
        if self.candidates is None:
            self.choose_when_read(self.host.keys.held(self))
        elif (why_not := self.why_not()) is None:
            self.dismiss(self.rows.chosen)
        else:
            self.say(why_not)
            self.host.keys.refused()

    def why_not(self) -> str | None:
        """Return why Enter takes nothing, or None."""
        query = self.query_one(Input).value.strip()
        if self.rows.chosen is None:
            return (
                f"Nothing{self.WHERE} matches “{query}”. Try fewer letters, or Esc closes." if query else self.NOTHING
            )
        return None

    @work(exclusive=True, group="choose")
    async def choose_when_read(self, held: Hold) -> None:
        """Select the result once the list is loaded, retrying a failed load; keys after Enter are held until then."""
        async with held:
            if self.reading.is_finished:
                self.begin()
            await self.reading.wait()
            if self.candidates is not None:
                self.choose()
            else:
                self.host.keys.refused()

    def action_move(self, step: int) -> None:
        self.chosen_by_hand = True
        self.rows.action_move(step)

    def action_leave(self) -> None:
        self.dismiss(None)
