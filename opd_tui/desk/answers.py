"""The desk's objects and answers as JSON, and JSON lines as actions."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from opd_tui.desk.actions import ACTIONS, Action
from opd_tui.desk.outcome import Change, Outcome
from opd_tui.domain.errors import AnswerLost, DeskRefusal, InvalidAction
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import Doctor, Slot, SlotRecord, Token
from opd_tui.domain.records import quoted

LINE_BYTES = 64 * 1024
"""The longest line that is read."""

Json = dict[str, Any]


def doctor_json(doctor: Doctor) -> Json:
    return {
        "id": doctor.id,
        "code": doctor.code,
        "name": doctor.name,
        "specialty": doctor.specialty,
        "room": doctor.room,
    }


def slot_json(slot: Slot) -> Json:
    return {
        "id": slot.id,
        "doctor": slot.doctor_id,
        "date": slot.date.isoformat(),
        "start": slot.start.isoformat("minutes"),
        "end": slot.end.isoformat("minutes"),
        "capacity": slot.capacity,
    }


def slot_record_json(record: SlotRecord) -> Json:
    load = record.load
    return slot_json(record.slot) | {"active": load.active, "waiting": load.waiting, "completed": load.completed}


def token_json(token: Token) -> Json:
    return {
        "id": token.id,
        "number": token.number,
        "slot": token.slot_id,
        "patient": token.patient.name,
        "source": token.source.name,
        "priority": token.source.priority,
        "status": token.status.name,
        "issued_at": write_instant(token.issued_at),
    }


def change_json(change: Change) -> Json:
    return {
        "token": change.token.id,
        "number": change.token.number,
        "from": change.from_status.name if change.from_status else None,
        "to": change.to_status.name,
        "reason": change.reason.value,
        "because_of": change.because_of,
    }


def accepted(outcome: Outcome) -> Json:
    """The answer to an action that was done."""
    answer: Json = {"ok": True, "action": outcome.entry.action, "at": write_instant(outcome.entry.at)}
    if outcome.token:
        answer["token"] = token_json(outcome.token.token)
    elif outcome.entry.action == "open_session":
        answer["slots"] = [slot_json(slot) for slot in outcome.slots]
    elif outcome.slots:
        answer["slot"] = slot_json(outcome.slots[0])
    elif outcome.doctor:
        answer["doctor"] = doctor_json(outcome.doctor)
    elif outcome.forgotten:
        answer["visits"] = outcome.forgotten
    return answer | {"changes": [change_json(change) for change in outcome.changes]}


def refused(verb: str | None, refusal: DeskRefusal) -> Json:
    """The answer to an action that was refused."""
    answer: Json = {"ok": False, "action": verb, "error": type(refusal).__name__, "message": refusal.message}
    return answer | ({"key": refusal.key} if isinstance(refusal, AnswerLost) and refusal.key else {})


def read_fields(line: bytes) -> Json:
    """A line's JSON object, read strictly; raises InvalidAction."""
    if len(line) > LINE_BYTES:
        raise InvalidAction(f"The line is longer than {LINE_BYTES // 1024} KiB. Send one action a line.")
    try:
        fields = json.loads(line.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise InvalidAction("The line is not UTF-8. Save the file as UTF-8.") from None
    except RecursionError:
        raise InvalidAction("The line is nested too deeply. Send one flat object a line.") from None
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number has too many digits"
        raise InvalidAction(f"The line is not JSON ({reason}). Send one object a line.") from None
    if not isinstance(fields, dict):
        raise InvalidAction('The line must be an object, like {"action": "cancel_token", "token": 3}.')
    return fields


def verb_of(fields: Json) -> str | None:
    """The action that a line names, if it names one."""
    verb = fields.get("action")
    return verb if isinstance(verb, str) and verb in ACTIONS else None


def read_action(fields: Json) -> Action:
    """The action that a line's object is; raises InvalidAction."""
    allowed = ", ".join(ACTIONS)
    if "action" not in fields:
        raise InvalidAction(f"Field 'action' is missing; it is one of {allowed}.")
    if (verb := verb_of(fields)) is None:
        named = f" {quoted(fields['action'])}" if isinstance(fields["action"], str) else ""
        raise InvalidAction(f"Field 'action'{named} must be one of {allowed}.")
    return ACTIONS[verb].from_mapping({name: value for name, value in fields.items() if name != "action"})


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    fields: Json = {}
    for name, value in pairs:
        if name in fields:
            raise InvalidAction(f"Field {quoted(name)} is there twice. Send each field once.")
        fields[name] = value
    return fields


def _no_constant(name: str) -> NoReturn:
    raise InvalidAction(f"{name} is not JSON. Send a number.")
