"""A form for an action, made from the fields that the action declares."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opd_tui.desk.actions import Action
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import DeskRefusal
from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.records import Spec
from opd_tui.tui.desk_app import DeskApp
from opd_tui.tui.widgets.typed_text import TypedText


class ActionForm(ModalScreen[Outcome | None]):
    """A field a line, what is wrong beside it; Enter goes on and performs the action at the end."""

    BINDINGS = [
        Binding("escape", "cancel", "Close", show=False),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    desk_app = DeskApp()

    def __init__(
        self, action: type[Action], title: str, fixed: Mapping[str, object], preset: Mapping[str, str]
    ) -> None:
        super().__init__()
        self.action = action
        self.form_title = title
        self.fixed = fixed
        self.preset = preset
        self.locked = False

    @property
    def specs(self) -> list[Spec]:
        """The fields that are asked for."""
        return [spec for spec in self.action.own_specs() if spec.name not in self.fixed]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog form", can_focus=False) as dialog:
            dialog.border_title = Content(self.form_title)
            for spec in self.specs:
                with Vertical(classes="form-field"):
                    with Horizontal(classes="field"):
                        star = "" if spec.required else " (optional)"
                        yield Static(f"{spec.label}{star}", markup=False, classes="field-label")
                        yield TypedText(self.preset.get(spec.name, ""), id=spec.name, placeholder=spec.help)
                    yield Static(id=f"{spec.name}-wrong", markup=False, classes="wrong")
            yield Static(id="form-wrong", markup=False, classes="wrong")
            yield Static(id="field-help", markup=False, classes="hint")
            yield Static("Enter next, and done at the end   Esc close", markup=False, classes="hint")

    def on_mount(self) -> None:
        inputs = list(self.query(Input))
        first_empty = next((field for field in inputs if not field.value), inputs[0])
        self.set_focus(first_empty)

    @on(events.DescendantFocus)
    def explain(self) -> None:
        """Say what the focused field means."""
        focused = self.focused.id if self.focused else None
        spec = next((spec for spec in self.specs if spec.name == focused), None)
        if spec is not None:
            self.query_one("#field-help", Static).update(f"{spec.label}: {spec.help}.")

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Go to the next field; after the last one perform the action."""
        inputs = list(self.query(Input))
        if event.input is inputs[-1]:
            self.submit()
        elif self._check(next(spec for spec in self.specs if spec.name == event.input.id)):
            self.set_focus(inputs[inputs.index(event.input) + 1])

    def _check(self, spec: Spec) -> bool:
        """Whether a field is right; what is wrong stands below it."""
        text = self.query_one(f"#{spec.name}", Input).value.strip()
        problem = ""
        if not text and spec.required:
            problem = f"Please fill this in: {spec.help}."
        elif text:
            try:
                spec.type.accept(spec.type.from_text(text))
            except InvalidValue as error:
                problem = f"This {error}."
        self._say(f"{spec.name}-wrong", problem)
        return not problem

    def _say(self, id: str, text: str) -> None:
        static = self.query_one(f"#{id}", Static)
        static.update(text)
        static.display = bool(text)

    def submit(self) -> None:
        """Perform the action, or go to the first field that is wrong."""
        wrong = [spec for spec in self.specs if not self._check(spec)]
        if wrong:
            field = self.query_one(f"#{wrong[0].name}", Input)
            self.set_focus(field)
            field.action_select_all()
        elif not self.locked:
            self.locked = True
            self.desk_app.keys.hold()
            self.perform()

    @work
    async def perform(self) -> None:
        """Perform it; a refusal is said in the form, which keeps what was typed."""
        texts = {spec.name: self.query_one(f"#{spec.name}", Input).value.strip() for spec in self.specs}
        fields = {spec.name: spec.type.from_text(texts[spec.name]) for spec in self.specs if texts[spec.name]}
        try:
            outcome = await self.desk_app.perform(self.action.from_mapping({**self.fixed, **fields}))
        except DeskRefusal as refusal:
            self._say("form-wrong", refusal.message)
            self.locked = False
            await self.desk_app.keys.release(finished=True)
        else:
            self.dismiss(outcome)

    def action_cancel(self) -> None:
        if not self.locked:
            self.dismiss(None)
