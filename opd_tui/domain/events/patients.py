"""Events of patients' records. Personal fields are private: they are stored in the row only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar, Self

from opd_tui.domain.events.base import Event, Fields, Names, Subject
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Patient, PatientId, SlotId, Token, TokenId
from opd_tui.domain.text import listed, name_key, phone_key, uhid_key

FORGOTTEN = "(forgotten)"
"""The name of a forgotten patient; its key is empty, which no real name's key is."""

PERSONAL = tuple(spec.name for spec in Patient.specs())
"""The columns that identify a patient: name, phone, hospital number, year of birth and sex."""
WORDS = {"uhid": "hospital number", "birth_year": "year of birth"}
"""Personal fields whose names are no words."""
RESTORED = "restored"
"""The detail of an event that names the record from which it set personal fields back."""
KEYS = ("name_key", "phone_key", "uhid_key")
"""The columns for matching the same person, derived from the personal fields."""


def personal_fields(patient: Patient) -> dict[str, str | int | None]:
    """Return a patient's personal columns and match keys."""
    return {
        **{name: getattr(patient, name) for name in PERSONAL},
        "name_key": name_key(patient.name),
        "phone_key": phone_key(patient.phone) if patient.phone else None,
        "uhid_key": uhid_key(patient.uhid) if patient.uhid else None,
    }


def with_keys(fields: Fields) -> dict[str, str | int | None]:
    """Return some personal fields with the match keys that are derived from them."""
    derive = {"name": name_key, "phone": phone_key, "uhid": uhid_key}
    keys = {f"{name}_key": derive[name](fields[name]) if fields[name] else None for name in derive if name in fields}
    return {**fields, **keys}


def told(patient: Patient) -> dict[str, str | int]:
    """Return the personal fields that say something; a phone or hospital number such as N/A does not."""
    fields = personal_fields(patient)
    keys = {"phone": "phone_key", "uhid": "uhid_key"}
    says_something = (name for name in PERSONAL if fields[keys.get(name, name)] is not None)
    return {name: value for name in says_something if (value := fields[name]) is not None}


class PatientEvent(Event):
    """An event of a patient's record."""

    __slots__ = ()

    subject: ClassVar[Subject] = Subject.PATIENT


class PatientRegistered(PatientEvent):
    """A patient without a record came to the desk."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_registered"

    @classmethod
    def of(cls, patient: Patient, slot_id: SlotId) -> Self:
        """Return the event that registers a patient when a token is issued in a slot."""
        return cls(0, None, {}, slot_id, private=personal_fields(patient))

    def sentence(self, names: Names) -> str:
        return "A patient was registered"


class PatientDetailsAdded(PatientEvent):
    """Empty fields of a patient's record were filled in at a later visit."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_details_added"
    reversible: ClassVar[bool] = False

    @classmethod
    def of(cls, patient_id: PatientId, known: Patient, patient: Patient, slot_id: SlotId) -> Self | None:
        """Return the event that fills the fields missing in `known` from `patient`, or None if there are none."""
        known_fields = told(known)
        missing = with_keys({name: value for name, value in told(patient).items() if name not in known_fields})
        if not missing:
            return None
        return cls(patient_id, {}, {}, slot_id, details={"fields": sorted(missing)}, private=missing)

    def sentence(self, names: Names) -> str:
        return "A patient's record was completed"


