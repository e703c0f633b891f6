"""Whether a doctor's code may be given to another doctor."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, or_, select

from opd_tui.storage.schema.tables import doctor, token_counter
from opd_tui.storage.transaction import Transaction

_HAS_CODE = doctor.c.code == bindparam("code"), doctor.c.id != bindparam("besides")
# The numbers of tokens begin with the code and are never used again, even if the adding of the doctor was undone. No
# index has the codes of those few doctors.
_CODE_TAKEN = select(
    or_(
        exists().where(*_HAS_CODE, doctor.c.withdrawn_at.is_(None)),
        exists().where(*_HAS_CODE, token_counter.c.doctor_id == doctor.c.id),
    )
)


def code_is_taken(transaction: Transaction, code: str, besides: int) -> bool:
    """Return whether a doctor other than `besides` has this code, or had it on tokens before being withdrawn."""
    return bool(transaction.value(_CODE_TAKEN, {"code": code, "besides": besides}))
