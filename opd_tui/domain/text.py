"""Cleaning of typed text, and keys for matching patients."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: format characters by category, but part of the spelling in Indian scripts."""

_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Hangul fillers: letters by category, but invisible."""
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
"""Combining marks that are accents. Indian vowel signs are combining marks, too, but count as letters."""

_APOSTROPHES = "`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u2018\u2019\u201a\u201b\u2032\u2035\u05f3\u055a\ua78b\ua78c"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u05be"
"""Dashes that people type for a hyphen."""
_PUNCTUATION = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(DASHES, "-"),
)
"""Apostrophes and dashes as on a keyboard; the minus sign and the hyphen that does not break are dashes, too."""
_LATIN = {"ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŋ": "n"}
"""Latin letters whose names do not say of which letter they are a variant."""
_INDIAN = (
    {"\u0d7a": "\u0d23\u0d4d", "\u0d7b": "\u0d28\u0d4d", "\u0d7c": "\u0d30\u0d4d", "\u0d7d": "\u0d32\u0d4d"}
    | {"\u0d7e": "\u0d33\u0d4d", "\u0d7f": "\u0d15\u0d4d", "\u0d4e": "\u0d30\u0d4d"}
    | {"\u0d54": "\u0d2e\u0d4d", "\u0d55": "\u0d2f\u0d4d", "\u0d56": "\u0d34\u0d4d"}
    | {"\u09ce": "\u09a4\u09cd", "\u0c5d": "\u0c28\u0c4d", "\u0cdd": "\u0ca8\u0ccd"}
    | {"\u0bd7": "\u0bb3", "\u0bb6": "\u0bb8"}
)
"""Consonants with virama as one letter (chillu in Malayalam, also in Bengali, Telugu and Kannada), and in Tamil the
second half of the vowel AU, which looks like LLA, and SHA, which looks like SA in the only word that has it."""
_ARABIC = {"\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u06aa": "\u0643", "\u0671": "\u0627"} | {
    "\u06c1": "\u0647",
    "\u06be": "\u0647",
    "\u06d5": "\u0647",
    "\u06c3": "\u0629",
}
"""Yeh, kaf, alef, heh and teh marbuta as other keyboards of the Arabic script have them, such as the Urdu one."""
_LETTERS = str.maketrans(_LATIN | _INDIAN | _ARABIC)
"""Letters that look like others, with the others."""
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")
"""Short vowels, hamza above or below a letter, and the stroke that stretches a word."""

_COUNTRY_CODE = re.compile("[17]|2[07]|3[0123469]|4[013456789]|5[12345678]|6[0123456]|8[1246]|9[0123458]|[0-9]{3}")
"""A country code at the start of an international number (ITU-T E.164)."""

NATIONAL_NUMBER_DIGITS = 10
"""The number of final digits that are compared; digits before them are a country code typed without +."""

_PHONE = re.compile(r"[(]?[+]?[\d\s().\-/]+")
_TOKEN_NUMBER = re.compile(r"([A-Z0-9]{1,6})(?:\s*-\s*|\s+)([0-9]{1,9})")

UNPRINTABLE = (
    "\x01-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f"
)
"""Ranges, for a character class, of characters that a terminal obeys or that are invisible; cleaned text has none."""
_UNPRINTABLE = re.compile(f"[\x00\ud800-\udfff{UNPRINTABLE}]")


def clean_text(text: str) -> str:
    """Return text as it is stored: NFC, single spaces, no control or format characters."""
    kept = "".join(c for c in text if c.isspace() or c in JOINERS or unicodedata.category(c) not in _REMOVED_CATEGORIES)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def has_undecoded_bytes(text: str) -> bool:
    """Return whether text has lone surrogates: Python's stand-ins for bytes that are not in the expected encoding."""
    return any(unicodedata.category(c) == "Cs" for c in text)


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
    """Return a name without case, accents and spaces, as the database stores it."""
    decomposed = unicodedata.normalize("NFKD", name).translate(dict.fromkeys(map(ord, JOINERS)))
    return unicodedata.normalize("NFC", "".join(_ACCENTS.sub("", decomposed).casefold().split()))


