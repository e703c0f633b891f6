"""The settings file: values in effect, problems with line numbers, and damage that never stops the program."""

from __future__ import annotations

import grp
import json
import os
import random
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opd_tui.config import writing
from opd_tui.config.options import Settings, options
from opd_tui.config.reading import SettingsFile, read_settings
from opd_tui.config.toml_lines import key_lines
from opd_tui.config.toml_text import LARGEST_BYTES
from opd_tui.config.writing import keep_setting
from opd_tui.domain.errors import SettingsNotKept
from opd_tui.domain.text import without_secrets
from tests.support.helpers import PATIENCE_SECONDS, first_slot, invoke, lines, run

GROUP = grp.getgrall()[0].gr_name
FULL = f"""\
# The desk at the door
hospital = "City Hospital"   # as on the stamp
desk = 'desk 1'
database = "/srv/opd/opd.db"
theme = "nord"
ascii_symbols = true
idle_minutes = 0
hold_minutes = 20
escape_milliseconds = 300
follow_up_days = 3
session_start = "08:30"
session_end = "24:00"
slot_minutes = 15
slot_seats = 3
operators = ["Meera Nair", " Ravi ", "Ravi"]
slip_printer = "command:lp -d 'front desk'"
slip_width = 48
slip_on_issue = true
missed_call_minutes = 10
backups_kept = 30
group = "{GROUP}"

[keys]
"token.new" = "F11, n"
token.cancel = "F4"
find = "F10"
"""
DAMAGES = 400
SEED = 20261122


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the path of the settings file, which does not exist yet."""
    named = tmp_path / "config" / "opd-tui" / "config.toml"
    named.parent.mkdir(parents=True)
    return named


def reading(path: Path, text: str | bytes) -> SettingsFile:
    """Write the settings file and read it."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_settings()


def problems(file: SettingsFile) -> list[tuple[int | None, str]]:
    """Return the problems, each with its line number."""
    return [(problem.line, problem.message) for problem in file.problems]


# Values in effect


def test_without_a_file_every_default_counts(path: Path) -> None:
    file = read_settings()
    assert (file.path, file.settings, file.problems) == (path, Settings(), ())


def test_every_option_is_read_from_the_file(path: Path) -> None:
    file = reading(path, FULL)
    assert file.problems == ()
    assert file.settings == Settings(
        hospital="City Hospital",
        desk="desk 1",
        database="/srv/opd/opd.db",
        theme="nord",
        ascii_symbols=True,
        idle_minutes=0,
        hold_minutes=20,
        escape_milliseconds=300,
        follow_up_days=3,
        session_start="08:30",
        session_end="24:00",
        slot_minutes=15,
        slot_seats=3,
        operators=("Meera Nair", "Ravi"),
        slip_printer="command:lp -d 'front desk'",
        slip_width=48,
        slip_on_issue=True,
        missed_call_minutes=10,
        backups_kept=30,
        group=GROUP,
        keys={"token.new": "F11, n", "token.cancel": "F4", "find": "F10"},
    )
    assert {each.id for each in options()} | {"keys"} == set(tomllib.loads(FULL))


