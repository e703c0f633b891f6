"""Search keys: words folded so that a name is found from any keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from opd_tui.domain.text import look_alike_key

_INDIAN_SCRIPTS = range(0x0900, 0x0D80)
"""Devanagari to Malayalam: nine blocks of 128 characters, each in the order of the Indian standard ISCII."""
_NASALS = (0x01, 0x02)
"""Candrabindu and anusvara."""
_CONSONANTS = range(0x15, 0x3A)
_LABIALS = range(0x2A, 0x2F)
_HA = 0x39
_NUKTA = 0x3C
_VOWEL_SIGNS = range(0x3E, 0x4E)
"""Vowel signs and the virama, after which a consonant has no vowel of its own."""
_ENGLISH = {0x0B: "ri", 0x43: "ri", 0x1A: "ch", 0x36: "sh", 0x37: "sh"}
_LONG_VOWELS = {0x08: "ee", 0x40: "ee", 0x0A: "oo", 0x42: "oo"}
"""Letters by their place, as English spells them in names; long vowels are also spelled as short ones."""
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
    for english in (_ENGLISH, _ENGLISH | _LONG_VOWELS):
        written = "".join(_transliterated(word, english))
        spoken = _SILENT_WITHIN.sub(r"\1", written).rstrip(_SILENT).replace(_SILENT, "a")
        yield spoken
        yield written.replace(_SILENT, "a")
        yield written.replace(_SILENT, "")
        if spoken.endswith("av"):
            yield f"{spoken[:-1]}o"  # Rao


def _transliterated(word: str, english: Mapping[int, str]) -> Iterator[str]:
    """Yield each character in Latin letters, with _SILENT after consonants that have their own vowel."""
    from anyascii import anyascii  # only where names in other scripts are searched

    for index, letter in enumerate(word):
        place, rest = _place(letter), word[index + 1 :]
        following = _place(rest.removeprefix(chr(ord(letter) - place + _NUKTA))[:1]) if place else 0
        if place in _NASALS:
            yield "m" if following in _LABIALS else "ng" if following == _HA else "n"
        else:
            yield english.get(place) or "".join(c for c in anyascii(letter).casefold() if c.isalnum())
        if place in _CONSONANTS and following not in _VOWEL_SIGNS:
            yield _SILENT


def _place(letter: str) -> int:
    """Return a letter's offset within the block of its Indian script, or 0 for any other letter."""
    return ord(letter) & 0x7F if letter and ord(letter) in _INDIAN_SCRIPTS else 0
