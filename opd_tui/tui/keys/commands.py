"""Commands: their keys, their texts in the footer, palette and help, and the action they run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Self

from textual.binding import Binding, BindingType
from textual.keys import format_key

if TYPE_CHECKING:
    from opd_tui.desk.actions import Action
    from opd_tui.domain.records import Spec


@dataclass(frozen=True)
class Command:
    """A command bound to keys.

    `footer` is its rank in the footer: 0 is the last to be dropped when space runs out, None is never shown.
    """

    id: str
    keys: str
    label: str
    help: str
    action: str = ""
    """The Textual action that the key runs."""
    footer: int | None = None
    key_display: str | None = None
    in_palette: bool = True
    hint: tuple[Command, str] | None = None
    """Another command whose key the footer shows next to this one, and the label for the pair."""

    @property
    def key_label(self) -> str:
        """The keys as shown to the user."""
        return self.key_display or " ".join(map(printed_key, self.keys.split(",")))

    @property
    def one_key(self) -> str:
        """The first key, for use in a sentence."""
        return self.key_display or printed_key(self.keys.partition(",")[0])

    @property
    def written_keys(self) -> str:
        """The keys as written in the settings file."""
        return ", ".join(map(printed_key, self.keys.split(",")))

    def with_keys(self, keys: str) -> Self:
        """Return this command with other keys."""
        return replace(self, keys=keys, key_display=None)

    @property
    def binding(self) -> Binding:
        return Binding(self.keys, self.action, self.label, show=False, id=self.id, key_display=self.key_display)


class Need(Enum):
    """What must be selected before a command can run; the value is the field name in the action."""

    TOKEN = "token"
    SLOT = "slot"
    DOCTOR = "doctor"


@dataclass(frozen=True, kw_only=True)
class DeskCommand(Command):
    """A command that builds a desk action.

    The user selects what it `needs` on the screen. A form asks for the other fields of the action, or only for those
    in `asks`; those in `picks` are chosen in dialogs of their own, each when the action turns out to need it. The
    preview, the question and the message when nothing is selected follow from these.
    """

    makes: str
    """The verb that identifies the action."""
    makes_when_closed: str = ""
    """The verb of the opposite action, for a slot that is closed."""
    needs: Need | None = None
    asks: tuple[str, ...] | None = None
    picks: tuple[str, ...] = ()
    presets: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Initial values of the form by field name; other fields start with the value of the selected item."""
    fixed: Mapping[str, object] = field(default_factory=dict, hash=False)
    """Fields that the command always sets."""
    title: str = ""
    """The title of the form."""
    note: str = ""
    """Text appended to the action's question."""
    completes: bool = False
    """Whether it completes a token without asking, so that the user has to see which one before pressing the key."""
    derived: tuple[str, ...] = ()
    """The fields that the desk derives from the others when they are left out, as the form shows beforehand."""
    on_the_day: bool = False
    """Whether the patient has to be at the hospital, so that it cannot happen before the day has come."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", f"ask_desk('{self.id}')")

    @property
    def action_class(self) -> type[Action]:
        """The class of the action, imported on use so that it does not delay the first paint."""
        from opd_tui.desk.actions import ACTIONS

        return ACTIONS[self.makes]

    @property
    def action_when_closed(self) -> type[Action]:
        """The class of the action for a closed slot."""
        from opd_tui.desk.actions import ACTIONS

        return ACTIONS[self.makes_when_closed or self.makes]

    @property
    def asked(self) -> tuple[Spec, ...]:
        """The fields of the form; empty if no form is needed."""
        others = (spec for spec in self.action_class.own_specs() if self.needs is None or spec.name != self.needs.value)
        wanted = (spec for spec in others if spec.name not in self.picks)
        return tuple(spec for spec in wanted if self.asks is None or spec.name in self.asks)


def needs_token(command: Command) -> bool:
    """Return whether a command acts on the selected token."""
    return isinstance(command, DeskCommand) and command.needs is Need.TOKEN


_FUNCTION_KEY = re.compile("f[0-9]+")
_KEY_LABELS = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "backspace": "Backspace",
    "insert": "Ins",
    "delete": "Del",
}


def printed_key(key: str) -> str:
    """Return a key as shown to the user: `n`, `F2`, `^p`, `Esc`."""
    modifiers, _, base = key.rpartition("+")
    if not modifiers:
        return _KEY_LABELS.get(key) or (key.upper() if _FUNCTION_KEY.fullmatch(key) else format_key(key))
    if modifiers == "ctrl" and len(base) == 1:
        return f"^{base}"
    return "+".join((*(each.capitalize() for each in modifiers.split("+")), printed_key(base)))


def bindings(*commands: Command) -> list[BindingType]:
    """Return the commands as bindings of a screen or an app."""
    return [command.binding for command in commands]