def test_the_environment_may_name_another_file(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text('desk = "first"')
    other = tmp_path / "other.toml"
    monkeypatch.setenv("OPD_TUI_CONFIG", str(other))
    assert "does not exist" in problems(read_settings())[0][1]
    assert reading(other, 'desk = "second"').settings.desk == "second"
    monkeypatch.setenv("OPD_TUI_CONFIG", os.devnull)
    assert read_settings() == SettingsFile(Path(os.devnull))
    monkeypatch.setenv("OPD_TUI_CONFIG", "")
    assert read_settings().settings.desk == "first"


def test_somebody_without_a_home_has_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(*_: object, **__: object) -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr("platformdirs.user_config_path", homeless)
    assert read_settings() == SettingsFile()
    assert "no home directory" in invoke("settings").stdout


def test_an_editors_byte_order_mark_and_line_ends_are_no_mistake(path: Path) -> None:
    file = reading(path, b'\xef\xbb\xbfdesk = "desk 1"\r\nidle_minutes = 3\r\n')
    assert (file.settings.desk, file.settings.idle_minutes, file.problems) == ("desk 1", 3, ())


def test_an_empty_text_is_no_value(path: Path) -> None:
    empty = "".join(f'{name} = ""\n' for name in ("hospital", "desk", "database", "theme", "group"))
    assert reading(path, empty).settings == Settings()
    assert read_settings().problems == ()


def test_what_people_typed_reaches_the_screen_without_control_characters(path: Path) -> None:
    assert reading(path, 'hospital = "City\\u001b[2J \\u202eHospital"').settings.hospital == "City[2J Hospital"


def test_a_path_may_begin_with_ones_home(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert reading(path, 'database = "~/opd.db"').settings.database == str(tmp_path / "opd.db")


# Problems


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\nidle_minutes = 'ten'\n", 2, "idle_minutes must be a whole number from 0 to 1440; the default, 5, is used."),
        ("idle_minutes = 1441", 1, "from 0 to 1440"),
        ("idle_minutes = -1", 1, "from 0 to 1440"),
        ("idle_minutes = 5.0", 1, "a whole number"),
        ("idle_minutes = true", 1, "a whole number"),
        ("# a\n# b\nbackups_kept = 0", 3, "backups_kept must be a whole number from 1 to 1000; the default, 14,"),
        ("escape_milliseconds = 0", 1, 'a whole number from 1 to 10000 or "auto"; the default, "auto", is used.'),
        ("ascii_symbols = 1", 1, 'must be true, false or "auto"'),
        ("ascii_symbols = 'yes'", 1, 'must be true, false or "auto"'),
        ("hospital = 7", 1, "hospital must be text of at most 60 characters; the default is used."),
        (f"hospital = '{'x' * 61}'", 1, "at most 60 characters long, but has 61"),
        ("desk = 2026-11-22", 1, "desk must be text"),
        ("desk = ['a']", 1, "desk must be text"),
        ("theme = { name = 'nord' }", 1, "theme must be the name of a theme"),
        ("database = 'opd.db'", 1, "this desk now works on its own database"),
        ("database = '~nobody-here/opd.db'", 1, "a file's full path"),
        ("database = '/srv/\\u0000.db'".replace("'", '"'), 1, "a file's full path"),
        ("group = 'no such group'", 1, "the name of a group of this system"),
        ("group = 0", 1, "the name of a group of this system"),
        ("a = 1\n\n'hospitl' = 'x'", 1, "'a' is not an option; the options are hospital, desk, database, theme,"),
        ("desk = 'a'\n'hospitl' = 'x'", 2, "'hospitl' is not an option (did you mean hospital?); the options are"),
        ("desk = 'a'\n[screen]\nwidth = 3", 2, "'screen' is not an option"),
        ("[[desk]]\nname = 'a'", 1, "desk must be text"),
        ("keys = 'n'", 1, "keys must be a table: a line [keys]"),
        ("[keys]\n'token.new' = 'n'\nday.next = 3", 3, "The key of 'day.next' must be a string"),
        ("[keys]\n'token.new' = 'n'\ntoken.new = 'm'", 3, "'token.new' already has a key"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_what_is_allowed(path: Path, text: str, line: int, said: str) -> None:
    (first_line, message), *_ = problems(reading(path, text))
    assert first_line == line
    assert said in message


def test_what_is_right_counts_beside_what_is_wrong(path: Path) -> None:
    file = reading(path, "desk = 'desk 2'\nidle_minutes = 'x'\n\n\nbackups_kept = 'y'\nhospital = 'City'\n")
    assert [line for line, _ in problems(file)] == [2, 5]
    assert file.settings == Settings(desk="desk 2", hospital="City")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (b"desk = 'a'\nidle_minutes = \nhospital = 'x'\n", 2, "not TOML"),
        (b"desk = 'a'\n\n[keys\n", 3, "not TOML"),
        (b"desk = 'a'\ndesk = 'b'", 2, "not TOML"),
        (b"desk = 'a'\nhospital = '''\n\n", 2, "not TOML"),
        (b"desk = 'a'\n\x1b[2J\n", 2, "not TOML"),
        (b"desk = 'a'\nhospital = '\xff'\n", 2, "not UTF-8 text"),
        (b"\n\n\n\x00\xfe", 4, "not UTF-8 text"),
        ("desk = 'a'".encode("utf-16"), 1, "not UTF-8 text"),
        (b"x = " + b"[" * 20_000, None, "nested too deeply"),
        (b"x = " + b"9" * 5_000, None, "too long"),
        (b"#" * (LARGEST_BYTES + 1), None, "larger than 64 KiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_every_default_counts(
    path: Path, text: bytes, line: int | None, said: str
) -> None:
    file = reading(path, text)
    ((told, message),) = problems(file)
    assert told == line
    assert said in message
    assert "the whole file is ignored" in message
    assert file.settings == Settings()
    assert message.isprintable()


def test_where_a_broken_file_named_a_database_the_other_one_is_pointed_out(path: Path) -> None:
    ((_, message),) = problems(reading(path, "database = '/srv/opd.db'\ndesk = \n"))
    assert "this desk now works on its own database" in message
    ((_, message),) = problems(reading(path, "desk = \n"))
    assert "own database" not in message


def test_a_folder_in_the_place_of_the_file_is_told(path: Path) -> None:
    path.mkdir()
    assert "is not a file" in problems(read_settings())[0][1]


def test_a_file_that_may_not_be_read_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path.write_text("desk = 'a'")
    monkeypatch.setattr(Path, "open", forbidden)
    assert "cannot be read (Permission denied)" in problems(read_settings())[0][1]


# Line numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = 2", {("a",): 1, ("b",): 2}),
        ('"a.b" = 1\n\'c d\' = 2\n"\\u0065" = 3', {("a.b",): 1, ("c d",): 2, ("e",): 3}),
        ("a.b.c = 1\na.d = 2", {("a", "b", "c"): 1, ("a", "b"): 1, ("a",): 1, ("a", "d"): 2}),
        ('[t]\n\n[t.u]\nx = 1\n["v.w" . x]\ny = 2', {("t",): 1, ("t", "u", "x"): 4, ("v.w", "x", "y"): 6}),
        ("[[t]]\na = 1\n[[t]]\na = 2\nb = 3", {("t",): 1, ("t", "a"): 2, ("t", "b"): 5}),
        ('a = """\nb = 1\n[c]\n"""\nd = 2', {("a",): 1, ("d",): 5}),
        ("a = '''\nb = 1'''\nd = 2", {("a",): 1, ("d",): 3}),
        ('a = """x""""\nb = 1', {("a",): 1, ("b",): 2}),
        ('a = "[{=#\\"" # = [ "\nb = 1', {("a",): 1, ("b",): 2}),
        ("a = [\n 1, # [\n [2,\n 3]]\nb = 2", {("a",): 1, ("b",): 5}),
        ("a = { b = 1, c = [1, { d = 2 }], e = {} }\nf = 1", {("a", "b"): 1, ("a", "c", "d"): 1, ("f",): 2}),
        ("a = [\n {b = 1},\n {b = 2, c = 3}]\nd = 1", {("a", "b"): 2, ("a", "c"): 3, ("d",): 4}),
        ("a = 1\r\n[t]\r\nb = 2\r\n", {("a",): 1, ("t",): 2, ("t", "b"): 3}),
        ("\n# [x]\n  [ t ] # y = 1\n\n\tb\t=\t2", {("t",): 3, ("t", "b"): 5}),
    ],
)
def test_the_line_of_a_key_is_found_however_it_is_written(text: str, expected: dict[tuple[str, ...], int]) -> None:
    tomllib.loads(text)
    found = key_lines(text)
    assert {path: found.get(path) for path in expected} == expected
    assert max(found.values()) <= text.count("\n") + 1


VALUES = st.sampled_from(
    ["1", "'x'", '"a = b"', "[1,\n 2]", '"""\nx = 1\n[y]\n"""', "{ p = 1, q = 'r' }", "'''#'''", "true # [c]", "[]"]
)
KEYS = st.sampled_from(["a", "b", '"c.d"', "'e f'", "a.g", '"h\\"i".j', "k-1"])


@given(st.lists(st.tuples(st.sampled_from(["", "[t]", '["u.v"]', "[w.x]", "# c", ""]), KEYS, VALUES), max_size=8))
def test_the_line_of_every_key_is_that_in_which_it_was_written(
    parts: list[tuple[str, str, str]],
) -> None:
    text, written = "", {}
    for index, (head, key, value) in enumerate(parts):
        text += f"{head}\n" if head and head not in text else "\n"
        key = f"n{index}.{key}"
        written[f"n{index}"] = text.count("\n") + 1
        text += f"{key} = {value}\n"
    tomllib.loads(text)
    found = key_lines(text)
    told = {path[index]: line for path, line in found.items() for index in [len(path) - 1] if path[index] in written}
    assert told == written


# Damage


def damaged(generator: random.Random) -> bytes:
    """Return the file's content with some of its bytes overwritten."""
    data = bytearray(FULL.encode())
    for _ in range(generator.randint(1, 6)):
        start = generator.randrange(len(data))
        for index in range(start, min(start + generator.randint(1, 8), len(data))):
            data[index] = generator.choice((generator.randrange(256), generator.randrange(32, 127)))
    return bytes(data)


def test_no_damage_stops_the_program_and_what_does_not_count_is_told(path: Path) -> None:
    generator = random.Random(SEED)
    whole = reading(path, FULL).settings
    told = 0
    for _ in range(DAMAGES):
        data = damaged(generator)
        file = reading(path, data)
        told += bool(file.problems)
        for problem in file.problems:
            assert str(problem).isprintable()
            assert problem.line is None or 1 <= problem.line <= data.count(b"\n") + 1
        for each in options():
            value, default = getattr(file.settings, each.id), each.default
            if value == default != getattr(whole, each.id):
                assert file.problems or each.id not in tomllib.loads(data.decode()), (each.id, data)
    assert told > DAMAGES / 2


@pytest.mark.slow
def test_with_a_damaged_file_every_command_works_and_says_so(path: Path, database_path: Path) -> None:
    assert invoke("apply", "-", "--database", database_path, input=lines(*first_slot())).exit_code == 0
    path.write_bytes(b"idle_minutes = \xff\xfe\n" + FULL.encode())
    result = run("doctor", "list", "--json", "--database", database_path)
    assert result.returncode == 0
    assert json.loads(result.stdout)[0]["name"] == "Dr A"
    assert result.stderr.decode().splitlines() == [
        "opd-tui: The settings file has 1 problem; `opd-tui settings` shows what is wrong."
    ]
    told = run("settings")
    assert told.returncode == 1
    assert f"opd-tui: {path}, line 1: This is not UTF-8 text." in told.stderr.decode()


# The command line


def paths(*arguments: str | Path) -> dict[str, str]:
    return json.loads(invoke("paths", "--json", *arguments).stdout)


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paths()["desk"] != "from the file"
    path.write_text(f"desk = 'from the file'\ndatabase = '{tmp_path}/file.db'\n")
    assert (paths()["desk"], paths()["database"]) == ("from the file", f"{tmp_path}/file.db")
    monkeypatch.setenv("OPD_TUI_DESK", "from the environment")
    monkeypatch.setenv("OPD_TUI_DATABASE", f"{tmp_path}/environment.db")
    assert (paths()["desk"], paths()["database"]) == ("from the environment", f"{tmp_path}/environment.db")
    told = paths("--desk", "given", "--database", tmp_path / "given.db")
    assert (told["desk"], told["database"]) == ("given", f"{tmp_path}/given.db")


def test_paths_show_the_settings_file(path: Path) -> None:
    assert paths()["settings"] == str(path)
    assert str(path) in invoke("paths").stdout


def test_an_action_is_done_on_the_database_and_by_the_desk_that_the_file_names(path: Path, tmp_path: Path) -> None:
    path.write_text(f"desk = 'desk 9'\ndatabase = '{tmp_path}/named.db'\n")
    assert invoke("apply", "-", input=lines(*first_slot())).exit_code == 0
    assert (tmp_path / "named.db").exists()
    assert json.loads(invoke("doctor", "list", "--json").stdout)[0]["code"] == "A"


def test_the_settings_are_shown_with_defaults_meaning_and_file(path: Path) -> None:
    path.write_text(FULL)
    result = invoke("settings")
    assert (result.exit_code, result.stderr) == (0, "")
    assert str(path) in result.stdout
    text = " ".join(result.stdout.split())
    for each in options():
        assert f"{each.id} = " in text
        assert each.help[1:] in text
    assert 'hospital = "City Hospital" [default: ""]' in text
    assert "idle_minutes = 0 [default: 5]" in text
    assert '"token.new" = "F11, n" Issue a token for the chosen slot [default: n]' in text
    assert max(map(len, result.stdout.splitlines()[1:])) < 110


def test_the_settings_are_answered_in_json(path: Path) -> None:
    path.write_text(FULL + "token.nwe = 'x'\n")
    result = invoke("settings", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (told["file"], told["exists"]) == (str(path), True)
    assert told["options"]["idle_minutes"] | {"help": ""} == {"value": 0, "default": 5, "help": ""}
    assert told["options"]["theme"]["default"] == "textual-dark"
    assert told["keys"]["token.new"]["value"] == "F11, n"
    (problem,) = told["problems"]
    assert problem["line"] == FULL.count("\n") + 1
    assert "did you mean token.new?" in problem["message"]


def test_what_the_command_line_says_is_shown_in_the_files_place(path: Path, tmp_path: Path) -> None:
    path.write_text("desk = 'from the file'")
    told = json.loads(invoke("settings", "--json", "--desk", "given").stdout)
    assert told["options"]["desk"]["value"] == "given"
    assert 'desk = "given"  [default: ""] (from the command line or the environment)' in (
        invoke("settings", "--desk", "given").stdout
    )


def test_a_password_in_the_file_is_never_shown(path: Path) -> None:
    path.write_text("database = 'postgresql+psycopg://opd:geheim@server/opd'\nidle_minutes = 'x'")
    for arguments in (("settings",), ("settings", "--json")):
        result = invoke(*arguments)
        assert "postgresql+psycopg://opd:***@server/opd" in result.stdout
        assert "geheim" not in result.output


def test_a_file_to_start_from_is_all_comment_and_shows_every_default(path: Path) -> None:
    sample = invoke("settings", "--sample").stdout
    assert all(line.startswith("#") for line in sample.splitlines() if line)
    assert reading(path, sample).settings == Settings()
    values = [line.removeprefix("# ") for line in sample.splitlines() if " = " in line or line == "# [keys]"]
    path.write_text("\n".join(values))
    result = invoke("settings", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    told = json.loads(result.stdout)
    assert set(tomllib.loads(path.read_text())) == {*told["options"], "keys"}
    for entries in (told["options"], told["keys"]):
        assert all(entry["value"] == entry["default"] for entry in entries.values())


def test_reading_the_settings_loads_nothing_heavy(path: Path) -> None:
    path.write_text(FULL)
    program = "import sys\nfrom opd_tui.cli.options import read_settings\nprint(read_settings().problems, *sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )
    words = result.stdout.split()
    assert words[0] == "()"
    assert "tomllib" in words
    assert not {"tomlkit", "textual", "sqlalchemy", "difflib", "opd_tui.config.toml_lines"} & set(words)


SSH = {"SSH_CONNECTION": "192.0.2.7 50312 192.0.2.1 22"}


@pytest.mark.parametrize(
    ("environment", "text", "seconds"),
    [
        ({}, "", 0.1),
        (SSH, "", 0.5),
        ({"SSH_TTY": "/dev/pts/3"}, "escape_milliseconds = 'auto'", 0.5),
        (SSH, "escape_milliseconds = 900", 0.9),
        ({**SSH, "ESCDELAY": "50"}, "escape_milliseconds = 900", 0.05),
    ],
)
@pytest.mark.fast_cases(2)
def test_the_rest_of_a_key_may_come_later_over_ssh_and_as_late_as_one_sets(
    path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], text: str, seconds: float
) -> None:
    path.write_text(text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    program = (
        "from opd_tui.cli.options import make_ready_for_screens, read_settings\n"
        "make_ready_for_screens(read_settings().settings)\n"
        "from textual.constants import ESCAPE_DELAY\n"
        "print(ESCAPE_DELAY)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )
    assert float(result.stdout) == seconds


# Saving a setting


def test_a_setting_is_kept_and_comments_and_layout_stay(path: Path) -> None:
    path.write_text(FULL)
    keep_setting(path, "theme", "dracula")
    assert path.read_text() == FULL.replace('theme = "nord"', 'theme = "dracula"')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "nord"\n'),
        ("# mine\n\n[keys]\nfind = 'F3'\n", 'theme = "nord"\n'),
        ('# theme = "textual-dark"\n# ascii_symbols = "auto"\n', '# theme = "textual-dark"\ntheme = "nord"\n# ascii'),
        ("# [keys]\r\n# theme = ''\r\ndesk = 'a'\r\n", "# theme = ''\r\ntheme = \"nord\"\ndesk = 'a'\r\n"),
        ("a = '''\n# theme = 1\n'''\n[keys]\n# theme = ''\n", 'theme = "nord"\n'),
        ("theme = '''\nx'''  # why\n", 'theme = "nord"  # why\n'),
        ("'theme' = 3\n", '= "nord"\n'),
    ],
)
def test_a_setting_that_the_file_does_not_hold_is_added_where_it_counts(path: Path, before: str, after: str) -> None:
    path.write_bytes(before.encode())
    keep_setting(path, "theme", "nord")
    text = path.read_bytes().decode()
    assert after in text
    assert tomllib.loads(text) == {**tomllib.loads(before), "theme": "nord"}
    assert all(line in text for line in before.splitlines() if line.startswith(("#", "[")))


def test_a_new_file_is_its_owners_alone(path: Path) -> None:
    path.parent.rmdir()
    keep_setting(path, "theme", "nord")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_link_to_the_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.toml"
    target.write_text("desk = 'a'\n")
    path.symlink_to(target)
    keep_setting(path, "theme", "nord")
    assert path.is_symlink()
    assert tomllib.loads(target.read_text()) == {"desk": "a", "theme": "nord"}


@pytest.mark.parametrize("text", [b"desk = \n", b"\xff", b"#" * (LARGEST_BYTES + 1)])
def test_a_file_that_is_broken_is_left_as_it_is(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    with pytest.raises(SettingsNotKept, match="must be fixed first"):
        keep_setting(path, "theme", "nord")
    assert path.read_bytes() == text


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_where_writing_fails_the_file_stays_whole(path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path.write_text(FULL)
    monkeypatch.setattr(writing.os, step, full)
    with pytest.raises(SettingsNotKept, match="No space left on device"):
        keep_setting(path, "theme", "dracula")
    assert path.read_text() == FULL
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@given(st.binary(max_size=60))
def test_no_file_makes_keeping_a_setting_lose_anything(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("kept") / "config.toml"
    path.write_bytes(data)
    try:
        keep_setting(path, "theme", "nord")
    except SettingsNotKept:
        assert path.read_bytes() == data
    else:
        before = tomllib.loads(data.decode("utf-8-sig"))
        assert tomllib.loads(path.read_text("utf-8")) == {**before, "theme": "nord"}


def test_a_file_that_others_may_read_stays_theirs_when_a_setting_is_kept(path: Path) -> None:
    path.write_text("# the ward's")
    path.chmod(0o664)
    before = path.stat()
    keep_setting(path, "theme", "nord")
    assert (path.stat().st_mode, path.stat().st_gid) == (before.st_mode, before.st_gid)


@pytest.mark.parametrize(
    "secret", ["opd:geheim@server/opd", "opd:ge@heim@server/opd", "server/opd?password=geheim&a=b"]
)
def test_no_password_of_an_address_is_shown_wherever_it_stands(secret: str) -> None:
    shown = without_secrets(f"postgresql+psycopg://{secret}")
    assert "heim" not in shown
    assert "server/opd" in shown
