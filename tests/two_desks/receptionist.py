"""What a receptionist does: tokens, doctors and sessions, each read off the screen once it is acknowledged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.benchmarks.terminal import Terminal
from tests.two_desks.glance import NUMBER, Glance
from tests.two_desks.hands import Hands

CLOSING_KEYS = {"cancel_token": "c", "mark_no_show": "x", "complete_token": "d"}
CLOSED_WORDS = {"was cancelled": "cancel_token", "did not show up": "mark_no_show", "is done": "complete_token"}
REFUSALS = {
    "closed already": "was already",
    "too quick": "That would complete",
    "holds no seat": "has no seat yet",
    "same person": "is the same person",
    "code taken": "belongs to another doctor",
    "slots overlap": "Choose a time outside it",
    "desk busy": "Another desk is busy. Nothing was changed",
}
"""What may be refused, by the words that say so; anything else ends the run."""


def is_refusal(said: str) -> bool:
    """Return whether a message says that nothing was changed; where it is cut, its first words say so."""
    return "Nothing was changed" in said or any(words in said for words in REFUSALS.values())


ASKED_AGAIN = "Another desk was faster, so this has changed."

ANOTHER_DAY = r"(?:\w+ \d+ \w+: )?"
"""The day of a token, where it is another."""
_ISSUED = re.compile(
    rf"{ANOTHER_DAY}(?P<source>[A-Z][a-z-]+) (?P<number>{NUMBER}) (?P<name>.+?) "
    rf"(?P<how>has a seat with|waits for|took the seat of(?= (?P<other>{NUMBER})))"
)
_CLOSED = re.compile(
    rf"{ANOTHER_DAY}(?P<number>{NUMBER}) (?P<name>.+?) (?P<how>{'|'.join(CLOSED_WORDS)})"
    rf"(?:; (?P<other>{NUMBER}) .+ moves up|\.)"
)
_ADDED = re.compile(r"(?P<name>Dr .+) was added with the code (?P<code>\w+)\.")
_OPENED = re.compile(
    r"(?P<name>Dr .+) has (?P<count>\d+) slots (?P<start>[\d:]+)–(?P<end>[\d:]+) on \w+ (?P<day>\d+) \w+ "
    r"with (?P<capacity>\d+) seats? each\."
)
_TOKEN_ASKED_FOR = re.compile(rf"(?:{ASKED_AGAIN} )?(?:Cancel|Mark) (?P<number>{NUMBER}) ")


class Seen(NamedTuple):
    """An acknowledgement as it stood on a screen: what was done, to whom, and what else it says."""

    verb: str
    whom: str
    more: tuple[str, ...]


class News:
    """What is said since something was begun; what stood there before is no news until it went."""

    def __init__(self, glance: Glance) -> None:
        self.old = glance.message

    def on(self, glance: Glance) -> str:
        """What is said now, if it is new."""
        if glance.message != self.old:
            self.old = ""
        return "" if self.old else glance.message


class Unexpected(Exception):
    """The screen says what nobody who did this would expect."""


Linger = Callable[[str], None]
"""What somebody does who was asked a question, before the answer."""


class Receptionist:
    """One desk; keeps what it saw acknowledged and counts what was refused."""

    def __init__(self, terminal: Terminal, desk: str, acknowledged: Callable[[str], None]) -> None:
        self.hands = Hands(terminal)
        self.desk = desk
        self.acknowledged = acknowledged
        self.seen: list[Seen] = []
        self.met: Counter[str] = Counter()
        """Refusals, questions asked again, and questions answered with no."""

    def take_down(self, seen: Seen) -> None:
        """Something was acknowledged."""
        self.seen.append(seen)
        self.acknowledged(self.desk)

    def refused(self, text: str) -> None:
        """Something was refused, for a reason that one may meet."""
        kind = next((kind for kind, words in REFUSALS.items() if words in text), None)
        if kind is None:
            raise Unexpected(f"nobody would expect this refusal: {text}")
        self.met[kind] += 1
        self.hands.take_a_breath()

    # Tokens

    def issue(self, name: str, source: str, phone: str, linger: Linger, *, sure: bool = True) -> None:
        """Issue a token for the chosen slot, as far as the desk lets it."""
        hands = self.hands
        emergency = source == "EMERGENCY"
        hands.press("e" if emergency else "n", lambda glance: glance.panel and glance.forecast)
        if phone:
            hands.press(phone, lambda glance: glance.panel and phone in glance.panel.inside[0])
            hands.press("enter", lambda glance: glance.panel and f"phone {phone}" in glance.panel.title)
        hands.press(name, lambda glance: glance.panel and name in glance.panel.inside[0])
        if not emergency:
            hands.press("tab", lambda glance: glance.at_known_patients or glance.at_source)
            if hands.glance.at_known_patients:  # somebody of this name was here before
                hands.press("tab", lambda glance: glance.at_source)
            hands.press(source[0].lower(), lambda glance: self._chosen_source() == source)
        self._submit(name, linger, sure)

    def _source_row(self) -> int:
        lines = self.hands.terminal.lines
        return next((n for n, line in enumerate(lines) if line.startswith("┃ Source ")), 0)

    def _chosen_source(self) -> str:
        """The source that is shown in reverse."""
        screen, row = self.hands.terminal.screen, self._source_row()
        words = "".join(screen.buffer[row][x].data if screen.buffer[row][x].reverse else " " for x in range(100))
        return name_of(words.split()[-1]) if words.strip() else ""

    def _submit(self, name: str, linger: Linger, sure: bool) -> None:
        """Press Enter in the panel and go on until it is closed."""
        hands = self.hands
        news = News(hands.glance)

        def end(glance: Glance) -> str:
            said = news.on(glance)
            if glance.question:
                return glance.question
            if glance.panel and "Nothing was changed" in glance.forecast:
                return glance.forecast
            issued = _ISSUED.match(said)
            return said if issued and issued["name"] == name and glance.at_rest else ""

        said = hands.press("enter", end)
        while hands.glance.question:
            self.met["asked again"] += ASKED_AGAIN in said
            linger(said)
            if not sure:
                self.met["answered no"] += 1
                hands.press("escape", lambda glance: "Not issued." in glance.forecast)
                hands.take_a_breath()
                break
            said = hands.press("y", another(said, end))
        if hands.glance.panel:
            if sure:
                self.refused(said)
            hands.press("escape", lambda glance: glance.at_rest)
        else:
            self.take_down(issued_in(said))

    def close(self, verb: str, number: str, linger: Linger, *, sure: bool = True) -> None:
        """Close the token at the pointer, if the question is about the one that is meant."""
        hands = self.hands
        news = News(hands.glance)

        def end(glance: Glance) -> str:
            said = news.on(glance)
            if glance.question:
                return glance.question
            closed = _CLOSED.match(said)
            done = is_refusal(said) or (closed and closed["number"] == number)
            return said if done and glance.at_rest else ""

        said = hands.press(CLOSING_KEYS[verb], end)
        while hands.glance.question:
            self.met["asked again"] += ASKED_AGAIN in said
            asked = _TOKEN_ASKED_FOR.match(said)
            if asked is None:
                raise Unexpected(f"the question names no token: {said}")
            if asked["number"] != number:
                self.met["another line was at the pointer"] += 1
                sure = False
            else:
                linger(said)
            if not sure:
                self.met["answered no"] += 1
                hands.press("escape", lambda glance: glance.at_rest)
                return
            said = hands.press("y", another(said, end))
        if is_refusal(said):
            self.refused(said)
        else:
            self.take_down(closed_in(said))

    # Doctors and sessions

    def add_doctor(self, name: str, specialty: str, code: str = "") -> None:
        """Add a doctor, from any screen."""
        self.hands.show("Doctors")
        self.hands.press("a", lambda glance: glance.form and glance.field)
        said = self._fill([("Name", name), ("Specialty", specialty), ("Code", code), ("Room", "")], _ADDED, name)
        if said:
            added = _ADDED.match(said)
            assert added is not None
            self.take_down(Seen("add_doctor", added["name"], (added["code"],)))

    def open_session(self, code: str, start: str, end: str, capacity: int) -> None:
        """Open an hourly session of the doctor with this code on the day that is shown."""
        self.hands.show("Doctors")
        self.hands.see(lambda glance: any(line.key == code for line in glance.rows))  # the message comes before the row
        if not self.hands.point_at(code):
            raise Unexpected(f"there is no doctor {code} on the list")
        doctor = self.hands.glance.pointed
        assert doctor is not None
        self.hands.press("s", lambda glance: glance.field and glance.form and doctor.name in glance.form.title)
        fields = [("Day", ""), ("Start", start), ("End", end), ("Seats per slot", f"{capacity}")]
        if said := self._fill([*fields, ("Minutes per slot", "60")], _OPENED, doctor.name):
            opened = _OPENED.match(said)
            assert opened is not None
            more = (opened["count"], opened["start"], opened["end"], opened["day"], opened["capacity"])
            self.take_down(Seen("open_session", opened["name"], more))

    def _fill(self, fields: Sequence[tuple[str, str]], done: re.Pattern[str], name: str) -> str:
        """Fill in a form field by field; what is said once it is done, or nothing where it was refused."""
        hands = self.hands
        news = News(hands.glance)
        for (label, value), (following, _) in zip(fields, [*fields[1:], ("", "")], strict=True):
            hands.see(lambda glance, label=label: glance.field == label)
            if value:
                hands.press(value, lambda glance, value=value: glance.form and value in glance.form.text)
            if following:
                hands.press("enter", lambda glance, following=following: glance.field == following)

        def end(glance: Glance) -> str:
            said = news.on(glance)
            if glance.form:
                return glance.form.text if "Nothing was changed" in glance.form.text else ""
            found = done.match(said)
            return said if found and found["name"] == name and glance.at_rest else ""

        said = hands.press("enter", end)
        if hands.glance.form:
            self.refused(said)
            hands.press("escape", lambda glance: glance.at_rest)
            return ""
        return said


def another(question: str, end: Callable[[Glance], str]) -> Callable[[Glance], str]:
    """What comes of an answer: not the question that was answered, unless it went away and came again."""
    gone = False

    def came(glance: Glance) -> str:
        nonlocal gone
        gone = gone or glance.question != question
        said = end(glance)
        return said if gone else ""

    return came


def name_of(label: str) -> str:
    """The name of a source in the journal: `WALKIN` for Walk-in."""
    return label.upper().replace("-", "")


def issued_in(said: str) -> Seen:
    """Parse the message about an issued token."""
    found = _ISSUED.match(said)
    assert found is not None
    return Seen(
        "issue_token", found["number"], (found["name"], name_of(found["source"]), found["how"], found["other"] or "")
    )


def closed_in(said: str) -> Seen:
    """Parse the message about a closed token."""
    found = _CLOSED.match(said)
    assert found is not None
    return Seen(CLOSED_WORDS[found["how"]], found["number"], (found["name"], found["other"] or ""))
