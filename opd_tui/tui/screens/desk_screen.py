"""What the main screens share: bars, loading off the event loop, and the actions on tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from opd_tui.desk.actions import ACTIONS, Action, IssueToken
from opd_tui.desk.outcome import Forecast, Outcome
from opd_tui.domain.errors import DeskRefusal, MovesChanged
from opd_tui.domain.model import Reason, SlotRecord, Source, Token, TokenId
from opd_tui.tui.commands import PANEL_HINTS, Command
from opd_tui.tui.dialogs.confirm import Confirm
from opd_tui.tui.sentences import close_question, forecast_sentence, issue_question
from opd_tui.tui.widgets.bars import CommandFooter, ModeBar, TopBar
from opd_tui.tui.widgets.new_token import NewToken

if TYPE_CHECKING:
    from opd_tui.desk.front_desk import FrontDesk
    from opd_tui.tui.app import OpdApp

TOO_SMALL = "The terminal is too small.\nopd-tui needs 60 columns and 16 lines."
_YES = {"cancel_token": "Yes, cancel it", "mark_no_show": "Yes, no-show", "complete_token": "Yes, done"}


def the_app() -> type[OpdApp]:
    """The app's class, which imports the screens."""
    from opd_tui.tui.app import OpdApp

    return OpdApp


