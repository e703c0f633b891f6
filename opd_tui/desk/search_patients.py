"""Search for a patient among all who were ever here: by phone, hospital number or the words of a name.

Every desk keeps the search keys of all patients in memory, some 40 bytes each, in columns of text. A database's index
finds the beginning of a column, but not any word of a name in any script, nor the end of a phone number.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import NamedTuple, Self

from opd_tui.desk.search_keys import query_keys, search_key
from opd_tui.domain.model import DoctorId, Patient, PatientId, Status, TokenRecord
from opd_tui.domain.text import (
    NATIONAL_NUMBER_DIGITS,
    clean_text,
    digits_of,
    is_phone_like,
    phone_key,
    plain_phone,
    uhid_key,
)
from opd_tui.domain.typed_patient import patient_typed

HITS_SHOWN = 6
FEWEST_PHONE_DIGITS = 4
FEWEST_UHID_CHARACTERS = 3
"""From so many characters on, the beginning of a hospital number finds it."""
FEWEST_LETTERS = 2
MOST_WORDS = 5
"""The words of a name that are searched; each may have two spellings, and all combinations are tried."""

MATCHES_RANKED = 200
"""Among so many matches the best come first; of more, only the newest patients are looked at."""
_END = "\n"


class Needle(NamedTuple):
    """What a line of a column must hold: its beginning if the text begins with a line's end, or its end likewise."""

    column: str
    text: str


class Alternative(NamedTuple):
    """Needles, all of which a patient must match; who matches `whole`, too, comes first."""

    needles: tuple[Needle, ...]
    whole: tuple[Needle, ...] = ()


class Part(NamedTuple):
    """The search keys of some patients, a line each in every column."""

    ids: array[int]
    names: str
    """Words with a blank before and behind each."""
    phones: str
    uhids: str

    @classmethod
    def of(cls, patients: Iterable[tuple[PatientId, str, str | None, str | None]]) -> Self:
        """Return the keys of patients, given by id, name and the match keys of phone and hospital number."""
        ids, names, phones, uhids = array("q"), [""], [""], [""]
        for patient_id, name, phone, uhid in patients:
            ids.append(patient_id)
            names.append(f" {words_of(name)} ")
            phones.append(phone or "")
            uhids.append("".join((uhid or "").split()))
        return cls(ids, *(f"{_END.join(lines)}{_END}" for lines in (names, phones, uhids)))

    def matching(self, alternative: Alternative) -> Iterator[tuple[PatientId, bool]]:
        """Yield the patients who match, and whether they match `whole`."""
        first, *others = alternative.needles
        text: str = getattr(self, first.column)
        at = text.find(first.text)
        while at >= 0:
            begin = at + first.text.startswith(_END)
            end = text.index(_END, begin)
            line = text[text.rindex(_END, 0, begin) : end + 1]
            if all(needle.text in line for needle in others if needle.column == first.column):
                number = text.count(_END, 0, begin) - 1
                if all(self.has(number, needle) for needle in others if needle.column != first.column):
                    whole = all(needle.text in line for needle in alternative.whole)
                    yield PatientId(self.ids[number]), whole
            at = text.find(first.text, end)

    def has(self, number: int, needle: Needle) -> bool:
        """Return whether a patient's line matches a needle."""
        lines: list[str] = getattr(self, needle.column).split(_END)
        return needle.text in f"{_END}{lines[number + 1]}{_END}"


@dataclass(frozen=True, slots=True)
class PatientHit:
    """A patient who was found, with the last visits, the latest first."""

    id: PatientId
    patient: Patient
    visits: tuple[TokenRecord, ...]

    def last_visit(self, today: dt.date | None) -> TokenRecord | None:
        """See `last_visit`."""
        return last_visit(self.visits, today)

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


def last_visit(tokens: Iterable[TokenRecord], today: dt.date | None) -> TokenRecord | None:
    """Return the visit of the latest day that was completed, or else one that is open today, or None.

    A token that was cancelled, undone or moved away, that was not used, or that is for another day is no visit.
    """
    latest = sorted(tokens, key=lambda record: record.slot.date, reverse=True)
    completed = (record for record in latest if record.token.status is Status.COMPLETED)
    of_today = (record for record in latest if record.token.status.is_open and record.slot.date == today)
    return next(completed, next(of_today, None))


