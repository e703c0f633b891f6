"""Shades of a theme's colours in which text and frames can be read on every background of the screens.

A theme's own variables promise no contrast: `$border-blurred` is nearly invisible in most, and accents are pale in the
light ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.color import Color

TEXT, FRAME = 4.5, 3.0
"""The contrast that WCAG asks for in text, and in what is no text."""
CHOSEN = 11.0
"""The contrast of black or white with the chosen row, which leaves room for the accents on it."""
STEPS = 25
GREY = 0.12
"""The most saturation of the bars: with more of it, a terminal of 256 colours shows a dark bar in plain blue."""
PAPERS = ("background", "surface", "panel")
"""The theme's backgrounds of text; frames are drawn on the first two."""


class Shade(NamedTuple):
    """A shade of a theme's colour, mixed with some of the background, and the contrast that it needs."""

    colour: str
    faded: float = 0.0
    least: float = TEXT


SHADES = {
    "ink": Shade("foreground"),
    "quiet": Shade("foreground", faded=0.35),
    "frame": Shade("foreground", faded=0.65, least=FRAME),
    "frame-focused": Shade("border"),
    "good": Shade("text-success"),
    "warned": Shade("text-warning"),
    "alert": Shade("text-error"),
    "key": Shade("text-accent"),
    "paid": Shade("text-warning", faded=0.15),
    "follow-up": Shade("text-success", faded=0.15),
    "online": Shade("text-primary", faded=0.15),
}


def with_shades(variables: Mapping[str, str], *, ansi: bool) -> dict[str, str]:
    """Return a theme's variables with the shades; a theme of the terminal's own colours is taken as it is."""
    if ansi:
        own = {name: variables[shade.colour] for name, shade in SHADES.items()}
        rows = {"bar": variables["panel"], "chosen": variables["primary-muted"]}
        # The primary colour is that of the chosen row, on which it could not be read.
        others = {"online": variables["text-secondary"], "frame": variables["border-blurred"]}
        return {**variables, **own, **rows, **others}
    papers = [Color.parse(variables[name]) for name in PAPERS]
    background, ink = papers[0], papers[0].get_contrast_text(1.0)
    chosen = nearer(Color.parse(variables["primary-muted"]), background, [ink], CHOSEN)
    hue, saturation, lightness = papers[-1].hsl
    bar = Color.from_hsl(hue, min(saturation, GREY), lightness)
    papers += [chosen, bar]
    shades = {}
    for name, (colour, faded, least) in SHADES.items():
        under = papers[:2] if name.startswith("frame") else papers
        shades[name] = nearer(Color.parse(variables[colour]).blend(background, faded), ink, under, least).hex
    return {**variables, **shades, "bar": bar.hex, "chosen": chosen.hex}


def nearer(colour: Color, target: Color, others: Sequence[Color], least: float) -> Color:
    """Return the colour, as much nearer to the target as it takes to contrast with every other colour."""
    mixed = (colour.blend(target, step / STEPS) for step in range(STEPS))
    return next((shade for shade in mixed if all(contrast(shade, other) >= least for other in others)), target)


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours as WCAG defines it, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Color) -> float:
    """Return the relative luminance of a colour as WCAG defines it, from 0 to 1."""
    red, green, blue = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
