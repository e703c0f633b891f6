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
    """A Rich text style, and theme variables for its colours."""

    text: str = ""
    colour: str = ""
    background: str = ""


LOOKS = {
    "plain": Look(colour="foreground"),
    "dim": Look("dim"),
    "strong": Look("bold"),
    "mark": Look("bold reverse"),
    "good": Look(colour="text-success"),
    "warning": Look(colour="text-warning"),
    "alert": Look("bold", "text-error"),
    "key": Look("bold", "text-accent"),
    "current": Look("bold", "foreground", "primary-muted"),
    "head": Look("dim bold"),
    "cursor": Look(background="panel"),
    "cursor-cell": Look("bold", background="panel"),
    "cursor-focused": Look("bold", background="primary-muted"),
    "frame": Look(colour="border-blurred"),
    "frame-focused": Look(colour="border"),
    "title": Look("bold dim"),
    "title-focused": Look("bold reverse"),
}


def look(widget: Widget, name: str) -> Style:
    """Return a style by name in the colours of the app's theme."""
    text, colour, background = LOOKS[name]
    variables = widget.app.theme_variables
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
