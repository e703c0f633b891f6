"""A name is found from any keyboard."""

from __future__ import annotations

import pytest

from opd_tui.desk.search import Words, found
from opd_tui.desk.search_keys import search_key


def finds(typed: str, name: str) -> bool:
    """Return whether a search finds a name."""
    return bool(found(typed, [name], lambda name: Words(search_key(name))))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Siobhan O’Brien", ["o'brien", "O’Brien", "obrien", "brien"]),
        ("Anne‑Marie Souza", ["anne-marie", "Anne–Marie", "annemarie", "marie"]),
        ("സജിൻ", ["സജിൻ", "സജിന്\u200d", "sajin"]),
        ("علي", ["علی", "علي"]),
        ("Łukasz Nowak", ["lukasz", "Łukasz", "nowak luk"]),
        ("Žofie Đorđević", ["zofie dordevic"]),
        ("राम कुमार", ["ram", "Rama", "kumar", "राम", "kumar ram"]),
        ("मीना", ["mina", "Meena", "मीना"]),
        ("पूजा", ["puja", "pooja"]),
        ("सुनीता देवी", ["sunita", "suneeta devi"]),
        ("कमला", ["kamla", "kamala"]),
        ("वर्मा", ["varma"]),
        ("आशा शर्मा", ["asha sharma", "sharma"]),
        ("गुरप्रीत सिंह", ["gurpreet singh", "gurprit"]),
        ("चंद्र लक्ष्मी राव", ["chandra", "lakshmi", "rao"]),
        ("ਗੁਰਪ੍ਰੀਤ", ["gurpreet"]),
        ("লক্ষ্মী", ["lak"]),
        ("கமலா", ["kamala"]),
        ("Иванов", ["ivanov"]),
        ("陈伟", ["chen"]),
        ("Asha Verma", ["आशा", "asha verma"]),
    ],
)
def test_a_name_is_found(name: str, typed: list[str]) -> None:
    assert [query for query in typed if not finds(query, name)] == [], search_key(name)


@pytest.mark.parametrize(("name", "typed"), [("Dr A", "ra"), ("राम", "shyam"), ("Łukasz", "kusz"), ("सुनीता", "मीना")])
def test_another_name_is_not_found(name: str, typed: str) -> None:
    assert not finds(typed, name)


def test_a_search_finds_no_word_that_two_words_make_together() -> None:
    assert search_key("Dr  Ásha VERMA") == "dr asha verma"
