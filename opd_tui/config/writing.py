"""Saving a setting changed on the screens, without touching anything else in the settings file."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from opd_tui.config.toml_text import Unreadable, bytes_of, table_of, text_of
from opd_tui.domain.errors import SettingsNotKept
from opd_tui.domain.remedies import Advice, Remedy


def keep_setting(path: Path, option: str, value: str) -> None:
    """Write one option to the file, leaving comments and layout untouched; raise SettingsNotKept if that fails."""
    target = Path(os.path.realpath(path))
    try:
        before = bytes_of(target, must_exist=False) or b""
        wanted = {**table_of(before), option: value}
    except Unreadable:
        raise _not_kept(option, f"the mistakes in {path} must be fixed first", Advice.SHOW_SETTINGS) from None
    for text in _candidates(text_of(before), option, value):
        after = text.encode()
        if _says(after, wanted):
            break
    else:
        raise _not_kept(option, f"it cannot be added to {path}")
    try:
        _replace(target, after)
    except OSError as error:
        raise _not_kept(option, f"{path} cannot be written ({error.strerror})") from None


def _not_kept(option: str, why: str, remedy: Remedy | None = None) -> SettingsNotKept:
    return SettingsNotKept(f"The {option} lasts until you quit, but is not saved for next time: {why}.", remedy)


def _candidates(text: str, option: str, value: str) -> Iterator[str]:
    """Yield texts with the option set: below the sample comment that shows it, then where tomlkit puts it."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    sample = re.search(rf"^[ \t]*#[ \t]*{option}[ \t]*=[^\r\n]*(\r?\n|$)", text, re.MULTILINE)
    try:
        document = tomlkit.parse(text)
        if option not in document and sample:
            line = tomlkit.dumps({option: value})
            yield text[: sample.end()] + ("" if sample[1] else "\n") + line + text[sample.end() :]
        document[option] = value
        yield tomlkit.dumps(document)
    except TOMLKitError:
        return


def _says(data: bytes, wanted: dict[str, object]) -> bool:
    """Return whether the file would have exactly the wanted settings."""
    try:
        return table_of(data) == wanted
    except Unreadable:
        return False


def _replace(target: Path, data: bytes) -> None:
    """Replace a file atomically, so that no reader sees half of it; raise OSError if that fails."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # before the rename: else a power failure could leave the new name empty
        if target.exists():
            _share_alike(Path(name), target)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _share_alike(new: Path, old: Path) -> None:
    """Give a file the mode and the group of the one that it replaces; raise OSError if that fails."""
    shutil.copymode(old, new)
    if hasattr(os, "chown") and old.stat().st_gid != new.stat().st_gid:
        os.chown(new, -1, old.stat().st_gid)
