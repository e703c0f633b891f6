"""The steps of every desk command.

Ask for missing fields, preview, confirm if a patient would lose something, perform what was previewed, show the result.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from opd_tui.desk.actions import Action, CallNext
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.domain.actor import Road
from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, InvalidAction, MovesChanged, NobodyToCall
from opd_tui.domain.errors.base import NOTHING_CHANGED
from opd_tui.domain.events import TokenCalled, TokenCompleted
from opd_tui.domain.model import Token
from opd_tui.tui.commands import HOLD, MOVE, NEXT, REINSTATE, TODAY
from opd_tui.tui.dialogs.action_form import ActionForm
from opd_tui.tui.dialogs.confirm import Confirm
from opd_tui.tui.drawing.sentences import forms_of
from opd_tui.tui.host.notices import BEGINS
from opd_tui.tui.keys.commands import DeskCommand
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.screens.chosen import Chosen
from opd_tui.tui.screens.day_screen import DayScreen
from opd_tui.tui.screens.other_days import with_day
from opd_tui.tui.screens.picking import pick, plan_to_review
from opd_tui.tui.screens.request import FASTER, Request

Task = Callable[[], Awaitable[Outcome | None]]
"""The steps of a command to its outcome, which is None if the user leaves."""
FROM_THE_QUEUE = (MOVE.makes, HOLD.makes)
"""The actions on tokens whose patient is not with the doctor."""
STILL_RUNNING = "One moment: the last command is still running."


class CommandFlow:
    """A runner that takes desk commands from key press to result, one at a time."""

    def __init__(self, screen: DayScreen) -> None:
        self.screen = screen
        self.host = screen.host
        self.is_under_way = False
        """Whether a command is running, whose outcome it shows itself."""

    def begin(self, command: DeskCommand) -> None:
        """Start a command for the selected item, or show why it cannot start."""
        chosen = None
        if command.needs is not None:
            if not self.screen.shows_the_day():
                return
            chosen = self.screen.chosen(command.needs)
            if why_not := self.why_not(command, chosen):
                self.host.refuse_key(why_not)
                return
        self.begin_request(Request(command, chosen, self.host.day, self.host.now, self.host.keys.delivered))

    def why_not(self, command: DeskCommand, chosen: Chosen | None) -> str | None:
        """Return why a command cannot start.

        Nothing is selected, the day is not there yet, its dialog would be filled in to no avail, or it would complete a
        token that the user cannot have seen in its place.
        """
        if chosen is None:
            assert command.needs is not None
            return self.screen.why_none(command.needs)
        if command.on_the_day and (too_early := self.too_early()):
            return too_early
        token, keymap = chosen.thing, self.host.keymap
        if command.picks and isinstance(token, Token) and not token.status.is_open:
            key = keymap.key_of(REINSTATE)
            return f"{token.label} is {token.status.value}. Press {key} to reinstate the token first."
        if command.makes in FROM_THE_QUEUE and isinstance(token, Token) and token.in_the_room:
            return f"{token.label} is with the doctor. Send the patient back first."
        if command.completes and chosen.completes is not None and not self.host.keys.knew_of(chosen.since):
            return f"That would complete {chosen.completes.label}. Press {keymap.key_of(command)} again if it should."
        return None

    def too_early(self) -> str | None:
        """Return why nobody can be at the hospital on the displayed day: it is a later one than today."""
        day, today = self.host.day, self.host.now and self.host.now.date()
        if not day or not today or day <= today:
            return None
        key = self.host.keymap.key_of(TODAY)
        return f"This is {day:%a %d %b %Y}, and today is {today:%a %d %b}. Press {key} to go to today."

    def begin_request(self, request: Request) -> None:
        """Start a request, unless another command is running."""
        self.begin_task(partial(self.outcome_of, request))

    def begin_task(self, task: Task) -> None:
        """Start a command that takes its own steps to an outcome, unless another command is running.

        Keys are held from here on; the worker releases them.
        """
        if self.host.is_asking:
            self.host.refuse_key(STILL_RUNNING)
            return
        self.host.is_asking = self.is_under_way = True
        held = self.host.keys.held(self.screen, finishes=True)
        self.screen.run_worker(self.run(task, held), group="command")

    async def run(self, task: Task, held: Hold) -> None:
        """Run a command and report any refusal."""
        step = task
        try:
            async with held:
                while outcome := await step():
                    step = partial(self.show_and_offer, outcome)
        except DeskBusy as busy:
            self.host.notices.busy(busy, lambda: self.begin_task(step))
        except DeskRefusal as refusal:
            self.host.notices.refuse(refusal)
        finally:
            self.host.is_asking = self.is_under_way = False
            self.host.notices.withdraw(BEGINS)

    async def show_and_offer(self, outcome: Outcome) -> Outcome | None:
        """Show an outcome, and take the steps of the command that is offered after it, if any."""
        self.screen.follow_rooms(outcome)
        await self.screen.go_to_outcome(outcome)
        await self.say_who_is_left(outcome)
        offer = await self.screen.offer_after(outcome)
        return await self.outcome_of(offer) if offer else None

    async def say_who_is_left(self, outcome: Outcome) -> None:
        """Say why nobody was called after a consultation that was completed to call the next patient."""
        done = outcome.changed(TokenCompleted)
        if outcome.entry.action != NEXT.makes or done is None or outcome.changed(TokenCalled):
            return
        record = outcome.record_of(done.id)
        try:
            await self.host.preview(CallNext(doctor=record.doctor.id, date=record.slot.date))
        except NobodyToCall as nobody:
            why = self.host.message_of(nobody).removesuffix(f" {NOTHING_CHANGED}")
            text = f"{done.label} is done. {why}"
            self.host.notices.say(*forms_of(text, outcome), f"{done.number} is done. {nobody.reason}")
        except DeskRefusal:
            return  # what was done is said already

    def will_show(self, outcome: Outcome) -> bool:
        """Return whether an outcome is that of the command that is running; the demo's are not."""
        return self.is_under_way and outcome.entry.road == Road.SCREEN.value

    async def outcome_of(self, request: Request) -> Outcome | None:
        """Show the form, if any, and perform the action; return None if the user cancels.

        Raise a DeskRefusal if the action is refused.
        """

        async def submit(fields: Mapping[str, object]) -> Outcome | None:
            return await self.pick_and_perform(request, fields)

        if not request.asked:
            return await submit({})
        form = ActionForm(request.title, request.asked, request.presets, submit)
        form.derive = {name: partial(self.derived, request, name) for name in request.command.derived}
        return outcome_or_lost(await self.host.ask(form))

    async def derived(self, request: Request, name: str, fields: Mapping[str, object]) -> str:
        """Return what a field of the new doctor would be if it is left out; "" if that cannot be said yet."""
        try:
            forecast = await self.host.preview(request.action(fields))
        except DeskRefusal:
            return ""
        return str(getattr(forecast.outcome.doctor, name))

    async def pick_and_perform(self, request: Request, fields: Mapping[str, object]) -> Outcome | None:
        """Let the user choose each field that the action lacks, and perform it; return None if the user cancels."""
        is_asked = bool(fields or request.asked)
        while True:
            try:
                action = request.action(fields)
                is_meant = None if is_asked else partial(self.is_meant, request)
                return await self.confirm_and_perform(action, partial(self.question, request, action), is_meant)
            except InvalidAction as invalid:
                if invalid.field not in request.command.picks or invalid.field in fields:
                    raise
                if invalid.field == "plan":
                    return await self.review_and_perform(request, fields)
                picked = await pick(self.host, request, invalid.field)
                if picked is None:
                    return None
                is_asked, fields = True, {**fields, **picked}

    def question(self, request: Request, action: Action, forecast: Forecast) -> str | None:
        """Return the question to ask before the action is performed, or None.

        Typed in one go, the command's letter, what fills the form and Enter may be a name that was typed over a list.
        """
        question = request.question(action, forecast)
        if question or not self.host.keys.burst.is_word_from(request.key):
            return question
        return f"{forecast.outcome.sentence}. Do it?"

    async def is_meant(self, request: Request) -> bool:
        """Return whether the key of a command that asks nothing is no letter of a typed name."""
        command = request.command
        doing = ": ".join(filter(None, (command.label, request.about)))
        # The second of two keys is refused by `why_not`.
        return await self.host.is_meant(doing, may_repeat=command.completes)

    async def review_and_perform(self, request: Request, fields: Mapping[str, object]) -> Outcome | None:
        """Let the user review the plan of a doctor who leaves, and perform it; the plan stays open until it is done."""

        async def submit(plan: object) -> Outcome | None:
            return await self.pick_and_perform(request, {**fields, "plan": plan})

        review = await plan_to_review(self.host, request, fields, submit)
        return outcome_or_lost(await self.host.ask(review)) if review else await submit(())

    async def confirm_and_perform(
        self,
        action: Action,
        question: Callable[[Forecast], str | None],
        is_meant: Callable[[], Awaitable[bool]] | None = None,
        confirm: Callable[[str, str], Confirm] = Confirm,
    ) -> Outcome | None:
        """Preview the action, ask its question if it has one, and perform it; return None if the answer is no.

        If another desk changes who would move in the meantime, preview and ask again. Where nothing is asked, ask
        `is_meant` whether the key is the command's. `confirm` makes the dialog of a question and the words for yes.
        Raise a DeskRefusal if the action is refused.
        """
        again = ""
        while True:
            forecast = await self.host.preview(action)
            text = with_day(question(forecast), forecast.outcome, self.host.now)
            if again and not text:
                text = f"Now: {forecast.outcome.sentence}. Do it?"
            if text and not await self.host.ask(confirm(text if text.startswith(again) else again + text, action.yes)):
                return None
            if not text and is_meant is not None and not await is_meant():
                return None
            try:
                return await self.host.perform(action, expect=forecast.outcome.moves)
            except MovesChanged:
                again = FASTER


def outcome_or_lost(answer: Outcome | AnswerLost | None) -> Outcome | None:
    """Return the answer of a dialog that performs the action itself; raise the AnswerLost that closed it."""
    if isinstance(answer, AnswerLost):
        raise answer
    return answer
