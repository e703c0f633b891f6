"""Matching of patients: the record that a visit joins, and all records of a person to forget."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select, update
from sqlalchemy.sql import ClauseElement

from opd_tui.domain.events import (
    Event,
    PatientDetailsAdded,
    PatientEdited,
    PatientForgotten,
    PatientRegistered,
    Subject,
    TokenIssued,
)
from opd_tui.domain.events.patients import personal_fields
from opd_tui.domain.merges import rows_with_details
from opd_tui.domain.model import KnownPatient, Patient, PatientId, Token, TokenId
from opd_tui.domain.sameness import Traits, fits_one_person, record_to_join
from opd_tui.domain.text import look_alike_key
from opd_tui.storage.journal.history import SqlHistory
from opd_tui.storage.queries.rows import PERSONAL_COLUMNS, TOKEN_COLUMNS, TOKENS, patient_of, token_of
from opd_tui.storage.schema.seals import key_seal
from opd_tui.storage.schema.tables import OPEN_STATUSES, idempotency_key, journal_event, patient, token
from opd_tui.storage.transaction import Transaction

NO_FINGERPRINT = "forgotten"
MANY_OF_ONE_PHONE = 100
"""So many records with one phone number are not one family's: somebody types the hospital's own number."""

_KEYS = (
    patient.c.id,
    patient.c.name_key,
    patient.c.name,
    patient.c.phone_key,
    patient.c.uhid_key,
    patient.c.birth_year,
)
_BY_ID = select(*_KEYS).where(patient.c.id == bindparam("id"))
# A row that is merged into another one is found through that one alone.
_IS_NOT_MERGED = patient.c.merged_into.is_(None)
_BY_UHID = select(*_KEYS).where(patient.c.uhid_key == bindparam("uhid_key"), _IS_NOT_MERGED)
_BY_PHONE = select(*_KEYS).where(patient.c.phone_key == bindparam("phone_key"), _IS_NOT_MERGED)
_MERGED_INTO = select(patient.c.id).where(patient.c.merged_into == bindparam("id"))
_TOKENS_OF = select(*TOKEN_COLUMNS).select_from(TOKENS).where(token.c.patient_id == bindparam("id"))
_OPEN_TOKEN_OF = _TOKENS_OF.where(literal_column(f"token.status IN ({OPEN_STATUSES})"))
_PATIENT_OF = select(token.c.patient_id).where(token.c.id == bindparam("id"))
_IS_ISSUE = (
    journal_event.c.subject == literal_column(f"'{Subject.TOKEN.value}'"),
    journal_event.c.kind == literal_column(f"'{TokenIssued.kind}'"),
)
_ISSUE = select(journal_event.c.after).where(journal_event.c.subject_id == bindparam("id"), *_IS_ISSUE)
_ISSUES_OF = (
    select(journal_event.c.entry_id)
    .join(token, token.c.id == journal_event.c.subject_id)
    .where(token.c.patient_id == bindparam("id"), *_IS_ISSUE)
)
_CHANGES_OF = select(journal_event.c.entry_id).where(
    journal_event.c.subject == literal_column(f"'{Subject.PATIENT.value}'"),
    journal_event.c.subject_id == bindparam("id"),
)
_FORGETTING = (
    select(journal_event.c.entry_id, journal_event.c.subject_id, journal_event.c.details)
    .where(
        journal_event.c.subject == literal_column(f"'{Subject.PATIENT.value}'"),
        journal_event.c.kind == literal_column(f"'{PatientForgotten.kind}'"),
    )
    .order_by(journal_event.c.entry_id, journal_event.c.number)
)
_RECORDS = select(patient.c.id, *PERSONAL_COLUMNS)
_RECORD = _RECORDS.where(patient.c.id == bindparam("id"))
_RECORDS_BY_UHID = _RECORDS.where(patient.c.uhid_key == bindparam("uhid_key"), _IS_NOT_MERGED)
_RECORDS_BY_NAME_AND_PHONE = _RECORDS.where(
    patient.c.phone_key == bindparam("phone_key"), patient.c.name_key == bindparam("name_key"), _IS_NOT_MERGED
)
# Names that only look alike have other keys; of a phone number that many have, records with the same key are enough.
_RECORDS_BY_PHONE = _RECORDS.where(patient.c.phone_key == bindparam("phone_key"), _IS_NOT_MERGED).limit(
    MANY_OF_ONE_PHONE
)
_COUNT_TOKENS = select(func.count()).select_from(token).where(token.c.patient_id == bindparam("id"))
_KEY_OF = select(idempotency_key.c.key).where(idempotency_key.c.entry_id == bindparam("of"))
_ERASE_FINGERPRINT = (
    update(idempotency_key)
    .where(idempotency_key.c.key == bindparam("of"))
    .values(fingerprint=NO_FINGERPRINT, seal=bindparam("new_seal"))
)


@dataclass(frozen=True, slots=True)
class PatientRow:
    """The id and traits of a `patient` row."""

    id: PatientId
    traits: Traits
    is_forgotten: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """The traits and visits by which a person is found in a copy of the database."""

    traits: frozenset[Traits]
    visits: frozenset[tuple[TokenId, str]]
    """Token ids with the instant of issue, which together identify a visit in every copy.

    The journal has that instant: a token that was moved or opened again may have got another one.
    """

    @property
    def uhids(self) -> frozenset[str]:
        return frozenset(traits.uhid for traits in self.traits if traits.uhid)


def same_person(transaction: Transaction, patient_id: PatientId) -> list[PatientRow]:
    """Return all rows of a row's person: those with the same UHID, or with the same name and phone.

    As when a token is issued, UHIDs decide if both rows have one; a name alone is never a match.
    """
    first = _row(transaction, patient_id)
    alike = one_person([first.traits], _alike(transaction, [first.traits]))
    uhids = {row.traits.uhid for row in alike if row.traits.uhid}
    uhid = first.traits.uhid or (uhids.pop() if len(uhids) == 1 else None)
    numbered = _rows(transaction, _BY_UHID, uhid_key=uhid) if uhid else []
    if not first.traits.uhid and not fits_one_person(row.traits.birth_year for row in (first, *numbered)):
        uhid, numbered = None, []  # the number is that of a namesake
    settled = [row.traits for row in (first, *numbered)]
    others = [row for row in _alike(transaction, settled) if row.traits.uhid in (None, uhid)]
    return sorted({first, *numbered, *one_person(settled, others)}, key=lambda row: row.id)


def one_person(settled: Iterable[Traits], others: Iterable[PatientRow]) -> list[PatientRow]:
    """Return the others whose years of birth fit the settled person.

    If that person's year is unknown and the others are several people, only those without a year fit.
    """
    others = list(others)
    year = min((traits.birth_year for traits in settled if traits.birth_year is not None), default=None)
    if year is None and not fits_one_person(row.traits.birth_year for row in others):
        return [row for row in others if row.traits.birth_year is None]
    return [row for row in others if fits_one_person((year, row.traits.birth_year))]


def merged_into(transaction: Transaction, patient_id: PatientId) -> list[PatientId]:
    """Return the rows that are merged directly into a record; there is no index for it."""
    return [row[0] for row in transaction.rows(_MERGED_INTO, {"id": patient_id})]


def is_forgotten(transaction: Transaction, patient_id: PatientId) -> bool:
    """Return whether the row's personal fields were erased."""
    return _row(transaction, patient_id).is_forgotten


