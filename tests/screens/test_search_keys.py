"""A name is found from any keyboard."""

from __future__ import annotations

import pytest

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.tui.app import OpdApp
from opd_tui.tui.screens.matching import matcher
from opd_tui.tui.screens.search_keys import search_key
from tests.support.helpers import issue
from tests.support.pilot import WIDE, OpenDesk, at_the_counter, doctor_with_slots


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
    key = search_key(name)
    assert [query for query in typed if not matcher(query)(key)] == [], key


async def test_find_and_filter_find_it_on_the_screens(desk: FrontDesk, open_desk: OpenDesk) -> None:
    slot = doctor_with_slots(desk)[0]
    for name in ("Łukasz Nowak", "सुनीता देवी", "Asha", "Siobhan O’Brien"):
        issue(desk, slot, name)
    async with at_the_counter(OpdApp(open_desk), WIDE) as meera:
        await meera.press("slash")
        await meera.type("sunita")
        await meera.sees("1 match")
        await meera.press("escape", "2", "slash")
        await meera.type("o'brien")
        await meera.sees("Siobhan O’Brien")


@pytest.mark.parametrize(("name", "typed"), [("Dr A", "ra"), ("राम", "shyam"), ("Łukasz", "kusz"), ("सुनीता", "मीना")])
def test_another_name_is_not_found(name: str, typed: str) -> None:
    assert not matcher(typed)(search_key(name))


def test_a_search_finds_no_word_that_two_words_make_together() -> None:
    assert search_key("Dr  Ásha VERMA") == "dr asha verma"
