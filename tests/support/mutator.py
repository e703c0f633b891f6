"""Mutations of valid JSON lines, as JSON, as text and as bytes; deterministic for a given seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from tests.support.helpers import DATE, Json

NAMES = (
    "Asha Verma",
    "Ravi [/x",
    "देवनागरी",
    "漢字",
    "O'Neil",
    "Zoë",
    "=cmd()",
    "x" * 120,
    "a\u0301" * 60,
    "‮evil",
    "👩‍⚕️ Rao",
)
ODD_TEXTS = (
    *("", " ", "\u0000", "\u001b[31m", "\u202e", "\u200d", "\ufeff", "\ud800", "\udfff\ud800", "x" * 121, "x" * 5000),
    *(
        "\u1100" * 70,
        "e" + "\u0301" * 200,
        "\u3164",
        "ﬃ" * 41,
        "İ" * 120,
        "ß" * 120,
        "null",
        "NaN",
        "'; DROP TABLE token; --",
    ),
    *(
        "2026-11-31",
        "24:00",
        "09:00",
        "2026-11-22T09:00:00+05:30",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "٣",
        "٠٩:٠٠",
    ),
)
ODD_NUMBERS = (0, -1, 1, 2, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, 1e-320)
SOURCES = ("EMERGENCY", "PAID", "FOLLOWUP", "ONLINE", "WALKIN")
FIELDS = (
    "action",
    "at",
    "key",
    "token",
    "slot",
    "patient",
    "source",
    "name",
    "phone",
    "doctor",
    "date",
    "start",
    "every",
)
BYTES = (
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r",
    b"#",
    b"e9",
)


def mutated_line(dice: random.Random) -> bytes:
    """Return one mutated line without its line end; it may still be valid."""
    if dice.random() < 0.02:
        return dice.randbytes(dice.randint(1, 80)).replace(b"\n", b"\r")
    fields = good_line(dice)
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        mutate_fields(fields, dice)
    line = json.dumps(fields, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    for _ in range(dice.choice((0, 0, 0, 0, 1, 2, 8))):
        line = dice.choice(BYTE_MUTATIONS)(line, dice)
    return line.replace(b"\n", b"\r")


def good_line(dice: random.Random) -> Json:
    """Return a line as a script might send it."""
    verb = dice.choices(
        ("issue_token", "cancel_token", "mark_no_show", "complete_token", "add_doctor", "open_slot", "open_session"),
        (9, 3, 2, 3, 1, 1, 1),
    )[0]
    fields: Json = {"action": verb}
    if verb == "issue_token":
        person: Any = dice.choice(NAMES)
        if dice.random() < 0.4:
            person = {
                "name": person,
                "phone": f"98765 {dice.randrange(10**5):05}",
                "birth_year": dice.randint(1900, 2020),
            }
        fields |= {"slot": dice.randint(1, 20), "patient": person, "source": dice.choice(SOURCES)}
    elif verb == "add_doctor":
        fields |= {"name": f"Dr {dice.choice(NAMES)}", "code": f"D{dice.randrange(10**5)}"}
    elif verb in ("open_slot", "open_session"):
        start = dice.randrange(22)
        fields |= {
            "doctor": dice.randint(1, 5),
            "date": DATE,
            "start": f"{start:02}:00",
            "end": f"{start + 2:02}:00",
            "capacity": dice.randint(1, 9),
        }
        fields |= {"every": 60} if verb == "open_session" else {}
    else:
        fields["token"] = dice.randint(1, 600)
    if dice.random() < 0.1:
        fields["key"] = f"key {dice.randrange(2000)}"
    return fields


def odd_value(dice: random.Random, depth: int = 0) -> Any:
    """Return any JSON value, mostly of a type that the field does not accept."""
    kind = dice.randrange(7 if depth < 3 else 5)
    if kind == 5:
        return [odd_value(dice, depth + 1) for _ in range(dice.randrange(3))]
    if kind == 6:
        return {dice.choice(FIELDS): odd_value(dice, depth + 1) for _ in range(dice.randrange(3))}
    return (dice.choice(ODD_TEXTS), dice.choice(ODD_NUMBERS), None, dice.random() < 0.5, dice.choice(NAMES))[kind]


def mutate_fields(fields: Json, dice: random.Random) -> None:
    """Change, drop, rename or add a field."""
    name = dice.choice(list(fields))
    kind = dice.randrange(5)
    if kind == 0 and len(fields) > 1:
        del fields[name]
    elif kind == 1:
        fields[dice.choice((*FIELDS, dice.choice(ODD_TEXTS)))] = odd_value(dice)
    elif kind == 2:
        fields[name[:-1]] = fields.pop(name)
    else:
        fields[name] = odd_value(dice)


def insert(line: bytes, dice: random.Random) -> bytes:
    place = dice.randint(0, len(line))
    return line[:place] + dice.choice(BYTES) + line[place:]


def cut(line: bytes, dice: random.Random) -> bytes:
    return line[: dice.randint(0, len(line))]


def drop(line: bytes, dice: random.Random) -> bytes:
    place = dice.randint(0, len(line))
    return line[:place] + line[place + dice.randint(1, 4) :]


def flip(line: bytes, dice: random.Random) -> bytes:
    changed = bytearray(line or b"x")
    changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def repeat(line: bytes, dice: random.Random) -> bytes:
    place = dice.randint(0, len(line))
    piece = line[place : place + dice.randint(1, 30)]
    return line[:place] + piece * dice.choice((2, 3, 50)) + line[place:]


BYTE_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (insert, cut, drop, flip, repeat)
