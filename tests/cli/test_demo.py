"""The demo's timeline, played on a real desk, as text and as JSON lines."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from opd_tui.cli import main
from opd_tui.demo import timeline
from opd_tui.demo.player import Player, Refused, open_demo_desk
from opd_tui.demo.text import WIDTH, step_lines
from opd_tui.demo.timeline import DATE, EXPECTED, TIMELINE
from opd_tui.desk.actions import CancelToken, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.errors import StoreUnavailable
from opd_tui.domain.model import Patient, SlotId, Source, Status

AFTERWARDS = {
    # time: (ACTIVE, WAITING, CANCELLED, NO_SHOW), each doctor's in the order of their rank
    "09:00": ("A-001 A-002 B-001 B-002 C-001 C-002", "", "", ""),
    "09:10": ("A-001 A-002 B-001 B-002 C-001 C-002", "A-003 B-003 C-003", "", ""),
    "09:15": ("A-004 A-001 B-001 B-002 C-001 C-002", "A-002 A-003 B-003 C-003", "", ""),
    "09:25": ("A-005 A-004 B-001 B-002 C-001 C-002", "A-001 A-002 A-003 B-003 C-003", "", ""),
    "09:40": ("A-005 A-001 B-001 B-002 C-001 C-002", "A-002 A-003 B-003 C-003", "A-004", ""),
    "09:50": ("A-005 A-001 B-002 B-003 C-001 C-002", "A-002 A-003 C-003", "A-004", "B-001"),
}

VERBS = ["add_doctor"] * 3 + ["open_slot"] * 3 + ["issue_token"] * 11 + ["cancel_token", "mark_no_show"]


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder for temporary files of this process and its children."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def player() -> Iterator[Player]:
    with open_demo_desk() as (desk, clock):
        player = Player(desk, clock)
        player.prepare()
        yield player


def play_until(player: Player, time: str) -> None:
    """Play every step up to this time."""
    while (step := player.next_step) and f"{step.at:%H:%M}" <= time:
        player.play_next()


def standings(desk: FrontDesk) -> tuple[str, ...]:
    """Return the token numbers by status, in the form of the table."""
    tokens = [record.token for record in desk.token_list(date=DATE)]
    statuses = (Status.ACTIVE, Status.WAITING, Status.CANCELLED, Status.NO_SHOW)
    return tuple(" ".join(token.number for token in tokens if token.status is status) for status in statuses)


def status_of(desk: FrontDesk, patient: str) -> Status:
    (status,) = [r.token.status for r in desk.token_list(date=DATE) if r.token.patient.name == patient]
    return status


def slot_of(desk: FrontDesk, code: str) -> SlotId:
    (slot,) = [record.slot.id for record in desk.slot_list(DATE) if record.doctor.code == code]
    return slot


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in its own process, with pipes."""
    return subprocess.run(
        [sys.executable, "-m", "opd_tui", *arguments],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )


# The timeline


@pytest.mark.parametrize("time", AFTERWARDS)
def test_after_every_step_everybody_stands_where_the_table_says(player: Player, time: str) -> None:
    play_until(player, time)
    assert f"{player.now:%H:%M}" == time
    assert standings(player.desk) == AFTERWARDS[time]


def test_the_timeline_has_the_tables_times_and_nothing_is_refused(player: Player) -> None:
    played = []
    while step := player.play_next():
        played.append(step)
    assert [f"{step.step.at:%H:%M}" for step in played] == list(AFTERWARDS)
    assert not any(step.refusals for step in played)
    assert player.desk.verify().problems == []


def test_the_setting_is_three_doctors_with_two_seats_each_and_no_tokens(player: Player) -> None:
    found = [
        (r.doctor.code, r.doctor.name, r.doctor.specialty, r.slot.date.isoformat(), r.slot.window, r.slot.capacity)
        for r in player.desk.slot_list()
    ]
    assert found == [
        ("A", "Dr A", "General Medicine", "2026-11-22", "09:00–10:00", 2),
        ("B", "Dr B", "Orthopedics", "2026-11-22", "09:00–10:00", 2),
        ("C", "Dr C", "Pediatrics", "2026-11-22", "09:00–10:00", 2),
    ]
    assert player.desk.token_list() == []
    assert player.now == dt.time(8, 55)


