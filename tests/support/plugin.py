"""How the tests run: the fast set or the slow one, where chance begins, and what ends a run that hangs."""

from __future__ import annotations

import faulthandler
import random
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

SEED = 20261122
"""Where chance begins unless `--seed` says otherwise, so that each run is like the last one."""
SLOW, NOT_SLOW, FAST_CASES = "slow", "not slow", "fast_cases"
MARKERS = (
    f"{SLOW}: takes long or repeats what others show; run with -m slow",
    f"{FAST_CASES}(number): only so many of the test's cases are fast, the others are slow",
)
EXAMPLES = {"fast": 25, "slow": 400}
"""How many examples Hypothesis tries of each property."""
GRACE_SECONDS = 60
"""How much longer than its timeout a test may take to tidy up, and a process to end."""


def seed_of(text: str) -> int:
    """Return the seed that an option names."""
    return random.randrange(10**6) if text == "random" else int(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--seed`."""
    help = f"where chance begins: a number, or “random” for a new one, which the summary prints (default: {SEED})"
    parser.addoption("--seed", type=seed_of, default=SEED, help=help)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and choose how much Hypothesis tries and where it begins."""
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    if config.option.markexpr == NOT_SLOW and names_its_tests(config):
        config.option.markexpr = ""
    seed = config.getoption("--seed")
    for name, examples in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=examples,
            deadline=None,
            derandomize=seed == SEED,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        )
    settings.load_profile("slow" if runs_slow_tests(config) else "fast")
    if seed != SEED:
        config.option.hypothesis_seed = str(seed)


def names_its_tests(config: pytest.Config) -> bool:
    """Return whether tests are named one by one, or pictures are accepted: then slow ones run too."""
    return config.getoption("update_snapshots", False) or any("::" in argument for argument in config.args)


def runs_slow_tests(config: pytest.Config) -> bool:
    """Return whether slow tests are wanted."""
    return bool(config.option.markexpr != NOT_SLOW)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark as slow the cases beyond the fast ones of a test, and in a slow run every property."""
    thorough, cases = runs_slow_tests(config), Counter[str]()
    for item in items:
        if item.get_closest_marker(SLOW):
            continue
        if few := item.get_closest_marker(FAST_CASES):
            test = item.nodeid.partition("[")[0]
            cases[test] += 1
            if cases[test] > few.args[0]:
                item.add_marker(SLOW)
        if thorough and getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(SLOW)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the seed."""
    terminalreporter.write_line(f"Chance began at --seed {config.getoption('--seed')}.")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Where chance begins in this run."""
    return int(request.config.getoption("--seed"))


@pytest.fixture
def dice(seed: int, request: pytest.FixtureRequest) -> random.Random:
    """Chance that falls in the same way each time that a test runs with the same seed."""
    return random.Random(f"{seed} {request.node.name}")


# A run that hangs
#
# pytest-timeout raises in the main thread, once. What tidies up afterwards may hang again: a task that swallows its
# cancellation, a thread that is joined and waits for a server. So a thread of the interpreter's own, which needs no
# lock, ends a process that has not come out of a test, or to its end, long after the timeout. The other process of a
# run then reports the test as crashed.


def watch(seconds: float) -> None:
    """Print where every thread is and end this process after so many seconds, unless called again before."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Watch over a test and its tear-down."""
    if item.config.option.usepdb:
        return (yield)
    marker = item.get_closest_marker("timeout")
    watch(float(marker.args[0] if marker else item.config.getini("timeout")) + GRACE_SECONDS)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()  # a process may wait long for its next test


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Go on watching over a test that failed: pytest itself stops that here, for the sake of a debugger."""
    if isinstance(node, pytest.Item) and not node.config.option.usepdb:
        watch(GRACE_SECONDS)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Watch over the end of a process."""
    watch(GRACE_SECONDS)
