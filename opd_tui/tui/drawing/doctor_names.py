"""Doctors' names without titles, for where room is short."""

from __future__ import annotations

from opd_tui.domain.model import Doctor
from opd_tui.tui.drawing.text import doctor_label

TITLES = {"dr", "doctor", "prof", "professor", "smt", "shri", "sri", "mr", "mrs", "ms", "miss", "col", "maj", "capt"}
"""The words before a name that are dropped where room is short, in lower case."""


def short_name(doctor: Doctor) -> str:
    """Return a doctor's name without titles."""
    return without_titles(doctor.name)


def short_label(doctor: Doctor) -> str:
    """Return a doctor's name without titles, with the specialty, if any."""
    return without_titles(doctor_label(doctor))


def without_titles(name: str) -> str:
    """Return a name without the titles before it, unless nothing else is left."""
    first, _, rest = name.partition(" ")
    while rest and not rest.startswith("·") and first.rstrip(".").casefold() in TITLES:
        name = rest
        first, _, rest = name.partition(" ")
    return name
