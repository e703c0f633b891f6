"""The dialog that asks who is at the desk."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.style import Style
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opd_tui.desk.search_keys import query_keys, search_key
from opd_tui.domain.field_types import NAME_LENGTH
from opd_tui.domain.text import clean_text, has_letter_or_digit
from opd_tui.tui.drawing.cells import Line, fit, joined
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.widgets.row_list import RowList
from opd_tui.tui.widgets.typed_text import TypedText


class PeopleRows(RowList[str]):
    """The names of the last days, one per row."""

    always_chosen = True
    is_chosen = False
    """Whether a row was chosen, and not only listed."""

    def key_of(self, item: str) -> Hashable | None:
        return item

    def draw(self, item: str, width: int) -> Line:
        pointer = "▸" if self.is_chosen and item is self.chosen else " "
        return joined((f"{pointer} {fit(item, width - 2)}", Style()))


class WhoIsHere(ModalScreen[str | None]):
    """A field for a name, with those of the last days below it; ↓ chooses one, and Enter takes it.

    With `only_known`, no other name is taken.
    """

    BINDINGS = [
        Binding("escape", "leave", "Close", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    host = getters.app(DeskHost)
    rows = getters.query_one(PeopleRows)

    def __init__(self, present: str, known: Sequence[str], *, only_known: bool = False) -> None:
        super().__init__()
        self.present = present
        self.known = tuple(known)
        self.only_known = only_known

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog who") as dialog:
            dialog.border_title = "Who is at the desk?"
            yield TypedText(id="who", placeholder=f"a name; now {self.present}", max_length=NAME_LENGTH)
            yield Static(id="who-wrong", markup=False)
            yield PeopleRows(can_focus=False)
            yield Static("↑ ↓ choose   Enter take it   Esc close", markup=False, classes="hint")

    def on_mount(self) -> None:
        self.rows.items = self.known
        self.set_focus(self.query_one(Input))

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """List the names that hold the typed words."""
        self.rows.is_chosen = False
        words = [query_keys(word) for word in event.value.split()]
        self.rows.items = tuple(
            name for name in self.known if all(any(key in search_key(name) for key in keys) for keys in words)
        )

    def action_move(self, step: int) -> None:
        """Choose the first row, or the next one."""
        if not self.rows.items:
            return
        if self.rows.is_chosen:
            self.rows.action_move(step)
        self.rows.is_chosen = True
        self.rows.refresh()

    @on(RowList.Clicked)
    def take_clicked(self) -> None:
        self.rows.is_chosen = True
        self.take()

    @on(Input.Submitted)
    def take(self) -> None:
        """Close with the chosen or else the typed name."""
        name = self.rows.chosen if self.rows.is_chosen else clean_text(self.query_one(Input).value)
        if not name or not has_letter_or_digit(name):
            self.refuse("Type a name first, or choose one with ↓.")
        elif (taken := self.taken(name)) is None:
            self.refuse("The settings do not list this name. Choose one with ↓.")
        else:
            self.dismiss(taken)

    def taken(self, name: str) -> str | None:
        """Return a name as it is taken, or None if it is not."""
        if not self.only_known:
            return name
        return next((known for known in self.known if search_key(known) == search_key(name)), None)

    def refuse(self, why: str) -> None:
        """Show why no name was taken."""
        self.query_one("#who-wrong", Static).update(why)
        self.host.keys.refused()

    def action_leave(self) -> None:
        self.dismiss(None)
