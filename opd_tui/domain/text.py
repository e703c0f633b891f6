"""Text that people typed, cleaned once where it enters, and the keys by which two people are told to be one."""

from __future__ import annotations

import re
import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: format characters, but Indian scripts are spelled with them."""

_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Hangul fillers: letters by category that nobody sees."""
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
"""Combining marks that are accents; the vowel signs of Indian scripts are letters and are not among them."""

_COUNTRY_CODE = re.compile("[17]|2[07]|3[0123469]|4[013456789]|5[12345678]|6[0123456]|8[1246]|9[0123458]|[0-9]{3}")
"""A country code at the start of an international number, by ITU-T E.164."""

NATIONAL_NUMBER_DIGITS = 10
"""The longest national number that is compared; what stands before it is a country code typed without its +."""

_SECRETS = re.compile("(://[^:/@]*:)[^@]*(@)(?:[^/?]*@)?|([?&][^=&]*password[^=&]*=)[^&]*", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Text as it is stored: no control or format characters, single spaces, NFC."""
    kept = "".join(c for c in text if c.isspace() or c in JOINERS or unicodedata.category(c) not in _REMOVED_CATEGORIES)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def has_letter_or_digit(text: str) -> bool:
    """Whether anything in the text can be read aloud."""
    return any(unicodedata.category(c)[0] in "LN" and c not in _BLANK_LETTERS for c in text)


def name_key(name: str) -> str:
    """A name without case, accents and spacing: equal keys may be one person."""
    decomposed = unicodedata.normalize("NFKD", name).translate(dict.fromkeys(map(ord, JOINERS)))
    return unicodedata.normalize("NFC", "".join(_ACCENTS.sub("", decomposed).casefold().split()))


def search_key(text: str) -> str:
    """A text without case and accents, its words apart, so that no search finds what two words make together."""
    return " ".join(map(name_key, text.split()))


def digits_of(phone: str) -> str:
    """The decimal digits of a phone number, whatever the script they were typed in."""
    return "".join(str(unicodedata.decimal(c)) for c in phone if unicodedata.decimal(c, None) is not None)


def phone_key(phone: str) -> str:
    """A phone number's digits without country code and trunk zero: equal keys are one telephone."""
    digits = digits_of(phone)
    if phone.lstrip("(").startswith("+"):
        digits = _COUNTRY_CODE.sub("", digits, count=1)
    elif digits.startswith("00"):
        digits = _COUNTRY_CODE.sub("", digits[2:], count=1)
    return digits.lstrip("0")[-NATIONAL_NUMBER_DIGITS:] or "0"


def uhid_key(uhid: str) -> str:
    """A hospital number without case and spacing."""
    return "".join(uhid.casefold().split())


def without_secrets(url: str) -> str:
    """A database's address as it may be shown: no password before its host, and none behind its question mark."""
    return _SECRETS.sub(lambda found: f"{found[1] or found[3]}***{found[2] or ''}", url)