class DeskScreen(Screen[None]):
    """A screen of the desk: it loads its view in a thread and shows it, keeping the person's place."""

    MODE: ClassVar[str]
    INTENTS: ClassVar[tuple[Command, ...]] = ()
    """What can be asked for here, besides what works everywhere."""

    has_view = False
    """Whether it has shown a view of the desk yet."""
    before_panel: Widget | None = None
    """What had the focus before the panel opened."""

    top_bar = getters.query_one(TopBar)
    mode_bar = getters.query_one(ModeBar)
    footer = getters.query_one(CommandFooter)
    new_token = getters.query_one(NewToken)

    @property
    def desk_app(self) -> OpdApp:
        app = self.app
        assert isinstance(app, the_app())
        return app

    def compose(self) -> ComposeResult:
        yield TopBar(id="top-bar")
        yield ModeBar(id="mode-bar")
        yield from self.body()
        yield from self.desk_app.extra_bars()
        yield CommandFooter(id="footer")
        yield NewToken(id="new-token")
        yield Static(TOO_SMALL, id="too-small", markup=False)

    def body(self) -> Iterable[Widget]:
        """What this screen shows between the bars."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.new_token.display = False
        self.mode_bar.current = self.MODE
        self.show_hints()
        self.desk_app.desk_changed.subscribe(self, self._desk_changed)
        self.watch(self.app, "day", self._day_changed, init=False)
        self.watch(self.app, "now", self._now_changed)
        self.watch(self.app, "marks", self.show_marks)

    @on(events.DescendantFocus)
    def show_hints(self) -> None:
        """The footer says what works where the focus is."""
        commands = PANEL_HINTS if self.new_token.is_open else (*self.commands_here(), *self.desk_app.common_commands())
        self.footer.commands = commands

    def commands_here(self) -> tuple[Command, ...]:
        """The screen's commands that make sense where the focus is."""
        return self.INTENTS

    def on_screen_resume(self) -> None:
        self.reload()

    def _desk_changed(self, outcome: Outcome | None) -> None:
        """Show what was done, unless it was asked for in the panel: the panel closes with the new view at once."""
        if self in self.app.screen_stack and not (self.new_token.is_open and self.new_token.locked):
            self.reload()

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

    def show_marks(self, marks: Mapping[TokenId, Reason]) -> None:
        """Mark the tokens that were moved just now."""

    @work(exclusive=True, group="load")
    async def reload(self) -> None:
        """Load the view again."""
        await self.load()

    async def load(self) -> None:
        """Load the view in a thread and show it."""
        if self.desk_app.day is None:
            return
        try:
            show = await self.desk_app.desk_line.read(self.read_view(self.desk_app.day))
        except DeskRefusal as refusal:
            self.desk_app.say_refusal(refusal)
        else:
            with self.app.batch_update():
                show()
            self.has_view = True

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
        return not (action in screen_actions and self.is_mounted and self.new_token.is_open)

    def action_new_token(self, source: str = Source.WALKIN.name) -> None:
        """Open the panel for the chosen slot."""
        if (record := self.chosen_slot()) is None:
            self.desk_app.say(self.why_no_slot())
            return
        self.before_panel = self.focused
        self.new_token.open(record, Source[source])

    @on(NewToken.PreviewWanted)
    def preview_new_token(self, event: NewToken.PreviewWanted) -> None:
        self.show_forecast(event.action)

    @work(exclusive=True, group="preview")
    async def show_forecast(self, action: IssueToken) -> None:
        """Say in the panel what the token would do."""
        try:
            forecast = await self.desk_app.desk_line.preview(action)
        except DeskRefusal as refusal:
            self.new_token.say(refusal.message, wrong=True)
        else:
            if not self.new_token.complains:
                self.new_token.say(forecast_sentence(forecast) + self._over(forecast))

    def _over(self, forecast: Forecast) -> str:
        """A warning where the slot's window is over."""
        record, now = forecast.outcome.token, self.desk_app.now
        return f". Note: {record.slot.window} is over" if record and now and record.slot.is_over(now) else ""

    @on(NewToken.Submitted)
    def issue_token(self, event: NewToken.Submitted) -> None:
        self.desk_app.keys.hold()
        self.issue(event.action)

    @work(group="issue")
    async def issue(self, action: IssueToken) -> None:
        """Issue the token, asking first where somebody would lose a seat; the panel closes with the new view."""
        try:
            outcome = await self.confirm_and_perform(action, issue_question, "Yes, issue it")
        except DeskRefusal as refusal:
            self.new_token.say(refusal.message, wrong=True)
            self.new_token.unlock()
        else:
            await self.finish_issue(outcome)
        finally:
            await self.desk_app.keys.release(finished=True)

    async def finish_issue(self, outcome: Outcome | None) -> None:
        """Close the panel in the frame that shows the new token, or go on in it."""
        if outcome is None:
            self.new_token.say("Not issued. Enter asks again, Esc leaves.", wrong=True)
            self.new_token.unlock()
            return
        await self.load()
        with self.app.batch_update():
            self.close_panel()
            assert outcome.token is not None
            self.show_token(outcome.token.token.id)

    def show_token(self, token_id: TokenId) -> None:
        """Bring a token into view."""

    @on(NewToken.Closed)
    def close_panel(self) -> None:
        self.new_token.close()
        if self.before_panel is not None:
            self.set_focus(self.before_panel)

    def action_close_token(self, verb: str) -> None:
        """Ask and close the chosen token."""
        if (token := self.chosen_token()) is None:
            self.desk_app.say(self.why_no_token())
        elif not self.desk_app.asking:
            self.desk_app.asking = True
            self.desk_app.keys.hold()
            self.close_token(verb, token)

    @work(group="close")
    async def close_token(self, verb: str, token: Token) -> None:
        """Close a token after one question."""
        action = ACTIONS[verb].from_mapping({"token": token.id})
        try:
            await self.confirm_and_perform(action, lambda forecast: close_question(forecast, token), _YES[verb])
        except DeskRefusal as refusal:
            self.desk_app.say_refusal(refusal)
        finally:
            self.desk_app.asking = False
            await self.desk_app.keys.release(finished=True)

    async def ask(self, question: Confirm) -> bool:
        """Ask; the keys go to the question as soon as it is there."""
        answer = await self.app.push_screen_wait(question)
        self.desk_app.keys.hold()
        return answer

    async def confirm_and_perform(
        self, action: Action, question: Callable[[Forecast], str | None], yes: str
    ) -> Outcome | None:
        """Preview, ask if there is a question, perform; ask again where another desk changed who would move."""
        again = ""
        while True:
            forecast = await self.desk_app.desk_line.preview(action)
            text = question(forecast)
            if text and not await self.ask(Confirm(again + text, yes)):
                return None
            try:
                return await self.desk_app.perform(action, forecast.outcome.moves)
            except MovesChanged:
                again = "Another desk was faster, so this has changed. "
