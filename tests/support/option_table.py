"""The README's table of options, generated from `Settings`; `python -m tests.support.option_table` writes it."""

from __future__ import annotations

from pathlib import Path

from opd_tui.config.options import options

BEGIN, END = "<!-- options -->\n", "<!-- /options -->"


def option_table() -> str:
    """Return the table in Markdown."""
    rows = [f"| `{each.id}` | {each.help} | {each.type.expected} | `{each.default_toml}` |" for each in options()]
    return "\n".join(("| option | what it is | what is allowed | default |", "|---|---|---|---|", *rows)) + "\n"


def main() -> None:
    """Write the table into the README."""
    readme = Path(__file__).parents[2] / "README.md"
    before, _, rest = readme.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}{option_table()}{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
