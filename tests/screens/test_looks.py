"""What the screens show can be read in every theme, and the focus is plain to see without colour."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES
from textual.widget import Widget

from opd_tui.desk.actions import CancelToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.drawing.looks import LOOKS, look
from opd_tui.tui.drawing.shades import FRAME, PAPERS, TEXT, contrast
from tests.support.helpers import issue
from tests.support.pilot import FRAMES, SCROLL_BAR, OpenDesk, Receptionist, at_the_counter, full_slot

THEMES = sorted(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi)
SOURCES = ("EMERGENCY", "PAID", "FOLLOWUP", "ONLINE", "WALKIN")
PLACES = (
    (),
    ("enter", "end"),
    ("n", "x"),
    ("escape", "2", "/", "a"),
    ("escape", "3"),
    ("a", "enter"),
    ("escape", "?"),
    ("escape", "f9"),
    ("escape", "ctrl+p"),
)
"""Keys that lead from one place to the next."""


def painted(colour: RichColor | None) -> Color:
    """Return a colour of a drawn segment."""
    assert colour is not None
    return Color.from_rich_color(colour)


@pytest.mark.parametrize("theme", THEMES)
def test_every_look_can_be_read_on_every_background(open_desk: OpenDesk, theme: str) -> None:
    app = OpdApp(open_desk)
    app.set_reactive(App.theme, theme)
    variables = app.get_css_variables()
    widget = cast(Widget, SimpleNamespace(app=app))
    papers = {name: Color.parse(variables[name]) for name in (*PAPERS, "bar", "chosen")}
    ink = Color.parse(variables["ink"])
    for name, (_, _, background, _) in LOOKS.items():
        style, least = look(widget, name), FRAME if name.startswith("frame") else TEXT
        colour = painted(style.color) if style.color else ink
        frames = [papers["background"], papers["surface"]]
        own = [papers[background]] if background else frames if least == FRAME else papers.values()
        assert all(contrast(colour, paper) >= least for paper in own), (name, colour)
    assert contrast(painted(look(widget, "frame-focused").color), papers["background"]) >= TEXT, "without colour too"


@pytest.mark.parametrize("theme", THEMES)
def test_the_bars_are_grey_on_a_terminal_of_256_colours(open_desk: OpenDesk, theme: str) -> None:
    app = OpdApp(open_desk)
    app.set_reactive(App.theme, theme)
    bar = Color.parse(app.get_css_variables()["bar"]).rich_color.downgrade(ColorSystem.EIGHT_BIT)
    assert bar.number is not None
    assert bar.number >= 231, "a colour of the cube, far from the theme's"


def unreadable(meera: Receptionist) -> list[str]:
    """Return the texts on the screen, or in its dialog, whose contrast is too small."""
    found = []
    dialogs = meera.app.screen.query(".dialog, CommandPalette > Vertical")
    region = dialogs.first().region if dialogs else meera.app.screen.region
    for strip in meera.strips[region.y : region.bottom]:
        for text, style, _ in strip.crop(region.x, region.right):
            least = TEXT if FRAMES.sub("", text).strip() else FRAME
            if text.strip(f"{SCROLL_BAR}▔ ") and style and style.color and style.bgcolor:
                ratio = contrast(painted(style.color), painted(style.bgcolor))
                found += [f"{text!r} {ratio:.1f}"] if ratio < least else []
    return found


@pytest.mark.parametrize("themes", [THEMES[:1], pytest.param(THEMES[1:], marks=pytest.mark.slow)], ids=["one", "all"])
async def test_everything_on_the_screens_can_be_read(desk: FrontDesk, open_desk: OpenDesk, themes: list[str]) -> None:
    slot = full_slot(desk, waiting=3)
    for number, source in enumerate(SOURCES):
        issue(desk, slot, f"Patient {number}", source)
    desk.perform(CancelToken(token=1))
    async with at_the_counter(OpdApp(open_desk), (120, 40)) as meera:
        for keys in PLACES:
            await meera.press(*keys)
            await meera.settle()
            for theme in themes:
                meera.app.theme = theme
                await meera.until(lambda theme=theme: meera.app.current_theme.name == theme, theme)
                await meera.breathe()
                assert not unreadable(meera), (keys, theme)


async def test_without_colour_the_focus_is_in_the_frame_and_at_the_row(
    desk: FrontDesk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    full_slot(desk)
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for keys, focused, other in (((), "Slots", "A · Dr A"), (("enter",), "A · Dr A", "Slots")):
            await meera.press(*keys)
            await meera.settle()
            top = next(line for line in meera.text.splitlines() if f" {focused}" in line and "━" in line)
            assert "╭━" in top
            assert any(f"╭─ {other}" in line for line in meera.text.splitlines())
        assert meera.line_with("▸", "#queue")


@pytest.mark.slow
async def test_the_accents_of_the_sources_differ_and_the_word_is_there(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = full_slot(desk)
    for source in SOURCES:
        issue(desk, slot, f"A {source}", source)
    async with at_the_counter(OpdApp(open_desk), (120, 40)) as meera:
        words = ("Paid", "Follow-up", "Online", "Walk-in")
        region = meera.app.screen.query_one("#queue").region
        strips = [strip.crop(region.x, region.right) for strip in meera.strips[region.y : region.bottom]]
        colours = {
            word: style.color
            for strip in strips
            for text, style, _ in strip
            for word in words
            if word in text and style
        }
        assert len(set(map(str, colours.values()))) == len(words) == len(colours)
