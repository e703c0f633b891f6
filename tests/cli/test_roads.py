"""Every way into the program records its `Road` with its actions."""

from __future__ import annotations

from pathlib import Path

import pytest

from opd_tui.config.reading import SettingsFile
from opd_tui.desk.front_desk import FrontDesk
from opd_tui.domain.actor import Actor, Road
from opd_tui.tui import app as app_module
from opd_tui.tui.app import OpdApp, run_app
from opd_tui.tui.demo_app import DemoApp
from tests.support.helpers import invoke, lines


@pytest.fixture
def roads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the road of each action that any desk of this process performed."""
    found: list[str] = []

    class WatchedDesk(FrontDesk):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            self.subscribe(lambda outcome: found.append(outcome.entry.road))

    monkeypatch.setattr("opd_tui.desk.opening.FrontDesk", WatchedDesk)
    return found


def test_a_command_comes_by_the_command_line_and_its_options_name_the_actor(
    roads: list[str], database_path: Path
) -> None:
    options = ("--database", database_path, "--operator", "meera", "--desk", "desk 2")
    assert invoke("doctor", "add", "--name", "Dr A", *options).exit_code == 0
    assert roads == [Road.COMMAND_LINE]


def test_a_json_line_comes_by_apply(roads: list[str], database_path: Path) -> None:
    doctor = {"action": "add_doctor", "name": "Dr A"}
    assert invoke("apply", "-", "--database", database_path, input=lines(doctor, doctor)).exit_code == 0
    assert roads == [Road.APPLY] * 2


def test_the_timeline_comes_by_the_demo(roads: list[str]) -> None:
    assert invoke("demo", "--json").exit_code == 0
    assert set(roads) == {Road.DEMO}


def test_a_person_in_the_demo_acts_on_the_screen(roads: list[str]) -> None:
    app = DemoApp()
    try:
        desk = app._open_demo_desk()
        assert set(roads) == {Road.DEMO}
        assert desk.actor == Actor("demo", "demo", Road.SCREEN)
    finally:
        app.stack.close()


def test_the_screens_are_a_road(monkeypatch: pytest.MonkeyPatch, database_path: Path) -> None:
    opened: list[Actor] = []

    def run(app: OpdApp) -> int:
        desk = app.async_desk._open_desk()
        opened.append(desk.actor)
        desk.close()
        return 0

    monkeypatch.setattr(app_module, "run_to_its_end", run)
    assert run_app(str(database_path), "meera", "desk 1", SettingsFile()) == 0
    assert opened == [Actor("meera", "desk 1", Road.SCREEN)]
