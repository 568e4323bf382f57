"""What we take from others: vendored files, lock files and the list of licences (A2, A6)."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
VENDOR_FOLDERS = [ROOT / "shopfloor/static/vendor", ROOT / "tests/browser/vendor"]
REQUIREMENT = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)

# Names of XML languages look like addresses but nothing is fetched from them.
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml")
ADDRESS = re.compile(r"""(?:\b(?:https?|wss?):|["'(=]\s*)//[a-z0-9][^\s"'`)<>]*""", re.IGNORECASE)


def vendored() -> list[tuple[Path, dict[str, Any]]]:
    return [
        (folder / entry["file"], entry)
        for folder in VENDOR_FOLDERS
        for entry in tomllib.loads((folder / "vendor.toml").read_text(encoding="utf-8"))["file"]
    ]


def locked(name: str) -> dict[str, str]:
    return dict(REQUIREMENT.findall((ROOT / "requirements" / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize(("path", "entry"), vendored(), ids=lambda value: getattr(value, "name", ""))
def test_a2_vendored_file_is_the_published_one(path: Path, entry: dict[str, Any]) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
    assert entry["version"] in path.name
    assert str(path.relative_to(ROOT)) in (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", VENDOR_FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a2_no_vendored_file_without_an_entry(folder: Path) -> None:
    listed = {path.name for path, _ in vendored() if path.parent == folder}
    found = {path.name for path in folder.iterdir() if "LICENSE" not in path.name}
    assert found == listed | {"vendor.toml"}


def test_a2_htmx_is_the_decided_version() -> None:
    assert [entry["version"] for _, entry in vendored() if entry["name"] == "htmx.org"] == ["2.0.11"]


def test_pages_load_nothing_from_another_host() -> None:
    """A plant's network may have no way out: everything that a page needs comes from us."""
    known = {path.name: entry.get("addresses", ()) for path, entry in vendored()}
    found = []
    for folder in ("static", "templates"):
        for path in sorted((ROOT / "shopfloor" / folder).rglob("*")):
            if path.suffix not in {".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest", ".txt", ".xml"}:
                continue
            for match in ADDRESS.finditer(path.read_text(encoding="utf-8")):
                address = match.group().lstrip("\"'(= ")
                if not address.startswith((*NAMESPACES, *known.get(path.name, ()))):
                    found.append(f"{path.relative_to(ROOT)}: {address}")
    assert found == []


@pytest.mark.parametrize(
    ("text", "refers"),
    [
        ('<script src="https://cdn.example/x.js">', True),
        ('<link href="//cdn.example/x.css">', True),
        ("background: url(//cdn.example/x.png)", True),
        ("new WebSocket('wss://other.example')", True),
        ('<a href="/orders//">', False),
        ("let x = 1; // a comment", False),
        ('<use href="#icon">', False),
    ],
)
def test_the_search_for_addresses_finds_them(text: str, refers: bool) -> None:
    assert bool(ADDRESS.search(text)) is refers


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_a6_lock_file_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert not re.search(r"://|index-url|find-links|^-", text, re.MULTILINE)
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []
    assert len(blocks) == len(locked(name))


def test_a6_what_is_tested_is_what_runs() -> None:
    assert locked("run.txt").items() <= locked("test.txt").items()


def test_a6_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    test = project["project"]["optional-dependencies"]["test"]
    assert {package_name(line) for line in run} <= locked("run.txt").keys()
    assert {package_name(line) for line in test} <= locked("test.txt").keys()


def package_name(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return name.group().lower().replace("_", "-")


def test_third_party_lists_every_package_that_runs() -> None:
    text = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    assert [name for name in locked("run.txt") if f"| {name} | " not in text] == []


def test_licence_is_the_full_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
