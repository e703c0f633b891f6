"""A receptionist's busy day: what to do next, by what the screen shows, by chance, and by where the other desk is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.two_desks.glance import NUMBER, SOURCES, Line
from tests.two_desks.receptionist import CLOSING_KEYS, Receptionist
from tests.two_desks.tally import Hesitation, Tally

DOCTORS = (
    ("Dr Anil Rao", "Orthopedics", "RAO", 4),
    ("Dr Meena Iyer", "Medicine", "IYE", 7),
    ("Dr John Mathew", "Skin", "MAT", 3),
    ("Dr Sara Khan", "Eyes", "KHA", 5),
)
"""Name, specialty, the code that is made of the name, and seats per slot; every other one is one desk's to add."""
NEWCOMERS = (
    ("Dr Ravi Nair", "Medicine", "NAI", 4),
    ("Dr Lata Bose", "Skin", "BOS", 2),
    ("Dr Omar Ali", "Eyes", "ALI", 3),
    ("Dr Uma Das", "ENT", "DAS", 4),
)
"""Doctors who are added in the course of the day."""
STARTS = tuple(f"{hour:02}:00" for hour in range(9, 17))
MORNING = ("09:00", "13:00")
GIVEN = "Asha Bina Chand Devi Esha Farid Gita Hari Indu Jaya Kiran Lila Mohan Nila Omana Priya Rafi Sita Tara Usha"
FAMILY = (
    "Ahuja Bhat Das Dutt Gill Iqbal Jain Joshi Kaur Lal Mehta Menon Naidu Nanda Patel Pillai Rana Reddy Roy "
    "Sen Seth Shah Singh Sinha Thomas Varma Vora Wali Yadav Zaidi Abbas Bedi Chopra Dey Ghosh Hegde Kulkarni Mitra"
)
"""Twenty and thirty-eight names; with a letter in the middle there are enough for any day."""
MIDDLE = ("", *(f"{letter} " for letter in "ABCDEGHJKLMNPRSV"))
ACTIONS_AN_HOUR = 120
ACTIONS_OF_A_SHORT_DAY = 200
"""For so few there are two doctors."""
CLOSE_BY = 6
"""How many lines somebody looks up and down a queue."""


