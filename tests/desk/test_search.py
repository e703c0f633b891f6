"""One search for Find, the filters and the command line."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.desk.search import doctor_words, found, token_words
from opd_tui.domain.model import Doctor, Patient, Slot, Source, Status, Token, TokenRecord
from opd_tui.domain.text import token_number

RAT = Doctor(1, "RAT", "Dr Meera Rathod", "Skin", "4")
IYER = Doctor(2, "IYE2", "Dr M. S. Iyer", None, "Room 12, first floor")
NINE = dt.datetime(2026, 11, 22, 3, 30, tzinfo=dt.UTC)


def record(doctor: Doctor, number: str, name: str, phone: str | None = None) -> TokenRecord:
    slot = Slot(doctor.id, doctor.id, dt.date(2026, 11, 22), dt.time(9), dt.time(10), 5)
    patient = Patient(name=name, phone=phone)
    return TokenRecord(Token(1, number, slot.id, 1, patient, Source.WALKIN, Status.WAITING, NINE), slot, doctor)


TOKENS = [
    record(RAT, "RAT-040", "Sunita Rao", "98450 12345"),
    record(RAT, "RAT-014", "Ravi Kumar", "+91 98111-22233"),
    record(RAT, "RAT-004", "Ásha Verma", "098450 54321"),
    record(IYER, "IYE2-004", "Kabir Mehta"),
    record(IYER, "IYE2-1004", "Karat 4"),
]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("RAT-4", ["RAT-004"]),
        ("rat - 004", ["RAT-004", "IYE2-1004"]),
        ("rat 4", ["RAT-004", "RAT-040", "RAT-014", "IYE2-1004"]),
        ("rat4", ["RAT-004"]),
        ("iye2-4", ["IYE2-004"]),
        ("iye2 1004", ["IYE2-1004"]),
        ("rat-4 asha", ["RAT-004"]),
        ("rat-0", ["RAT-040", "RAT-014", "RAT-004"]),
        ("verma asha", ["RAT-004"]),
        ("9845012345", ["RAT-040"]),
        ("+91 98450 12345", ["RAT-040"]),
        ("98111 222", ["RAT-014"]),
        ("＋９１ 98111–222 33", ["RAT-014"]),
        ("0091 98450 54321", ["RAT-004"]),
        ("room 4", ["RAT-040", "RAT-014", "RAT-004"]),
        ("Room 12", ["IYE2-004", "IYE2-1004"]),
        ("room 4 ravi", ["RAT-014"]),
        ("room 1", []),
        ("walk-in waiting kabir", ["IYE2-004"]),
        ("asha nobody", []),
        ("", [token.token.number for token in TOKENS]),
    ],
)
def test_a_search_finds_what_a_receptionist_means(query: str, numbers: list[str]) -> None:
    assert [token.token.number for token in found(query, TOKENS, token_words)] == numbers


def test_doctors_are_found_by_room_code_and_specialty() -> None:
    doctors = [RAT, IYER]
    for query, codes in {"room 12": ["IYE2"], "iye": ["IYE2"], "skin": ["RAT"], "12": ["IYE2"], "room 2": []}.items():
        assert [doctor.code for doctor in found(query, doctors, doctor_words)] == codes, query


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, "RAT-004") for text in ("RAT-004", "rat-4", " rat 4 ", "Rat - 0004")),
        ("a2 12", "A2-012"),
        ("A-1000", "A-1000"),
        *((text, None) for text in ("rat4", "4", "rat", "rat-", "toolong-4", "rat-x", "")),
    ],
)
def test_a_number_is_recognised_with_and_without_its_zeros(text: str, number: str | None) -> None:
    assert token_number(text) == number
