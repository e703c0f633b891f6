"""What the main screens share: loading off the event loop, and the actions on tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from opd_tui.desk.actions import ACTIONS, Action, IssueToken
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.domain.errors import AnswerLost, DeskBusy, DeskRefusal, MovesChanged
from opd_tui.domain.model import SlotRecord, Source, Token, TokenId
from opd_tui.tui.commands import PANEL_HINTS, Command
from opd_tui.tui.dialogs.confirm import Confirm
from opd_tui.tui.screens.bar_screen import FEWEST_COLUMNS, FEWEST_LINES, BarScreen
from opd_tui.tui.sentences import close_question, forecast_sentence, issue_question
from opd_tui.tui.widgets.new_token import NewToken

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk

Answer = TypeVar("Answer")

TOO_SMALL = f"The terminal is too small.\nopd-tui needs {FEWEST_COLUMNS} columns and {FEWEST_LINES} lines."
FASTER = "Another desk was faster, so this has changed. "
_YES = {
    "cancel_token": "Yes, cancel it",
    "mark_no_show": "Yes, no-show",
    "complete_token": "Yes, done",
    "forget_patient": "Yes, forget",
}


class DeskScreen(BarScreen):
    """A screen of the desk: it loads its view in a thread and shows it, keeping the person's place."""

    shown_day: dt.date | None = None
    """The day whose view it shows, None before the first one."""
    prepared: Callable[[], None] | None = None
    """Shows a view that was loaded before the screen was there."""
    before_panel: Widget | None = None
    """What had the focus before the panel opened."""
    news_came = False
    """Whether another desk changed something that is not loaded yet, while what the panel asked for was under way."""

    new_token = getters.query_one(NewToken)

    @property
    def is_stale(self) -> bool:
        """Whether the view of the day that stands above is still on its way."""
        return self.shown_day != self.desk_app.day

    @property
    def is_blocked(self) -> bool:
        panel = self.query_one_optional(NewToken)
        return panel is None or panel.is_open

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield NewToken(id="new-token")
        yield Static(TOO_SMALL, id="too-small", markup=False)

    def on_mount(self) -> None:
        self.new_token.visible = False
        self.desk_app.desk_changed.subscribe(self, self._desk_changed)
        self.watch(self.app, "day", self._day_changed, init=False)
        self.watch(self.app, "now", self._now_changed)
        self.watch(self.app, "offline_notice", self._absence_changed)
        self.watch(self.app, "marks", self.show_marks)

    @on(events.DescendantFocus)
    def follow_focus(self) -> None:
        """The footer says what works where the focus is."""
        self.show_hints()

    def hints(self) -> tuple[Command, ...]:
        if self.new_token.is_open:
            return PANEL_HINTS
        return (*self.commands_here(), *self.desk_app.common_commands())

    def commands_here(self) -> tuple[Command, ...]:
        """The screen's commands that make sense where the focus is."""
        return self.INTENTS

    def on_screen_resume(self) -> None:
        if self.prepared:
            self.prepared()
            self.prepared, self.shown_day = None, self.desk_app.day
        else:
            self.reload()

    def _desk_changed(self, outcome: Outcome | None) -> None:
        """Show what was done, unless it was asked for in the panel: the panel closes with the new view at once."""
        if self.new_token.is_open and self.new_token.locked:
            self.news_came |= outcome is None
        elif self in self.app.screen_stack:
            self.reload()
            if self.new_token.is_open and not self.new_token.complains:
                self.new_token.ask_preview()  # another desk may have taken the seat

    def _absence_changed(self, offline_notice: str) -> None:
        self.top_bar.offline_notice = offline_notice

    def _day_changed(self, day: dt.date | None) -> None:
        self.top_bar.day = day
        if self in self.app.screen_stack:
            self.reload()

    def _now_changed(self, now: dt.datetime | None) -> None:
        self.top_bar.now = now
        self.top_bar.day = self.desk_app.day
        self.top_bar.who = self.desk_app.who
        self.show_now(now)

    def show_now(self, now: dt.datetime | None) -> None:
        """Count waits from this instant."""

    def show_marks(self, marks: Mapping[TokenId, str]) -> None:
        """Mark the tokens that were moved just now."""

    @work(exclusive=True, group="load")
    async def reload(self) -> None:
        """Load the view again; the keys of somebody who types ahead wait for that of another day.

        Where the next load takes this one's place, it is the one that lets them go.
        """
        if not self.is_stale:
            await self.load()
            return
        self.desk_app.keys.hold()
        await self.load()
        await self.desk_app.keys.release(finished=False)

    async def prepare(self) -> None:
        """Load the first view before the screen is shown, so that one paint shows both."""
        if self.desk_app.day is not None:
            with suppress(DeskRefusal):  # the screen asks again when it is shown, and says it then
                self.prepared = await self.desk_app.async_desk.read(self.read_view(self.desk_app.day))

    async def load(self) -> None:
        """Load the view in a thread and show it."""
        if (day := self.desk_app.day) is None:
            return
        self.news_came = False
        try:
            show = await self.desk_app.async_desk.read(self.read_view(day))
        except DeskBusy as busy:
            self.desk_app.say_busy(busy, self.reload)
        except DeskRefusal as refusal:
            self.desk_app.say_refusal(refusal)
        else:
            with self.app.batch_update():
                show()
            self.shown_day = day

    def read_view(self, day: dt.date) -> Callable[[FrontDesk], Callable[[], None]]:
        """A question for the desk's thread; its answer is called on the screen's."""
        raise NotImplementedError

    # Tokens

    def chosen_token(self) -> Token | None:
        """The token that an action is about."""
        return None

    def chosen_slot(self) -> SlotRecord | None:
        """The slot that a new token is for."""
        return None

    def why_no_token(self) -> str:
        """Why there is no chosen token."""
        return "Choose a token first."

    def why_no_slot(self) -> str:
        """Why there is no chosen slot."""
        return "Choose a slot first."

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the panel is open, only what belongs to it works."""
        screen_actions = {command.action.partition("(")[0] for command in self.INTENTS}
        return not (action in screen_actions and self.is_blocked)

    def action_new_token(self, source: str = Source.WALKIN.name) -> None:
        """Open the panel for the chosen slot."""
        if not self.shows_the_day():
            return
        if (record := self.chosen_slot()) is None:
            self.desk_app.say(self.why_no_slot())
            return
        self.before_panel = self.focused
        self.new_token.open(record, Source[source], self.desk_app.now)

    @on(NewToken.PreviewWanted)
    def preview_new_token(self, event: NewToken.PreviewWanted) -> None:
        self.show_forecast(event.action)

    @work(exclusive=True, group="preview")
    async def show_forecast(self, action: IssueToken) -> None:
        """Say in the panel what the token would do."""
        try:
            forecast = await self.desk_app.preview(action)
        except DeskRefusal as refusal:
            if not self.new_token.locked:  # what was asked for is under way, and may be done all the same
                self.new_token.say(refusal.message, wrong=True)
        else:
            if not self.new_token.complains and not self.new_token.locked:
                self.new_token.foreseen = forecast.outcome.moves
                self.new_token.say(self._in_words(forecast))

    def _in_words(self, forecast: Forecast) -> str:
        """What would happen, with a warning where the slot's window is over."""
        record, now = forecast.outcome.token, self.desk_app.now
        over = f". Note: {record.slot.window} is over" if record and now and record.slot.is_over(now) else ""
        return forecast_sentence(forecast) + over

    @on(NewToken.Submitted)
    def issue_token(self, event: NewToken.Submitted) -> None:
        self.desk_app.keys.hold()
        self.issue(event.action)

    @work(group="issue")
    async def issue(self, action: IssueToken) -> None:
        """Issue the token, asking first where somebody would lose a seat; the panel closes with the new view."""
        try:
            outcome = await self.perform_foreseen(action)
            if outcome is None:
                outcome = await self.confirm_and_perform(action, self.question_of_issue, "Yes, issue it")
        except DeskBusy as busy:
            self.new_token.say(f"{busy.message} Press Enter to try again.", wrong=True)
            self.new_token.unlock()
        except AnswerLost as lost:
            self.close_panel()  # whose Enter would issue another token
            self.desk_app.say_refusal(lost)
        except DeskRefusal as refusal:
            self.new_token.say(refusal.message, wrong=True)
            self.new_token.unlock()
        else:
            await self.finish_issue(outcome)
        finally:
            if self.news_came:
                self.reload()
            await self.desk_app.keys.release(finished=True)

    async def finish_issue(self, outcome: Outcome | None) -> None:
        """Close the panel in the frame that shows the new token, or go on in it."""
        if outcome is None:
            self.new_token.say("Not issued. Enter asks again, Esc leaves.", wrong=True)
            self.new_token.unlock()
            return
        await self.load_change(outcome)
        with self.app.batch_update():
            self.close_panel()
            assert outcome.token is not None
            self.show_token(outcome.token.token.id)

    async def perform_foreseen(self, action: Action) -> Outcome | None:
        """Perform at once what moves nobody else, as the panel says already; None where it is not so any more."""
        if not self.new_token.moves_nobody:
            return None
        try:
            return await self.desk_app.perform(action, self.new_token.foreseen)
        except MovesChanged:
            return None

    def question_of_issue(self, forecast: Forecast) -> str | None:
        """The question where somebody loses a seat, or where it is not as the panel said any more."""
        question = issue_question(forecast)
        if question or self.new_token.foreseen in (None, forecast.outcome.moves):
            return question
        return f"{FASTER}Now: {self._in_words(forecast)}. Do it?"

    async def load_change(self, outcome: Outcome) -> None:
        """Show what was just done here."""
        await self.load()

    def show_token(self, token_id: TokenId) -> None:
        """Bring a token into view."""

    @on(NewToken.Closed)
    def close_panel(self) -> None:
        self.new_token.close()
        if self.before_panel is not None:
            self.set_focus(self.before_panel)

    def action_close_token(self, verb: str) -> None:
        """Ask and close the chosen token."""
        if not self.shows_the_day():
            return
        if (token := self.chosen_token()) is None:
            self.desk_app.say(self.why_no_token())
        else:
            self.begin_to_close(verb, token)

    def shows_the_day(self) -> bool:
        """Whether the list below is that of the day above; else it says so, and nothing of another day is touched."""
        if self.is_stale:
            self.desk_app.say("One moment: this day is being loaded.")
            return False
        return True

    def begin_to_close(self, verb: str, token: Token) -> None:
        """Ask about a token, one question at a time."""
        if not self.desk_app.asking:
            self.desk_app.asking = True
            self.desk_app.keys.hold()
            self.close_token(verb, token)

    @work(group="close")
    async def close_token(self, verb: str, token: Token) -> None:
        """Close a token after one question."""
        action = ACTIONS[verb].from_mapping({"token": token.id})
        try:
            await self.confirm_and_perform(action, lambda forecast: close_question(forecast, token), _YES[verb])
        except DeskBusy as busy:
            self.desk_app.say_busy(busy, lambda: self.begin_to_close(verb, token))
        except DeskRefusal as refusal:
            self.desk_app.say_refusal(refusal)
        finally:
            self.desk_app.asking = False
            await self.desk_app.keys.release(finished=True)

    async def ask(self, dialog: ModalScreen[Answer]) -> Answer:
        """Ask; the keys behind the answer wait for what comes of it, until `release`."""
        answer = await self.app.push_screen_wait(dialog)
        self.desk_app.keys.hold()
        return answer

    async def confirm_and_perform(
        self, action: Action, question: Callable[[Forecast], str | None], yes: str
    ) -> Outcome | None:
        """Preview, ask if there is a question, perform; ask again where another desk changed who would move."""
        again = ""
        while True:
            forecast = await self.desk_app.preview(action)
            text = question(forecast)
            if text and not await self.ask(Confirm(text if text.startswith(again) else again + text, yes)):
                return None
            try:
                return await self.desk_app.perform(action, forecast.outcome.moves)
            except MovesChanged:
                again = FASTER
