"""Each floor of the house imports only from floors below it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import opd_tui
from tests.support.helpers import PATIENCE_SECONDS

HOUSE = Path(opd_tui.__file__).parent
LONGEST_FILE = 350
LONGEST_FUNCTION = 15
"""Of nine in ten, in lines."""


@dataclass(frozen=True)
class Import:
    """One import in one module: what is imported, and the single name if it is imported by name."""

    module: str
    target: str
    name: str | None
    line: int

    @property
    def reaches(self) -> str:
        """The module that is meant where a module may be imported by name."""
        return f"{self.target}.{self.name}" if self.name else self.target

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.reaches}"


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(HOUSE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports_of(module: str, path: Path) -> Iterator[Import]:
    """Every import, also those within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno} imports relatively"
            yield from (Import(module, node.module or "", alias.name, node.lineno) for alias in node.names)


IMPORTS = [each for module, path in modules() for each in imports_of(module, path)]


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def of(package: str) -> list[Import]:
    """The imports of a package; a package that is not there proves nothing."""
    found = [each for each in IMPORTS if within(each.module, package)]
    assert found, f"{package} imports nothing at all"
    return found


def strangers(package: str, *allowed: str) -> list[str]:
    """Imports from this project that are not allowed."""
    ours = (each for each in of(package) if within(each.target, "opd_tui"))
    return [str(each) for each in ours if not (within(each.target, *allowed) or within(each.reaches, *allowed))]


def intruders(package: str, *forbidden: str) -> list[str]:
    """Imports of what is forbidden."""
    return [str(each) for each in of(package) if within(each.target, *forbidden) or within(each.reaches, *forbidden)]


def test_the_domain_knows_only_itself_and_the_standard_library() -> None:
    assert strangers("opd_tui.domain", "opd_tui.domain") == []
    roots = {each.target.split(".")[0] for each in of("opd_tui.domain")}
    assert roots - {"opd_tui"} <= sys.stdlib_module_names


def test_the_storage_knows_only_the_domain_and_the_clock() -> None:
    assert (
        strangers("opd_tui.storage", "opd_tui.domain", "opd_tui.storage", "opd_tui.clock", "opd_tui.__version__") == []
    )
    roots = {each.target.split(".")[0] for each in of("opd_tui.storage")}
    assert roots - {"opd_tui", "sqlalchemy", "alembic", "psycopg"} <= sys.stdlib_module_names


def test_the_actions_know_only_the_domain_and_what_an_outcome_and_an_answer_are() -> None:
    results = ("opd_tui.desk.outcome", "opd_tui.desk.views")
    assert strangers("opd_tui.desk.actions", "opd_tui.domain", "opd_tui.desk.actions", *results) == []
    roots = {each.target.split(".")[0] for each in of("opd_tui.desk.actions")}
    assert roots - {"opd_tui"} <= sys.stdlib_module_names


def test_the_desk_knows_no_face() -> None:
    assert intruders("opd_tui.desk", "opd_tui.tui", "opd_tui.cli", "opd_tui.demo", "textual", "rich", "click") == []


def test_the_clock_and_the_settings_know_nothing_above_the_domain() -> None:
    assert strangers("opd_tui.clock", "opd_tui.domain") == []
    assert strangers("opd_tui.environment", "opd_tui.domain") == []
    assert strangers("opd_tui.signals") == []
    assert strangers("opd_tui.crashes", "opd_tui.environment", "opd_tui.__version__") == []
    assert strangers("opd_tui.config", "opd_tui.config", "opd_tui.domain", "opd_tui.environment") == []


def test_the_screens_know_no_storage() -> None:
    assert intruders("opd_tui.tui", "opd_tui.storage", "sqlalchemy", "sqlite3", "opd_tui.cli", "click") == []


def test_the_demo_is_a_guest_of_the_desk() -> None:
    assert intruders("opd_tui.demo", "opd_tui.storage", "sqlalchemy", "opd_tui.cli", "opd_tui.tui", "textual") == []


def test_only_the_storage_and_the_desk_that_opens_it_know_sql() -> None:
    knowing = {each.module for each in IMPORTS if within(each.target, "sqlalchemy", "sqlite3", "opd_tui.storage")}
    above = {module for module in knowing if not within(module, "opd_tui.storage")}
    assert above == {
        f"opd_tui.desk.{name}"
        for name in ("front_desk", "reading", "people_reads", "opening", "backup_service", "verification")
    }


def test_the_command_line_reaches_the_database_through_the_desk() -> None:
    assert intruders("opd_tui.cli", "opd_tui.storage", "sqlalchemy", "sqlite3") == []


