"""The column of the board that names the doctors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from opd_tui.domain.model import Doctor
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.drawing.text import doctor_label

TITLES = {"dr", "doctor", "prof", "professor", "smt", "shri", "sri", "mr", "mrs", "ms", "miss", "col", "maj", "capt"}
"""The words before a name that are dropped where room is short, in lower case."""
GAP = 2


@dataclass(frozen=True)
class DoctorColumn:
    """The codes and names of a day's doctors, and the widths of both with the gaps after them."""

    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    code_width: int = 0
    name_width: int = 0

    @property
    def width(self) -> int:
        """The width of the column."""
        return self.code_width + self.name_width


def doctor_column(doctors: Sequence[Doctor], delays: Sequence[int], room: int) -> DoctorColumn:
    """Return the column in at most `room` cells: specialties, then titles are dropped; then names are cut short.

    A doctor's delay in minutes stands behind the name: `T. Kurian +20′`.
    """
    late = tuple(f" +{delay}′" if delay else "" for delay in delays)
    codes = tuple(doctor.code for doctor in doctors)
    code_width = max(map(cell_len, codes), default=0) + GAP
    for name_of in FORMS:
        names = tuple(map(name_of, doctors))
        name_width = max((cell_len(name + delay) for name, delay in zip(names, late, strict=True)), default=0) + 1
        if code_width + name_width <= room:
            break
    name_width = max(min(name_width, room - code_width), GAP)
    with_delay = tuple(name_before(delay, name, name_width - 1) for name, delay in zip(names, late, strict=True))
    return DoctorColumn(codes, with_delay, code_width, name_width)


def name_before(delay: str, name: str, room: int) -> str:
    """Return a name, cut short if need be, with the delay behind it; without the delay if there is no room for both."""
    left = room - cell_len(delay)
    if not delay or left <= 0:
        return name
    return (name if cell_len(name) <= left else fit(name, left)) + delay


def short_name(doctor: Doctor) -> str:
    """Return a doctor's name without titles."""
    return without_titles(doctor.name)


def short_label(doctor: Doctor) -> str:
    """Return a doctor's name without titles, with the specialty, if any."""
    return without_titles(doctor_label(doctor))


FORMS: tuple[Callable[[Doctor], str], ...] = (doctor_label, short_label, short_name)
"""What stands behind the code, the fullest first."""


def without_titles(name: str) -> str:
    """Return a name without the titles before it, unless nothing else is left."""
    first, _, rest = name.partition(" ")
    while rest and not rest.startswith("·") and first.rstrip(".").casefold() in TITLES:
        name = rest
        first, _, rest = name.partition(" ")
    return name