def test_the_expected_states_are_those_of_the_end(player: Player) -> None:
    play_until(player, "23:59")
    issued = (each for step in TIMELINE for each in step.actions if each.kind is IssueToken)
    patients = {each.name: each.fields["patient"].name for each in issued}
    assert {label: status_of(player.desk, patient) for label, patient in patients.items()} == dict(EXPECTED)


def test_the_patients_of_doctor_a_have_their_numbers_and_sources(player: Player) -> None:
    play_until(player, "23:59")
    tokens = sorted(
        (r.token.number, r.token.patient.name, r.token.source.name)
        for r in player.desk.token_list(slot_of(player.desk, "A"))
    )
    assert tokens == [
        ("A-001", "Asha Verma", "ONLINE"),
        ("A-002", "Ravi Kumar", "ONLINE"),
        ("A-003", "Sunita Rao", "ONLINE"),
        ("A-004", "Meera Nair", "PAID"),
        ("A-005", "Imran Khan", "EMERGENCY"),
    ]


def test_the_timeline_is_data_without_storage_or_screens() -> None:
    code = (
        f"import sys, {timeline.__name__}\n"
        "print([name for name in ('sqlalchemy', 'textual', 'click') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"[]"


# The player


def test_at_the_end_there_is_no_next_step_and_playing_does_nothing(player: Player) -> None:
    play_until(player, "23:59")
    before = player.desk.activity(100)
    assert player.next_step is None
    assert player.play_next() is None
    assert player.desk.activity(100) == before


def test_the_clock_runs_between_steps_but_never_back_and_never_past_the_next_step(player: Player) -> None:
    play_until(player, "09:00")
    player.advance(dt.time(9, 4, 30))
    assert player.now == dt.time(9, 4, 30)
    player.advance(dt.time(9, 1))
    assert player.now == dt.time(9, 4, 30)
    player.advance(dt.time(9, 12))
    assert player.now == dt.time(9, 10)
    play_until(player, "23:59")
    player.advance(dt.time(9, 58))
    assert player.now == dt.time(9, 58)


def test_a_step_that_comes_late_keeps_the_later_clock(player: Player) -> None:
    player.clock.instant += dt.timedelta(minutes=20)
    played = player.play_next()
    assert played
    assert player.now == dt.time(9, 15)
    assert {result.entry.at for result in played.results if isinstance(result, Outcome)} == {player.clock.now()}


def test_every_step_is_played_once_by_however_many_threads(player: Player) -> None:
    with ThreadPoolExecutor(4) as threads:
        played = [step for step in threads.map(lambda _: player.play_next(), range(12)) if step]
    assert sorted((step.step for step in played), key=lambda step: step.at) == list(TIMELINE)
    assert standings(player.desk) == AFTERWARDS["09:50"]


def test_without_its_setting_every_action_is_refused_and_none_is_a_crash() -> None:
    with open_demo_desk() as (desk, clock):
        player = Player(desk, clock)
        refusals: list[Refused] = []
        while played := player.play_next():
            assert len(played.refusals) == len(played.results)
            refusals += played.refusals
    assert {type(refused.refusal).__name__ for refused in refusals} == {"UnknownSlot", "UnknownToken"}


# A person acts between the steps


def test_a_token_that_a_person_cancelled_is_refused_and_play_goes_on(player: Player) -> None:
    play_until(player, "09:25")
    player.advance(dt.time(9, 30))
    player.desk.perform(CancelToken(token=player.desk.token_numbered("A-004", DATE)))
    played = player.play_next()
    assert played
    (refused,) = played.results
    assert isinstance(refused, Refused)
    assert str(refused.refusal) == "A-004 was already cancelled at 09:30. Nothing was changed."
    assert "  ! Refused: A-004 was already cancelled at 09:30. Nothing was changed." in step_lines(played, player)
    play_until(player, "23:59")
    assert standings(player.desk) == AFTERWARDS["09:50"]


def test_a_token_that_a_person_issued_in_between_shifts_the_numbers_but_not_the_patients(player: Player) -> None:
    play_until(player, "09:10")
    extra = IssueToken(slot=slot_of(player.desk, "A"), patient=Patient(name="Om Prakash"), source=Source.EMERGENCY)
    issued = player.desk.perform(extra)
    assert issued.token
    assert issued.token.token.number == "A-004"
    play_until(player, "23:59")
    assert status_of(player.desk, "Om Prakash") is Status.ACTIVE
    assert status_of(player.desk, "Meera Nair") is Status.CANCELLED
    assert status_of(player.desk, "Imran Khan") is Status.ACTIVE
    assert status_of(player.desk, "Vikram Singh") is Status.NO_SHOW


def test_a_patient_whom_a_persons_emergencies_displaced_is_no_no_show(player: Player) -> None:
    play_until(player, "09:40")
    for name in ("Om Prakash", "Zoya Ali"):
        slot = slot_of(player.desk, "B")
        player.desk.perform(IssueToken(slot=slot, patient=Patient(name=name), source=Source.EMERGENCY))
    played = player.play_next()
    assert played
    assert [type(refused.refusal).__name__ for refused in played.refusals] == ["TokenHoldsNoSeat"]
    assert status_of(player.desk, "Vikram Singh") is Status.WAITING
    assert player.desk.verify().problems == []


# Its own database


def test_the_temporary_folder_is_there_while_it_plays_and_gone_afterwards(temporary: Path) -> None:
    with open_demo_desk():
        assert len(list(temporary.iterdir())) == 1
    assert list(temporary.iterdir()) == []


def test_the_temporary_folder_is_gone_after_an_error_too(temporary: Path) -> None:
    def break_off() -> None:
        with open_demo_desk() as (desk, clock):
            Player(desk, clock).prepare()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert list(temporary.iterdir()) == []


def test_without_a_place_for_temporary_folders_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StoreUnavailable, match="Cannot make a temporary folder"), open_demo_desk():
        pass
    result = CliRunner().invoke(main, ["demo", "--plain"])
    assert result.exit_code == 2
    assert result.stderr.startswith("opd-tui: Cannot make a temporary folder")


