"""Slips: what they say, that they keep their width, and that no printer can harm an action."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from opd_tui.config.option_types import Printer, SlipWidth
from opd_tui.desk.actions import CancelToken, NoteSlip, Redo, Undo
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.errors import TokenAlreadyClosed, UnknownToken
from opd_tui.domain.field_types import InvalidValue
from opd_tui.domain.model import TokenId
from opd_tui.domain.text import with_initials
from opd_tui.printing.layout import SlipLayout, SlipLine, as_text, folded
from opd_tui.printing.printers import printer_of
from opd_tui.printing.slip_printer import NotPrinted, SlipPrinter
from opd_tui.printing.thermal import ThermalPrinter
from tests.support.helpers import ACTIVE, CANCELLED, WAITING, add_doctor, invoke, issue, open_slot, token_of
from tests.support.stores import Store

LAYOUT = SlipLayout(32, "City Hospital", 30)
NAMES = (
    "Sunita Rao",
    "a\x1b[31mred \x07bell",
    "Om \u202egnihton\u202c Das",
    "देवनागरी नाम",
    "漢字 山田太郎",
    "Om 🙂🙂🙂 👩‍👩‍👧‍👦",
    "שלום עליכם",
    "Venkatanarasimharajuvaripeta" * 4,
)


def text(desk: FrontDesk, token: TokenId = ACTIVE, layout: SlipLayout = LAYOUT) -> str:
    """The slip of a token."""
    return as_text(layout.lines(desk.slip(token)), layout.width)


def test_a_slip_says_what_a_patient_needs_and_no_more(desk: FrontDesk) -> None:
    slot = open_slot(desk, add_doctor(desk, "Dr Rao", code="RAO", specialty="ENT", room="4A"), capacity=2)
    issue(desk, slot, "Asha Verma", "PAID")
    known = {"name": "Om Prakash Das", "phone": "98765 43210", "uhid": "H-17", "birth_year": 1971, "sex": "male"}
    token = token_of(issue(desk, slot, known, "WALKIN"))
    assert text(desk, token).splitlines() == [
        "         City Hospital",
        "",
        "            RAO-002",
        "",
        "Dr Rao",
        "Room 4A",
        "Sun 22 Nov 2026, 09:00–10:00",
        "Reporting, not consultation time",
        "O. P. Das, 55/M",
        "Hospital number H-17",
        "Walk-in",
        "1 ahead at 09:00",
        "About 09:15–09:45",
        "-" * 32,
        "Issued 22 Nov 2026 09:00, desk",
        "1, meera",
        "If you miss your call, report to",
        "the desk within 30 minutes.",
        "Id 2",
    ]
    waiting = text(desk, token_of(issue(desk, slot, "Ila Sen", "WALKIN")), SlipLayout(48))
    assert "Waiting for a seat, number 1 in line at 09:00\n" in waiting
    assert "miss" not in waiting


@pytest.mark.parametrize("width", [32, 48])
def test_no_name_widens_a_slip_or_reaches_the_printer_as_a_command(desk: FrontDesk, width: int) -> None:
    layout = SlipLayout(width, "漢" * 30, 5)
    printer = ThermalPrinter("/dev/null")
    for number, name in enumerate(NAMES):
        slot = open_slot(desk, add_doctor(desk, name, code=f"D{number}", room=name[:40]))
        slip = desk.slip(token_of(issue(desk, slot, name)))
        for letters in (str, printer.letters):
            lines = layout.lines(slip, letters)
            assert max(cell_len(line.text) for line in lines) <= width, name
            assert all(line.text.isprintable() or "\u200d" in line.text for line in lines)
        assert all(line.text.isascii() for line in layout.lines(slip, printer.letters))


def test_long_words_are_folded_and_names_are_short() -> None:
    assert folded("ab cd efghijkl", 5) == ["ab cd", "efghi", "jkl"]
    assert [with_initials(name) for name in ("Asha", "Om Prakash Das", "सुनीता राव")] == ["Asha", "O. P. Das", "सु. राव"]


def test_a_slip_that_was_printed_at_any_desk_is_marked_and_cannot_be_undone(filled: FrontDesk) -> None:
    filled.perform(CancelToken(token=WAITING))
    filled.perform(Undo())
    assert "REPRINT" not in text(filled)
    said = filled.perform(NoteSlip(token=ACTIVE))
    assert (said.sentence, said.is_news) == ("The slip of A-001 Asha Kumar was printed", False)
    assert "           REPRINT 1\n" in text(filled)
    assert "REPRINT" not in text(filled, WAITING)
    redone = filled.perform(Redo())  # a slip is no action that ends redo
    assert redone.sentence.startswith("Done again: cancelling A-003")
    filled.perform(Undo())
    filled.perform(CancelToken(token=ACTIVE))
    filled.perform(Undo())
    filled.perform(NoteSlip(token=ACTIVE))
    assert "REPRINT 2\n" in text(filled)
    assert filled.activity(3)[0].entry.action == "undo"
    assert filled.token_card(ACTIVE).history[-1].sentence == "The slip of A-001 Asha Kumar was printed"
    assert filled.verify().problems == []


def test_only_an_open_token_has_a_slip(filled: FrontDesk) -> None:
    with pytest.raises(TokenAlreadyClosed):
        filled.slip(CANCELLED)
    with pytest.raises(UnknownToken):
        filled.slip(TokenId(10**30))


# Printers

LINES = (SlipLine("A-001", is_big=True), SlipLine("सुनीता"))


def printed_by(setting: str) -> SlipPrinter:
    """The printer of a setting."""
    printer = printer_of(Printer().accept(setting))
    assert printer is not None
    return printer


def test_a_command_gets_the_slip_and_no_shell(tmp_path: Path) -> None:
    out = tmp_path / "a b; touch c"
    script = tmp_path / "print.py"
    script.write_text("import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())")
    printed_by(f"command:{sys.executable} {script} '{out}'").print(LINES, 32, "1")
    assert out.read_text("utf-8") == "             A-001\nसुनीता\n"
    assert [path.name for path in tmp_path.iterdir() if path.name == "c"] == []


def test_a_command_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "fail.py"
    script.write_text("import sys; sys.exit('The printer does not exist.')")
    with pytest.raises(NotPrinted, match=r"ended with status 1: The printer does not exist\."):
        printed_by(f"command:{sys.executable} {script}").print(LINES, 32, "1")
    with pytest.raises(NotPrinted, match="cannot be run: No such file"):
        printed_by("command:/no/such/program").print(LINES, 32, "1")
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr("opd_tui.printing.printers.SECONDS_TO_PRINT", 0.1)
    with pytest.raises(NotPrinted, match="did not end within"):
        printed_by(f"command:{sys.executable} {script}").print(LINES, 32, "1")


def test_a_file_gets_slip_after_slip_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "slips.txt"
    for _ in range(2):
        printed_by(f"file:{file}").print(LINES, 32, "1")
    assert file.read_text("utf-8") == "             A-001\nसुनीता\n\f" * 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(NotPrinted, match="cannot be written: Is a directory"):
        printed_by(f"file:{tmp_path}").print(LINES, 32, "1")


def test_a_thermal_printer_gets_ascii_a_double_number_and_the_id(desk: FrontDesk) -> None:
    dummy = pytest.importorskip("escpos.printer").Dummy()
    sent: list[bytes] = []
    dummy.close = lambda: sent.append(dummy.output)
    printer = ThermalPrinter("/dev/usb/lp0", lambda target: dummy)
    token = token_of(issue(desk, open_slot(desk, add_doctor(desk, "डॉ राव", code="A")), "सुनीता राव"))
    printer.print(LAYOUT.lines(desk.slip(token), printer.letters), 32, str(token))
    (output,) = sent
    assert b"\x1b!0" in output.partition(b"A-001\n")[0]  # twice as wide and as high
    assert b"s. rav\n" in output or b"su. rav\n" in output
    assert b"1P01\x1d" in output  # the QR code's content
    assert output.endswith(b"\x1dV\x00")


def test_a_thermal_printer_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "escpos", None)
    with pytest.raises(NotPrinted, match=r"python-escpos is not installed; `pip install 'opd-tui\[escpos\]'`"):
        printed_by("escpos:/dev/usb/lp0").print(LINES, 32, "1")

    def broken(target: str) -> object:
        raise ConnectionRefusedError(target)

    with pytest.raises(NotPrinted, match=r"192\.0\.2\.7 does not answer \(ConnectionRefusedError\)"):
        ThermalPrinter("192.0.2.7", broken).print(LINES, 32, "1")


@pytest.mark.parametrize("wrong", ["lp", "command:", "command:lp 'x", "file:slips.txt", "escpos: ", "escpos:a b", 3])
def test_a_printer_that_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidValue, match="must be a printer, such as"):
        Printer().accept(wrong)
    with pytest.raises(InvalidValue, match="must be 32 or 48"):
        SlipWidth().accept(40)


# The command line


def test_the_command_line_shows_and_prints_a_slip(
    filled: FrontDesk, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, file = tmp_path / "config.toml", tmp_path / "slips.txt"
    monkeypatch.setenv("OPD_TUI_CONFIG", str(settings))
    settings.write_text("slip_width = 48\n")
    slip = ("--database", store.location, "token", "slip", str(ACTIVE))
    shown = invoke(*slip)
    assert shown.exit_code == 0
    assert "-" * 48 + "\n" in shown.stdout
    assert "\n" + "-" * 32 + "\n" in invoke(*slip, "--width", "32").stdout
    without = invoke(*slip, "--print")
    assert (without.exit_code, "No printer is set." in without.stderr) == (1, True)
    settings.write_text(f'slip_printer = "file:{file}"\n')
    assert invoke(*slip, "--print").stdout == "The slip of A-001 Asha Kumar was printed.\n"
    assert "REPRINT" not in file.read_text("utf-8")
    assert "REPRINT 1" in invoke(*slip).stdout
    settings.write_text('slip_printer = "file:/no/such/folder/slips.txt"\n')
    failed = invoke(*slip, "--print")
    assert failed.exit_code == 1
    assert "The slip of A-001 was not printed: /no/such/folder/slips.txt cannot be written" in failed.stderr
    assert "REPRINT 1" in invoke(*slip).stdout