def patients(transaction: Transaction, ids: Iterable[PatientId]) -> tuple[Patient, ...]:
    """Return the personal fields of these records."""
    return tuple(patient_of(row[1:]) for row in transaction.rows_of_each(_RECORD, ({"id": id_} for id_ in ids)))


def others_with_number(transaction: Transaction, events: Iterable[Event]) -> tuple[Patient, ...]:
    """Return who has, under another name, a hospital number that these events give to a record."""
    given = (each for each in events if isinstance(each, PatientRegistered | PatientDetailsAdded | PatientEdited))
    found: dict[PatientId, Patient] = {}
    for event in given:
        if number := event.private.get("uhid_key"):
            (mine,) = patients(transaction, [PatientId(event.subject_id)])
            rows = transaction.rows(_RECORDS_BY_UHID, {"uhid_key": number})
            records = {row[0]: patient_of(row[1:]) for row in rows}
            found |= {id_: each for id_, each in records.items() if not mine.has_name_of(each)}
    return tuple(found.values())


def identity_of(transaction: Transaction, patient_id: PatientId) -> Identity:
    """Return how to find a row's person in a copy of the database, even after the person was forgotten here."""
    rows = same_person(transaction, patient_id)
    if is_forgotten(transaction, patient_id):
        rows = [_row(transaction, id_) for id_ in _forgotten_with(transaction, patient_id)]
    return Identity(
        frozenset(row.traits for row in rows if not row.is_forgotten),
        frozenset(
            (token_id, issue_of(transaction, token_id)) for row in rows for token_id in tokens_of(transaction, row.id)
        ),
    )


def _forgotten_with(transaction: Transaction, patient_id: PatientId) -> list[PatientId]:
    """Return the records that the journal's entry forgot together with this one."""
    together: dict[int, list[PatientId]] = {}
    for entry_id, subject_id, details in transaction.rows(_FORGETTING):
        patients = json.loads(details).get("patients", [subject_id])  # schema 2 had one event for all
        together.setdefault(entry_id, []).extend(patients)
    return next((patients for patients in together.values() if patient_id in patients), [patient_id])