def look_alike_key(name: str) -> str:
    """Return a name's key with look-alike characters made equal; equal keys may mean the same person.

    It is computed whenever it is needed and not stored, so that more look-alikes need no migration.
    """
    key = name_key(name.translate(_PUNCTUATION))
    if key.isascii():
        return key
    letters = _ARABIC_MARKS.sub("", unicodedata.normalize("NFD", key)).translate(_LETTERS)
    letters = letters.replace("\u0d46\u0d57", "\u0d57")  # Malayalam's vowel AU, which lost its first half
    return unicodedata.normalize("NFC", "".join(map(_plain_letter, letters)))


def _plain_letter(letter: str) -> str:
    """Return a Latin letter without stroke, hook and the like, which are no combining marks: l for ł."""
    base, is_marked, _ = unicodedata.name(letter, "").partition(" WITH ")
    if not (is_marked and base.startswith("LATIN SMALL LETTER ")):
        return letter
    try:
        return unicodedata.lookup(base)
    except KeyError:
        return letter


def with_ascii_digits(text: str) -> str:
    """Return text with the decimal digits of any script as ASCII: 45 for ४५ and ٤٥."""
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def digits_of(phone: str) -> str:
    """Return the decimal digits of a phone number as ASCII; they may be typed in any script."""
    return "".join(c for c in with_ascii_digits(phone) if c in "0123456789")


def plain_phone(phone: str) -> str:
    """Return a phone number with the signs of an ASCII keyboard in place of full-width ones and typographic dashes."""
    return unicodedata.normalize("NFKC", phone).translate(_PUNCTUATION)


def is_phone_like(text: str) -> bool:
    """Return whether text has nothing but the digits and signs of a phone number."""
    return _PHONE.fullmatch(plain_phone(text)) is not None


def identifies(number: str) -> bool:
    """Return whether a number has a digit from 1 to 9: N/A, 0, NIL and dashes identify nobody."""
    return any(unicodedata.decimal(character, 0) > 0 for character in number)


def phone_key(phone: str) -> str | None:
    """Return a phone number's digits without country code and trunk zero; None if it identifies nobody."""
    digits = digits_of(phone)
    if plain_phone(phone).lstrip("(").startswith("+"):
        digits = _COUNTRY_CODE.sub("", digits, count=1)
    elif digits.startswith("00"):
        digits = _COUNTRY_CODE.sub("", digits[2:], count=1)
    key = digits.lstrip("0")[-NATIONAL_NUMBER_DIGITS:]
    return key if identifies(key) else None


def uhid_key(uhid: str) -> str | None:
    """Return a hospital number without case and spacing; None if it identifies nobody."""
    return "".join(uhid.casefold().split()) if identifies(uhid) else None


def token_number(text: str) -> str | None:
    """Return a token's number as it is printed: `rat 4` and `RAT-4` give `RAT-004`; None if the text is no number."""
    found = _TOKEN_NUMBER.fullmatch(text.strip().upper())
    return f"{found[1]}-{int(found[2]):03}" if found else None


_USER_PART = re.compile(r"^((?>(?:[\w+.-]*:/+|/+)?)[^:/@]*:).*@", re.DOTALL)
_USER_WITHOUT_HOST = re.compile(r"^([\w+.-]*:/+[^:/@?\[\]]*:)(?!\d*(?:[/?,]|$)|\*\*\*@).*", re.DOTALL)
_NAMED_SECRETS = re.compile(r"(pass\w*\s*=\s*|[?&][^=&]*%[^=&]*=)[^&]*", re.IGNORECASE)
"""A parameter that is called a password; one whose name is encoded may be a password."""


def without_secrets(address: str) -> str:
    """Return a database's address with passwords replaced by `***`, also if it is written wrongly."""
    shown = _USER_PART.sub(r"\1***@", address)
    shown = _USER_WITHOUT_HOST.sub(r"\1***", shown)
    return _NAMED_SECRETS.sub(r"\1***", shown)


def with_initials(name: str) -> str:
    """Return a name with initials for all words but the last: `S. Rao`."""
    *others, last = name.split()
    return " ".join((*(f"{initial(word)}." for word in others), last))


def initial(word: str) -> str:
    """Return the first letter of a word, with its vowel sign or accents."""
    end = 1
    while end < len(word) and (unicodedata.category(word[end])[0] == "M" or word[end] in JOINERS):
        end += 1
    return word[:end]


def listed(parts: Sequence[str]) -> str:
    """Return parts of a sentence as a list: `a, b and c`."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