def is_seen_by(visit: TokenRecord, doctor_id: DoctorId) -> bool:
    """Return whether the doctor saw the patient at this visit."""
    return visit.doctor.id == doctor_id and visit.token.status is Status.COMPLETED


def words_of(name: str) -> str:
    """Return the words by which a name is found."""
    plain = name.isascii() and name.replace(" ", "").isalnum()
    return " ".join(name.casefold().split()) if plain else search_key(name)


class PatientQuery:
    """A typed search: alternatives, of which a patient must match one, the best first."""

    def __init__(self, text: str) -> None:
        text = clean_text(text)
        typed = patient_typed(text)
        if is_phone_like(text):
            found = [*by_phone(text), *by_uhid(text)]
        elif typed.phone:
            names = list(by_name(typed.name))
            found = [Alternative((*phone.needles, *name.needles)) for phone in by_phone(typed.phone) for name in names]
        else:
            found = [*by_uhid(text), *by_name(text)]
        self.alternatives: tuple[Alternative, ...] = tuple(dict.fromkeys(found))

    def matches(self, part: Part) -> bool:
        """Return whether somebody of a part matches."""
        return any(True for alternative in self.alternatives for _ in part.matching(alternative))


def by_phone(text: str) -> Iterator[Alternative]:
    """Yield what finds a phone number by its first digits, with or without country code and zero, or by its last."""
    digits = digits_of(text)
    is_long = plain_phone(text).lstrip("(").startswith(("+", "00")) or len(digits) > NATIONAL_NUMBER_DIGITS
    first = (phone_key(text) or "") if is_long else digits.lstrip("0")
    if len(first) >= FEWEST_PHONE_DIGITS:
        yield Alternative((Needle("phones", _END + first),))
    if len(digits) >= FEWEST_PHONE_DIGITS:
        yield Alternative((Needle("phones", digits[-NATIONAL_NUMBER_DIGITS:] + _END),))


def by_uhid(text: str) -> Iterator[Alternative]:
    """Yield what finds a hospital number by all of it, or by its first characters."""
    if number := uhid_key(text):
        whole = (Needle("uhids", f"{_END}{number}{_END}"),)
        is_short = len(number) < FEWEST_UHID_CHARACTERS
        yield Alternative(whole if is_short else (Needle("uhids", _END + number),), whole)


def by_name(text: str) -> Iterator[Alternative]:
    """Yield what finds a name by the beginnings of its words in any order; whole words come first."""
    words = [[key for key in query_keys(word) if key] for word in text.split()[:MOST_WORDS]]
    if not any(len(key) >= FEWEST_LETTERS or not key.isascii() for keys in words for key in keys) or not all(words):
        return
    for spelling in product(*words):
        keys = sorted(spelling, key=len, reverse=True)
        yield Alternative(*(tuple(Needle("names", f" {key}{end}") for key in keys) for end in ("", " ")))


class PatientIndex:
    """The search keys of all patients, which are read in parts, the newest patients first.

    A key may be out of date, so the records of hits are compared with the query again when they are read.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.read_down_to: PatientId | None = None
        """The oldest patient who was read so far."""
        self.is_complete = False
        self.since = 0
        """The journal entry after which changes of patients count."""
        self.taken: set[tuple[int, PatientId]] = set()
        """The changes after `since` that are in the index already."""

    def append(self, part: Part) -> None:
        """Add older patients behind those that are there."""
        self.parts.append(part)

    def put_first(self, part: Part) -> None:
        """Add patients who were registered or changed meanwhile."""
        if part.ids:
            self.parts.insert(0, part)

    def found(self, query: PatientQuery) -> Iterator[PatientId]:
        """Yield the patients who match, the best alternative first, and once each."""
        given: set[PatientId] = set()
        for alternative in query.alternatives:
            matches = (match for part in self.parts for match in part.matching(alternative))
            ranked = sorted(islice(matches, MATCHES_RANKED), key=lambda match: not match[1])
            for patient_id, _ in ranked:
                if patient_id not in given:
                    given.add(patient_id)
                    yield patient_id
