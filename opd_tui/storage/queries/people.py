"""Whose visits belong together, and how a person is forgotten: every visit has a row of its own in `patient`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, literal_column, null, select, update
from sqlalchemy.sql import ClauseElement

from opd_tui.domain.model import PatientId, Reason, Token, TokenId
from opd_tui.storage.queries.rows import TOKEN_COLUMNS, TOKENS, token_of
from opd_tui.storage.schema.tables import OPEN_STATUSES, idempotency_key, journal_line, patient, token
from opd_tui.storage.transaction import Transaction

FORGOTTEN = "(forgotten)"
"""What stands in the place of a name; its key is empty, which no name's is."""
NO_FINGERPRINT = "forgotten"

_KEYS = (patient.c.id, patient.c.uhid_key, patient.c.phone_key, patient.c.name_key)
_BY_ID = select(*_KEYS).where(patient.c.id == bindparam("id"))
_BY_UHID = select(*_KEYS).where(patient.c.uhid_key == bindparam("uhid_key"))
_BY_NAME_AND_PHONE = select(*_KEYS).where(
    patient.c.phone_key == bindparam("phone_key"), patient.c.name_key == bindparam("name_key")
)
_TOKENS_OF = select(*TOKEN_COLUMNS).select_from(TOKENS).where(token.c.patient_id == bindparam("id"))
_OPEN_TOKEN_OF = _TOKENS_OF.where(literal_column(f"token.status IN ({OPEN_STATUSES})"))
_VISIT = select(token.c.patient_id).where(token.c.id == bindparam("id"), token.c.issued_at == bindparam("issued_at"))
_IDENTIFYING = ("phone", "phone_key", "uhid", "uhid_key", "birth_year", "sex")
_FORGET = (
    update(patient)
    .where(patient.c.id == bindparam("of"))
    .values(name=FORGOTTEN, name_key="", **dict.fromkeys(_IDENTIFYING, null()))
)
_ENTRY_OF = select(journal_line.c.entry_id).where(
    journal_line.c.slot_id == bindparam("slot"),
    journal_line.c.token_id == bindparam("token"),
    literal_column(f"journal_line.reason = '{Reason.ISSUED.name}'"),
)
_GLOBAL_LINES = select(journal_line.c.facts).where(
    journal_line.c.slot_id.is_(None), journal_line.c.doctor_id.is_(None), journal_line.c.token_id.is_(None)
)
_SPOIL_KEY = (
    update(idempotency_key).where(idempotency_key.c.entry_id == bindparam("of")).values(fingerprint=NO_FINGERPRINT)
)


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A row of `patient` by the keys that tell whose it is."""

    id: PatientId
    uhid: str | None
    phone: str | None
    name: str

    @property
    def name_and_phone(self) -> tuple[str, str] | None:
        return (self.name, self.phone) if self.phone else None


@dataclass(frozen=True, slots=True)
class Identity:
    """How to find a person in a copy of the database: by what identifies them, and by the visits themselves."""

    uhids: frozenset[str]
    names_and_phones: frozenset[tuple[str, str]]
    visits: frozenset[tuple[TokenId, str]]
    """Token and the instant of its issue as it is stored: together they mean the same visit in every copy."""


def same_person(transaction: Transaction, patient_id: PatientId) -> list[PatientRow]:
    """The rows of the person whose row this is: those of the same UHID, or of the same name and phone.

    As when a token is issued, a UHID that is known on both sides decides alone; a name alone says nothing.
    """
    (first,) = _rows(transaction, _BY_ID, id=patient_id)
    alike = _alike(transaction, [first])
    uhids = {row.uhid for row in alike if row.uhid}
    uhid = first.uhid or (uhids.pop() if len(uhids) == 1 else None)
    numbered = _rows(transaction, _BY_UHID, uhid_key=uhid) if uhid else []
    others = [row for row in _alike(transaction, [first, *numbered]) if row.uhid in (None, uhid)]
    return sorted({first, *numbered, *others}, key=lambda row: row.id)


def is_forgotten(transaction: Transaction, patient_id: PatientId) -> bool:
    """Whether this row says of nobody any more whose it was."""
    (row,) = _rows(transaction, _BY_ID, id=patient_id)
    return row.name == ""


def identity_of(transaction: Transaction, patient_id: PatientId) -> Identity:
    """How to find the person whose row this is in a copy of the database, also where it says nothing any more."""
    rows = same_person(transaction, patient_id)
    if is_forgotten(transaction, patient_id):
        rows = [row for id_ in _forgotten_with(transaction, patient_id) for row in _rows(transaction, _BY_ID, id=id_)]
    return Identity(
        frozenset(row.uhid for row in rows if row.uhid),
        frozenset(row.name_and_phone for row in rows if row.name_and_phone),
        frozenset((found[0], found[6]) for row in rows for found in transaction.rows(_TOKENS_OF, {"id": row.id})),
    )


def _forgotten_with(transaction: Transaction, patient_id: PatientId) -> list[PatientId]:
    """The rows that were forgotten at once, by the journal."""
    for (facts,) in transaction.rows(_GLOBAL_LINES):
        patients: list[PatientId] = json.loads(facts).get("patients", [])
        if patient_id in patients:
            return patients
    return [patient_id]


def rows_of(transaction: Transaction, identity: Identity) -> list[PatientId]:
    """The rows of a person in a copy, whatever became of them since, but those that are forgotten there, too."""
    found = {row for uhid in identity.uhids for row in _rows(transaction, _BY_UHID, uhid_key=uhid)}
    for name, phone in identity.names_and_phones:
        rows = _rows(transaction, _BY_NAME_AND_PHONE, name_key=name, phone_key=phone)
        found.update(row for row in rows if row.uhid is None or row.uhid in identity.uhids)
    for token_id, issued_at in identity.visits:
        visit = transaction.value(_VISIT, {"id": token_id, "issued_at": issued_at})
        found.update(same_person(transaction, visit) if visit else ())
    return sorted(row.id for row in found if row.name)


def find(transaction: Transaction, keys: Mapping[str, str | None]) -> TokenId | None:
    """A visit of the person with this UHID, or else with this name and phone."""
    statement = _BY_UHID if keys["uhid_key"] else _BY_NAME_AND_PHONE
    rows = _rows(transaction, statement, **keys)
    return next((token_id for row in rows for token_id in tokens_of(transaction, row.id)), None)


def tokens_of(transaction: Transaction, patient_id: PatientId) -> list[TokenId]:
    """The tokens of one row: there is one, as far as this program makes them."""
    return [row[0] for row in transaction.rows(_TOKENS_OF, {"id": patient_id})]


def open_token_among(transaction: Transaction, ids: Iterable[PatientId]) -> Token | None:
    """An open token of any of these rows."""
    found = (row for id_ in ids for row in transaction.rows(_OPEN_TOKEN_OF, {"id": id_}))
    return next(map(token_of, found), None)


def forget(transaction: Transaction, ids: Iterable[PatientId]) -> None:
    """Replace what identifies somebody in these rows, and make the fingerprints useless that could be guessed."""
    for id_ in ids:
        for found in map(token_of, transaction.rows(_TOKENS_OF, {"id": id_})):
            for (entry,) in transaction.rows(_ENTRY_OF, {"slot": found.slot_id, "token": found.id}):
                transaction.run(_SPOIL_KEY, {"of": entry})
        transaction.run(_FORGET, {"of": id_})


def _alike(transaction: Transaction, rows: Iterable[PatientRow]) -> list[PatientRow]:
    """The rows with the same name and phone as one of these."""
    pairs = {row.name_and_phone for row in rows} - {None}
    return [
        row
        for name, phone in filter(None, pairs)
        for row in _rows(transaction, _BY_NAME_AND_PHONE, name_key=name, phone_key=phone)
    ]


def _rows(transaction: Transaction, statement: ClauseElement, **keys: object) -> list[PatientRow]:
    return [PatientRow(*row) for row in transaction.rows(statement, keys)]
