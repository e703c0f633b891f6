"""What a demo performs, as data: actions at times of a day, with names of the script's own in place of ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal, UnknownDoctor, UnknownEntry, UnknownSlot, UnknownToken
from opd_tui.domain.events import DoctorAdded, SlotOpened, TokenIssued

ZONE = "Asia/Kolkata"


@dataclass(frozen=True)
class Ref:
    """Something that an earlier action of the script made."""

    kind: str
    """`doctor`, `slot`, `token`, or `entry` in the journal."""
    name: str


doctor_ref, token_ref, entry_ref = partial(Ref, "doctor"), partial(Ref, "token"), partial(Ref, "entry")


def slot_ref(doctor: str, date: dt.date, start: dt.time) -> Ref:
    """Return the doctor's slot that begins at a time of a day."""
    return Ref("slot", f"{doctor} {date} {start:%H:%M}")


_MISSING: Mapping[str, type[DeskRefusal]] = {
    "doctor": UnknownDoctor,
    "slot": UnknownSlot,
    "token": UnknownToken,
    "entry": UnknownEntry,
}


@dataclass(frozen=True)
class ScriptedAction:
    """An action whose fields hold a `Ref` where the desk has an id; what it makes is known by `name` from then on."""

    kind: type[Action]
    fields: Mapping[str, Any]
    name: str = ""

    @property
    def verb(self) -> str:
        """The action's name in JSON lines."""
        return self.kind.verb

    def action(self, ids: Ids) -> Action:
        """Return the action for the desk; raise a DeskRefusal if what it refers to was never made."""
        return self.kind(**ids.resolved(self.fields))


def scripted(kind: type[Action], makes: str = "", /, **fields: Any) -> ScriptedAction:
    """Return an action of a script; what it makes is known by the name `makes`."""
    return ScriptedAction(kind, fields, makes)


class Ids:
    """The ids of what a script made."""

    def __init__(self) -> None:
        self._ids: dict[Ref, int] = {}

    def resolved(self, value: Any) -> Any:
        """Return a value with ids in place of the references in it; raise a DeskRefusal if something was never made."""
        if isinstance(value, Ref):
            if value not in self._ids:
                raise _MISSING[value.kind](f"The demo's {value.kind} {value.name} could not be made earlier.")
            return self._ids[value]
        if isinstance(value, Mapping):
            return {name: self.resolved(each) for name, each in value.items()}
        return [self.resolved(each) for each in value] if isinstance(value, list) else value

    def learn(self, name: str, outcome: Outcome) -> None:
        """Remember what an action made; a token that replaces another takes over its name."""
        if name:
            self._ids[entry_ref(name)] = outcome.entry_id
        for event in outcome.asked_for:
            if isinstance(event, DoctorAdded):
                self._ids[doctor_ref(name)] = event.subject_id
            elif isinstance(event, SlotOpened):
                doctor, date = self._named("doctor", event.after["doctor_id"]), event.after["date"]
                self._ids[Ref("slot", f"{doctor} {date} {event.after['start']}")] = event.subject_id
            elif isinstance(event, TokenIssued):
                replaced = event.after.get("replaces")
                self._ids[token_ref(self._named("token", replaced) if replaced else name)] = event.subject_id

    def _named(self, kind: str, id_: int) -> str:
        return next((ref.name for ref, known in self._ids.items() if ref.kind == kind and known == id_), "")


@dataclass(frozen=True)
class Step:
    """What happens at one time of the hospital's local clock, with a caption where there is something to say."""

    at: dt.time
    caption: str
    actions: tuple[ScriptedAction, ...]


@dataclass(frozen=True)
class Script:
    """A play at the desk: its day, what exists before it begins, and its steps."""

    heading: str
    date: dt.date
    setting: Step
    steps: tuple[Step, ...]
    boards: bool = True
    """Whether the text has every slot after each step."""
