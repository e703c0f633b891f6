"""The content of the settings dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opd_tui.config.report import OptionValue, lines_of

if TYPE_CHECKING:
    from opd_tui.tui.drawing.text import Section
    from opd_tui.tui.settings.preferences import Preferences


def settings_sections(preferences: Preferences) -> list[Section]:
    """Return sections for the problems, the options with their values and origins, and the settings file."""
    file = preferences.file
    wrong = [(f"line {problem.line}" if problem.line else "", problem.message) for problem in preferences.problems]
    sections: list[Section] = [("These do not count", wrong)] if wrong else []
    lines = lines_of(file.settings, preferences.given)
    options = [(line.option.id, line.toml, origin_of(line, preferences)) for line in lines]
    sections.append(("Options", [("SETTING", "VALUE", "FROM"), *options]))
    state = "" if file.text is not None or file.problems else " (there is none yet)"
    where = f"{file.path}{state}" if file.path else "You have no home directory to keep one in."
    rows = [
        ("file", where),
        ("to begin one", "opd-tui settings --sample prints one in which every line is a comment"),
        ("keys", "are changed there by the command's id; opd-tui settings lists them"),
    ]
    sections.append(("The settings file", rows))
    return [*sections, ("What they mean", [(line.option.id, f"{line.option.help}") for line in lines])]


def origin_of(line: OptionValue, preferences: Preferences) -> str:
    """Return where an option's value comes from."""
    if line.option.id in preferences.given:
        return "command line or environment"
    number = preferences.file.line_of(line.option.id)
    in_effect = number is not None and not any(problem.line == number for problem in preferences.problems)
    return f"settings file, line {number}" if in_effect else "default"
