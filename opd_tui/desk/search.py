"""Search by words: names in any order and script, token numbers with or without zeros, phones by digits, rooms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from opd_tui.desk.outcome import Outcome
from opd_tui.desk.search_keys import query_keys, search_key
from opd_tui.domain.model import Doctor, Slot, SlotRecord, TokenRecord
from opd_tui.domain.text import digits_of, is_phone_like, look_alike_key, phone_key, plain_phone, token_number

T = TypeVar("T")

FEWEST_PHONE_DIGITS = 3
LOCAL_NUMBER_DIGITS = 7
"""The number of digits from which a number may begin with a country code or a trunk zero."""
_ROOM = re.compile(r"\brooms?\s+(\S+)")
_COUNTED = re.compile(r"([^\W\d_]+)0*([0-9]+)")
"""A code and a number without anything between them."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an item can be found by."""

    text: str
    """A search key."""
    rooms: frozenset[str] = frozenset()
    number: str = ""
    phone: str = ""
    """The digits of a phone number."""


def token_words(record: TokenRecord) -> Words:
    """Return what a token is found by."""
    token = record.token
    text = (
        f"{token.number} {token.patient.name} {token.source.label} {token.source.name} {token.status.value} "
        f"{_times_of(record.slot)} {_text_of(record.doctor)}"
    )
    phone = token.patient.phone or ""
    return Words(
        search_key(text), _rooms_of(record.doctor), token.number, f"{digits_of(phone)} {phone_key(phone) or ''}"
    )


def slot_words(record: SlotRecord) -> Words:
    """Return what a slot is found by."""
    return Words(search_key(f"{_text_of(record.doctor)} {_times_of(record.slot)}"), _rooms_of(record.doctor))


def doctor_words(doctor: Doctor) -> Words:
    """Return what a doctor is found by."""
    return Words(search_key(f"{_text_of(doctor)} {doctor.room or ''}"), _rooms_of(doctor))


def outcome_words(outcome: Outcome) -> Words:
    """Return what an entry of the journal is found by: who was at which desk, and what happened."""
    text = f"{outcome.entry.desk} {outcome.entry.operator} {outcome.sentence}"
    return Words(search_key(text), number=outcome.token.token.number if outcome.token else "")


def _times_of(slot: Slot) -> str:
    """Return when a slot begins, as planned and as a delay moves it."""
    return f"{slot.start:%H:%M} {slot.expected_start}"


def _text_of(doctor: Doctor) -> str:
    """Return the doctor's words, without the room: its number would be found in every search for a `4`."""
    return f"{doctor.code} {doctor.name} {doctor.specialty or ''}"


def _rooms_of(doctor: Doctor) -> frozenset[str]:
    """Return the words of a doctor's room: `Room 4, first floor` is found as `room 4`."""
    return frozenset(re.findall(r"[^\W_]+", search_key(doctor.room or "")))


class Query:
    """A typed search: every word must be found, in any order; digits alone may also be part of a phone number."""

    def __init__(self, text: str) -> None:
        words = " ".join(map(look_alike_key, text.split()))
        self.number = token_number(text) or token_number(_COUNTED.sub(r"\1-\2", words)) or ""
        self.rooms = frozenset(_ROOM.findall(words))
        self.words = [(query_keys(word), token_number(word)) for word in _ROOM.sub(" ", words).split()]
        self.phone = _part_of_phone(text.strip())

    def names(self, item: Words) -> bool:
        """Return whether this is the item's own number."""
        return bool(self.number) and item.number == self.number

    def matches(self, item: Words) -> bool:
        """Return whether an item is found."""
        if self.names(item) or (self.phone and self.phone in item.phone):
            return True
        return self.rooms <= item.rooms and all(
            any(key in item.text for key in keys) or (number and number == item.number) for keys, number in self.words
        )


def _part_of_phone(text: str) -> str:
    """Return the digits by which a phone is looked for, or "" if the text is no part of one."""
    text, digits = plain_phone(text), digits_of(text)
    if not is_phone_like(text) or len(digits) < FEWEST_PHONE_DIGITS:
        return ""
    is_long = text.startswith(("+", "(+")) or len(digits) >= LOCAL_NUMBER_DIGITS
    return (phone_key(text) or "") if is_long else digits


def found(text: str, items: Iterable[T], words_of: Callable[[T], Words]) -> list[T]:
    """Return the items that a search finds, in their order; what it names by its number comes first."""
    query = Query(text)
    hits = [(item, words) for item in items if query.matches(words := words_of(item))]
    return [item for item, _ in sorted(hits, key=lambda hit: not query.names(hit[1]))]
