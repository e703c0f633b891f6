"""Printing of slips: one after another, on a thread that neither the screens nor an action waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from opd_tui.desk.actions import NoteSlip
from opd_tui.domain.errors import DeskRefusal
from opd_tui.printing.layout import SlipLayout
from opd_tui.printing.printers import printer_of
from opd_tui.printing.slip_printer import SECONDS_TO_PRINT, NotPrinted
from opd_tui.tui.commands import SLIP

if TYPE_CHECKING:
    from opd_tui.desk.outcome import Outcome
    from opd_tui.domain.model import Token
    from opd_tui.tui.host.async_desk import AsyncDesk
    from opd_tui.tui.host.notices import Notices
    from opd_tui.tui.host.preferred_app import PreferredApp

GIVEN_UP_SECONDS = SECONDS_TO_PRINT + 5.0
"""After how long a printer is given up that does not even fail, such as a device that is switched off."""


class Slips:
    """The slips of this desk, printed in the order in which they were asked for."""

    def __init__(
        self, app: PreferredApp, desk: AsyncDesk, notices: Notices, publish: Callable[[Outcome, bool], None]
    ) -> None:
        """`publish` shows an outcome on every screen, and whether it is announced."""
        self.app = app
        self.desk = desk
        self.notices = notices
        self.publish = publish
        settings = app.preferences.file.settings
        self.layout = SlipLayout.of(settings)
        self.printer = printer_of(settings.slip_printer)
        self._turn = asyncio.Lock()

    def print(self, token: Token, *, asked_for: bool) -> None:
        """Begin to print a token's slip; a slip that was not asked for by key is not announced."""
        self.app.run_worker(self._print(token, asked_for=asked_for), group="slips")

    async def _print(self, token: Token, *, asked_for: bool) -> None:
        try:
            async with self._turn:
                await self._print_and_note(token, asked_for=asked_for)
        except (NotPrinted, DeskRefusal) as error:
            why = self.app.message_of(error) if isinstance(error, DeskRefusal) else f"{error}."
            key = self.app.keymap.key_of(SLIP)
            self.notices.warn(f"The slip of {token.number} was not printed: {why} Press {key} on it to try again.")

    async def _print_and_note(self, token: Token, *, asked_for: bool) -> None:
        """Print what is true now, and then note it, so that the next slip is marked as a reprint."""
        slip = await self.desk.read(lambda desk: desk.slip(token.id))
        printer, layout = self.printer, self.layout
        if printer is None:
            raise NotPrinted("no printer is set")
        lines = layout.lines(slip, printer.letters)
        await in_own_thread(lambda: printer.print(lines, layout.width, str(token.id)))
        try:
            await self.desk.perform(NoteSlip(token=token.id), None, lambda outcome: self.publish(outcome, asked_for))
        except DeskRefusal as refusal:
            said = self.app.message_of(refusal)
            self.notices.warn(f"The slip of {token.number} was printed, but the journal does not say so: {said}")


async def in_own_thread(work: Callable[[], None]) -> None:
    """Run work on a thread that the program does not wait for when it ends; raise NotPrinted if it fails or hangs."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[NotPrinted | None] = loop.create_future()

    def settle(problem: NotPrinted | None) -> None:
        if not ended.done():
            ended.set_result(problem)

    def run() -> None:
        problem: NotPrinted | None = None
        try:
            work()
        except NotPrinted as not_printed:
            problem = not_printed
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a printer, the screens go on
            problem = NotPrinted(f"the printer fails with {type(error).__name__}")
        with suppress(RuntimeError):  # the loop has ended with the program
            loop.call_soon_threadsafe(settle, problem)

    threading.Thread(target=run, name="slips", daemon=True).start()
    try:
        problem = await asyncio.wait_for(ended, GIVEN_UP_SECONDS)
    except TimeoutError:
        problem = NotPrinted("the printer does not answer")
    if problem is not None:
        raise problem
