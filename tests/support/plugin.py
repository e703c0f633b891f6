"""A pytest plugin: the fast and slow sets of tests, the random seed, and a watchdog that ends a hanging run."""

from __future__ import annotations

import faulthandler
import gc
import random
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

SEED = 20261122
"""The default of `--seed`, fixed so that runs are reproducible."""
SLOW, NOT_SLOW, FAST_CASES = "slow", "not slow", "fast_cases"
MARKERS = (
    f"{SLOW}: takes long or repeats what others show; run with -m slow",
    f"{FAST_CASES}(number): only so many of the test's cases are fast, the others are slow",
)
EXAMPLES = {"fast": 25, "slow": 100}
"""How many examples Hypothesis tries of each property."""
SLOW_SECONDS = 600
"""The timeout of a slow test; that of a fast one is in pyproject.toml."""
GRACE_SECONDS = 60
"""The time in seconds, beyond its timeout, that a test has for tear-down and a process for its end."""


def seed_of(text: str) -> int:
    """Return the seed that an option names."""
    return random.randrange(10**6) if text == "random" else int(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--seed`."""
    help = f"where chance begins: a number, or “random” for a new one, which the summary prints (default: {SEED})"
    parser.addoption("--seed", type=seed_of, default=SEED, help=help)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and configure Hypothesis' number of examples and seed."""
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
        few = item.get_closest_marker(FAST_CASES)
        if few and not item.get_closest_marker(SLOW):
            test = item.nodeid.partition("[")[0]
            cases[test] += 1
            if cases[test] > few.args[0]:
                item.add_marker(SLOW)
        if thorough and getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(SLOW)
        if item.get_closest_marker(SLOW) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives as long as the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # an app's tree of widgets is young garbage at once: a fifth of a screen's test


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the seed."""
    terminalreporter.write_line(f"Random seed: --seed {config.getoption('--seed')}.")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The random seed of this run."""
    return int(request.config.getoption("--seed"))


@pytest.fixture
def dice(seed: int, request: pytest.FixtureRequest) -> random.Random:
    """Return a random generator that gives a test the same numbers for the same seed."""
    return random.Random(f"{seed} {request.node.name}")


# A run that hangs
#
# pytest-timeout raises in the main thread, once. The tear-down that follows may hang again: a task that swallows its
# cancellation, or a thread that is joined while it waits for a server. So faulthandler's own thread, which needs no
# lock, ends a process that is still in a test, or has not ended, long after the timeout. The controller of pytest-xdist
# then reports the test as crashed.


def watch(seconds: float) -> None:
    """Print all stack traces and end this process after this many seconds, unless called again before."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Run the watchdog during a test and its tear-down."""
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
    """Restart the watchdog of a failed test: pytest cancels it here, for debuggers."""
    if isinstance(node, pytest.Item) and not node.config.option.usepdb:
        watch(GRACE_SECONDS)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Run the watchdog while the process ends."""
    watch(GRACE_SECONDS)