def rows_of(transaction: Transaction, identity: Identity) -> list[PatientId]:
    """Return the person's rows in a copy, except those that are already forgotten there."""
    numbered = (row for uhid in identity.uhids for row in _rows(transaction, _BY_UHID, uhid_key=uhid))
    found = {same for row in numbered for same in same_person(transaction, row.id)}
    alike = one_person(identity.traits, _alike(transaction, identity.traits))
    numbers = {row.traits.uhid for row in alike if row.traits.uhid}
    uhids = identity.uhids or (numbers if len(numbers) == 1 else ())
    found.update(row for row in alike if row.traits.uhid is None or row.traits.uhid in uhids)
    for token_id, issued_at in identity.visits:
        if issue_of(transaction, token_id) == issued_at:
            found.update(same_person(transaction, transaction.value(_PATIENT_OF, {"id": token_id})))
    others = rows_with_details([row.id for row in found], partial(merged_into, transaction), SqlHistory(transaction))
    rows = (*found, *(_row(transaction, id_) for id_ in others))
    return sorted(row.id for row in rows if not row.is_forgotten)


def find(transaction: Transaction, wanted: Traits) -> list[PatientRow]:
    """Return the rows with a UHID, or else with a name and phone."""
    return _rows(transaction, _BY_UHID, uhid_key=wanted.uhid) if wanted.uhid else _alike(transaction, [wanted])


def tokens_of(transaction: Transaction, patient_id: PatientId) -> list[TokenId]:
    """Return the tokens of a record, one for each visit."""
    return [row[0] for row in transaction.rows(_TOKENS_OF, {"id": patient_id})]


def issue_of(transaction: Transaction, token_id: TokenId) -> str:
    """Return the instant of a token's issue as the journal has it, or "" if there is no such token."""
    fields = transaction.value(_ISSUE, {"id": token_id})
    return str(json.loads(fields)["issued_at"]) if fields else ""


def tokens_of_patient(transaction: Transaction, patient_id: PatientId) -> list[Token]:
    """Return all tokens of a record, by id."""
    found = map(token_of, transaction.rows(_TOKENS_OF, {"id": patient_id}))
    return sorted(found, key=lambda each: each.id)


def open_token_among(transaction: Transaction, ids: Iterable[PatientId]) -> Token | None:
    """Return an open token of any of these rows, or None."""
    found = (row for id_ in ids for row in transaction.rows(_OPEN_TOKEN_OF, {"id": id_}))
    return next(map(token_of, found), None)


def erase_fingerprints(transaction: Transaction, patient_id: PatientId) -> None:
    """Erase a patient's fingerprints of idempotency keys: personal fields could be guessed from such a hash."""
    entries = [transaction.rows(statement, {"id": patient_id}) for statement in (_ISSUES_OF, _CHANGES_OF)]
    for (entry,) in chain.from_iterable(entries):
        for (key,) in transaction.rows(_KEY_OF, {"of": entry}):
            seal = key_seal(key, NO_FINGERPRINT, entry)
            transaction.run(_ERASE_FINGERPRINT, {"of": key, "new_seal": seal})


def count_visits(transaction: Transaction, patient_id: PatientId) -> int:
    """Return how many tokens a record has."""
    count: int = transaction.value(_COUNT_TOKENS, {"id": patient_id})
    return count


def prefetch_known_patient(transaction: Transaction, visitor: Patient) -> None:
    """Ask for what `known_patient` reads."""
    for statement in _records_like(visitor):
        transaction.prefetch(statement, personal_fields(visitor))


def known_patient(transaction: Transaction, visitor: Patient) -> KnownPatient | None:
    """See `UnitOfWork`."""
    keys = personal_fields(visitor)
    rows = [row for statement in _records_like(visitor) for row in transaction.rows(statement, keys)]
    records = {row[0]: KnownPatient(row[0], patient_of(row[1:])) for row in rows}
    return record_to_join(visitor, records.values())


def _records_like(visitor: Patient) -> Iterator[Select[Any]]:
    """Yield the queries for the records that have a visitor's UHID or phone."""
    if visitor.uhid:
        yield _RECORDS_BY_UHID
    if visitor.phone:
        yield _RECORDS_BY_NAME_AND_PHONE
        yield _RECORDS_BY_PHONE


def _alike(transaction: Transaction, people: Iterable[Traits]) -> list[PatientRow]:
    """Return the rows with the same name and phone as one of these people."""
    people = [traits for traits in people if traits.phone]
    rows = {row for phone in {each.phone for each in people} for row in _rows(transaction, _BY_PHONE, phone_key=phone)}
    alike = (row for row in rows if any(row.traits.has_same_name_and_phone(each) for each in people))
    return sorted(alike, key=lambda row: row.id)


def _row(transaction: Transaction, patient_id: PatientId) -> PatientRow:
    (found,) = _rows(transaction, _BY_ID, id=patient_id)
    return found


def _rows(transaction: Transaction, statement: ClauseElement, **keys: object) -> list[PatientRow]:
    found = transaction.rows(statement, keys)
    return [PatientRow(id_, Traits(look_alike_key(name), *others), key == "") for id_, key, name, *others in found]
