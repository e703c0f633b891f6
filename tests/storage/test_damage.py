"""A file that is damaged, emptied, deleted or replaced is detected before the next action and refused."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from opd_tui.clock import FixedClock
from opd_tui.desk.actions import CancelToken, IssueToken
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.desk.opening import open_front_desk
from opd_tui.domain.errors import StoreDamaged, StoreUnavailable
from opd_tui.domain.remedies import RestoreBackup
from opd_tui.storage.engines import integrity, sqlite
from opd_tui.storage.journal import verify
from opd_tui.storage.unit_of_work import SqlUnitOfWork
from tests.conftest import NINE, ZONE
from tests.support.helpers import add_doctor, answers_in, invoke, issue, lines, open_slot
from tests.support.pilot import OpenDesk

SEEDS = 10
"""The number of places for each kind of damage."""
PAGE = 4096

Damage = Callable[[bytearray, random.Random], None]


def overwrite(length: int) -> Damage:
    """Return a damage that overwrites `length` bytes at a random place."""

    def damage(content: bytearray, dice: random.Random) -> None:
        place = dice.randrange(len(content) - length)
        content[place : place + length] = dice.randbytes(length)

    return damage


def flip_a_bit(content: bytearray, dice: random.Random) -> None:
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def garble_the_head(content: bytearray, dice: random.Random) -> None:
    content[dice.randrange(100)] = dice.randrange(256)


def lose_a_page(content: bytearray, dice: random.Random) -> None:
    place = dice.randrange(len(content) // PAGE) * PAGE
    content[place : place + PAGE] = bytes(PAGE)


def garble_a_page(content: bytearray, dice: random.Random) -> None:
    place = dice.randrange(len(content) // PAGE) * PAGE
    content[place : place + PAGE] = dice.randbytes(PAGE)


def swap_two_pages(content: bytearray, dice: random.Random) -> None:
    one, other = (place * PAGE for place in dice.sample(range(len(content) // PAGE), 2))
    kept = content[one : one + PAGE]
    content[one : one + PAGE] = content[other : other + PAGE]
    content[other : other + PAGE] = kept


def cut_off(content: bytearray, dice: random.Random) -> None:
    del content[dice.randrange(1, len(content)) :]


DAMAGES: dict[str, Damage] = {
    **{f"{length} bytes": overwrite(length) for length in (1, 16, 64, 512)},
    "a bit": flip_a_bit,
    "the head": garble_the_head,
    "a page lost": lose_a_page,
    "a page garbled": garble_a_page,
    "pages swapped": swap_two_pages,
    "cut off": cut_off,
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a day's database that every desk has closed."""
    path = tmp_path_factory.mktemp("sound") / "opd.db"
    with closing(
        open_front_desk(str(path), operator="meera", desk="desk 1", clock=FixedClock(NINE), zone=ZONE)
    ) as desk:
        for doctor in range(1, 4):
            add_doctor(desk, f"Dr {doctor}", code="ABC"[doctor - 1])
            for hour in range(9, 13):
                open_slot(desk, doctor, f"{hour:02}:00", f"{hour + 1:02}:00", 3)
        for number in range(120):
            person = {"name": f"Patient {number}", "phone": f"98765{number:05}"}
            issue(
                desk, number % 12 + 1, person, ("PAID", "ONLINE", "WALKIN", "EMERGENCY")[number % 4], key=f"k{number}"
            )
        for token in range(1, 40, 3):
            desk.perform(CancelToken(token=token))
    return path.read_bytes()


@pytest.fixture
def damaged_places(sound: bytes, tmp_path: Path) -> Callable[[str], Iterator[tuple[Path, bytes, random.Random]]]:
    """Return a generator of new sound files, each with its damaged bytes."""

    def places(damage: str) -> Iterator[tuple[Path, bytes, random.Random]]:
        for seed in range(SEEDS):
            dice = random.Random(f"{damage} {seed}")
            content = bytearray(sound)
            DAMAGES[damage](content, dice)
            path = tmp_path / f"{seed}.db"
            path.touch(mode=0o600)
            path.write_bytes(sound)
            yield path, bytes(content), dice

    return places


