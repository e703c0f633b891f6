"""The whole busy day without a screen: everything that a desk does, accepted, and the same every time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from opd_tui.cli import main
from opd_tui.demo.busy_day import SEED, busy_day
from opd_tui.demo.clinic import TODAY
from opd_tui.demo.player import Player, open_demo_desk
from opd_tui.desk.actions import ACTIONS
from opd_tui.desk.outcome import Outcome
from opd_tui.domain.text import digits_of

CAPTION_CELLS = 78
"""What fits on 80 columns."""
EVERYTHING = ACTIONS.keys() - {"note_slip"}
"""What a desk does, but for slips: a demo prints none."""


def played(seed: int) -> Iterator[tuple[Player, list[Outcome]]]:
    """Play a day to its end; yield the player and all outcomes."""
    script = busy_day(seed)
    with open_demo_desk(script=script) as (desk, clock):
        player = Player(desk, clock, script=script)
        results = [result for step in player.play_all() for result in step.results]
        refused = [result for result in results if not isinstance(result, Outcome)]
        assert refused == []
        yield player, [result for result in results if isinstance(result, Outcome)]


def test_the_script_of_a_seed_is_always_the_same_and_has_everything_that_a_desk_does() -> None:
    script = busy_day()
    assert script == busy_day(SEED) != busy_day(SEED + 1)
    assert {action.verb for step in (script.setting, *script.steps) for action in step.actions} == EVERYTHING
    assert [step.at for step in script.steps] == sorted(step.at for step in script.steps)
    assert max(cell_len(step.caption) for step in script.steps) <= CAPTION_CELLS
    assert 30 <= sum(bool(step.caption) for step in script.steps) <= 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", [SEED, 1, 2, 3])
def test_the_whole_day_is_accepted_verifies_and_leaves_nobody_behind(seed: int) -> None:
    for player, outcomes in played(seed):
        desk = player.desk
        tokens = desk.token_list(date=TODAY)
        assert 360 <= len(tokens) <= 440
        assert (len(desk.doctor_list()), len(desk.slot_list(TODAY))) == (12, 40)
        assert [record.token.label for record in tokens if record.token.status.is_open] == []
        assert {outcome.entry.action for outcome in outcomes} == EVERYTHING
        reasons = Counter(change.reason for outcome in outcomes for change in outcome.changes)
        assert reasons["promoted"] > 20
        assert reasons["preempted"] > 10
        phones = [record.token.patient.phone for record in tokens if record.token.patient.phone]
        assert all(digits_of(phone).startswith("55555") for phone in phones)
        assert desk.verify().problems == []


@pytest.mark.slow
def test_the_day_as_json_lines_is_the_same_every_time() -> None:
    first, second = (CliRunner().invoke(main, ["demo", "--day", "--json"]) for _ in range(2))
    assert first.exit_code == 0
    assert first.stdout == second.stdout
    assert all(json.loads(line)["ok"] for line in first.stdout.splitlines())


@pytest.mark.slow
def test_the_day_as_text_has_a_line_for_each_action_and_no_boards() -> None:
    lines = CliRunner().invoke(main, ["demo", "--day", "--plain"]).stdout.splitlines()
    assert any(line.startswith("10:40  Twenty to eleven, the rush:") for line in lines)
    assert sum(line.lstrip()[5:7] == " -" for line in lines) > 1000
    assert not any("●" in line for line in lines)
