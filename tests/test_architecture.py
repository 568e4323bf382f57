"""The rules of the house that no linter knows: import contracts, one commit, sizes, scan text, what may not be named."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "shopfloor"
NOT_OURS = {".git", ".venv", "var", "vendor", "__pycache__", "build", "dist", ".hypothesis", "requirements"}
LINE_LIMITS = {".py": 400, ".js": 250, ".css": 300}
FUNCTION_LIMIT = 50

# Text from a scanner passes through these; GS (0x1D) is white space to Python, edge spaces belong to the code (D35).
SCAN_TEXT_FILES = ["scanning/**/*.py", "items/identification.py", "genealogy/registration.py", "web/**/tracked_components*.py"]
WHITE_SPACE_METHODS = {"strip", "lstrip", "rstrip", "split", "rsplit", "splitlines"}


def our_files(*suffixes: str, under: Path = ROOT) -> Iterator[Path]:
    for folder, folders, names in os.walk(under):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS and not name.endswith(("_cache", ".egg-info")))
        for name in sorted(names):
            if not suffixes or Path(name).suffix in suffixes:
                yield Path(folder, name)


def python_trees(under: Path = PACKAGE) -> Iterator[tuple[Path, ast.Module]]:
    for path in our_files(".py", under=under):
        yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def method_calls(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func


def place(path: Path, node: ast.AST | None = None) -> str:
    line = f":{getattr(node, 'lineno', 0)}" if node is not None else ""
    return f"{path.relative_to(ROOT)}{line}"


# --- imports -------------------------------------------------------------------------------------------------------------


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, check=False)


def test_import_contracts_are_kept() -> None:
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_import_contracts_find_planted_violations(tmp_path: Path) -> None:
    """Each contract is broken once in a small house of the same shape, so that none is kept by accident."""
    house = {
        "errors.py": "",
        "quantity.py": "",
        "clock.py": "",
        "db/__init__.py": "import sqlalchemy",
        "ledger/__init__.py": "",
        "ledger/models.py": "import shopfloor.db",
        "ledger/entries.py": "import shopfloor.ledger.models",
        "ledger/rules.py": "import shopfloor.ledger.models",  # a rule knows the database
        "ledger/queries.py": "import flask",  # the core knows Flask
        "genealogy/__init__.py": "from shopfloor.ledger import entries",  # a back door to the ledger
        "items/__init__.py": "import shopfloor.genealogy",  # upward
        "posting/__init__.py": "",
        "posting/post.py": "from shopfloor.ledger import entries",  # the door: allowed
        "web/__init__.py": "import flask",  # allowed
        "web/page.py": "from shopfloor.ledger import models",  # a page touches a model
        "undeclared/__init__.py": "",  # a package nobody placed
    }
    house = {f"shopfloor/{name}": text for name, text in house.items()} | {
        "shopfloor/scanning/__init__.py": "import hardware",  # the server knows a station
        "hardware/__init__.py": "import shopfloor.scanning",  # allowed
        "hardware/station.py": "import shopfloor.db",  # a station knows the database
    }
    for name, text in house.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "shopfloor/__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    output = lint_imports(tmp_path).stdout
    assert "Contracts: 0 kept, 7 broken." in output
    for finding in (
        "shopfloor.items is not allowed to import shopfloor.genealogy",
        "shopfloor.undeclared",
        "shopfloor.ledger.rules is not allowed to import sqlalchemy",
        "shopfloor.ledger is not allowed to import flask",
        "shopfloor.genealogy is not allowed to import shopfloor.ledger.entries",
        "shopfloor.web.page is not allowed to import shopfloor.ledger.models",
        "hardware is not allowed to import shopfloor.db",
        "shopfloor is not allowed to import hardware",
    ):
        assert finding in output
    assert "shopfloor.posting" not in output


def test_migrations_stand_outside_the_package() -> None:
    assert not list((PACKAGE / "migrations").rglob("__init__.py"))


# --- one door each -------------------------------------------------------------------------------------------------------


def test_a5_there_is_one_commit() -> None:
    """A5: the unit of work commits, nothing else does."""
    commits = [place(path) for path, tree in python_trees() for _, function in method_calls(tree) if function.attr == "commit"]
    assert commits == ["shopfloor/db/unit_of_work.py"]


def test_only_the_clock_reads_the_time() -> None:
    readings = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    found = [
        place(path, call)
        for path, tree in python_trees()
        for call, function in method_calls(tree)
        if (ast.unparse(function.value).split(".")[-1], function.attr) in readings and path.name != "clock.py"
    ]
    assert found == []


def test_rule_4_scan_text_is_never_split_at_white_space() -> None:
    """Standing rule 4, GS1 and D35: no strip(), split() or splitlines() where scan text passes."""
    found = [
        place(path, call)
        for pattern in SCAN_TEXT_FILES
        for path in sorted(PACKAGE.glob(pattern))
        for call in calls_on_white_space(ast.parse(path.read_text(encoding="utf-8")))
    ]
    found += [
        place(path)
        for path in our_files(".js", under=PACKAGE / "static")
        if path.stem in {"capture", "queue", "camera"} and re.search(r"\.trim(Start|End)?\(", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def calls_on_white_space(tree: ast.AST) -> Iterator[ast.Call]:
    for call, function in method_calls(tree):
        names_a_separator = bool(call.args) and not (isinstance(call.args[0], ast.Constant) and call.args[0].value is None)
        on_our_own_table = isinstance(function.value, ast.Constant)
        at_white_space = function.attr == "splitlines" or (function.attr in WHITE_SPACE_METHODS and not names_a_separator)
        if at_white_space and not on_our_own_table:
            yield call


@pytest.mark.parametrize(
    ("source", "count"),
    [("t.strip()", 1), ("t.split(None, 1)", 1), ("t.splitlines()", 1), ("t.strip(' ')", 0), ("t.split('\\x1d')", 0), ("'a b'.split()", 0)],
)
def test_rule_4_the_search_finds_white_space_calls(source: str, count: int) -> None:
    assert len(list(calls_on_white_space(ast.parse(source)))) == count


# --- sizes ---------------------------------------------------------------------------------------------------------------


def test_a34_files_stay_small() -> None:
    too_long = []
    for path in our_files(*LINE_LIMITS):
        lines = path.read_text(encoding="utf-8").count("\n")
        ours = path.is_relative_to(PACKAGE) or path.relative_to(ROOT).parts[0] in {"bench", "hardware"}
        if ours and "migrations" not in path.parts and lines > LINE_LIMITS[path.suffix]:
            too_long.append(f"{place(path)} has {lines} lines")
    assert too_long == []


def test_functions_fit_a_screen() -> None:
    too_long = [
        f"{place(path, node)} {node.name}"
        for path, tree in (*python_trees(), *python_trees(ROOT / "hardware"))
        if "migrations" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LIMIT
    ]
    assert too_long == []


# --- what the repository does not name -------------------------------------------------------------------------------------

# Put together here, so that this file does not find itself.
FORBIDDEN = [
    "/" + "work/",
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.debian" + ".org",
    "--extra-index" + "-url",
]


def test_a6_no_registry_and_no_machine_path_is_named() -> None:
    found = []
    for path in our_files():
        if path.suffix in {".png", ".jpg", ".mo", ".ico", ".woff2", ".pdf", ".wav"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{place(path)}: {word}" for word in FORBIDDEN if word in text]
    assert found == []


def test_ci_runs_the_test_command_and_nothing_else() -> None:
    """The check of a change is what a newcomer types."""
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines == ["#!/bin/sh", 'cd "$(dirname "$0")/.." && exec ./dev test']
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert os.access(ROOT / "dev", os.X_OK)
