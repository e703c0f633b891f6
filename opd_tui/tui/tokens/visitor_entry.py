"""Whom a new token is for: the patient who is typed, or a known one who was taken from the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from textual.widgets import Input

from opd_tui.desk.actions.visitors import KnownVisitor, Visitor
from opd_tui.desk.search_patients import FoundPatients, PatientHit
from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.model import Patient, SlotId, SlotRecord, Source, TokenRecord
from opd_tui.domain.text import clean_text, digits_of, phone_key, uhid_key
from opd_tui.domain.typed_patient import patient_typed
from opd_tui.tui.tokens.known_patient import known_note
from opd_tui.tui.tokens.patient_details import PatientDetails
from opd_tui.tui.tokens.patient_hits import PatientHits
from opd_tui.tui.widgets.typed_text import TypedText

NOBODY = Patient(name="somebody")
"""The placeholder patient for previews before a name is typed."""
SHORTEST_PHONE = 7
"""The digits of the shortest local number."""
TYPED_BEFORE = "Typed before; type over it for another patient"


@dataclass(frozen=True)
class Draft:
    """What was typed in a panel that was closed without issuing a token."""

    slot: SlotId
    text: str
    source: Source | None
    """The source, if it was chosen by hand."""
    details: Mapping[str, str]
    known: PatientHit | None


class VisitorEntry:
    """The name field, the known patients below it and the row of details, read as one patient."""

    def __init__(self, field: TypedText, hits: PatientHits, details: PatientDetails) -> None:
        self.field = field
        self.hits = hits
        self.details = details
        self.known: PatientHit | None = None
        """The known patient who was taken."""
        self.searched = ""
        """The text whose hits are shown."""
        self.belongs_to_name = False
        """Whether phone, details and source belong to the name in the field, so that they go when another is typed."""
        self.is_restored = False
        """Whether the text was typed before the panel was last closed."""
        self.questioned = ""
        """The name with digits that Enter has questioned, and takes the second time."""

    @property
    def text(self) -> str:
        """The text in the name field."""
        return self.field.value

    @property
    def phone(self) -> str | None:
        """The phone number that was typed before the name or in the details."""
        return self.details.texts.get("phone")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not (clean_text(self.text) or self.details.texts)

    def draft(self, slot: SlotId, source: Source | None) -> Draft | None:
        """Return what is typed, or None if nothing is."""
        if self.is_empty:
            return None
        return Draft(slot, self.text, source, self.details.typed, self.known)

    def fill(self, draft: Draft | None) -> None:
        """Show what was typed before, selected, or empty fields."""
        self.is_restored = self.belongs_to_name = draft is not None
        self.questioned = self.searched = ""
        text, details = (draft.text, {**draft.details}) if draft else ("", {})
        if not clean_text(text):  # a phone without a name goes into the field, where typing replaces it like a name
            text = details.pop("phone", "")
        with self.field.prevent(Input.Changed):
            self.field.value = text
        self.show_known(None)
        self.details.fill(details)
        self.show_known(draft.known if draft else None)
        self.hits.show(FoundPatients())
        self.field.select_all()

    def clear_rest(self) -> None:
        """Forget the patient who was taken and the details, which belonged to another name."""
        self.belongs_to_name = False
        self.show_known(None)
        self.details.fill({})

    def take(self, hit: PatientHit) -> None:
        """Take a known patient; what was typed before fills the fields that the record lacks."""
        self.is_restored, self.belongs_to_name = False, True
        self.show_known(hit)
        with self.field.prevent(Input.Changed):
            self.field.value = hit.patient.name
        self.hits.show(FoundPatients())

    def show_known(self, hit: PatientHit | None) -> None:
        """Show the record of the patient who was taken among the details, or of nobody."""
        self.known = hit
        self.details.show_record(hit.patient if hit else None)

    def show_hits(self, text: str, found: FoundPatients) -> None:
        """Show the known patients whom a text finds, unless something else is typed by now."""
        if self.known is None and text == self.text:
            self.searched = text
            self.hits.show(found)

    def clear_hits(self) -> None:
        """Show no known patients; the next step to them searches again."""
        self.searched = ""
        self.hits.show(FoundPatients())

    def typed_note(self, today: dt.date) -> str:
        """Return how the input is understood where it holds more than a name, what is wrong with it, and what of it
        is not taken.
        """
        restored = TYPED_BEFORE if self.is_restored else ""
        if self.known is not None:
            return " · ".join(filter(None, (restored, self.details.not_taken(today))))
        phone = patient_typed(self.text).phone
        wrong = self._wrong_detail(today, left_only=True)
        notes = (restored, f"Phone {phone}" if phone else "", wrong[1] if wrong else self.details.in_words(today))
        return " · ".join(filter(None, notes))

    def _wrong_detail(self, today: dt.date, *, left_only: bool = False) -> tuple[TypedText, str] | None:
        """Return the first detail that is wrong, or is another phone than the one beside the name, and why."""
        if wrong := self.details.first_wrong(today, left_only=left_only):
            return wrong
        beside, phone = patient_typed(self.text).phone, self.details.values(today).get("phone")
        if self.known is None and beside and phone and phone_key(beside) != phone_key(str(phone)):
            return self.details.field("phone"), f"Two phones: {beside} and {phone}. Clear one of them."
        return None

    def known_note(self, record: SlotRecord, follow_up_days: int, *, can_go: bool) -> str:
        """Return what matters of the patient who was taken for a token in a slot; "" if nobody was."""
        return known_note(self.known, record, follow_up_days, self.hits.today, can_go=can_go) if self.known else ""

    def open_token(self, record: SlotRecord) -> TokenRecord | None:
        """Return the open token that the patient who was taken has with the slot's doctor on its day, or None."""
        return self.known.open_with(record.doctor.id, record.slot.date) if self.known else None

    @property
    def is_phone_alone(self) -> bool:
        """Whether something without letters is typed, which is no name."""
        typed = patient_typed(self.text)
        return self.known is None and bool(typed.name) and not any(c.isalpha() for c in typed.name)

    @property
    def names_a_known_patient(self) -> bool:
        """Whether digits find one patient only, and are a part of a number or that patient's hospital number."""
        if len(self.hits.items) != 1:
            return False
        uhid = self.hits.items[0].patient.uhid
        return self.is_part_of_a_number or (uhid is not None and uhid_key(uhid) == uhid_key(self.text))

    @property
    def is_part_of_a_number(self) -> bool:
        """Whether digits find known patients, and are too few for a phone number of their own."""
        return bool(self.hits.items) and len(digits_of(self.text)) < SHORTEST_PHONE

    def take_phone(self) -> bool:
        """Take the text as the phone number of the name that follows; return False if it is none."""
        try:
            phone = Patient(name=NOBODY.name, phone=patient_typed(self.text).name).phone
        except InvalidAction:
            return False
        self.details.fill({**self.details.texts, "phone": phone or ""})
        self.belongs_to_name = False
        self.field.value = ""
        return True

    def problem(self, today: dt.date) -> tuple[TypedText, str] | None:
        """Return the field that is to be corrected before a token is issued, and why; a doubt is told once."""
        if wrong := self._wrong_detail(today):
            return wrong
        typed = patient_typed(self.text)
        if self.known is None and typed.has_digits and typed.name != self.questioned:
            self.questioned = typed.name
            return self.field, f"“{typed.name}” has digits in it. Enter again takes it as the name."
        if self.visitor(today) is None:
            return self.field, "Type the patient's name first."
        return None

    def visitor(self, today: dt.date) -> Visitor | None:
        """Return the patient, or None if no name is typed."""
        details = self.details.values(today)
        if self.known is not None:
            return KnownVisitor.from_mapping({"id": self.known.id, **details})
        typed = patient_typed(self.text)
        try:
            return Patient.from_mapping({"name": typed.name, "phone": typed.phone, **details})
        except InvalidAction:
            return None
