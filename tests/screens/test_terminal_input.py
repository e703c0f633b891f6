"""What a terminal sends, whatever it is, is a key, a paste, a click or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from opd_tui.tui.terminal.input import LONGEST_PASTE, LONGEST_PASTE_SECONDS, SILENCE_SECONDS, TerminalInput

BEGIN, END = b"\x1b[200~", b"\x1b[201~"
ESCAPE_SECONDS = 0.25
"""Longer than a key behind Esc may take."""


class Terminal:
    """A terminal whose clock stands still, and that says what its input means in short words."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.input = TerminalInput(is_urgent=self.quits, clock=lambda: self.seconds)

    @staticmethod
    def quits(message: Message) -> bool:
        return isinstance(message, events.Key) and message.key == "ctrl+q"

    def send(self, *pieces: bytes) -> list[str]:
        return [in_short(message) for piece in pieces for message in self.input.feed(piece)]

    def wait(self, seconds: float) -> list[str]:
        self.seconds += seconds
        return [in_short(message) for message in self.input.tick()]


def in_short(message: Message) -> str:
    """Return a key's name, a pasted text in quotes, or the kind of another message."""
    match message:
        case events.Key():
            return message.key
        case events.Paste():
            return f"“{message.text}”"
    return type(message).__name__


@pytest.mark.parametrize(
    "odd",
    [
        b"\xe9",
        b"\xff\xfe\x80",
        b"\xed\xa0\x80",
        b"\x1b[M \xe1\xf0",
        b"\x1b[M#\xc3\xa9",
        b"\x1b[M \x00\xff",
        b"\x1b[999X",
        b"\x1b[31m",
        b"\x1b[?62;1;4c",
        b"\x1b[32;10;20M",
        b"\x1b[99999999999;1u",
        b"\x1b[97:65;1u",
        b"\x1b[97;1;55296u",
        b"\x1b[48;0;0;0;0t",
        b"\x1b[48;99999;99999;1;1t",
        b"\x1b[" + b"1" * 9000 + b"m",
        b"\x1bO5x",
        b"\x1b]0;c y n\x07",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        b"\x1bP>|tmux 3.4\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        END,
    ],
)
def test_what_nobody_understands_is_skipped_and_the_next_key_acts(odd: bytes) -> None:
    terminal = Terminal()
    assert terminal.send(odd, b"a") == ["a"]
    assert terminal.send(*(bytes([byte]) for byte in odd), b"a") == ["a"], "byte by byte"


@pytest.mark.parametrize("cut", [b"\x1b[<0;1", b"\x1b[M!", b"\x1b]0;title", b"\x1bP1$r", b"\xe9"])
def test_what_was_cut_off_is_over_after_a_silence(cut: bytes) -> None:
    terminal = Terminal()
    assert terminal.send(cut) + terminal.wait(SILENCE_SECONDS) == []
    assert terminal.send(b"a") == ["a"]


def test_a_size_of_nothing_does_not_break_the_mouse() -> None:
    terminal = Terminal()
    terminal.send(b"\x1b[48;24;80;0;0t")
    assert terminal.send(b"\x1b[48;0;0;0;0t", b"\x1b[<0;3;3M", b"a") == ["a"]
    assert terminal.send(b"\x1b[48;24;80;480;800t", b"\x1b[<0;3;3M") == ["Resize", "MouseDown"]


def test_keys_that_begin_like_sequences_are_keys_after_a_moment() -> None:
    for sent, expected in (
        (b"\x1b", ["escape"]),
        (b"\x1b[", ["alt+left_square_bracket"]),
        (b"\x1b[[", ["alt+left_square_bracket", "left_square_bracket"]),
        (b"\x1bO", ["alt+shift+o"]),
        (b"\x1b]2", ["alt+right_square_bracket", "2"]),
    ):
        terminal = Terminal()
        assert terminal.send(sent) == []
        assert terminal.wait(ESCAPE_SECONDS) == expected
    assert Terminal().send(b"\x1b]n") == ["alt+right_square_bracket", "n"]
    assert Terminal().send(b"\x1b\x1b[A\x1b[[A\x1b[3$") == ["escape", "up", "f1", "shift+delete"]


