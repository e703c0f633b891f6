"""Answers as JSON, and actions from lines of JSON."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from opd_tui.desk.actions import ACTIONS, Action
from opd_tui.desk.outcome import Json, Outcome
from opd_tui.domain.errors import AnswerLost, DeskRefusal, InvalidAction
from opd_tui.domain.events import Event, TokenEvent
from opd_tui.domain.instants import write_instant
from opd_tui.domain.model import TokenId
from opd_tui.domain.records import quoted

LINE_BYTES = 64 * 1024
"""The maximum length of a line, in bytes."""
ACTIONS_NAMED = 10
"""The number of actions that a refusal names."""


def change_json(event: Event, outcome: Outcome) -> Json:
    """Return a change of a token or a slot as JSON; a slot's has null for token, number and statuses."""
    change: Json = {"token": None, "number": None, "from": None, "to": None}
    if isinstance(event, TokenEvent):
        token = outcome.directory.tokens[TokenId(event.subject_id)].token
        before, after = (status and status.name for status in (event.from_status, event.to_status))
        change = {"token": token.id, "number": token.number, "from": before, "to": after}
    change |= {"reason": event.reason, "because_of": event.because_of}
    return change if isinstance(event, TokenEvent) else change | {event.subject.value: event.subject_id}


def accepted(outcome: Outcome) -> Json:
    """Return the answer to an action that was carried out."""
    entry = outcome.entry
    return {
        "ok": True,
        "action": entry.action,
        "at": write_instant(entry.at),
        "entry": outcome.entry_id,
        **ACTIONS[entry.action].answer(outcome),
        "changes": changes_json(outcome),
    }


def entry_json(outcome: Outcome, out_of_turn: tuple[str, ...]) -> Json:
    """Return an entry of the journal, with in how far it let patients come before others."""
    entry = outcome.entry
    return {
        "entry": outcome.entry_id,
        "action": entry.action,
        "at": write_instant(entry.at),
        "recorded_at": write_instant(entry.recorded_at),
        "desk": entry.desk,
        "operator": entry.operator,
        "sentence": outcome.sentence,
        "out_of_turn": list(out_of_turn),
        "changes": changes_json(outcome),
    }


def changes_json(outcome: Outcome) -> list[Json]:
    """Return the changes that a script is told."""
    return [change_json(event, outcome) for event in outcome.events if event.reason]


def refused(verb: str | None, refusal: DeskRefusal, advice: str = "") -> Json:
    """Return the answer to an action that was refused; `advice` is the remedy as the user interface words it."""
    answer: Json = {"ok": False, "action": verb, "error": refusal.code, "message": refusal.told(advice)}
    return answer | ({"key": refusal.key} if isinstance(refusal, AnswerLost) and refusal.key else {})


def read_fields(line: bytes) -> Json:
    """Return a line's JSON object; raise InvalidAction if it is not strict JSON or names a field twice."""
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
    """Return the verb of the action that a line names, or None if it names no known action."""
    verb = fields.get("action")
    return verb if isinstance(verb, str) and verb in ACTIONS else None


def read_action(fields: Json) -> Action:
    """Build the action from a line's JSON object; raise InvalidAction if it is malformed."""
    if "action" not in fields:
        raise InvalidAction(f"Field 'action' is missing; it is one of {some_actions()}.")
    if (verb := verb_of(fields)) is None:
        named = f" {quoted(fields['action'])}" if isinstance(fields["action"], str) else ""
        raise InvalidAction(f"Field 'action'{named} must be one of {some_actions()}.")
    return ACTIONS[verb].from_mapping({name: value for name, value in fields.items() if name != "action"})


def some_actions() -> str:
    """Return the first actions in words, and how many there are besides."""
    return f"{', '.join([*ACTIONS][:ACTIONS_NAMED])} and {len(ACTIONS) - ACTIONS_NAMED} more, which the README lists"


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    fields: Json = {}
    for name, value in pairs:
        if name in fields:
            raise InvalidAction(f"Field {quoted(name)} is there twice. Send each field once.")
        fields[name] = value
    return fields


def _no_constant(name: str) -> NoReturn:
    raise InvalidAction(f"{name} is not JSON. Send a number.")
