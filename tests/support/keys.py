"""The README's key table, generated from the commands; `python -m tests.support.keys` writes it."""

from __future__ import annotations

import re
from pathlib import Path

from opd_tui.tui import commands
from opd_tui.tui.catalogue import EVERYWHERE
from opd_tui.tui.commands import MOVES
from opd_tui.tui.keys.commands import Command

SHARED = (
    *commands.TOKEN_COMMANDS,
    commands.NEXT,
    *commands.DOCTOR_COMMANDS,
    *commands.DAY_COMMANDS,
    commands.FILTER,
    commands.CLEAR_FILTER,
)
SECTIONS: tuple[tuple[str, tuple[Command, ...]], ...] = (
    ("everywhere", EVERYWHERE),
    ("board, waitlist", commands.TOKEN_COMMANDS),
    ("board", tuple(command for command in commands.BOARD_COMMANDS if command not in SHARED)),
    ("board, doctors", (commands.NEXT, *commands.DOCTOR_COMMANDS)),
    ("waitlist", (commands.GO_TO_TOKEN,)),
    ("doctors", tuple(command for command in commands.DOCTORS_COMMANDS if command not in SHARED)),
    ("waitlist, doctors", (commands.FILTER, commands.CLEAR_FILTER)),
    ("board, waitlist, doctors", commands.DAY_COMMANDS),
    ("demo", commands.DEMO_COMMANDS),
)


def key_table() -> str:
    """Return the table in Markdown."""
    rows = [
        (command.key_label, command.help, where, f"`{command.id}`")
        for where, section in SECTIONS
        for command in section
    ]
    rows[len(EVERYWHERE) : len(EVERYWHERE)] = [(keys, meaning, "every list", "") for keys, meaning in MOVES]
    lines = [f"| {' '.join(f'`{key}`' for key in keys.split())} | {' | '.join(others)} |" for keys, *others in rows]
    table = "\n".join(("| key | does | where | id |", "|---|---|---|---|", *lines)) + "\n"
    table = table.replace("`or`", "or")
    return re.sub(r"`\^([a-z])`", lambda key: f"`Ctrl+{key[1].upper()}`", table)


def main() -> None:
    """Write the table into the README."""
    readme = Path(__file__).parents[2] / "README.md"
    before, _, rest = readme.read_text("utf-8").partition("<!-- keys -->\n")
    after = rest.partition("<!-- /keys -->")[2]
    readme.write_text(f"{before}<!-- keys -->\n{key_table()}<!-- /keys -->{after}", "utf-8")


if __name__ == "__main__":
    main()
