"""What a command is: its keys, its words in footer, palette and help, and what it does."""

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
    """One thing a person can ask for by a key; `footer` ranks it there, 0 is left out last, None never shows."""

    id: str
    keys: str
    label: str
    help: str
    action: str = ""
    """What Textual runs when the key is pressed."""
    footer: int | None = None
    key_display: str | None = None
    in_palette: bool = True
    hint: tuple[Command, str] | None = None
    """A command whose key the footer shows together with this one's, and the label of both."""

    @property
    def key_label(self) -> str:
        """The keys as they are printed."""
        return self.key_display or " ".join(map(printed_key, self.keys.split(",")))

    @property
    def one_key(self) -> str:
        """The first of the keys as a sentence names it."""
        return self.key_display or printed_key(self.keys.partition(",")[0])

    @property
    def written_keys(self) -> str:
        """The keys as the settings file holds them."""
        return ", ".join(map(printed_key, self.keys.split(",")))

    def with_keys(self, keys: str) -> Self:
        """The same command on other keys."""
        return replace(self, keys=keys, key_display=None)

    @property
    def binding(self) -> Binding:
        return Binding(self.keys, self.action, self.label, show=False, id=self.id, key_display=self.key_display)


class Need(Enum):
    """What has to be chosen before something can be asked of the desk; the value is the action's field."""

    TOKEN = "token"
    SLOT = "slot"
    DOCTOR = "doctor"


@dataclass(frozen=True, kw_only=True)
class DeskCommand(Command):
    """A command that makes an action of the desk.

    What it needs has to be chosen on the screen. The other fields of the action are asked for in a form, unless `asks`
    names fewer of them. Everything else follows: preview, question, what is said when nothing is chosen.
    """

    makes: str
    """The verb of the action."""
    needs: Need | None = None
    asks: tuple[str, ...] | None = None
    presets: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the form suggests, by the field's name; without it, what the chosen thing has under this name."""
    title: str = ""
    """The form's title."""
    note: str = ""
    """What the screens add to the action's question."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", f"ask_desk('{self.id}')")

    @property
    def action_class(self) -> type[Action]:
        """The class of the action that it makes, imported after the first paint."""
        from opd_tui.desk.actions import ACTIONS

        return ACTIONS[self.makes]

    @property
    def asked(self) -> tuple[Spec, ...]:
        """The fields of the form, none where everything is known."""
        others = (spec for spec in self.action_class.own_specs() if self.needs is None or spec.name != self.needs.value)
        return tuple(spec for spec in others if self.asks is None or spec.name in self.asks)


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
    """A key as it is printed: `n`, `F2`, `^p`, `Esc`."""
    modifiers, _, base = key.rpartition("+")
    if not modifiers:
        return _KEY_LABELS.get(key) or (key.upper() if _FUNCTION_KEY.fullmatch(key) else format_key(key))
    if modifiers == "ctrl" and len(base) == 1:
        return f"^{base}"
    return "+".join((*(each.capitalize() for each in modifiers.split("+")), printed_key(base)))


def bindings(*commands: Command) -> list[BindingType]:
    """The commands as a screen's or the app's bindings."""
    return [command.binding for command in commands]
