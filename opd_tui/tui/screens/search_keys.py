"""Search keys: words folded so that a name is found from any keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opd_tui.domain.text import look_alike_key

_INDIAN_SCRIPTS = range(0x0900, 0x0D80)
"""Devanagari to Malayalam: nine blocks of 128 characters, each in the order of the Indian standard ISCII."""
_CONSONANTS = range(0x15, 0x3A)
_NUKTA = 0x3C
_VOWEL_SIGNS = range(0x3E, 0x4E)
"""Vowel signs and the virama, after which a consonant has no vowel of its own."""
_LONG_VOWELS = {0x08: "ee", 0x40: "ee", 0x0A: "oo", 0x42: "oo"}
"""Letters and signs of long vowels, as English spells them."""
_SILENT = "\0"
"""Stands for a consonant's own vowel, an `a` that is often not spoken."""
_SILENT_WITHIN = re.compile("(?<=[aeiou\0])([^aeiou\0]+)\0(?=[^aeiou\0]+[aeiou])")


def search_key(text: str) -> str:
    """Return a text's words in every spelling by which they are found; no match spans two words."""
    return " ".join(spelling for word in text.split() for spelling in spellings(word))


def query_keys(word: str) -> tuple[str, ...]:
    """Return what a typed word is looked for as: its own letters, and Latin ones if it has others."""
    key = look_alike_key(word)
    return (key,) if key.isascii() else (key, next(_in_latin(key)))


def spellings(word: str) -> dict[str, None]:
    """Return the spellings of a word, in order: folded, without apostrophes and hyphens, and in Latin letters."""
    key = look_alike_key(word)
    found = dict.fromkeys((key, key.replace("'", "").replace("-", "") or key))
    return found if key.isascii() else found | dict.fromkeys(_in_latin(key))


def _in_latin(word: str) -> Iterator[str]:
    """Yield a word in Latin letters: as spoken, with every consonant's own vowel, and without any."""
    for long_vowels in (False, True):
        written = "".join(_transliterated(word, long_vowels))
        yield _SILENT_WITHIN.sub(r"\1", written).rstrip(_SILENT).replace(_SILENT, "a")
        yield written.replace(_SILENT, "a")
    yield "".join(_transliterated(word, False)).replace(_SILENT, "")


def _transliterated(word: str, long_vowels: bool) -> Iterator[str]:
    """Yield each character in Latin letters, with _SILENT after consonants that have their own vowel."""
    from anyascii import anyascii  # only where names in other scripts are searched

    for index, letter in enumerate(word):
        place = _place(letter)
        latin = _LONG_VOWELS.get(place, "") if long_vowels else ""
        yield latin or "".join(c for c in anyascii(letter).casefold() if c.isalnum())
        following = word[index + 1 : index + 3].removeprefix(chr(ord(letter) - place + _NUKTA)) if place else ""
        if place in _CONSONANTS and not (following and _place(following[0]) in _VOWEL_SIGNS):
            yield _SILENT


def _place(letter: str) -> int:
    """Return a letter's place within the block of an Indian script; 0 for other letters."""
    return ord(letter) & 0x7F if ord(letter) in _INDIAN_SCRIPTS else 0
