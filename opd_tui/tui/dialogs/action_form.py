"""A form for the fields of an action."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import AnswerLost, DeskRefusal
from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.records import Spec
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.keys.key_queue import Hold
from opd_tui.tui.widgets.typed_text import TypedText, offer_again

Derive = Callable[[Mapping[str, object]], Awaitable[str]]
"""Returns what the desk would make of a field that is left out, or "" if it cannot say."""
Submit = Callable[[Mapping[str, object]], Awaitable[Outcome | None]]
"""Performs the action: returns None if the user declines, raises a DeskRefusal if the desk refuses."""


class ActionForm(ModalScreen[Outcome | AnswerLost | None]):
    """A form with one field per row and errors below each; Enter moves to the next field and submits after the last.

    A refusal is shown in the form, which keeps its input. Only AnswerLost closes it, because another Enter could
    perform the action twice.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Close", show=False),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    host = getters.app(DeskHost)

    def __init__(self, title: str, specs: Sequence[Spec], presets: Mapping[str, str], submit: Submit) -> None:
        super().__init__()
        self.form_title = title
        self.specs = specs
        self.presets = presets
        self.submit = submit
        self.derive: Mapping[str, Derive] = {}
        """The fields that may be left out because the desk derives them from the others."""
        self.locked = False
        self.has_asked = False
        """Whether something was asked over the form since it was submitted, so that an answer may come late."""
        self.edits = all(spec.clearable for spec in specs)
        """Whether the form changes what is there, so that Enter submits it from any field."""

    @property
    def today(self) -> dt.date:
        """Today at the hospital, on which typed dates depend."""
        assert self.host.desk is not None
        return self.host.desk.today()

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog form", can_focus=False) as dialog:
            dialog.border_title = Content(self.form_title)
            for spec in self.specs:
                yield from self.compose_field(spec)
            with Vertical(classes="form-foot"):
                yield Static(id="field-help", markup=False, classes="hint")
                yield Static(id="form-wrong", markup=False, classes="wrong")
            keys = "Enter save   Tab next" if self.edits else "Enter next, and done at the end"
            yield Static(f"{keys}   Esc close", markup=False, classes="hint")

    def compose_field(self, spec: Spec) -> ComposeResult:
        """Yield a field with its label and a line for errors."""
        with Vertical(classes="form-field"):
            with Horizontal(classes="field"):
                text = self.presets.get(spec.name, "")
                yield Static(self.label_of(spec, text), id=f"{spec.name}-label", markup=False, classes="field-label")
                yield TypedText(text, id=spec.name, placeholder=spec.help)
            yield Static(id=f"{spec.name}-wrong", markup=False, classes="wrong")

    def label_of(self, spec: Spec, text: str) -> str:
        """Return the label of a field, of a date with the day as it is understood: `Day: Mon 23 Nov`."""
        try:
            value = spec.type.from_text(text, self.today)
        except InvalidValue:
            value = None
        if type(value) is dt.date:
            return f"{spec.label}: {value:%a} {value.day} {value:%b}"
        return f"{spec.label}{'' if spec.required or self.edits else ' (optional)'}"

    def on_mount(self) -> None:
        inputs = list(self.query(Input))
        first_empty = next((field for field in inputs if not field.value), inputs[0])
        self.set_focus(inputs[0] if self.edits else first_empty)

    @on(events.DescendantFocus)
    @on(Input.Changed)
    def explain(self) -> None:
        """Show the help text of the focused field, or how a date or time in it is understood; hide an old refusal."""
        self.say("form-wrong", "")
        focused = self.focused.id if self.focused else None
        spec = next((spec for spec in self.specs if spec.name == focused), None)
        if spec is not None:
            self.query_one("#field-help", Static).update(f"{spec.label}: {self.understood(spec) or hint(spec)}.")
            if spec.name in self.derive and not self.text_of(spec):
                self.show_derived(spec)

    @work(exclusive=True, group="derive")
    async def show_derived(self, spec: Spec) -> None:
        """Show in the hint what an empty field would be, unless the user has gone on."""
        try:
            value = await self.derive[spec.name](self.fields())
        except InvalidValue:
            return
        if value and self.focused is self.query_one(f"#{spec.name}") and not self.text_of(spec):
            self.query_one("#field-help", Static).update(f"{spec.label}: {value} if you leave it empty.")

    def fields(self) -> dict[str, object]:
        """Return the values of the fields; raise InvalidValue if one is not valid."""
        texts = {spec.name: self.text_of(spec) for spec in self.specs}
        return {
            spec.name: spec.type.from_text(texts[spec.name], self.today) if texts[spec.name] else None
            for spec in self.specs
            if texts[spec.name] or (spec.clearable and spec.name in self.presets)
        }

    def understood(self, spec: Spec) -> str:
        """Return the value of a field in words, or "" if it needs none or is not valid."""
        try:
            return spec.type.in_words(spec.type.from_text(self.text_of(spec), self.today))
        except InvalidValue:
            return ""

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Move to the next field, or submit after the last one."""
        inputs = list(self.query(Input))
        if self.edits or event.input is inputs[-1]:
            self.submit_all()
        elif self.is_right(next(spec for spec in self.specs if spec.name == event.input.id)):
            self.set_focus(inputs[inputs.index(event.input) + 1])
        else:
            self.refuse_field(event.input)

    @on(Input.Changed)
    def forget_complaint(self, event: Input.Changed) -> None:
        """Hide what was wrong with a field once the user types on, and show the day of a date."""
        spec = next(spec for spec in self.specs if spec.name == event.input.id)
        self.query_one(f"#{spec.name}-label", Static).update(self.label_of(spec, event.value), layout=False)
        self.say(f"{event.input.id}-wrong", "")
        self.say("form-wrong", "")

    def text_of(self, spec: Spec) -> str:
        """Return the text of a field."""
        return self.query_one(f"#{spec.name}", Input).value.strip()

    def is_right(self, spec: Spec) -> bool:
        """Return whether a field is valid, and show its error below it."""
        text = self.text_of(spec)
        problem = ""
        if not text and spec.required:
            problem = f"Please fill this in: {spec.help}."
        elif text:
            try:
                value = spec.type.from_text(text, self.today)
                self.query_one(f"#{spec.name}", Input).value = str(spec.type.to_json(value))
            except InvalidValue as error:
                problem = f"This {error}."
        self.say(f"{spec.name}-wrong", problem)
        return not problem

    def say(self, id: str, text: str) -> None:
        """Show an error in the given place, or hide it if the text is empty."""
        static = self.query_one(f"#{id}", Static)
        static.update(text)
        static.display = bool(text)

    def submit_all(self) -> None:
        """Submit the form, or move to the first invalid field."""
        wrong = [spec for spec in self.specs if not self.is_right(spec)]
        if wrong:
            self.refuse_field(self.query_one(f"#{wrong[0].name}", Input))
        elif not self.locked:
            self.has_asked = False
            self.set_locked(True)
            self.do_it(self.host.keys.held(self, finishes=True))

    def on_screen_suspend(self) -> None:
        """Note that a dialog has opened over the form."""
        self.has_asked = True

    @work
    async def do_it(self, held: Hold) -> None:
        """Perform the action and close with its outcome, or show why it was not done."""
        fields = self.fields()
        async with held:
            try:
                outcome = await self.submit(fields)
            except AnswerLost as lost:
                self.dismiss(lost)
            except DeskRefusal as refusal:
                self.unlock(self.host.message_of(refusal))
            else:
                self.dismiss(outcome) if outcome else self.unlock("Not done. Enter asks again, Esc leaves.")

    def set_locked(self, locked: bool) -> None:
        """Refuse or accept input."""
        self.locked = locked
        for field in self.query(TypedText):
            field.locked = locked

    def unlock(self, why: str) -> None:
        """Show why the action was not done and accept input again; a late answer must not replace a field."""
        self.say("form-wrong", why)
        self.set_locked(False)
        if isinstance(self.focused, Input):
            self.refuse_field(self.focused, keeps_text=self.has_asked)

    def refuse_field(self, field: Input, *, keeps_text: bool = False) -> None:
        """Offer a field to be typed again, and drop what is typed behind it."""
        offer_again(field, keeps_text=keeps_text)
        self.host.keys.refused()

    def action_cancel(self) -> None:
        if not self.locked:
            self.dismiss(None)


def hint(spec: Spec) -> str:
    """Return what a field means, with examples of what can be typed."""
    return f"{spec.help}, such as {spec.type.such_as}" if spec.type.such_as else spec.help