@pytest.fixture
def open_path(clock: FixedClock) -> Iterator[Callable[[Path], FrontDesk]]:
    """Yield a function that opens a desk on a path; close all desks at the end."""
    desks: list[FrontDesk] = []

    def open_one(path: Path) -> FrontDesk:
        desks.append(open_front_desk(str(path), operator="meera", desk="desk 1", clock=clock, zone=ZONE))
        return desks[-1]

    yield open_one
    for desk in desks:
        desk.close()


@pytest.fixture(autouse=True)
def no_other_desk_is_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the wait for another desk's checkpoint."""
    monkeypatch.setattr(sqlite, "SETTLING_SECONDS", 0.0)


def one_more(desk: FrontDesk, dice: random.Random) -> None:
    desk.perform(IssueToken(slot=dice.randint(1, 12), patient="Asha Verma", source="PAID"))


def read_everything(desk: FrontDesk) -> None:
    """Read everything that the screens show, ignoring refusals."""
    for read in (lambda: desk.board(desk.today()), desk.token_list, lambda: desk.activity(8), desk.doctor_list):
        with suppress(StoreDamaged):
            read()


def problems_of(path: Path, clock: FixedClock) -> list[str]:
    """Return the problems that a newly opened desk finds."""
    with closing(open_front_desk(str(path), clock=clock, zone=ZONE)) as desk:
        return desk.verify().problems


Places = Callable[[str], Iterator[tuple[Path, bytes, random.Random]]]
OpenPath = Callable[[Path], FrontDesk]


# Bytes overwritten at seeded places


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.fast_cases(2)
def test_a_file_damaged_at_rest_is_refused_or_does_not_hurt(
    damaged_places: Places, clock: FixedClock, damage: str
) -> None:
    noticed = 0
    for path, content, dice in damaged_places(damage):
        path.write_bytes(content)
        try:
            with closing(open_front_desk(str(path), clock=clock, zone=ZONE)) as desk:
                read_everything(desk)
                one_more(desk, dice)
        except StoreUnavailable:
            noticed += 1
        else:
            assert problems_of(path, clock) == [], path
    assert noticed, "no damage of this kind was noticed at all"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.fast_cases(1)
def test_a_file_damaged_under_an_open_desk_is_noticed_before_the_next_action(
    damaged_places: Places, open_path: OpenPath, clock: FixedClock, damage: str
) -> None:
    noticed = 0
    for path, content, dice in damaged_places(damage):
        desk = open_path(path)
        read_everything(desk)
        one_more(desk, dice)
        with path.open("r+b") as file:  # keep the inode
            file.write(content)
            file.truncate()
        try:
            one_more(desk, dice)
        except StoreDamaged:
            noticed += 1
            with pytest.raises(StoreDamaged, match=r"is damaged, so nothing more is written\. Close the program"):
                one_more(desk, dice)
        else:
            assert problems_of(path, clock) == [], path
        desk.close()
    assert noticed, "no damage of this kind was noticed at all"


@pytest.mark.parametrize("damage", ["64 bytes", "the head", "a page garbled", "cut off"])
@pytest.mark.fast_cases(1)
def test_the_command_line_refuses_a_damaged_file_in_one_line_with_status_2(
    damaged_places: Places, clock: FixedClock, damage: str
) -> None:
    work = lines(*({"action": "issue_token", "slot": 1, "patient": "Asha", "source": "PAID"} for _ in range(3)))
    statuses = set()
    for path, content, _ in damaged_places(damage):
        path.write_bytes(content)
        result = invoke("apply", "-", "--database", path, input=work)
        statuses.add(result.exit_code)
        answers = answers_in(result.stdout_bytes)
        if result.exit_code == 2:
            assert [answer["error"] for answer in answers] == ["StoreDamaged"] * len(answers), "none was acknowledged"
            assert (result.stderr.count("\n"), result.stderr[:9]) == (1, "opd-tui: ")
            assert invoke("token", "cancel", "2", "--database", path).exit_code == 2
        else:
            assert (result.exit_code, [answer["ok"] for answer in answers]) == (0, [True] * 3)
            assert problems_of(path, clock) == [], path
    assert 2 in statuses


