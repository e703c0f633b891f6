"""The README's pictures are of the screens as they are."""

from __future__ import annotations

import pytest

from tests import screenshots
from tests.screenshots import SCENES, Scene


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@pytest.mark.fast_cases(1)
async def test_the_picture_in_the_readme_is_of_the_screen_as_it_is(scene: Scene) -> None:
    stored = screenshots.path_of(scene).read_text("utf-8")
    assert await screenshots.draw(scene) == stored, "Stale: run `python -m tests.screenshots` and look at the pictures."


def test_no_picture_is_left_over() -> None:
    assert set(screenshots.FOLDER.glob("*.svg")) == {screenshots.path_of(scene) for scene in SCENES}