@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_the_users_data_is_never_touched(form: str, tmp_path: Path, temporary: Path) -> None:
    mine = tmp_path / "mine.db"
    done = run("demo", form, OPD_TUI_DATABASE=str(mine), OPD_TUI_OPERATOR="asha")
    assert done.returncode == 0
    assert done.stderr == b""
    assert not mine.exists()
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "config").exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--database", "x.db", "demo"], ["demo", "--database", "x.db"]])
@pytest.mark.parametrize("form", [[], ["--plain"], ["--json"]])
def test_a_database_is_refused_wherever_it_is_named(
    arguments: list[str], form: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, [*arguments, *form])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == ("opd-tui: The demo uses its own database and never opens yours. Leave out --database.\n")
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("arguments", [["--desk", "x", "demo"], ["demo", "--desk", "x", "--operator", "y"]])
def test_a_desk_and_an_operator_change_nothing(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (0, CliRunner().invoke(main, ["demo"]).stdout)


# As text


def test_in_a_pipe_it_prints_the_day_as_text() -> None:
    done = run("demo")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert [line[:5] for line in lines if line[:2].isdigit()] == ["08:55", *AFTERWARDS]
    assert "  - Paid A-004 Meera Nair took the seat of A-002 Ravi Kumar, who now waits." in lines
    assert "  Dr A  09:00–10:00  ●● 2/2  seated A-005 A-004 · waiting A-001 A-002 A-003" in lines
    assert lines[-7:] == [
        "At the end",
        "  ACTIVE     A-005 A-001 B-002 B-003 C-001 C-002",
        "  WAITING    A-002 A-003 C-003",
        "  CANCELLED  A-004",
        "  NO_SHOW    B-001",
        "",
        "Nothing was saved. Run `opd-tui` in a terminal to open your own desk.",
    ]


def test_the_text_fits_eighty_columns_and_has_no_colours() -> None:
    text = CliRunner().invoke(main, ["demo", "--plain"]).stdout
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "\x1b" not in text


@pytest.mark.slow
def test_an_output_that_speaks_ascii_only_gets_ascii() -> None:
    done = run("demo", "--plain", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    text = done.stdout.decode("ascii")
    assert "  Dr A  09:00-10:00  ## 2/2  seated A-005 A-004 | waiting A-001 A-002 A-003" in text.splitlines()
    assert "?" not in text


# As JSON lines


@pytest.mark.slow
def test_json_prints_the_answer_to_every_action_in_order() -> None:
    done = run("demo", "--json")
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 0
    assert [answer["action"] for answer in answers] == VERBS
    assert len(answers) == 19
    assert all(answer["ok"] is True and isinstance(answer["changes"], list) for answer in answers)
    assert answers[0]["doctor"] == {
        "id": 1,
        "code": "A",
        "name": "Dr A",
        "specialty": "General Medicine",
        "room": None,
    }
    assert answers[3]["slot"] == {
        "id": 1,
        "doctor": 1,
        "date": "2026-11-22",
        "start": "09:00",
        "end": "10:00",
        "capacity": 2,
    }


def test_the_preemption_at_0915_is_answered_as_the_contract_has_it() -> None:
    answers = [json.loads(line) for line in CliRunner().invoke(main, ["demo", "--json"]).stdout.splitlines()]
    assert answers[15] == {
        "ok": True,
        "action": "issue_token",
        "at": "2026-11-22T03:45:00.000000Z",
        "entry": 16,
        "token": {
            "id": 10,
            "number": "A-004",
            "slot": 1,
            "patient": "Meera Nair",
            "source": "PAID",
            "priority": 2,
            "status": "ACTIVE",
            "issued_at": "2026-11-22T03:45:00.000000Z",
        },
        "changes": [
            {"token": 10, "number": "A-004", "from": None, "to": "WAITING", "reason": "issued", "because_of": None},
            {"token": 2, "number": "A-002", "from": "ACTIVE", "to": "WAITING", "reason": "preempted", "because_of": 10},
            {
                "token": 10,
                "number": "A-004",
                "from": "WAITING",
                "to": "ACTIVE",
                "reason": "allocated",
                "because_of": None,
            },
        ],
    }


def test_the_json_lines_are_the_same_every_time() -> None:
    first, second = (CliRunner().invoke(main, ["demo", "--json"]).stdout for _ in range(2))
    assert first == second


# The command


def test_help_loads_neither_the_screens_nor_the_store() -> None:
    code = (
        "import sys\n"
        "from opd_tui.cli import main\n"
        "main(['demo', '--help'], standalone_mode=False)\n"
        "print([name for name in ('sqlalchemy', 'textual') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == b"[]"
    assert b"--plain" in done.stdout


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "fast"])
def test_a_speed_that_is_none_is_wrong_use(speed: str) -> None:
    result = CliRunner().invoke(main, ["demo", "--speed", speed])
    assert result.exit_code == 2
    assert "--speed" in result.stderr


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pretend that there is a terminal; return the speeds at which the app was started."""
    speeds: list[float] = []

    def run_demo(speed: float, settings: object, play: str) -> int:
        speeds.append(speed)
        return 0

    app = types.ModuleType("opd_tui.tui.demo_app")
    app.run_demo, app.DAY, app.MORNING = run_demo, "day", "morning"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opd_tui.tui.demo_app", app)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    return speeds


def test_in_a_terminal_the_app_plays_it(terminal: list[float]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--speed", "2.5"])
    assert ended.value.code == 0
    assert terminal == [2.5]


def test_the_day_is_played_at_sixty_times_the_speed_of_a_clock(terminal: list[float]) -> None:
    for arguments in (["--day"], ["--day", "--speed", "600"], []):
        with pytest.raises(SystemExit):
            main(["demo", *arguments])
    assert terminal == [60.0, 600.0, 1.0]


@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_in_a_terminal_text_is_printed_where_it_is_asked_for(
    terminal: list[float], form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["demo", form], standalone_mode=False)
    assert "A-005" in capfd.readouterr().out
    assert terminal == []