def test_a_patients_name_that_is_no_text_any_more_is_damage_and_is_not_said(
    desk: FrontDesk, open_desk: OpenDesk, database_path: Path
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    issue(desk, slot, "Asha Verma")
    desk.close()
    content = database_path.read_bytes()
    assert content.count(b"Asha Verma") == 1
    database_path.write_bytes(content.replace(b"Asha Verma", b"Ash\xff Verma"))
    again = open_desk()
    with pytest.raises(StoreDamaged) as reading:
        again.token_list()
    with pytest.raises(StoreDamaged) as acting:
        issue(again, slot, "Ravi")
    assert "Verma" not in reading.value.message + acting.value.message


def test_a_long_journal_is_not_folded_before_an_action_but_its_pages_are_checked(
    sound: bytes, tmp_path: Path, open_path: OpenPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "FOLDED_AT_ONCE", 10)
    monkeypatch.setattr(verify, "verify", lambda transaction, **_: pytest.fail("it takes too long"))
    path = tmp_path / "long.db"
    path.write_bytes(sound)
    one_more(open_path(path), random.Random(1))
    content = bytearray(sound)
    lose_a_page(content, random.Random(3))
    path = tmp_path / "damaged.db"
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        one_more(open_path(path), random.Random(1))


# Which files are examined


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with every examination of a file."""
    examined: list[object] = []
    first_problem = integrity.first_problem

    def remember(transaction: object) -> str | None:
        examined.append(transaction)
        return first_problem(transaction)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite, "first_problem", remember)
    return examined


def test_a_file_that_a_desk_left_is_not_examined_again(
    desk: FrontDesk, open_desk: OpenDesk, examined: list[object]
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    examined.clear()
    others = [open_desk() for _ in range(3)]
    for number in range(110):
        issue((desk, *others)[number % 4], slot, f"Patient {number}")
    for each in (others[0], desk, others[2], others[1]):
        each.close()
    again = open_desk()
    again.token_list()
    again.close()
    issue(open_desk(), slot, "Asha")
    assert examined == []


def test_a_file_that_somebody_else_wrote_to_is_examined_once(
    desk: FrontDesk, open_desk: OpenDesk, database_path: Path, examined: list[object]
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    desk.close()
    examined.clear()
    with closing(sqlite3.connect(database_path)) as other:
        other.execute("CREATE TABLE note (text)")
    desk, other_desk = open_desk(), open_desk()
    for each in (desk, other_desk, desk):
        issue(each, slot, f"Patient {len(desk.token_list())}")
    assert len(examined) == 1


def test_a_damaged_file_is_not_trusted_because_a_desk_closed_it(
    sound: bytes, tmp_path: Path, clock: FixedClock
) -> None:
    content = bytearray(sound)
    lose_a_page(content, random.Random(3))
    path = tmp_path / "opd.db"
    path.write_bytes(content)
    for _ in range(3):
        with closing(open_front_desk(str(path), clock=clock, zone=ZONE)) as desk, pytest.raises(StoreDamaged):
            one_more(desk, random.Random(1))


def test_a_damaged_file_with_a_log_is_not_trusted_because_a_desk_closed_it(
    desk: FrontDesk, database_path: Path, tmp_path: Path, clock: FixedClock
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    for number in range(30):
        issue(desk, slot, f"Patient {number}")
    assert desk.erase_traces(), "all is in the file"
    issue(desk, slot, "Asha")
    assert Path(f"{database_path}-wal").stat().st_size
    refused = 0
    for seed in range(SEEDS):
        path = tmp_path / f"damaged {seed}.db"
        content = bytearray(database_path.read_bytes())
        lose_a_page(content, random.Random(seed))
        path.write_bytes(content)
        shutil.copy(f"{database_path}-wal", f"{path}-wal")
        if not refuses_to_act(path, clock):
            continue  # the log still has the lost page
        refused += 1
        assert refuses_to_act(path, clock)
    assert refused


def refuses_to_act(path: Path, clock: FixedClock) -> bool:
    """Return whether a desk that opens the file refuses an action on it."""
    with closing(open_front_desk(str(path), clock=clock, zone=ZONE)) as desk:
        try:
            desk.perform(IssueToken(slot=1, patient="Ravi", source="PAID"))
        except StoreDamaged:
            return True
    return False


# Emptied, deleted, replaced


@pytest.fixture
def no_time_to_make_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "MAKING_SECONDS", 0.0)


@pytest.mark.usefixtures("no_time_to_make_it")
def test_an_empty_file_is_not_taken_for_a_new_one(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "opd.db"
    path.touch()
    with pytest.raises(StoreDamaged, match=r"is empty\. Delete it to begin a new database, or restore"):
        open_front_desk(str(path), clock=clock, zone=ZONE)
    assert path.read_bytes() == b""
    assert invoke("token", "list", "--database", path).exit_code == 2


@pytest.mark.slow
@pytest.mark.usefixtures("no_time_to_make_it")
def test_the_log_beside_a_file_that_was_emptied_is_left_alone(
    desk: FrontDesk, database_path: Path, tmp_path: Path, clock: FixedClock
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    issue(desk, slot, "Asha")
    emptied = tmp_path / "emptied.db"
    emptied.touch()
    log = Path(f"{emptied}-wal")
    log.write_bytes(Path(f"{database_path}-wal").read_bytes())
    before = log.read_bytes()
    with pytest.raises(StoreDamaged):
        open_front_desk(str(emptied), clock=clock, zone=ZONE)
    assert log.read_bytes() == before != b""


def replace_by_itself(path: Path) -> None:
    copy = path.with_name("copy.db")
    shutil.copy2(path, copy)
    os.replace(copy, path)


def replace_by_a_note(path: Path) -> None:
    note = path.with_name("note.txt")
    note.write_text("not a database")
    os.replace(note, path)


def delete_its_log(path: Path) -> None:
    Path(f"{path}-wal").unlink()


def delete_the_index_of_its_log(path: Path) -> None:
    Path(f"{path}-shm").unlink()


TAKEN_AWAY = [Path.unlink, replace_by_itself, replace_by_a_note, delete_its_log, delete_the_index_of_its_log]


@pytest.mark.fast_cases(2)
@pytest.mark.parametrize("take_away", TAKEN_AWAY)
def test_a_file_that_is_deleted_or_replaced_under_open_desks_is_noticed_before_the_next_action(
    desk: FrontDesk, open_desk: OpenDesk, database_path: Path, take_away: Callable[[Path], None]
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    issue(desk, slot, "Asha")
    other = open_desk()
    take_away(database_path)
    left = {path.name for path in database_path.parent.iterdir()}
    for each in (desk, other):
        with pytest.raises(StoreDamaged, match=r"while this desk was open, so nothing more is written\. Close the"):
            issue(each, slot, "Ravi")
        with pytest.raises(StoreDamaged):
            each.token_list()
    assert {path.name for path in database_path.parent.iterdir()} == left, "no desk makes a new file in its place"


def test_the_newest_backup_is_offered(desk: FrontDesk, database_path: Path) -> None:
    slot = open_slot(desk, add_doctor(desk))
    issue(desk, slot, "Asha")
    assert invoke("backup", "--database", database_path).exit_code == 0
    assert invoke("backup", "--database", database_path).exit_code == 0
    newest = max(Path(f"{database_path}-backups").glob("*.db"))
    database_path.unlink()
    with pytest.raises(StoreDamaged) as refusal:
        issue(desk, slot, "Ravi")
    assert refusal.value.remedy == RestoreBackup(newest, database_path)


def test_an_action_whose_file_is_replaced_at_that_moment_is_not_acknowledged(
    desk: FrontDesk, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = open_slot(desk, add_doctor(desk))
    write_journal = SqlUnitOfWork.write_journal

    def replace_meanwhile(uow: SqlUnitOfWork) -> int:
        replace_by_a_note(database_path)
        return write_journal(uow)

    monkeypatch.setattr(SqlUnitOfWork, "write_journal", replace_meanwhile)
    with pytest.raises(StoreDamaged, match="replaced by another file"):
        issue(desk, slot, "Asha")


def test_whoever_follows_the_other_desks_learns_that_the_file_is_gone(desk: FrontDesk, database_path: Path) -> None:
    news = desk.follow()
    database_path.unlink()
    gone = next(news)
    assert isinstance(getattr(gone, "refusal", None), StoreDamaged)
    desk.stop_waiting()
    assert list(news) == []
