"""A patient typed in one line."""

from __future__ import annotations

import datetime as dt

import pytest

from opd_tui.domain.field_types import BirthYear, InvalidValue
from opd_tui.domain.model import Patient
from opd_tui.domain.typed_patient import TypedPatient, patient_typed


@pytest.mark.parametrize(
    ("typed", "name", "phone"),
    [
        ("Ravi Kumar +91 98450-12345", "Ravi Kumar", "+91 98450-12345"),
        ("Ravi Kumar 9845012345", "Ravi Kumar", "9845012345"),
        ("Ravi Kumar 098450 12345", "Ravi Kumar", "098450 12345"),
        ("Ravi Kumar, 98450 12345", "Ravi Kumar", "98450 12345"),
        ("Ravi Kumar (080) 2345 6789", "Ravi Kumar", "(080) 2345 6789"),
        ("Ravi Kumar (98450 12345)", "Ravi Kumar", "98450 12345"),
        ("Ravi Kumar ph: 98450.12345", "Ravi Kumar", "98450.12345"),
        ("Ravi Kumar Mob No. 9845012345", "Ravi Kumar", "9845012345"),
        ("Ravi Kumar - 234567", "Ravi Kumar", "234567"),
        ("9845012345 Ravi Kumar", "Ravi Kumar", "9845012345"),
        ("Ravi Kumar ９８４５０１２３４５", "Ravi Kumar", "９８４５０１２３４５"),
        ("Ravi Kumar ＋91 98450–12345", "Ravi Kumar", "＋91 98450–12345"),
        ("आशा वर्मा ९८४५० १२३४५", "आशा वर्मा", "९८४५० १२३४५"),
        ("رافي ٩٨٤٥٠١٢٣٤٥", "رافي", "٩٨٤٥٠١٢٣٤٥"),
        ("Baby of Asha 2 98450 12345", "Baby of Asha 2", "98450 12345"),
        ("Asha d'Souza-Rao", "Asha d'Souza-Rao", None),
        *((name, name, None) for name in ("Asha 2", "Baby of Asha 2", "Rav1 Kumar", "Ravi 1985", "आशा २", "Ravi II")),
        *((name, name, None) for name in ("Ravi UHID 0012345678", "Ravi MRN: 1234567", "Ravi UH00123456")),
        *((name, name, None) for name in ("Ravi 9845012345 / 9845054321", "98450 12345", "", "??", "Kumar98450")),
    ],
)
def test_a_phone_beside_a_name_is_told_from_it(typed: str, name: str, phone: str | None) -> None:
    assert patient_typed(typed) == TypedPatient(name, phone)
    if phone:
        assert Patient(name=name, phone=phone).phone == phone


@pytest.mark.parametrize(
    ("typed", "odd"),
    [
        *((name, True) for name in ("Rav1 Kumar", "Asha 2", "आशा २", "Ravi MRN 1234567", "Baby of Asha 2 98450 12345")),
        *((name, False) for name in ("Ravi Kumar 98450 12345", "Ravi Ⅱ", "98450 12345", "")),
    ],
)
def test_letters_and_digits_are_mixed_only_in_what_is_left_of_the_name(typed: str, odd: bool) -> None:
    assert patient_typed(typed).has_digits is odd


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        *((age, 1981) for age in ("45", "45y", " 45 Yrs ", "45 years", "1981", "४५", "٤٥ y", "१९८१")),
        *((age, 2024) for age in ("2y 3m", "2y3m", "2 years, 3 months", "२y ३m", "1y 22m", "27m")),
        *((age, 2026) for age in ("0", "8m", "0m", "10 months", "5d", "3 weeks")),
        *((age, 2025) for age in ("1", "11m", "12 m", "47w", "330 days")),
        ("126", 1900),
        ("1900", 1900),
        *(
            (odd, None)
            for odd in (
                "127",
                "131y",
                "1892",
                "999",
                "1899",
                "-5",
                "45.5",
                "old",
                "2y 3",
                "1981y",
                "9999w 9999w 9999w",
                "5x",
                "9999999",
            )
        ),
    ],
)
def test_an_age_in_years_months_weeks_or_days_is_a_year_of_birth(typed: str, year: int | None) -> None:
    today = dt.date(2026, 11, 22)
    if year is not None:
        assert BirthYear().from_text(typed, today) == year
    else:
        with pytest.raises(
            InvalidValue, match=r"must be a year from 1900 to 2999, or an age such as 45, 45y, 2y 3m or 8m"
        ):
            BirthYear().from_text(typed, today)