def test_no_package_uses_the_private_names_of_another() -> None:
    private = [
        str(each)
        for each in IMPORTS
        if each.name and each.name.startswith("_") and not each.name.startswith("__")
        if each.target.rpartition(".")[0] != each.module.rpartition(".")[0]
    ]
    assert private == []


FLOORS = (
    ("domain",),
    ("clock", "environment", "signals", "crashes"),
    ("config", "storage"),
    ("desk",),
    ("printing",),
    ("demo",),
    ("tui",),
    ("cli",),
    ("__main__",),
)
"""From the ground up; what stands on one floor may import from there and from below."""


def level_of(module: str) -> int:
    """The floor on which a module stands; the package itself lies under them all."""
    name = f"{module}.".split(".")[1]
    return next((level for level, floor in enumerate(FLOORS) if name in floor), -1)


def test_every_module_stands_on_a_floor_and_imports_nothing_from_above() -> None:
    assert [module for module, _ in modules() if level_of(module) < 0] == ["opd_tui"]
    ours = (each for each in IMPORTS if within(each.target, "opd_tui"))
    assert [str(each) for each in ours if level_of(each.reaches) > level_of(each.module)] == []


Graph = dict[str, set[str]]


def file_graph() -> Graph:
    """Which file imports which, in functions and for type hints too."""
    names = {module for module, _ in modules()}
    graph: Graph = {name: set() for name in names}
    for each in IMPORTS:
        graph[each.module] |= {each.reaches if each.reaches in names else each.target} & names
    return graph


def room_of(module: str) -> str:
    """The package or file right below a floor."""
    return ".".join(module.split(".")[:3])


def room_graph() -> Graph:
    """Which room imports from which."""
    graph: Graph = {}
    for module, targets in file_graph().items():
        graph.setdefault(room_of(module), set()).update(map(room_of, targets))
    return graph


def reached_from(graph: Graph, start: str) -> set[str]:
    """Everything that is imported on any way from here."""
    reached: set[str] = set()
    todo = [start]
    while todo:
        new = graph[todo.pop()] - reached
        reached |= new
        todo += new
    return reached


def circles(graph: Graph) -> list[set[str]]:
    """The strongly connected components of more than one member."""
    reach = {name: reached_from(graph, name) for name in graph}
    components = {frozenset({other for other in reach[name] if name in reach[other]} | {name}) for name in graph}
    return [set(component) for component in components if len(component) > 1]


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a", "d"}}) == [{"b", "c"}]


@pytest.mark.parametrize("graph", [file_graph(), room_graph()], ids=["files", "rooms"])
def test_nothing_imports_itself_by_way_of_others(graph: Graph) -> None:
    assert len(graph) > 20
    assert circles(graph) == []


def test_files_and_functions_are_short() -> None:
    longest = {module: len(path.read_text("utf-8").splitlines()) for module, path in modules()}
    assert {module: lines for module, lines in longest.items() if lines > LONGEST_FILE} == {}
    trees = [ast.parse(path.read_text("utf-8")) for _, path in modules()]
    functions = [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for node in functions)
    assert lengths[len(lengths) * 9 // 10] <= LONGEST_FUNCTION


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("opd_tui.desk.actions", ("sqlalchemy", "textual", "rich", "click", "opd_tui.storage")),
        ("opd_tui.desk.front_desk", ("textual", "rich", "click", "opd_tui.tui", "opd_tui.cli", "opd_tui.demo")),
        ("opd_tui.desk.opening", ("textual", "rich", "click")),
        ("opd_tui.cli", ("textual", "sqlalchemy", "opd_tui.storage", "opd_tui.tui")),
        ("opd_tui.desk", ("textual", "click", "sqlalchemy")),
    ],
)
def test_what_is_imported_loads_nothing_from_above(module: str, absent: tuple[str, ...]) -> None:
    loaded = loaded_by(module)
    assert module in loaded
    assert [name for name in loaded if within(name, *absent)] == []


def test_the_domain_loads_nothing_outside_the_standard_library() -> None:
    loaded = loaded_by(*(module for module, _ in modules() if within(module, "opd_tui.domain")))
    ours = {name for name in loaded if within(name, "opd_tui")}
    assert {name for name in ours if not within(name, "opd_tui.domain")} == {"opd_tui"}
    assert "opd_tui.domain.allocation" in ours
    others = {name.split(".")[0] for name in loaded - ours - loaded_by("sys")}
    assert {name for name in others if not name.startswith("_sysconfigdata")} <= sys.stdlib_module_names


def loaded_by(*imported: str) -> set[str]:
    """What a fresh interpreter has loaded after these imports."""
    program = f"import sys, {', '.join(imported)}\nprint(*sys.modules, sep='\\n')"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )
    return set(result.stdout.split())
