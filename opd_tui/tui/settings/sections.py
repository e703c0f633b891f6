"""The content of the settings dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opd_tui.config.report import lines_of

if TYPE_CHECKING:
    from opd_tui.tui.drawing.text import Section
    from opd_tui.tui.settings.preferences import Preferences


def settings_sections(preferences: Preferences) -> list[Section]:
    """Return sections for the problems, the effective options, and the settings file."""
    file = preferences.file
    wrong = [(f"line {problem.line}" if problem.line else "", problem.message) for problem in preferences.problems]
    sections: list[Section] = [("These do not count", wrong)] if wrong else []
    lines = lines_of(file.settings, {})
    sections.append(("Options", [(line.option.id, f"{line.toml}  {line.option.help}") for line in lines]))
    where = f"{file.path}" if file.path else "You have no home directory to keep one in."
    state = "" if file.text is not None or file.problems else " (there is none yet)"
    rows = [
        ("file", f"{where}{state}"),
        ("to begin one", "opd-tui settings --sample prints one in which every line is a comment"),
        ("keys", "are changed there by the command's id; opd-tui settings lists them"),
    ]
    return [*sections, ("The settings file", rows)]
