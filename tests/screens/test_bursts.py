"""Whatever is typed in bursts, no key acts for another patient than the one it was meant for."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from textual import events

from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.model import Status
from opd_tui.tui.app import OpdApp
from tests.support.helpers import issue
from tests.support.pilot import OpenDesk, Receptionist, at_the_counter, doctor_with_slots

FIRST_NAMES = ["Asha", "Nitin", "Priya", "Yash", "Deepa", "Xenia", "Chand", "Esha", "Rita", "Sunil", "Tina", "Zoya"]
LAST_NAMES = ["Verma", "Das", "Yadav", "Pal", "Khan", "Iyer", "Ghosh", "Nair", "Hegde", "Jain", "Chopra", "Xess"]
"""Names with the letters of the commands."""
BOOKED = 20
FEW, MANY = 1, 10
"""How many bursts a test types in the fast and in the slow set."""
THINGS_A_BURST = 7
HOLD_LETTERS = ("t", "T")
LAST_LETTERS = ("y", "Y", "i", "I", *HOLD_LETTERS)
"""The letters that change something, and behind which no other letter may follow at once."""

Press = str | events.Key | events.Paste
Effect = tuple[str, ...]


@dataclass(frozen=True)
class Meant:
    """Some keys, and what the one who types them means by them."""

    keys: tuple[Press, ...]
    effects: frozenset[Effect] = frozenset()
    is_refused: bool = False
    """Whether the last of the keys is refused, or a key within them, so that none of the next ones may act."""
    begins_anew: bool = False
    """Whether Esc is among them, so that what is meant by the keys behind it may happen after a refusal."""
    may_ask: bool = False
    """Whether a question may come that its last key answers, which is refused if none comes."""


@dataclass
class Typist:
    """Thinks of things to do, some of which go wrong."""

    chance: random.Random
    names: Iterator[str] = field(init=False)
    numbers: list[str] = field(init=False)
    """The tokens that may still be cancelled."""
    seats: Iterator[int] = field(default_factory=lambda: itertools.count(3))

    def __post_init__(self) -> None:
        pairs = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
        self.chance.shuffle(pairs)
        self.names = iter(pairs)
        self.numbers = [f"A-{number:03}" for number in range(1, BOOKED + 1)]

    def burst(self) -> list[Meant]:
        """Return what is typed without a pause."""
        things = (
            *(self.token, self.token, self.with_phone, self.emergency),
            *(self.cancel, self.check_in, self.hold, self.resize, self.wander),
        )
        mistakes = (
            self.useless,
            self.nothing_typed,
            self.wrong_seats,
            self.habit,
            self.not_found,
            self.on_empty_day,
        )
        return [self.chance.choice(mistakes if self.chance.random() < 0.2 else things)() for _ in range(THINGS_A_BURST)]

    def key(self, letter: str) -> str:
        """Return a letter, or its capital as with Caps Lock."""
        return letter.upper() if self.chance.random() < 0.2 else letter

    def token(self) -> Meant:
        name = next(self.names)
        begins_anew = self.chance.random() < 0.2
        opening: Press = events.Key("alt+n", "n") if begins_anew else self.key("n")
        text: tuple[Press, ...] = (events.Paste(name),) if self.chance.random() < 0.2 else tuple(name)
        return Meant((opening, *text, "enter"), frozenset({("issued", name, "WALKIN", "")}), begins_anew=begins_anew)

    def with_phone(self) -> Meant:
        name, phone = next(self.names), f"98{self.chance.randrange(10**8):08}"
        keys = (self.key("n"), *phone, "enter", *name, "tab", self.key("o"), "enter")
        return Meant(keys, frozenset({("issued", name, "ONLINE", phone)}))

    def emergency(self) -> Meant:
        name = next(self.names)
        keys = (self.key("e"), *name, "enter", self.key("y"))
        return Meant(keys, frozenset({("issued", name, "EMERGENCY", "")}), may_ask=True)

    def found(self, key: str) -> tuple[str, tuple[Press, ...]]:
        """Return a token and the keys that find it and press a key there."""
        number = self.chance.choice(self.numbers)
        return number, ("/", *number, "enter", key)

    def cancel(self) -> Meant:
        if not self.numbers:
            return self.wander()
        number, keys = self.found(self.key("c"))
        self.numbers.remove(number)
        return Meant((*keys, self.key("y")), frozenset({("cancelled", number)}))

    def check_in(self) -> Meant:
        if not self.numbers:
            return self.wander()
        number, keys = self.found(self.key("i"))
        self.numbers.remove(number)
        return Meant(keys, frozenset({("here", number)}))

    def hold(self) -> Meant:
        if not self.numbers:
            return self.wander()
        number, keys = self.found(self.key("w"))
        self.numbers.remove(number)
        return Meant((*keys, self.chance.choice(HOLD_LETTERS)), frozenset({("held", number)}))

    def resize(self) -> Meant:
        seats = f"{next(self.seats)}"
        return Meant(("s", *seats, "enter"), frozenset({("seats", seats)}))

    def wander(self) -> Meant:
        return self.chance.choice(
            [
                Meant(("2", "1")),
                Meant(("enter", "down", "escape"), begins_anew=True),
                Meant(("escape",), begins_anew=True),
                Meant(("?", "escape"), begins_anew=True),
                Meant(("n", "escape"), begins_anew=True),
            ]
        )

    # Mistakes

    def useless(self) -> Meant:
        return Meant((self.chance.choice(["z", "%", "9", "q", "f5", events.Paste("Asha Verma")]),), is_refused=True)

    def nothing_typed(self) -> Meant:
        return Meant(("n", *self.chance.choice(["", " ", "98", "..."]), "enter"), is_refused=True)

    def wrong_seats(self) -> Meant:
        return Meant(("s", *self.chance.choice(["0", "x", "-1"]), "enter"), is_refused=True)

    def habit(self) -> Meant:
        if not self.numbers:
            return self.useless()
        _, keys = self.found(self.key("c"))
        return Meant((*keys, self.chance.choice(["n", "N", "c", "p", "1", "tab", "down", "/"])), is_refused=True)

    def not_found(self) -> Meant:
        return Meant(("/", *"Qqq", "enter"), is_refused=True)

    def on_empty_day(self) -> Meant:
        return Meant(("]", *self.chance.choice(["n", "e"]), *next(self.names), "enter"), is_refused=True)


def expected(burst: list[Meant]) -> tuple[set[Effect], set[Effect]]:
    """Return what must come of a burst, and what may."""
    must: set[Effect] = set()
    may: set[Effect] = set()
    acts, is_sure = True, True
    for meant in burst:
        if meant.begins_anew and not acts:
            acts, is_sure = True, False
        if acts:
            (must if is_sure else may).update(meant.effects)
        acts = acts and not meant.is_refused
        is_sure = is_sure and not meant.may_ask
    return must, may


def effects_on(desk: FrontDesk) -> Counter[Effect]:
    """Return all that was done."""
    done: Counter[Effect] = Counter()
    for record in desk.token_list():
        token = record.token
        if token.id > BOOKED:
            done["issued", token.patient.name, token.source.name, token.patient.phone or ""] += 1
        elif token.checked_in_at is not None:
            done["here", token.number] += 1
        if token.held_at is not None:
            done["held", token.number] += 1
        if token.status is Status.CANCELLED:
            done["cancelled", token.number] += 1
        elif token.status not in (Status.ACTIVE, Status.WAITING):
            done[token.status.name, token.number] += 1
    (slot,) = desk.slot_list()
    done["seats", f"{slot.slot.capacity}"] += 1
    return done


def written(press: Press) -> str:
    """Return a key as text, for the report of a failure."""
    if isinstance(press, events.Paste):
        return f"<paste {press.text}>"
    name = press.key if isinstance(press, events.Key) else press
    return name if len(name) == 1 else f"<{name}>"


async def look_up(meera: Receptionist) -> None:
    """Look at the screen, and go back to the board of the day."""
    await meera.settle()
    keys = meera.app.keys
    await meera.until(lambda: not keys.waiting and not keys.under_way, "the last key")
    await meera.until(lambda: not keys.is_held, "the end of a question or of a key that might be a letter")
    await meera.settle()
    await meera.press(*["escape"] * 4, "1", "t")
    await meera.settle()


async def type_and_compare(meera: Receptionist, desk: FrontDesk, typist: Typist) -> None:
    """Type a burst and compare what came of it with what was meant; wait after each letter that changes something."""
    burst: list[Meant] = []
    for meant in typist.burst():
        burst.append(meant)
        if meant.keys[-1] in LAST_LETTERS:
            await type_run_and_compare(meera, desk, burst)
            burst = []
    await type_run_and_compare(meera, desk, burst)


async def type_run_and_compare(meera: Receptionist, desk: FrontDesk, burst: list[Meant]) -> None:
    """Type what belongs to a run of keys and compare what came of it with what was meant."""
    before = effects_on(desk)
    must, may = expected(burst)
    meera.burst(*(key for meant in burst for key in meant.keys))
    await look_up(meera)
    done = effects_on(desk) - before
    typed = " | ".join("".join(map(written, meant.keys)) for meant in burst)
    assert max(done.values(), default=1) == 1, (done, typed)
    unmeant = {effect for effect in done if effect not in must | may}
    seats = {effect for effect in must if effect[0] == "seats"}
    assert not unmeant, (unmeant, typed)
    assert must - seats <= set(done), (must - set(done), typed)


@pytest.mark.parametrize(
    ("bursts", "seed"), [(FEW, 0), *(pytest.param(MANY, seed, marks=pytest.mark.slow) for seed in range(1, 3))]
)
async def test_no_key_of_a_burst_acts_for_another_patient(
    desk: FrontDesk, open_desk: OpenDesk, bursts: int, seed: int, pytestconfig: pytest.Config
) -> None:
    slot = doctor_with_slots(desk)[0]
    for number in range(BOOKED):
        issue(desk, slot, f"Booked {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number]}")
    typist = Typist(random.Random(f"{pytestconfig.getoption('--seed')} {seed}"))
    async with at_the_counter(OpdApp(open_desk)) as meera:
        for _ in range(bursts):
            await type_and_compare(meera, desk, typist)
