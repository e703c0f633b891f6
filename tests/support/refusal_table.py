"""The README's table of refusals, generated from the classes; `python -m tests.support.refusal_table` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from opd_tui.domain.errors import Conflict, DeskRefusal, Invalid, NotFound, Unavailable

GROUPS = (NotFound, Conflict, Invalid, Unavailable)
BEGIN, END = "<!-- refusals -->\n", "<!-- /refusals -->"


def refusals_below(group: type[DeskRefusal]) -> Iterator[type[DeskRefusal]]:
    """Return all subclasses of a class, in the order of their definitions."""
    for refusal in group.__subclasses__():
        yield refusal
        yield from refusals_below(refusal)


def refusal_table() -> str:
    """Return the table in Markdown."""
    rows = [
        f"| `{refusal.code}` | {group.__name__} | {(refusal.__doc__ or '').rstrip('.')} |"
        for group in GROUPS
        for refusal in refusals_below(group)
    ]
    return "\n".join(("| `error` | group | when |", "|---|---|---|", *rows)) + "\n"


def main() -> None:
    """Write the table into the README."""
    readme = Path(__file__).parents[2] / "README.md"
    before, _, rest = readme.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}{refusal_table()}{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
