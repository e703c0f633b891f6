"""Who is the same person, for refusing a second token in a slot, for joining a record and for forgetting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from opd_tui.domain.model import KnownPatient, Patient
from opd_tui.domain.text import look_alike_key, phone_key, uhid_key

YEARS_APART = 1
"""How far two years of birth of one person may be apart: an age is often told instead of the year."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells one person from another: name, phone and hospital number as match keys, and the year of birth."""

    name: str
    phone: str | None = None
    uhid: str | None = None
    birth_year: int | None = None

    @classmethod
    def of(cls, patient: Patient) -> Self:
        """Return a patient's traits."""
        return cls.typed(patient.name, patient.phone, patient.uhid, patient.birth_year)

    @classmethod
    def typed(cls, name: str, phone: str | None, uhid: str | None, birth_year: int | None = None) -> Self:
        """Return the traits of personal fields as they were typed."""
        return cls(
            look_alike_key(name), phone_key(phone) if phone else None, uhid_key(uhid) if uhid else None, birth_year
        )

    def is_same_person(self, other: Traits) -> bool:
        """Return whether the hospital numbers are equal or, unless both are known, name and phone."""
        if self.uhid and other.uhid:
            return self.uhid == other.uhid
        return self.has_same_name_and_phone(other)

    def has_same_name_and_phone(self, other: Traits) -> bool:
        """Return whether name and phone are known and equal, and the years of birth do not tell two people apart."""
        equal = self.phone is not None and (self.name, self.phone) == (other.name, other.phone)
        return equal and fits_one_person(each.birth_year for each in (self, other))

    def has_other_name_and_phone(self, other: Traits) -> bool:
        """Return whether the names differ and the phones are both known and differ."""
        phones_differ = self.phone is not None and other.phone is not None and self.phone != other.phone
        return self.name != other.name and phones_differ


def fits_one_person(years: Iterable[int | None]) -> bool:
    """Return whether these years of birth may be one person's; unknown ones fit every other."""
    known = [year for year in years if year is not None]
    return not known or max(known) - min(known) <= YEARS_APART


def record_to_join(visitor: Patient, alike: Iterable[KnownPatient]) -> KnownPatient | None:
    """Return the only record from which a visitor does not differ; of several, the only one with the name as typed."""
    fitting = [record for record in alike if not visitor.differs_from(record.patient)]
    as_typed = [record for record in fitting if record.patient.name == visitor.name]
    return next((found[0] for found in (fitting, as_typed) if len(found) == 1), None)
