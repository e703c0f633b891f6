"""An app that applies the user's preferences: theme, symbols, keys and hiding names when idle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events, work
from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from opd_tui.domain.errors import DeskRefusal
from opd_tui.tui.commands import SETTINGS
from opd_tui.tui.drawing.shades import with_shades
from opd_tui.tui.drawing.symbols import PlainSigns, terminal_encoding
from opd_tui.tui.host.idle import Idle
from opd_tui.tui.keys.keymap import Keymap
from opd_tui.tui.settings.preferences import Preferences
from opd_tui.tui.settings.remembered_theme import RememberedTheme


class PreferredApp(App[None]):
    """An app that applies the settings file and saves theme changes to it."""

    def __init__(self, preferences: Preferences) -> None:
        self.preferences = preferences
        if preferences.theme:
            # Before the styles are parsed, so that this happens only once.
            self.set_reactive(App.theme, preferences.theme)
        super().__init__()
        self.idle = Idle(self, preferences.idle_seconds, self.new_cover)
        self.plain_signs = PlainSigns(terminal_encoding()) if preferences.plain_signs else None
        path = preferences.file.path if preferences.keeps_theme else None
        self.remembered = RememberedTheme(path, self.theme) if path else None

    @property
    def hospital(self) -> str:
        """The hospital's name, shown at the top of every screen."""
        return self.preferences.file.settings.hospital or self.title

    @property
    def follow_up_days(self) -> int:
        """The number of days after a consultation in which a patient is offered as a follow-up."""
        return self.preferences.file.settings.follow_up_days

    @property
    def session_presets(self) -> Mapping[str, str]:
        """What the form for a session proposes."""
        settings = self.preferences.file.settings
        return {
            "start": settings.session_start,
            "end": settings.session_end,
            "capacity": f"{settings.slot_seats}",
            "every": f"{settings.slot_minutes}",
        }

    @property
    def prints_on_issue(self) -> bool:
        """Whether the slip of every token is printed when it is issued."""
        settings = self.preferences.file.settings
        return settings.slip_on_issue and settings.slip_printer is not None

    @property
    def operators(self) -> tuple[str, ...]:
        """The only people who may sit here, or none if everybody may."""
        return self.preferences.file.settings.operators

    @property
    def keymap(self) -> Keymap:
        """The user's key bindings."""
        return self.preferences.keymap

    def new_cover(self) -> Screen[None]:
        """Return a new screen that hides the names."""
        raise NotImplementedError

    def message_of(self, refusal: DeskRefusal) -> str:
        """Return why an action was refused and what to do about it."""
        return refusal.message

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = with_shades(super().get_css_variables(), ansi=self.native_ansi_color)
        return self.theme_variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, self.plain_signs] if self.plain_signs else filters

    def on_mount(self) -> None:
        if self.keymap.keys:
            self.set_keymap(dict(self.keymap.keys))
        self.theme_changed_signal.subscribe(self, self.remember_theme)
        self.call_after_refresh(self.report_problems)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.MouseDown):
            self.idle.touched()
        await super().on_event(event)

    def report_problems(self) -> None:
        """Warn about problems in the settings file; a single problem is shown in full."""
        problems = self.preferences.problems
        if not problems:
            return
        one = len(problems) == 1
        what = f"Settings file, {problems[0]}" if one else f"{len(problems)} lines of the settings file do not count."
        text = f"{what} Press {self.keymap.key_of(SETTINGS)} to read {'more' if one else 'why'}."
        self.notify(text, severity="warning", markup=False)

    @work(group="settings")
    async def remember_theme(self, theme: Theme) -> None:
        """Save the theme for the next start."""
        if self.remembered is not None:
            await self.remembered.keep(
                theme.name, lambda refusal: self.notify(self.message_of(refusal), severity="warning", markup=False)
            )

    def action_hide_names(self) -> None:
        """Hide the names."""
        self.idle.hide()