class Day:
    """One desk's day."""

    def __init__(self, receptionist: Receptionist, tally: Tally, seed: int, desk_number: int) -> None:
        self.receptionist = receptionist
        self.hands = receptionist.hands
        self.tally = tally
        self.dice = random.Random(f"{seed} {desk_number}")
        self.desk_number = desk_number
        people = [
            f"{given} {middle}{family}" for given in GIVEN.split() for middle in MIDDLE for family in FAMILY.split()
        ]
        random.Random(seed).shuffle(people)
        self.people = people[desk_number::2]
        self.with_phone: list[tuple[str, str, tuple[str, str]]] = []
        """Name, phone and slot of whom this desk knows well."""
        self.doctors = DOCTORS if tally.goal > ACTIONS_OF_A_SHORT_DAY else DOCTORS[:2]
        self.newcomers = list(NEWCOMERS[desk_number::2])
        self.deeds: dict[Callable[[], None], int] = {
            self.issue: 40,
            self.close: 40,
            self.close_on_waitlist: 8,
            self.find_and_close: 6,
            self.look_after_tomorrow: 5,
            self.issue_from_waitlist: 3,
            self.issue_again: 2,
            self.close_again: 2,
            self.take_a_code: 1,
            self.look_at_yesterday: 1,
        }

    def open_the_house(self) -> None:
        """Add this desk's doctors and open their sessions."""
        for name, specialty, code, capacity in self.doctors[self.desk_number :: 2]:
            self.receptionist.add_doctor(name, specialty)
            self.receptionist.open_session(code, STARTS[0], "17:00", capacity)
        self.hands.show("Board")
        self.hands.see(lambda glance: len(glance.doctors) >= len(self.doctors))

    def work(self) -> None:
        """Work until the day is over."""
        while not self.tally.over:
            if hesitation := self.tally.take_up(self.receptionist.desk):
                try:
                    self.be_faster(hesitation)
                finally:
                    hesitation.over = True
            elif self.newcomers and self.hour > len(STARTS) - 2 * len(self.newcomers):
                self.welcome(*self.newcomers.pop(0))
            else:
                deeds = list(self.deeds)
                self.dice.choices(deeds, list(self.deeds.values()))[0]()

    @property
    def hour(self) -> int:
        """Which of the starts the day has come to: both desks work there most, and long enough to fill the slots."""
        hours = min(max(self.tally.goal // ACTIONS_AN_HOUR, 1), len(STARTS))
        return min(self.tally.done.total() * hours // self.tally.goal, hours - 1)

    # Where two desks meet

    def linger(self, question: str) -> None:
        """Before an answer, now and then wait until the other desk has done something about the same."""
        slot = self.hands.glance.slot
        if slot is None or self.hands.glance.days_ahead or self.dice.random() > 0.15:
            return
        hesitation = Hesitation(self.receptionist.desk, slot, tuple(re.findall(NUMBER, question)))
        if self.tally.hesitate(hesitation):
            try:
                self.hands.wait_until(lambda: hesitation.over or self.tally.over)
            finally:
                self.tally.go_on()

    def be_faster(self, hesitation: Hesitation) -> None:
        """Do what makes the other desk's question an old one: close one of its tokens, or send in an emergency."""
        if not hesitation.numbers or self.dice.random() < 0.4:
            if self.hands.go_to_slot(*hesitation.slot):
                self.receptionist.issue(self.people.pop(), "EMERGENCY", "", straight_on)
        elif line := self.hands.find(number := self.dice.choice((hesitation.numbers[0], hesitation.numbers[-1]))):
            self.receptionist.close(self.a_verb_for(line), number, straight_on)

    # Deeds

    def go_somewhere(self) -> bool:
        """Go to a slot, mostly of the present hour; whether there is one."""
        self.hands.show("Board")
        start = STARTS[self.hour] if self.dice.random() < 0.8 else self.dice.choice(STARTS[: self.hour + 2])
        here = self.hands.glance.doctors
        return bool(here) and self.hands.go_to_slot(self.dice.choice(here), start)

    def issue(self) -> None:
        """A patient comes."""
        if self.go_somewhere():
            self.issue_here()

    def issue_here(self) -> None:
        """A patient comes for the chosen slot; few who are told whose seat it takes think better of it."""
        name = self.people.pop()
        phone = f"98{self.dice.randrange(10**8):08}" if self.dice.random() < 0.3 else ""
        source = self.dice.choices(SOURCES, (2, 3, 3, 4, 5))[0]
        slot = self.hands.glance.slot
        if phone and slot is not None and not self.hands.glance.days_ahead:
            self.with_phone.append((name, phone, slot))
        self.receptionist.issue(name, source, phone, self.linger, sure=self.dice.random() < 0.93)

    def close(self) -> None:
        """Somebody is seen, cancels or does not come; where nobody is, somebody comes."""
        if not self.go_somewhere():
            return
        load = self.hands.glance.load
        if not any(line.is_open for line in self.hands.glance.rows) or (load and load.taken < load.capacity // 2):
            self.issue_here()
            return
        self.hands.enter_queue()
        self.close_near(lambda line: line.is_open)

    def close_again(self) -> None:
        """A token that was closed long ago is closed by mistake."""
        if self.go_somewhere() and any(not line.is_open for line in self.hands.glance.rows):
            self.hands.enter_queue()
            self.close_near(lambda line: not line.is_open)

    def close_near(self, fits: Callable[[Line], bool], verb: str = "") -> None:
        """Close a token that is not far from the pointer, by this action or by any."""
        glance = self.hands.glance
        keys = [line.key for line in glance.rows]
        here = keys.index(glance.pointed.key) if glance.pointed else 0
        near = [line for line in glance.rows[max(here - CLOSE_BY, 0) : here + CLOSE_BY] if fits(line)]
        near = near or [line for line in glance.rows if fits(line)]
        if near:
            line = self.dice.choice(near)
            if self.hands.point_at(line.key):
                self.receptionist.close(
                    verb or self.a_verb_for(line), line.key, self.linger, sure=self.dice.random() < 0.95
                )

    def a_verb_for(self, line: Line) -> str:
        """What may be done with a token, and now and then what may not."""
        if line.status != "WAITING" or self.dice.random() < 0.04:
            return self.dice.choices(list(CLOSING_KEYS), (3, 2, 3))[0]
        return "cancel_token"

    def close_on_waitlist(self) -> None:
        """Somebody who waits gives up; half the time the list is narrowed first."""
        hands = self.hands
        hands.show("Waitlist")
        if not hands.see(lambda glance: glance.rows or glance.has_nothing) or not hands.glance.rows:
            return
        words = self.dice.choice(SOURCES).lower() if self.dice.random() < 0.5 else ""
        if words:
            hands.press("/", lambda glance: glance.filter is not None)
            hands.press(words, lambda glance: glance.filter == words)
            hands.press("enter", lambda glance: glance.pointed or glance.has_nothing)
        if hands.glance.pointed:
            self.close_near(lambda line: not words or line.source == words.upper())
        if words:
            hands.press("escape", lambda glance: glance.filter is None)

    def issue_from_waitlist(self) -> None:
        """Somebody comes for a slot where others wait."""
        self.hands.show("Waitlist")
        if self.hands.see(lambda glance: glance.pointed or glance.has_nothing) and self.hands.glance.pointed:
            self.receptionist.issue(self.people.pop(), self.dice.choice(SOURCES), "", self.linger)

    def find_and_close(self) -> None:
        """Somebody of whom this desk has the number calls."""
        issued = [seen for seen in self.receptionist.seen if seen.verb == "issue_token"]
        if issued:
            number = self.dice.choice(issued[-40:]).whom
            self.hands.show_day(0)
            if line := self.hands.find(number):
                self.receptionist.close(self.a_verb_for(line), number, self.linger)

    def issue_again(self) -> None:
        """Somebody who may have a token comes again."""
        if self.with_phone:
            name, phone, slot = self.dice.choice(self.with_phone[-10:])
            if self.hands.go_to_slot(*slot):
                self.receptionist.issue(name, "ONLINE", phone, self.linger)

    def take_a_code(self) -> None:
        """A doctor is added with another's code."""
        self.receptionist.add_doctor("Dr Twice Rao", "", "RAO")

    def welcome(self, name: str, specialty: str, code: str, capacity: int) -> None:
        """Another doctor comes, and has sessions today."""
        self.receptionist.add_doctor(name, specialty)
        self.receptionist.open_session(code, STARTS[0], "17:00", capacity)

    def look_after_tomorrow(self) -> None:
        """Take some bookings for tomorrow; whoever finds no slots there opens them."""
        hands = self.hands
        hands.show("Board")
        hands.show_day(1)
        hands.see(lambda glance: (glance.is_whole_board and glance.load) or glance.says("No slots on this day"))
        if hands.glance.says("No slots on this day"):
            code, capacity = self.dice.choice([(code, capacity) for _, _, code, capacity in self.doctors])
            self.receptionist.open_session(code, *MORNING, capacity)
            hands.show("Board")
            hands.see(lambda glance: glance.is_whole_board and glance.load)
        self.issue_here()
        if hands.glance.rows:
            hands.enter_queue()
            self.close_near(lambda line: line.is_open, "cancel_token")
        hands.show_day(0)
        hands.see(lambda glance: glance.is_whole_board and not glance.says("No slots on this day"))

    def look_at_yesterday(self) -> None:
        """Look at a day when nothing was, and come back."""
        self.hands.show("Board")
        self.hands.show_day(-1)
        self.hands.see(lambda glance: glance.says("No slots on this day"))
        self.hands.show_day(0)
        self.hands.see(lambda glance: glance.is_whole_board and glance.load)


def straight_on(question: str) -> None:
    """Answer at once."""
