"""The command line's wording of refusals and their remedies."""

from __future__ import annotations

import shlex

from opd_tui.domain.errors import DeskRefusal, InvalidAction
from opd_tui.domain.remedies import Advice, Remedy, RestoreBackup

_WORDS = {
    Advice.LIST_DOCTORS: "`opd-tui doctor list` shows them.",
    Advice.LIST_SLOTS: "`opd-tui slot list` shows them.",
    Advice.LIST_TOKENS: "`opd-tui token list` shows them.",
    Advice.FIND_SEATS: "`opd-tui slot carry-over`, `slot resize` and `token move` find seats.",
    Advice.LIST_BACKUPS: "Check the name; `opd-tui backup --list` shows the backups.",
    Advice.MAKE_BACKUP: "`opd-tui backup` makes one.",
    Advice.VERIFY_DATABASE: "Run `opd-tui verify`, and ask for help before the older backups are gone.",
    Advice.NAME_DATABASE: "Name a database with --database.",
    Advice.CLOSE_DESKS: "Close the program on every desk (Ctrl+Q), then restore again.",
    Advice.OWN_FILE: (
        "Close the program on every desk, then make a file of its own with `opd-tui restore FILE --database NEW`, FILE "
        "being the name under which it was last opened."
    ),
    Advice.ANOTHER_DATABASE: "If you mean it, add --another-database.",
    Advice.SHOW_SETTINGS: "`opd-tui settings` says where.",
    Advice.FORGET_ALL_NAMES: 'If it is one person, say so: --all-names, or "all_names": true in a line of JSON.',
    Advice.NAME_TIME_ZONE: "Name it with --time-zone, for example --time-zone Asia/Kolkata.",
    Advice.LEAVE_OUT_TIME_ZONE: "Leave out --time-zone.",
}


def advice_of(remedy: Remedy | None) -> str:
    """Return the sentence for a remedy, or an empty string if there is none."""
    if isinstance(remedy, RestoreBackup):
        command = shlex.join(["opd-tui", "restore", str(remedy.backup), "--database", str(remedy.database)])
        return f"Close the program on every desk, then restore the newest backup: `{command}`."
    return _WORDS[remedy] if remedy else ""


def message_of(refusal: DeskRefusal) -> str:
    """Return the whole message of a refusal, with fields named as options."""
    if isinstance(refusal, InvalidAction):
        refusal = refusal.naming(f"--{refusal.field.replace('_', '-')}")
    return refusal.told(advice_of(refusal.remedy))
