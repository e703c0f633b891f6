"""A list that repaints only changed rows and keeps the user's selection."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip

from opd_tui.tui.drawing.cells import Line, joined, width_is_disputed
from opd_tui.tui.drawing.looks import look
from opd_tui.tui.widgets.calm_focus import CalmFocus

Item = TypeVar("Item")


@dataclass(frozen=True)
class Heading:
    """A row between the sections of a list, which cannot be selected."""

    text: str


class RowList(CalmFocus, Generic[Item], can_focus=True):
    """Immutable items, one per row; an item without a key is a heading and cannot be selected."""

    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "move_to_end(-1)", "First", show=False),
        Binding("end,G", "move_to_end(1)", "Last", show=False),
    ]

    items: var[tuple[Any, ...]] = var((), init=False)
    cursor: var[int] = var(0, init=False)
    empty: reactive[str] = reactive("")
    """The message for an empty list."""
    always_chosen = False
    """Whether the cursor is highlighted even without the focus."""
    paper = Style()
    """The background style, looked up once per paint."""
    ragged: frozenset[int] = frozenset()
    """The visible lines whose text may be wider on the terminal than it should be."""

    class Highlighted(Message):
        """Posted when the item under the cursor changes."""

        def __init__(self, sender: RowList[Any], item: Any) -> None:
            super().__init__()
            self.sender = sender
            self.item = item

        @property
        def control(self) -> RowList[Any]:
            return self.sender

    class Clicked(Message):
        """Posted when an item is double-clicked."""

        def __init__(self, sender: RowList[Any]) -> None:
            super().__init__()
            self.sender = sender

        @property
        def control(self) -> RowList[Any]:
            return self.sender

    def key_of(self, item: Item) -> Hashable | None:
        """Return the item's identity across updates, or None for a heading."""
        raise NotImplementedError

    def draw(self, item: Item, width: int) -> Line:
        """Return the item drawn in one line."""
        raise NotImplementedError

    def part(self, name: str) -> Style:
        """Return a style of the theme."""
        return look(self, name)

    @property
    def chosen(self) -> Item | None:
        """The item under the cursor."""
        if 0 <= self.cursor < len(self.items) and self.key_of(self.items[self.cursor]) is not None:
            item: Item = self.items[self.cursor]
            return item
        return None

    def move_to(self, key: Hashable) -> None:
        """Move the cursor to the item with this key and scroll to it."""
        for index, item in enumerate(self.items):
            if self.key_of(item) == key:
                self.cursor = index
                self.show_cursor()

    def watch_items(self, old: tuple[Item, ...], new: tuple[Item, ...]) -> None:
        before = old[self.cursor] if self.cursor < len(old) else None
        key = None if before is None else self.key_of(before)
        same = next((i for i, item in enumerate(new) if key is not None and self.key_of(item) == key), None)
        was_in_view = 0 <= self.cursor - self.scroll_offset.y < self.size.height
        self._make_room(len(new))
        cursor = self._selectable(self.cursor, 1, new) if same is None else same
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        for index, (was, item) in enumerate(zip_longest(old[top:bottom], new[top:bottom]), top):
            if was != item:
                self.refresh_line(index)
        if cursor == self.cursor:
            self.post_message(self.Highlighted(self, self.chosen))
        else:
            self.cursor = cursor
        if was_in_view:
            self.show_cursor()

    def watch_cursor(self, old: int, new: int) -> None:
        self.refresh_line(old)
        self.refresh_line(new)
        self.post_message(self.Highlighted(self, self.chosen))

    def on_resize(self) -> None:
        self._make_room(len(self.items))
        self.refresh()

    def _make_room(self, rows: int) -> None:
        """Set the scrollable height, at least the visible height so that a list that fits causes no new layout."""
        content = self.scrollable_content_region
        self.virtual_size = Size(content.width, max(rows, content.height))
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)

    def refresh_focus(self) -> None:
        self.refresh_line(self.cursor)
        if self.has_focus:
            self.show_cursor()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self.items) and self.key_of(self.items[index]) is not None:
            self.cursor = index
            if event.chain == 2:
                self.post_message(self.Clicked(self))

    def action_move(self, step: int) -> None:
        self.cursor = self._selectable(self.cursor + step, step, self.items, stay=self.cursor)
        self.show_cursor()

    def action_page(self, direction: int) -> None:
        target = self.cursor + direction * max(self.size.height - 1, 1)
        target = min(max(target, 0), max(len(self.items) - 1, 0))
        self.cursor = self._selectable(target, direction, self.items)
        self.show_cursor()

    def action_move_to_end(self, direction: int) -> None:
        target = 0 if direction < 0 else len(self.items) - 1
        self.cursor = self._selectable(max(target, 0), -direction, self.items)
        self.show_cursor()

    def _selectable(self, index: int, step: int, items: tuple[Item, ...], stay: int = 0) -> int:
        """Return the index of the nearest selectable item, searching first in the direction of `step`."""
        if not items:
            return 0
        start = min(max(index, 0), len(items) - 1)
        ahead = range(start, len(items)) if step > 0 else range(start, -1, -1)
        behind = range(start, -1, -1) if step > 0 else range(start, len(items))
        for candidate in chain(ahead, behind):
            if self.key_of(items[candidate]) is not None:
                return int(candidate)
        return int(min(stay, len(items) - 1))

    def show_cursor(self) -> None:
        """Scroll just enough to show the cursor; the first item also brings the headings above it into view."""
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        first = self._selectable(0, 1, self.items)
        if self.cursor <= first:
            target = 0
        elif self.cursor < top:
            target = self.cursor
        elif self.cursor >= top + height:
            target = self.cursor - height + 1
        else:
            return
        self.scroll_to(y=target, animate=False, force=True, immediate=True)

    def render_lines(self, crop: Region) -> list[Strip]:
        self.paper = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        style = self.paper
        if not self.items and y == 0 and self.empty:
            line = joined((self.empty, self.part("dim")))
        elif index < len(self.items):
            line = self.draw(self.items[index], width)
            if index == self.cursor and self.chosen is not None:
                style += self.part("cursor-focused" if self.has_focus or self.always_chosen else "cursor")
        else:
            line = []
        self._mend_if_ragged(y, line)
        return Strip(line).adjust_cell_length(width).apply_style(style)

    def _mend_if_ragged(self, y: int, line: Line) -> None:
        """Repaint what is beside a line whose text may have run over it on the terminal, or did before."""
        is_ragged = any(width_is_disputed(segment.text) for segment in line)
        if is_ragged or y in self.ragged:
            self.ragged = self.ragged | {y} if is_ragged else self.ragged - {y}
            self.call_after_refresh(self._repaint_beside, y)

    def _repaint_beside(self, y: int) -> None:
        """Repaint the terminal's line on the right of this list's visible line `y`."""
        x, row = self.region.right - int(self.show_vertical_scrollbar), self.content_region.y + y
        while x < self.screen.size.width and row < self.screen.size.height:
            widget, region = self.screen.get_widget_at(x, row)
            widget.refresh(Region(x, row, region.right - x, 1).translate(-widget.content_region.offset))
            x = region.right