@pytest.mark.parametrize(
    "text",
    [
        "hello \x1b\r\rcy",
        "x \x1b\rn Ghost\r",
        "\x1b[31mred\x1b[0m\r\n" * 40,
        "\x1b]0;an unfinished title",
        "\x1b[M",
        "\x1b[M\x1b",
        "ctrl+q \x11 and \x1b[113;5u",
        "\x1b[<0;1;1M",
        "\x1b[200~ again",
        "",
    ],
)
def test_a_paste_is_text_from_its_first_to_its_last_byte(text: str) -> None:
    sent = BEGIN + text.encode() + END + b"a"
    assert Terminal().send(sent) == [f"“{text}”", "a"]
    assert Terminal().send(*(bytes([byte]) for byte in sent)) == [f"“{text}”", "a"]


def test_the_mark_that_ends_a_paste_may_come_in_two_parts() -> None:
    terminal = Terminal()
    assert terminal.send(BEGIN + b"Om\x1b") + terminal.wait(ESCAPE_SECONDS) == []
    assert terminal.send(b"[20") + terminal.wait(ESCAPE_SECONDS) == []
    assert terminal.send(b"1~n") == ["“Om”", "n"]


def test_a_paste_without_an_end_ends_after_a_silence_and_its_tail_is_dropped_until_a_pause() -> None:
    terminal = Terminal()
    assert terminal.send(BEGIN + b"Om") + terminal.wait(SILENCE_SECONDS / 2) == []
    assert terminal.send(b" Sen") + terminal.wait(SILENCE_SECONDS / 2) == []
    assert terminal.wait(SILENCE_SECONDS / 2) == ["“Om Sen”"]
    assert terminal.send(b"\rcy") == ["PasteCut"], "which is said once"
    assert terminal.wait(SILENCE_SECONDS / 2) + terminal.send(b"\x1b[31mn") == []
    assert terminal.wait(SILENCE_SECONDS) + terminal.send(b"n") == ["n"]


def test_the_tail_of_a_paste_ends_with_its_mark() -> None:
    terminal = Terminal()
    assert terminal.send(BEGIN) + terminal.wait(SILENCE_SECONDS) == ["“”"]
    assert terminal.send(b"cy" + END + b"n") == ["PasteCut", "n"]


def test_the_key_to_quit_acts_behind_a_paste_without_an_end_but_is_text_in_others() -> None:
    for key in (b"\x11", b"\x1b[113;5u"):
        terminal = Terminal()
        assert terminal.send(BEGIN + b"cy" + key) == []
        assert terminal.wait(SILENCE_SECONDS)[1:] == ["ctrl+q"]
        assert terminal.send(b"n" + key) == ["PasteCut", "ctrl+q"]


def test_a_paste_that_never_ends_is_cut_after_a_while_and_not_kept() -> None:
    terminal = Terminal()
    heard = terminal.send(BEGIN)
    while terminal.seconds < 2 * LONGEST_PASTE_SECONDS:
        heard += terminal.send(b"cy\r" * LONGEST_PASTE) + terminal.wait(SILENCE_SECONDS / 2)
    text, *rest = heard
    assert len(text.strip("“”")) == LONGEST_PASTE
    assert rest == ["PasteCut"]
    assert terminal.send(b"\x11") == ["ctrl+q"]


PIECES = st.sampled_from(
    (
        *(b"\x1b", b"\x1b[", b"\x1bO", b"\x1b]", b"\x1bP", b"\x1b[M", b"\x1b[<0;", b"\x1b[48;24;80;0;0t", BEGIN, END),
        *(b";", b":", b"?", b"$", b"0", b"12", b"99999999999", b"~", b"u", b"t", b"R", b"M", b"y", b"\x07", b"\\"),
        *(b"\xc3\xa9", b"\xe9", b"\xff", b"\x9b", b"\x00", b"a", b"\r"),
    )
)
WAITS = st.sampled_from([0.0, ESCAPE_SECONDS, SILENCE_SECONDS])


@given(st.lists(st.tuples(st.lists(PIECES, max_size=8), WAITS), max_size=8))
def test_whatever_is_sent_the_next_key_after_two_silences_acts(sent: list[tuple[list[bytes], float]]) -> None:
    terminal = Terminal()
    for pieces, seconds in sent:
        terminal.send(b"".join(pieces))
        terminal.wait(seconds)
    terminal.wait(SILENCE_SECONDS)
    terminal.wait(SILENCE_SECONDS)
    assert terminal.send(b"a") == ["a"]
