"""Merging two records of one patient, which are shown side by side first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from opd_tui.desk.actions import EditPatient, MergePatients
from opd_tui.desk.actions.words import in_words
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.desk.search_patients import PatientHit, last_visit
from opd_tui.desk.token_card import TokenCard
from opd_tui.domain.events.patients import WORDS, told
from opd_tui.domain.model import Patient, TokenId, TokenRecord
from opd_tui.tui.dialogs.choose_record import ChooseRecord
from opd_tui.tui.dialogs.confirm import Confirm
from opd_tui.tui.drawing.cells import fit
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.screens.command_flow import CommandFlow, outcome_or_lost

LABEL_WIDTH, VALUE_WIDTH = 16, 22


class ConfirmMerge(Confirm, inherit_bindings=False):
    """The question before a merge, in which Tab lets the other record stay."""

    ANSWERS = "Pause a second, then y merges them. Tab: the other stays. Esc or Enter does nothing."
    BINDINGS = [*Confirm.BINDINGS, Binding("tab,shift+tab", "swap", "The other stays", show=False)]

    swapped = False
    """Whether the question was left to ask it with the other record."""

    def foot(self) -> ComposeResult:
        yield Static("Tab: the other record stays", markup=False, classes="hint")

    def action_swap(self) -> None:
        self.swapped = True
        self.dismiss(False)


async def merge_patients(host: DeskHost, flow: CommandFlow, record: TokenRecord) -> Outcome | None:
    """Ask for the other record of a token's patient, show both, and merge one into the other; None if declined."""

    async def submit(other: PatientHit) -> Outcome | None:
        keep, merge = record.token.id, other.visits[0].token.id
        while True:
            outcome, swapped = await ask_and_merge(host, flow, keep, merge)
            if not swapped:
                return outcome
            keep, merge = merge, keep

    return outcome_or_lost(await host.ask(ChooseRecord(record.token, submit)))


async def ask_and_merge(
    host: DeskHost, flow: CommandFlow, keep: TokenId, merge: TokenId
) -> tuple[Outcome | None, bool]:
    """Show the records of two tokens' patients and merge them; return whether the other record is to stay instead."""
    action = MergePatients(keep=keep, merge=merge)
    stays, merged = await host.async_desk.read(partial(cards, tokens=(keep, merge)))
    table = side_by_side(stays, merged, host.now.date() if host.now else None)
    asked: list[ConfirmMerge] = []

    def question(forecast: Forecast) -> str:
        return f"{action.question(forecast)}\n\n{table}"

    def confirm(question: str, yes: str) -> Confirm:
        asked.append(ConfirmMerge(question, yes))
        return asked[-1]

    outcome = await flow.confirm_and_perform(action, question, confirm=confirm)
    return outcome, any(dialog.swapped for dialog in asked)


def cards(desk: FrontDesk, tokens: tuple[TokenId, TokenId]) -> tuple[TokenCard, TokenCard]:
    """Return the cards of two tokens, read anew: another desk may have changed the patients."""
    first, second = map(desk.token_card, tokens)
    return first, second


def side_by_side(stays: TokenCard, merged: TokenCard, today: dt.date | None) -> str:
    """Return the records of two tokens' patients as a table."""
    _, *specs = EditPatient.own_specs()  # all but the token
    rows: list[tuple[str, ...]] = [("", "stays", "is merged into it")]
    for spec in specs:
        left, right = (getattr(card.record.token.patient, spec.attribute) for card in (stays, merged))
        rows.append((spec.label, str(left or "–"), str(right or "–")))
    rows.append(("Last visit", last_day(stays, today), last_day(merged, today)))
    rows.append(("Tokens", numbers(stays), numbers(merged)))
    lines = [
        f"{fit(label, LABEL_WIDTH)}{fit(left, VALUE_WIDTH)}  {fit(right, VALUE_WIDTH)}" for label, left, right in rows
    ]
    return "\n".join([*lines, *given_up(stays.record.token.patient, merged.record.token.patient)])


def given_up(stays: Patient, merged: Patient) -> Iterator[str]:
    """Yield which values of a record that is merged into another one are given up, as a line."""
    kept, values = told(stays), told(merged)
    lost = [name for name, value in values.items() if name in kept and kept[name] != value]
    if lost:
        yield f"Given up: {in_words([f'{WORDS.get(name, name)} {values[name]}' for name in lost], len(lost))}"


def numbers(card: TokenCard) -> str:
    """Return the number of a record's token, and how many others it has."""
    others = f" and {len(card.others)} more" if card.others else ""
    return f"{card.record.token.number}{others}"


def last_day(card: TokenCard, today: dt.date | None) -> str:
    """Return the day of the patient's last visit, or a dash."""
    visit = last_visit((card.record, *card.others), today)
    return f"{visit.slot.date:%d %b %Y}" if visit else "–"
