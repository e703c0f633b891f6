"""The keys of the new-token panel and of the filter, as hints in the footer."""

from __future__ import annotations

from opd_tui.tui.keys.commands import Command

NAME_HINTS = (
    Command("panel.issue", "enter", "Issue", "Issue the token", footer=0),
    Command("panel.source", "tab", "Source", "Go to the source, where one letter chooses it", footer=0),
    Command("panel.close", "escape", "Close", "Leave without issuing anything", footer=0),
)
"""The footer hints in the name field of the new-token panel."""

KNOWN_NAME_HINTS = (
    NAME_HINTS[0],
    Command("panel.known", "down,tab", "Known patients", "Go to the known patients below", footer=0),
    NAME_HINTS[2],
)
"""The footer hints in the name field while known patients are shown below it."""

HIT_HINTS = (
    Command("panel.take", "enter", "Take this patient", "Issue the token for this known patient", footer=0),
    Command("panel.source", "tab", "Source (or its letter)", "Go on to the source", footer=0),
    Command("panel.back", "escape", "Back to the name", "Go back to the name", footer=0),
)
"""The footer hints in the list of known patients."""

SOURCE_HINTS = (
    Command("panel.choose", "left,right", "Choose", "Choose a source; its letter does the same", footer=0),
    NAME_HINTS[0],
    Command("panel.details", "tab", "Details", "Go on to phone, age, sex and hospital number", footer=0),
    NAME_HINTS[2],
)
"""The footer hints in the source field of the new-token panel."""

KNOWN_SOURCE_HINTS = (
    *SOURCE_HINTS[:2],
    Command("panel.name", "tab", "Patient", "Go back to the name", footer=0),
    NAME_HINTS[2],
)
"""The footer hints in the source field for a patient of whom everything is known."""

DETAIL_HINTS = (
    NAME_HINTS[0],
    Command("panel.next", "tab", "Next", "Go to the next field", footer=0),
    NAME_HINTS[2],
)
"""The footer hints in the details of the new-token panel."""

OPEN_TOKEN_HINT = Command("panel.open_token", "g", "Go to that token", "Go to the patient's open token", footer=0)
"""The footer hint where the patient has an open token with this doctor."""

FILTER_HINTS = (
    Command("filter.list", "enter", "To the list", "Go to the list", footer=0),
    Command("filter.clear", "escape", "Clear filter", "Clear the filter", footer=0),
)
"""The footer hints while the filter has the focus."""

PANEL_KEYS = (
    ("Tab or ↓", "From the name to the known patients if any are found, else to the source, and on to the details"),
    ("E P F O W", "Choose the source for what is typed, also among the known patients"),
    ("Enter", "Issue the token; among the known patients, take the chosen one"),
    ("Esc", "Back to the name, or leave without issuing anything"),
)
"""The keys of the new-token panel, as help rows."""