class PatientKept(PatientEvent):
    """The earlier values of a record were kept in a row of their own, which only undo and forgetting find."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_kept"
    quiet: ClassVar[bool] = True

    @classmethod
    def of(cls, patient_id: PatientId, earlier: Patient, slot_id: SlotId) -> Self:
        """Return the event that keeps what a record holds before it changes."""
        return cls(0, None, {"merged_into": patient_id}, slot_id, private=personal_fields(earlier))

    def sentence(self, names: Names) -> str:
        return "A patient's earlier details were kept"


class PatientEdited(PatientEvent):
    """Fields of a patient's record were changed.

    The details name the row that keeps the earlier values, and the record's version before and after: each change has
    the id of that row, so that undo knows whether the record stands as a change left it.
    """

    __slots__ = ()

    kind: ClassVar[str] = "patient_edited"
    deed: ClassVar[str] = "the change of {}"
    reversible: ClassVar[bool] = False
    reason: ClassVar[str | None] = "edited"

    @classmethod
    def of(cls, token: Token, fields: Fields, earlier: Patient, kept: int, version: int) -> Self:
        """Return the event that changes these fields of the record of a token's patient."""
        details = {"token": token.id, "fields": sorted(fields), "kept": kept, "from": version, "to": kept}
        details["added"] = sorted(name for name in fields if getattr(earlier, name) is None)
        details["cleared"] = sorted(name for name, value in fields.items() if value is None)
        return cls(token.patient_id, {}, {}, token.slot_id, details=details, private=with_keys(fields))

    @property
    def mentions(self) -> tuple[TokenId, ...]:
        """See `Event`."""
        return (TokenId(self.details["token"]),)

    def sentence(self, names: Names) -> str:
        added, cleared = (self.details.get(name, ()) for name in ("added", "cleared"))
        changed = [name for name in PERSONAL if name in self.details["fields"]]
        others = [name for name in changed if name not in (*added, *cleared)]
        parts = [f"another {fields_in_words(others)}"] if others else []
        parts += [f"a {fields_in_words([name])} now" for name in changed if name in added]
        parts += [f"no {fields_in_words([name])} any more" for name in changed if name in cleared]
        return f"{names.token(self.details['token'])} has {listed(parts)}"


class PatientMerged(PatientEvent):
    """A duplicate record was merged into another record of the same patient, which takes over its visits."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_merged"
    deed: ClassVar[str] = "merging {}"
    reason: ClassVar[str | None] = "merged"

    @classmethod
    def of(cls, patient_id: PatientId, into: PatientId, slot_id: SlotId) -> Self:
        """Return the event that merges a record into another."""
        return cls(patient_id, {"merged_into": None}, {"merged_into": into}, slot_id)

    @property
    def named_patients(self) -> tuple[PatientId, ...]:
        """See `Event`."""
        return merged_records(self)

    def sentence(self, names: Names) -> str:
        records = both_records([*map(names.patient, self.named_patients)])
        return f"{records[0].upper()}{records[1:]} were merged"


class PatientForgotten(PatientEvent):
    """A patient's personal fields were erased permanently."""

    __slots__ = ()

    kind: ClassVar[str] = "patient_forgotten"
    reversible: ClassVar[bool] = False

    @classmethod
    def of(cls, patient_id: PatientId, at: dt.datetime, *, is_copy: bool = False) -> Self:
        """Return the event that erases a record of a patient, or what another patient's record kept while merged."""
        nothing = dict.fromkeys(("phone", "phone_key", "uhid", "uhid_key", "birth_year", "sex"))
        return cls(
            patient_id,
            {"forgotten_at": None},
            {"forgotten_at": write_instant(at)},
            details={"copy": True} if is_copy else {},
            private={"name": FORGOTTEN, "name_key": "", **nothing},
        )

    @property
    def is_copy(self) -> bool:
        """Whether it erased a copy that another patient's record kept, and nobody's own record."""
        return bool(self.details.get("copy"))

    def sentence(self, names: Names) -> str:
        return "A patient was forgotten"


def fields_in_words(names: Sequence[str]) -> str:
    """Return personal fields in words: `name, phone and hospital number`."""
    return listed([WORDS.get(name, name) for name in names])


def merged_records(event: Event) -> tuple[PatientId, ...]:
    """Return the record that stays and the one that is merged into it, of an event that merges or separates them."""
    into = event.after.get("merged_into") or (event.before or {}).get("merged_into")
    return (PatientId(into), PatientId(event.subject_id)) if into else ()


def both_records(names: Sequence[str]) -> str:
    """Return two records in words: `the records of Asha Rao and A. Rao`."""
    first, second = names
    return f"two records of {first}" if first == second else f"the records of {first} and {second}"
