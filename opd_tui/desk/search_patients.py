"""Search for a patient among all who were ever here: by phone, hospital number or the words of a name.

Every desk keeps the search keys of all patients in memory, some 40 bytes each, as lines of text. A database's index
finds the beginning of a column, but not any word of a name in any script, nor the end of a phone number.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from opd_tui.desk.search_keys import query_keys, search_key
from opd_tui.domain.model import DoctorId, Patient, PatientId, Status, TokenRecord
from opd_tui.domain.text import clean_text, digits_of, phone_key, plain_phone, uhid_key
from opd_tui.domain.typed_patient import patient_typed

HITS_SHOWN = 6
FEWEST_PHONE_DIGITS = 4
FEWEST_UHID_CHARACTERS = 3
"""From so many characters on, the beginning of a hospital number finds it."""
FEWEST_LETTERS = 2
NATIONAL_DIGITS = 10

_PHONE = re.compile(r"[(]?[+]?[\d\s().\-/]+")
# A line is: id, PHONE, phone, UHID, hospital number, NAME, words with a blank before and behind each.
_PHONE_MARK, _UHID_MARK, _NAME_MARK, _END = "\x01", "\x02", "\x03", "\n"
Needles = tuple[str, ...]
"""Parts of a line, all of which a patient must have."""


@dataclass(frozen=True, slots=True)
class PatientHit:
    """A patient who was found, with the last visits, the latest first."""

    id: PatientId
    patient: Patient
    visits: tuple[TokenRecord, ...]

    @property
    def last_visit(self) -> TokenRecord | None:
        """The last token that was completed, or else the last one of all."""
        completed = (visit for visit in self.visits if visit.token.status is Status.COMPLETED)
        return next(completed, next(iter(self.visits), None))

    def seen_by(self, doctor_id: DoctorId, before: dt.date, days: int) -> dt.date | None:
        """Return when the doctor last saw the patient within so many days before a date, or None."""
        dates = (visit.slot.date for visit in self.visits if is_seen_by(visit, doctor_id))
        return next((date for date in dates if 0 <= (before - date).days <= days), None)

    def open_with(self, doctor_id: DoctorId, date: dt.date) -> TokenRecord | None:
        """Return the patient's open token with a doctor on a date, or None."""
        tokens = (visit for visit in self.visits if visit.token.status.is_open)
        return next((each for each in tokens if (each.doctor.id, each.slot.date) == (doctor_id, date)), None)


@dataclass(frozen=True, slots=True)
class FoundPatients:
    """The patients whom a search found."""

    hits: tuple[PatientHit, ...] = ()
    more: bool = False
    """Whether there are others."""
    is_complete: bool = True
    """Whether all patients were searched, and not only the newest."""


def is_seen_by(visit: TokenRecord, doctor_id: DoctorId) -> bool:
    """Return whether the doctor saw the patient at this visit."""
    return visit.doctor.id == doctor_id and visit.token.status is Status.COMPLETED


def search_line(patient_id: PatientId, name: str, phone: str | None, uhid: str | None) -> str:
    """Return the line by which a patient is found, from the name and the match keys."""
    plain = name.isascii() and name.replace(" ", "").isalnum()
    words = " ".join(name.casefold().split()) if plain else search_key(name)
    number = "".join((uhid or "").split())
    return f"{patient_id}{_PHONE_MARK}{phone or ''}{_UHID_MARK}{number}{_NAME_MARK} {words} {_END}"


class PatientQuery:
    """A typed search: alternatives, of which a patient must match one, the best first."""

    def __init__(self, text: str) -> None:
        text = clean_text(text)
        typed = patient_typed(text)
        if _PHONE.fullmatch(plain_phone(text)):
            found = [*phone_needles(text), *uhid_needles(text)]
        elif typed.phone:
            words = list(name_needles(typed.name))
            found = [(phone, *name) for (phone,) in phone_needles(typed.phone) for name in words]
        else:
            found = [*uhid_needles(text), *name_needles(text)]
        self.alternatives: tuple[Needles, ...] = tuple(dict.fromkeys(found))

    def matches(self, line: str) -> bool:
        """Return whether a patient's line matches."""
        return any(all(needle in line for needle in needles) for needles in self.alternatives)


def phone_needles(text: str) -> Iterator[Needles]:
    """Yield what finds a phone number by its first digits, with or without country code and zero, or by its last."""
    digits = digits_of(text)
    is_long = plain_phone(text).lstrip("(").startswith(("+", "00")) or len(digits) > NATIONAL_DIGITS
    first = (phone_key(text) or "") if is_long else digits.lstrip("0")
    if len(first) >= FEWEST_PHONE_DIGITS:
        yield (_PHONE_MARK + first,)
    if len(digits) >= FEWEST_PHONE_DIGITS:
        yield (digits[-NATIONAL_DIGITS:] + _UHID_MARK,)


def uhid_needles(text: str) -> Iterator[Needles]:
    """Yield what finds a hospital number: all of it, or its first characters."""
    if number := uhid_key(text):
        yield (f"{_UHID_MARK}{number}{_NAME_MARK}",)
        if len(number) >= FEWEST_UHID_CHARACTERS:
            yield (f"{_UHID_MARK}{number}",)


def name_needles(text: str) -> Iterator[Needles]:
    """Yield what finds a name by whole words in any order, or by their beginnings."""
    words = [[key for key in query_keys(word) if key] for word in text.split()]
    if not any(len(key) >= FEWEST_LETTERS or not key.isascii() for keys in words for key in keys) or not all(words):
        return
    spellings = [tuple(sorted(keys, key=len, reverse=True)) for keys in product(*words)]
    yield from (tuple(f" {key} " for key in keys) for keys in spellings)
    yield from (tuple(f" {key}" for key in keys) for keys in spellings)


class PatientIndex:
    """The search lines of all patients, which are read in parts, the newest patients first.

    A line may be out of date: whoever reads the records of hits compares them with the query again.
    """

    def __init__(self, since: int = 0) -> None:
        self.parts: list[str] = []
        self.read_down_to: PatientId | None = None
        """The oldest patient who was read so far."""
        self.is_complete = False
        self.since = since
        """The journal entry after which changes of patients count."""
        self.taken: set[tuple[int, PatientId]] = set()
        """The changes after `since` that are in the index already."""

    def append(self, lines: Iterable[str]) -> None:
        """Add the lines of older patients behind those that are there."""
        self.parts.append(_END + "".join(lines))

    def put_first(self, lines: Iterable[str]) -> None:
        """Add the lines of patients who were registered or changed meanwhile."""
        if text := "".join(lines):
            self.parts.insert(0, _END + text)

    def found(self, query: PatientQuery) -> Iterator[PatientId]:
        """Yield the patients who match, the best alternative first, and once each."""
        given: set[PatientId] = set()
        for first, *others in query.alternatives:
            for line in self._lines_with(first):
                patient_id = PatientId(int(line.partition(_PHONE_MARK)[0]))
                if patient_id not in given and all(needle in line for needle in others):
                    given.add(patient_id)
                    yield patient_id

    def _lines_with(self, needle: str) -> Iterator[str]:
        for text in self.parts:
            at = text.find(needle)
            while at >= 0:
                end = text.index(_END, at)
                yield text[text.rindex(_END, 0, at) + 1 : end + 1]
                at = text.find(needle, end)
