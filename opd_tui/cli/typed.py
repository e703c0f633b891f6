"""Values of options as people type them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar

from opd_tui.domain.errors import InvalidAction
from opd_tui.domain.field_types import FieldType, InvalidValue, whole_number
from opd_tui.domain.model import TokenId
from opd_tui.domain.time_types import Date

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

T = TypeVar("T")


def value_of(option: str, type: FieldType[T], text: str, today: dt.date) -> T:
    """Return the value of an option; raise InvalidAction, naming the option, if it has none."""
    try:
        return type.from_text(text, today)
    except InvalidValue as error:
        raise InvalidAction(f"{error}.", option) from None


def optional(option: str, type: FieldType[T], text: str | None, today: dt.date) -> T | None:
    """Return the value of an option, or None if it was not given."""
    return None if text is None else value_of(option, type, text, today)


def option_help(type: FieldType[Any], help: str) -> str:
    """Return the help of an option as a sentence, with examples of what can be typed."""
    examples = f": {type.such_as}" if type.such_as else ""
    return f"{help[0].upper()}{help[1:]}{examples}."


def token_named(desk: FrontDesk, token: str, date: str | None) -> TokenId:
    """Return the token given by its id, or by its number on the day given by --date; raise UnknownToken."""
    today = desk.today()
    day = optional("date", Date(), date, today) or today
    id_or_number = whole_number(token)
    return TokenId(id_or_number) if isinstance(id_or_number, int) else desk.token_numbered(token, day)
