"""Cleaning of typed text, and keys for matching patients."""

from __future__ import annotations

import re
import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: format characters by category, but part of the spelling in Indian scripts."""

_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Hangul fillers: letters by category, but invisible."""
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
"""Combining marks that are accents. Indian vowel signs are combining marks, too, but count as letters."""

_COUNTRY_CODE = re.compile("[17]|2[07]|3[0123469]|4[013456789]|5[12345678]|6[0123456]|8[1246]|9[0123458]|[0-9]{3}")
"""A country code at the start of an international number (ITU-T E.164)."""

NATIONAL_NUMBER_DIGITS = 10
"""The number of final digits that are compared; digits before them are a country code typed without +."""

_TOKEN_NUMBER = re.compile(r"([A-Z0-9]{1,6})(?:\s*-\s*|\s+)([0-9]{1,9})")
UNPRINTABLE = (
    "\x01-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f"
)
"""Ranges, for a character class, of characters that a terminal obeys or that are invisible; cleaned text has none."""
_UNPRINTABLE = re.compile(f"[\x00\ud800-\udfff{UNPRINTABLE}]")

_SECRETS = re.compile("(://[^:/@]*:)[^@]*(@)(?:[^/?]*@)?|([?&][^=&]*password[^=&]*=)[^&]*", re.IGNORECASE)


def clean_text(text: str) -> str:
    """Return text as it is stored: NFC, single spaces, no control or format characters."""
    kept = "".join(c for c in text if c.isspace() or c in JOINERS or unicodedata.category(c) not in _REMOVED_CATEGORIES)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def printable(value: object) -> str:
    """Return what a file or a server holds as text that a terminal shows and does not obey.

    Stored text is clean already, unless somebody altered it.
    """
    text = value if isinstance(value, str) else str(value)
    return text if text.isprintable() else _UNPRINTABLE.sub("\ufffd", text)


def has_letter_or_digit(text: str) -> bool:
    """Return whether the text contains a visible letter or digit."""
    return any(unicodedata.category(c)[0] in "LN" and c not in _BLANK_LETTERS for c in text)


def name_key(name: str) -> str:
    """Return a name without case, accents and spaces; equal keys may mean the same person."""
    decomposed = unicodedata.normalize("NFKD", name).translate(dict.fromkeys(map(ord, JOINERS)))
    return unicodedata.normalize("NFC", "".join(_ACCENTS.sub("", decomposed).casefold().split()))


def search_key(text: str) -> str:
    """Return a text without case and accents; spaces stay, so that a search never matches across two words."""
    return " ".join(map(name_key, text.split()))


def digits_of(phone: str) -> str:
    """Return the decimal digits of a phone number as ASCII; they may be typed in any script."""
    return "".join(str(unicodedata.decimal(c)) for c in phone if unicodedata.decimal(c, None) is not None)


def identifies(number: str) -> bool:
    """Return whether a number has a digit from 1 to 9: N/A, 0, NIL and dashes identify nobody."""
    return any(unicodedata.decimal(character, 0) > 0 for character in number)


def phone_key(phone: str) -> str | None:
    """Return a phone number's digits without country code and trunk zero; None if it identifies nobody."""
    digits = digits_of(phone)
    if phone.lstrip("(").startswith("+"):
        digits = _COUNTRY_CODE.sub("", digits, count=1)
    elif digits.startswith("00"):
        digits = _COUNTRY_CODE.sub("", digits[2:], count=1)
    key = digits.lstrip("0")[-NATIONAL_NUMBER_DIGITS:]
    return key if identifies(key) else None


def uhid_key(uhid: str) -> str | None:
    """Return a hospital number without case and spacing; None if it identifies nobody."""
    return "".join(uhid.casefold().split()) if identifies(uhid) else None


def without_secrets(url: str) -> str:
    """Return a database URL with the passwords in its user part and its query replaced by `***`."""
    return _SECRETS.sub(lambda found: f"{found[1] or found[3]}***{found[2] or ''}", url)


def token_number(text: str) -> str | None:
    """Return a token's number as it is printed: `rat 4` and `RAT-4` give `RAT-004`; None if the text is no number."""
    found = _TOKEN_NUMBER.fullmatch(text.strip().upper())
    return f"{found[1]}-{int(found[2]):03}" if found else None
