"""A list that repaints only changed rows and keeps the user's selection."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import chain
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

SCROLLING_LINES = 3
"""The lines that always scroll, however many items are pinned."""


@dataclass(frozen=True)
class Heading:
    """A row between the sections of a list, which cannot be selected."""

    text: str


class RowList(CalmFocus, Generic[Item], can_focus=True):
    """Immutable items, one per row; an item without a key is a heading and cannot be selected.

    The first items may be pinned: they stay while the others scroll under them.
    """

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
    first_items = 0
    """The number of items to pin."""
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

    @property
    def pinned(self) -> int:
        """The number of items that are pinned: all that should be, or none if the list is too low for them."""
        return self.first_items if self.first_items <= self.size.height - SCROLLING_LINES else 0

    def item_at(self, y: int) -> int:
        """Return the index of the item on a visible line."""
        return y if y < self.pinned else y + self.scroll_offset.y

    def is_in_view(self, index: int) -> bool:
        """Return whether an item is on a visible line."""
        return index < self.pinned or self.pinned <= index - self.scroll_offset.y < self.size.height

    def _indexes_in_view(self) -> list[int]:
        top, pinned = self.scroll_offset.y, self.pinned
        return [*range(pinned), *range(top + pinned, top + self.size.height)]

    def refresh_line(self, y: int) -> None:
        """Repaint an item if it is in view."""
        if self.is_in_view(y):
            line = y if y < self.pinned else y - self.scroll_offset.y
            self.refresh(Region(0, line, self.size.width, 1))

    def move_to(self, key: Hashable) -> bool:
        """Move the cursor to the item with this key and scroll to it; return whether there is one."""
        for index, item in enumerate(self.items):
            if self.key_of(item) == key:
                self.cursor = index
                self.show_cursor()
                return True
        return False

    def watch_items(self, old: tuple[Item, ...], new: tuple[Item, ...]) -> None:
        before = old[self.cursor] if self.cursor < len(old) else None
        key = None if before is None else self.key_of(before)
        same = next((i for i, item in enumerate(new) if key is not None and self.key_of(item) == key), None)
        was_in_view = self.is_in_view(self.cursor)
        self._make_room(len(new))
        cursor = self._selectable(self.cursor, 1, new) if same is None else same
        for index in self._indexes_in_view():
            if old[index : index + 1] != new[index : index + 1]:
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
        self.show_cursor()
        self.refresh()

    def _make_room(self, rows: int) -> None:
        """Set the scrollable height, at least the visible height.

        The scroll bar is told directly: assigning `virtual_size` would lay out the whole screen at every other list.
        """
        content = self.scrollable_content_region
        size = Size(content.width, max(rows, content.height))
        self.set_reactive(RowList.virtual_size, size)
        self.vertical_scrollbar.window_virtual_size = size.height
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)

    def refresh_focus(self) -> None:
        self.refresh_line(self.cursor)
        if self.has_focus:
            self.show_cursor()

    def on_click(self, event: events.Click) -> None:
        index = self.item_at(event.y)
        if index < len(self.items) and self.key_of(self.items[index]) is not None:
            self.cursor = index
            if event.chain == 2:
                self.post_message(self.Clicked(self))

    def action_move(self, step: int) -> None:
        self.cursor = self._selectable(self.cursor + step, step, self.items, stay=self.cursor)
        self.show_cursor()

    def action_page(self, direction: int) -> None:
        target = self.cursor + direction * max(self.size.height - self.pinned - 1, 1)
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
        if not self.size.height:
            return
        top, height, pinned = self.scroll_offset.y, self.size.height, self.pinned
        if self.cursor < pinned:
            return
        if self.cursor <= self._selectable(pinned, 1, self.items):
            target = 0
        elif self.cursor - pinned < top:
            target = self.cursor - pinned
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
        index = self.item_at(y)
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
        return Strip(line).adjust_cell_length(width).apply_style(style).simplify()

    def _mend_if_ragged(self, y: int, line: Line) -> None:
        """Repaint what is beside a line whose text may have run over it on the terminal, or did before."""
        is_ragged = any(width_is_disputed(segment.text) for segment in line)
        if is_ragged or y in self.ragged:
            self.ragged = self.ragged | {y} if is_ragged else self.ragged - {y}
            self.call_after_refresh(self._repaint_beside, y)

    def _repaint_beside(self, y: int) -> None:
        """Repaint the terminal's line on the right of this list's visible line `y`, unless it is hidden by now."""
        x, row = self.region.right - int(self.show_vertical_scrollbar), self.content_region.y + y
        while self.screen.region.contains(x, row):
            widget, region = self.screen.get_widget_at(x, row)
            widget.refresh(Region(x, row, region.right - x, 1).translate(-widget.content_region.offset))
            x = region.right
