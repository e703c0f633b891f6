"""The column of the board that names the doctors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from opd_tui.domain.model import Doctor
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.drawing.doctor_names import short_label, short_name
from opd_tui.tui.drawing.text import doctor_label

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


FORMS: tuple[Callable[[Doctor], str], ...] = (doctor_label, short_label, short_name)
"""What stands behind the code, the fullest first."""
