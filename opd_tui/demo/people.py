"""The fictional patients of the busy day: names in several scripts, and telephone numbers that nobody has."""

from __future__ import annotations

import random
from collections.abc import Iterator

from opd_tui.domain.model import Patient

WOMEN = (
    *("Asha", "Sunita", "Meera", "Diya", "Nila", "Zoya", "Kavya", "Ananya", "Lakshmi", "Fatima", "Geeta", "Indu"),
    *("Jaya", "Kamala", "Lata", "Maria", "Nandini", "Padma", "Rekha", "Sarita", "Tara", "Usha", "Vimala", "Yamini"),
)
MEN = (
    *("Ravi", "Imran", "Kabir", "Farhan", "Arjun", "Om", "Vikram", "Ashok", "Bala", "Chetan", "Dinesh", "Elias"),
    *("Ganesh", "Hari", "Irfan", "Jacob", "Kiran", "Manoj", "Naveen", "Prakash", "Rohan", "Suresh", "Thomas", "Uday"),
)
FAMILIES = (
    *("Verma", "Kumar", "Rao", "Khan", "Nair", "Mehta", "Joseph", "Qureshi", "Iyer", "Das", "Pillai", "Reddy"),
    *("Ali", "Bose", "Chauhan", "D’Souza", "Fernandes", "Gowda", "Hegde", "Jain", "Kulkarni", "Lobo", "Mishra"),
    *("Naidu", "Patel", "Raghunathan", "Sharma", "Thakur", "Venkataraman", "Yadav"),
)
OTHER_SCRIPTS = (
    *(("सुनीता शर्मा", "female"), ("राम प्रसाद", "male"), ("गीता जोशी", "female"), ("अनिल यादव", "male")),
    *(("মিতা দাস", "female"), ("রবি সেন", "male"), ("மீனா குமார்", "female"), ("முருகன்", "male")),
    *(("లక్ష్మి దేవి", "female"), ("రాజు", "male"), ("ಸುಧಾ ರಾವ್", "female"), ("ಗೋಪಾಲ್", "male")),
    *(("ലത നായർ", "female"), ("രാജൻ", "male"), ("ગીતા પટેલ", "female"), ("ਗੁਰਮੀਤ ਕੌਰ", "female")),
)
WITH_PHONE, WITH_NUMBER = 0.85, 0.4
"""How many patients in one give a telephone number, and have a number of the hospital from an earlier visit."""


def patients(dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield names with the sex, no name twice."""
    latin = [(f"{first} {last}", "female") for first in WOMEN for last in FAMILIES]
    latin += [(f"{first} {last}", "male") for first in MEN for last in FAMILIES]
    dice.shuffle(latin)
    others = dice.sample(OTHER_SCRIPTS, len(OTHER_SCRIPTS))
    for number, person in enumerate(latin):
        if number % 20 == 7 and others:
            yield others.pop()
        yield person


class People:
    """Makes the patients of a day, one after another."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self._names = patients(dice)
        self._made = 0

    def somebody(self, born: tuple[int, int], sex: str | None = None) -> Patient:
        """Return a new patient who was born in one of these years."""
        name, is_of = next(person for person in self._names if sex in (None, person[1]))
        self._made += 1
        return Patient(
            name=name,
            phone=f"55555 {self._made * 211 % 100_000:05}" if self.dice.random() < WITH_PHONE else None,
            uhid=f"DEMO-{self._made * 37 % 10_000:04}" if self.dice.random() < WITH_NUMBER else None,
            birth_year=self.dice.randint(*born),
            sex=is_of,
        )
