"""A thermal printer that understands ESC/POS, through the optional package python-escpos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii

from opd_tui.printing.layout import SlipLine
from opd_tui.printing.slip_printer import SECONDS_TO_PRINT, NotPrinted

RAW_PORT = 9100
"""The port on which printers take what they print."""
QR_SIZE = 6
MISSING = "python-escpos is not installed; `pip install 'opd-tui[escpos]'` installs it"


@dataclass(frozen=True)
class ThermalPrinter:
    """A device such as `/dev/usb/lp0`, or a printer on the network such as `192.0.2.7:9100`."""

    target: str
    connect: Callable[[str], Any] | None = None
    """Returns the printer of python-escpos; None stands for `connected`."""

    def letters(self, text: str) -> str:
        """See `SlipPrinter`: the code pages of these printers differ, so a text is written in ASCII."""
        return text if text.isascii() else " ".join(anyascii(text).split())

    def print(self, lines: Sequence[SlipLine], width: int, id: str) -> None:
        """See `SlipPrinter`."""
        try:
            printer = (self.connect or connected)(self.target)
            try:
                send(printer, lines, id)
            finally:
                printer.close()
        except ImportError:
            raise NotPrinted(MISSING) from None
        except Exception as error:  # python-escpos and its drivers raise errors of many kinds
            raise NotPrinted(f"{self.target} does not answer ({type(error).__name__})") from error


def connected(target: str) -> Any:
    """Return the printer of python-escpos for a device or an address."""
    from escpos import printer

    if target.startswith("/"):
        return printer.File(target)
    host, _, port = target.partition(":")
    return printer.Network(host, int(port or RAW_PORT), timeout=SECONDS_TO_PRINT)


def send(printer: Any, lines: Sequence[SlipLine], id: str) -> None:
    """Print the lines and a QR code of the token's id, and cut the paper."""
    for line in lines:
        big = line.is_big
        printer.set(
            align="center" if big else "left", bold=big, double_width=big, double_height=big, normal_textsize=not big
        )
        printer.textln(line.text)
    printer.set(align="center")
    printer.qr(id, size=QR_SIZE, native=True)
    printer.cut()
