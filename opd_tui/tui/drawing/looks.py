"""Named styles in the theme's colours, for widgets that render their own lines.

They replace component classes, for each of which Textual applies the whole stylesheet whenever the focus moves.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color
from textual.widget import Widget


class Look(NamedTuple):
    """A Rich text style, and theme variables for its colours: those of `shades.py`, or Textual's."""

    text: str = ""
    colour: str = ""
    background: str = ""
    ansi: str = ""
    """The text style in a theme of the terminal's own colours, which has no shades."""


LOOKS = {
    "plain": Look(colour="ink"),
    "dim": Look(colour="quiet", ansi="dim"),
    "strong": Look("bold", "ink"),
    "mark": Look("bold reverse"),
    "good": Look(colour="good"),
    "inside": Look("bold", "good"),
    "warning": Look(colour="warned"),
    "alert": Look("bold", "alert"),
    "key": Look("bold", "key"),
    "current": Look("bold", "ink", "chosen"),
    "head": Look("bold", "quiet", ansi="dim bold"),
    "cursor": Look(background="bar"),
    "cursor-cell": Look("bold", background="bar"),
    "cursor-focused": Look("bold", background="chosen"),
    "frame": Look(colour="frame"),
    "frame-focused": Look("bold", "frame-focused"),
    "title": Look(colour="quiet", ansi="dim"),
    "title-focused": Look("bold", "ink", "chosen"),
    "emergency": Look(colour="alert"),
    "paid": Look(colour="paid"),
    "follow-up": Look(colour="follow-up"),
    "online": Look(colour="online"),
    "walk-in": Look(colour="ink"),
}


def look(widget: Widget, name: str) -> Style:
    """Return a style by name in the colours of the app's theme."""
    text, colour, background, ansi = LOOKS[name]
    variables = widget.app.theme_variables
    if ansi and widget.app.native_ansi_color:
        text = ansi
    return _style(text, variables.get(colour), variables.get(background))


@cache
def _style(text: str, colour: str | None, background: str | None) -> Style:
    return Style.parse(text) + Style(color=_painted(colour), bgcolor=_painted(background))


def _painted(written: str | None) -> RichColor | None:
    """Return a theme colour such as `#0178D4` or `ansi_blue 50%`, or None if it is unset or transparent."""
    if not written:
        return None
    colour = Color.parse(written.partition(" ")[0])
    return colour.rich_color if colour.a else None
