"""A patient as typed in one line: a name, and perhaps a phone number behind or before it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from opd_tui.domain.text import DASHES, clean_text, digits_of

FEWEST_DIGITS, MOST_DIGITS = 6, 15
"""The digits of a phone number beside a name: fewer may belong to the name, as in “Asha 2”."""

_PHONE = rf"[(\uff08]?(?:[+\uff0b]\d|\d\d)[\d\s()\uff08\uff09.\-/{DASHES}]*"
_LABEL = r"(?:(?:phone|ph|mobile|mob|tel|cell)\b[.:]*\s*(?:no\b[.:]*\s*)?)?"
_PHONE_LAST = re.compile(rf"(?P<name>.*?\S)[\s,;:]\s*[(]??{_LABEL}(?P<phone>{_PHONE})", re.IGNORECASE)
_PHONE_FIRST = re.compile(rf"{_LABEL}(?P<phone>{_PHONE})[\s,;:]+(?P<name>\D.*)", re.IGNORECASE)
_ANNOUNCES_ID = re.compile(r"\b(?:uhid|mrn|mrd|ip|op|id|reg|no)[.:]*$", re.IGNORECASE)
"""The end of a name before a number that is a hospital's or another's, but not a phone's."""


@dataclass(frozen=True, slots=True)
class TypedPatient:
    """A typed name, with the phone number that was typed beside it."""

    name: str
    phone: str | None = None

    @property
    def has_digits(self) -> bool:
        """Whether letters and digits are mixed in the name."""
        return any(c.isalpha() for c in self.name) and bool(digits_of(self.name))


def patient_typed(text: str) -> TypedPatient:
    """Return the name and the phone number in a typed line: `Ravi Kumar +91 98450-12345`."""
    text = clean_text(text)
    for pattern in (_PHONE_LAST, _PHONE_FIRST):
        if (found := pattern.fullmatch(text)) and (patient := _patient(found["name"], found["phone"])):
            return patient
    return TypedPatient(text)


def _patient(name: str, phone: str) -> TypedPatient | None:
    """Return the patient, or None if the number cannot be a phone's or is left without a name."""
    name, phone = name.strip(" ,;:-"), phone.rstrip(" .-/(")
    if phone.endswith(")"):
        phone = phone.strip("() ")
    is_phone = FEWEST_DIGITS <= len(digits_of(phone)) <= MOST_DIGITS
    has_name = any(c.isalpha() for c in name) and not _ANNOUNCES_ID.search(name)
    return TypedPatient(name, phone) if is_phone and has_name else None
