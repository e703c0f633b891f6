"""Cleaning of typed text, and keys for matching patients."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.field_types import NAME_LENGTH, InvalidValue, Name, Phone
from opd_tui.domain.model import Patient
from opd_tui.domain.records import quoted
from opd_tui.domain.text import (
    JOINERS,
    clean_text,
    has_letter_or_digit,
    look_alike_key,
    name_key,
    phone_key,
    uhid_key,
    without_secrets,
)

nasty = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\u200b\u200c\u200d\u202e\u2066\ufeff\x00\x1b\x85\x9b\u2028\u2029\u00a0\u3000\u00ad e\u0301क्\u093e"
        ),
        st.characters(categories=["Cf", "Cc", "Cs", "Mn", "Zs"]),
    )
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Asha \t\n Verma ", "Asha Verma"),
        ("Asha\u2028Verma\u2029", "Asha Verma"),
        ("Asha\u00a0\u3000Verma", "Asha Verma"),
        ("Asha\x85Verma\x0b\x1f", "Asha Verma"),
        ("Ravi\x1b[31m", "Ravi[31m"),
        ("Ravi\x9b31m\x00\x7f", "Ravi31m"),
        ("Ra\u202evi\u2066\u2069", "Ravi"),
        ("Ra\u200bvi\ufeff\u00ad", "Ravi"),
        ("Ra\ud800vi", "Ravi"),
        ("Ravi [/x", "Ravi [/x"),
        ("[bold]", "[bold]"),
        ("=cmd()", "=cmd()"),
        ("e\u0301", "é"),
        ("देवनागरी", "देवनागरी"),
        ("漢字", "漢字"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u0646\u200c\u0645", "\u0646\u200c\u0645"),
        ("👩🏽", "👩🏽"),
    ],
)
def test_text_is_cleaned_and_otherwise_literal(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@given(nasty)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@given(nasty)
def test_nothing_that_moves_a_cursor_or_turns_a_line_around_is_left(text: str) -> None:
    clean = clean_text(text)
    assert not [c for c in clean if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert {c for c in clean if unicodedata.category(c) == "Cf"} <= set(JOINERS)
    assert [c for c in clean if c.isspace() and c != " "] == []
    assert "  " not in clean
    assert clean == clean.strip()
    assert unicodedata.is_normalized("NFC", clean)


@given(nasty)
def test_letters_digits_marks_and_joiners_are_never_lost(text: str) -> None:
    def letters(text: str) -> list[str]:
        kept = (c for c in text if unicodedata.category(c)[0] in "LNM" or c in JOINERS)
        return list(unicodedata.normalize("NFD", "".join(kept)))

    assert letters(clean_text(text)) == letters(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "nobody", ["", "   ", "...", "\u200d\u200c", "\x1b", "\u202e", "\u0301", "[/]", "\ud800", "\u3164"]
)
def test_a_name_has_at_least_one_letter_or_digit(nobody: str) -> None:
    assert not has_letter_or_digit(clean_text(nobody))
    with pytest.raises(InvalidAction, match="'name'"):
        Patient(name=nobody)


@pytest.mark.parametrize("name", ["x", "7", "क", "漢", "Ⅷ", "٣", "O'Neil", "[bold]"])
def test_one_letter_or_digit_of_any_script_is_a_name(name: str) -> None:
    assert Patient(name=name).name == name


def test_the_length_of_a_name_counts_after_cleaning() -> None:
    longest = "e\u0301" * NAME_LENGTH
    assert Name().accept(f"  {longest}\x1b\u200b  ") == "é" * NAME_LENGTH
    with pytest.raises(InvalidValue, match=r"120 .*121"):
        Name().accept("x" * (NAME_LENGTH + 1))


@pytest.mark.parametrize("same", ["josé nuñez", "JOSE NUNEZ", "Jose  Nunez", "JoséNuñez", "Jose\u0301 Nun\u0303ez"])
def test_case_accents_and_spacing_do_not_make_two_people(same: str) -> None:
    assert name_key(clean_text(same)) == name_key("José Nuñez")


def test_case_is_folded_and_not_lowered() -> None:
    assert name_key("Weiß") == name_key("WEISS")
    assert name_key("Οδυσσεύς") == name_key("ΟΔΥΣΣΕΥΣ")


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("राम", "रमा"),
        ("कमल", "कमला"),
        ("कि", "की"),
        ("हरी", "हरि"),
        ("गीता", "गीत"),
        ("क", "क्"),
        ("कु", "कू"),
        ("अंक", "अक"),
        ("রাম", "রমা"),
        ("கா", "கி"),
        ("Asha", "Usha"),
    ],
)
def test_vowel_signs_are_letters_and_tell_two_people_apart(one: str, another: str) -> None:
    assert name_key(one) != name_key(another)


def test_joiners_do_not_make_two_people() -> None:
    assert name_key("\u0915\u094d\u200d\u0937") == name_key("\u0915\u094d\u0937")


@pytest.mark.parametrize(
    "same",
    [
        "98765 43210",
        "098765-43210",
        "+91 98765 43210",
        "(+91) 98765 43210",
        "0091 98765 43210",
        "919876543210",
        "९८७६५४३२१०",
    ],
)
def test_one_telephone_however_it_is_written(same: str) -> None:
    assert phone_key(clean_text(same)) == phone_key("9876543210")


@pytest.mark.parametrize("other", ["98765 43211", "+91 98765 4321", "8765432109", "43210"])
def test_other_digits_are_another_telephone(other: str) -> None:
    assert phone_key(other) != phone_key("9876543210")


@pytest.mark.parametrize(
    ("international", "national"),
    [("+1 202 555 0143", "(202) 555-0143"), ("+49 30 123456", "030 123456"), ("+971 50 123 4567", "050 123 4567")],
)
def test_the_country_code_and_the_trunk_zero_do_not_count(international: str, national: str) -> None:
    assert phone_key(international) == phone_key(national)


def test_a_hospital_number_is_told_without_case_and_spacing() -> None:
    assert uhid_key("MRN 0017") == uhid_key("mrn0017")
    assert uhid_key("MRN 0017") != uhid_key("MRN 017")


@pytest.mark.parametrize("number", ["12", "phone", "98765 43210 ext 4", "1234567890123456", "+", "++91 98765", "9876x"])
def test_what_is_no_phone_number_is_refused(number: str) -> None:
    with pytest.raises(InvalidValue, match="phone number of 3 to 15 digits"):
        Phone().accept(number)


@pytest.mark.parametrize("number", ["108", "+91 (98765) 432-10", "022-2345.6789", "९८७६५ ४३२१०"])
def test_a_phone_number_is_kept_as_it_was_typed(number: str) -> None:
    assert Phone().accept(f" {number} ") == number


@given(nasty)
def test_a_quotation_is_short_and_safe_to_print(text: str) -> None:
    quotation = quoted(text)
    assert len(quotation) <= 42
    assert len(quotation) >= 3
    quotation.encode()
    assert clean_text(quotation) == quotation


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("98765‑11111", "9876511111"),
        ("98765–22222", "9876522222"),
        ("98765−44444", "9876544444"),
        ("＋91 98765 33333", "9876533333"),
        ("（＋９１）９８７６５－３３３３３", "9876533333"),
        ("０２２／２３４５．６７８９", "02223456789"),
    ],
)
def test_typographic_and_full_width_signs_in_a_phone_number_are_signs(typed: str, same: str) -> None:
    assert Phone().accept(typed) == clean_text(typed)
    assert phone_key(typed) == phone_key(same)


@pytest.mark.parametrize("other", ["Obrien", "O-Brien", "O'Bryan", "O'Brian"])
def test_look_alikes_are_not_every_similar_name(other: str) -> None:
    assert look_alike_key(other) != look_alike_key("O’Brien")


@given(nasty)
def test_the_key_of_a_key_is_the_same_key(text: str) -> None:
    assert look_alike_key(look_alike_key(text)) == look_alike_key(text)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:opd:geheim@server/opd",
        "postgresql:/opd:geheim@server/opd",
        "//opd:geheim@server/opd",
        "opd:geheim@server/opd",
        "opd:a:geheim@server/opd",
        "postgresql://opd:geheim",
        "postgresql://opd:geheim/opd",
        "postgresql://opd:a@b/geheim@server/opd",
        "postgresql://opd:ge\nheim@server/opd",
        "postgresql://server/opd?pass%77ord=geheim",
        "postgresql://server/opd?sslmode=require&passwd=geheim",
        "host=server user=opd password=geheim dbname=opd",
        "host=server password = 'ge heim' user=opd",
    ],
)
def test_no_password_is_shown_of_an_address_that_is_written_wrongly(address: str) -> None:
    assert "heim" not in without_secrets(address)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://opd@server:5432/opd?sslmode=require",
        "postgresql+psycopg://server:5432/opd",
        "postgresql+psycopg://opd:***@server:5432/opd",
        "postgresql+psycopg://opd@[::1]:5432/opd",
        "/srv/opd/opd.db",
        "C:/opd/opd.db",
        "City Hospital: Ward 3",
    ],
)
def test_an_address_without_a_password_is_shown_whole(address: str) -> None:
    assert without_secrets(address) == address
