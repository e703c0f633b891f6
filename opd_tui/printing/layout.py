"""The text of a slip, laid out in the columns of its paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from opd_tui.config.options import Settings
from opd_tui.desk.slip import Slip
from opd_tui.domain.model import Patient
from opd_tui.domain.text import printable, with_initials

Letters = Callable[[str], str]
"""Returns a text in the letters that a printer has."""


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line of a slip; a big one is centred and printed twice as wide and high where the printer can."""

    text: str = ""
    is_big: bool = False


@dataclass(frozen=True, slots=True)
class SlipLayout:
    """How slips are laid out."""

    width: int
    """The columns of the paper."""
    hospital: str | None = None
    missed_call_minutes: int = 0
    """Within how many minutes a patient who misses the call reports to the desk; 0 does not say so."""

    @classmethod
    def of(cls, settings: Settings) -> SlipLayout:
        """Return the layout that the settings ask for."""
        return cls(settings.slip_width, settings.hospital, settings.missed_call_minutes)

    def lines(self, slip: Slip, letters: Letters = str) -> tuple[SlipLine, ...]:
        """Return the lines of a slip, none of them wider than the paper."""
        return tuple(self._lines(slip, lambda text: printable(letters(text))))

    def _lines(self, slip: Slip, letters: Letters) -> Iterator[SlipLine]:
        yield from self._centred(letters(self.hospital or ""))
        yield SlipLine()
        yield SlipLine(letters(slip.record.token.number), is_big=True)
        if slip.printed:
            yield from self._centred(f"REPRINT {slip.printed}")
        yield SlipLine()
        for text in (*place_and_time(slip), *patient_and_turn(slip)):
            yield from self._wrapped(letters(text))
        yield SlipLine("-" * self.width)
        for text in self._foot(slip):
            yield from self._wrapped(letters(text))

    def _foot(self, slip: Slip) -> Iterator[str]:
        if slip.issued is not None:
            issued = slip.issued
            yield f"Issued {issued.at.astimezone(slip.at.tzinfo):%d %b %Y %H:%M}, {issued.desk}, {issued.operator}"
        if self.missed_call_minutes:
            yield f"If you miss your call, report to the desk within {self.missed_call_minutes} minutes."
        yield f"Id {slip.record.token.id}"

    def _wrapped(self, text: str) -> Iterator[SlipLine]:
        yield from map(SlipLine, folded(text, self.width))

    def _centred(self, text: str) -> Iterator[SlipLine]:
        for line in folded(text, self.width):
            yield SlipLine(centred(line, self.width))


def as_text(lines: Iterable[SlipLine], width: int) -> str:
    """Return a slip as plain text, which ends with a line break."""
    return "".join(f"{centred(line.text, width) if line.is_big else line.text}\n" for line in lines)


def place_and_time(slip: Slip) -> Iterator[str]:
    """Yield the doctor, the room and when to report."""
    doctor, slot = slip.record.doctor, slip.record.slot
    yield doctor.name
    if doctor.room:
        yield doctor.room if "room" in doctor.room.casefold() else f"Room {doctor.room}"
    yield f"{slot.date:%a %d %b %Y}, {slot.expected_window}"
    yield "Reporting, not consultation time"


def patient_and_turn(slip: Slip) -> Iterator[str]:
    """Yield who the patient is, as briefly as tells the papers of two apart, and whose turn comes before."""
    token = slip.record.token
    yield ", ".join(filter(None, (with_initials(token.patient.name), age_and_sex(token.patient, slip.at.year))))
    if token.patient.uhid:
        yield f"Hospital number {token.patient.uhid}"
    yield token.source.label
    when = f"at {slip.at:%H:%M}"
    if slip.waits:
        yield f"Waiting for a seat, number {slip.ahead + 1} in line {when}"
    else:
        yield f"{slip.ahead or 'Nobody'} ahead {when}"
    if slip.turn is not None:
        yield slip.turn.when.capitalize()


def age_and_sex(patient: Patient, year: int) -> str:
    """Return the age and the sex as far as they are known: `45/F`."""
    age = str(max(year - patient.birth_year, 0)) if patient.birth_year else ""
    return "/".join(filter(None, (age, patient.sex[0].upper() if patient.sex else "")))


def centred(text: str, width: int) -> str:
    """Return a text with as many blanks before it as put it in the middle."""
    return " " * ((width - cell_len(text)) // 2) + text


def folded(text: str, width: int) -> list[str]:
    """Return a text broken into lines of at most `width` cells, between words where that is possible."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines += chop_cells(word, width)
    return lines
