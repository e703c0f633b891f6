"""The names of doctors, slots and patients, looked up within an action."""

from __future__ import annotations

from opd_tui.domain.model import DoctorId, PatientId, SlotId, TokenId
from opd_tui.domain.unit_of_work import UnitOfWork


class PresentNames:
    """The names of rows as they are now; implements `Names`."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    def token(self, token_id: int) -> str:
        """See `Names`."""
        token = self.uow.token(TokenId(token_id))
        return token.label if token else ""

    def doctor(self, doctor_id: int) -> str:
        """See `Names`."""
        doctor = self.uow.doctor(DoctorId(doctor_id))
        return doctor.name if doctor else ""

    def slot(self, slot_id: int) -> str:
        """See `Names`."""
        slot = self.uow.hold_slots([SlotId(slot_id)])[SlotId(slot_id)]
        return f"{self.doctor(slot.doctor_id)} {slot.start:%H:%M}"

    def place(self, slot_id: int) -> str:
        """See `Names`."""
        slot = self.uow.hold_slots([SlotId(slot_id)])[SlotId(slot_id)]
        return f"{self.doctor(slot.doctor_id)} {slot.expected_start}"

    def patient(self, patient_id: int) -> str:
        """See `Names`."""
        return self.uow.patient(PatientId(patient_id)).name
