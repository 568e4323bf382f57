"""The docs say what the program does: messages, commands, settings, folders, pictures and the numbers of the tour."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest

import shopfloor
from bench.shots import LARGEST_BYTES, PICTURES
from hardware.cli import main as agent
from shopfloor.cli.main import shopfloor as console
from shopfloor.demo import supply, tour
from shopfloor.errors import NeedsConfirmation, Outcome, Refusal

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ("architecture", "decisions", "glossary", "hardware", "messages", "operating")
DOCS = ("README.md", "CHANGELOG.md", *(f"docs/{name}.md" for name in GUIDES))
KINDS = {"answer", "question", "refusal"}


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# --- messages ---


def outcomes() -> dict[str, type[Outcome]]:
    for module in pkgutil.walk_packages(shopfloor.__path__, "shopfloor."):
        importlib.import_module(module.name)
    return {code: kind for code, kind in Outcome.registry.items() if kind.__module__.startswith("shopfloor.")}


def documented() -> dict[str, list[str]]:
    """Code -> kind, message, when, what to do."""
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|(.*)\|$", text_of("docs/messages.md"), flags=re.MULTILINE)
    assert len({code for code, _ in rows}) == len(rows), "a code is listed twice"
    return {code: [cell.strip() for cell in cells.split(" | ")] for code, cells in rows}


def kind_of(outcome: type[Outcome]) -> str:
    if issubclass(outcome, NeedsConfirmation):
        return "question"
    return "refusal" if issubclass(outcome, Refusal) else "answer"


def test_messages_md_lists_every_code_with_its_kind_and_its_present_message() -> None:
    known = {code: [kind_of(outcome), outcome.message] for code, outcome in outcomes().items()}
    assert {code: cells[:2] for code, cells in documented().items()} == known


def test_messages_md_says_when_and_what_to_do() -> None:
    for code, cells in documented().items():
        assert len(cells) == 4, code
        assert all(cells), code


# --- commands and settings ---


def commands() -> set[str]:
    """Every verb of the console command, with its subcommands."""
    groups = {name: command for name, command in console.commands.items() if isinstance(command, click.Group)}
    return set(console.commands) | {f"{name} {verb}" for name, group in groups.items() for verb in group.commands}


@pytest.mark.parametrize("name", [name for name in DOCS if name != "CHANGELOG.md"])
def test_every_console_command_that_is_named_exists(name: str) -> None:
    named = re.findall(r"(?:`|\.venv/bin/)shopfloor ([a-z]+(?: [a-z]+)?)", text_of(name))
    groups = {words.split(" ")[0] for words in commands() if " " in words}
    for words in named:
        verb = words.split(" ")[0]
        assert words in commands() or (verb in commands() and verb not in groups), f"{name}: shopfloor {words}"


@pytest.mark.parametrize("name", DOCS)
def test_every_dev_verb_that_is_named_exists(name: str) -> None:
    usage = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    verbs = set(re.findall(r"^\./dev ([a-z]+)", usage, flags=re.MULTILINE)) | {"help"}
    assert set(re.findall(r"\./dev ([a-z]+)", text_of(name))) <= verbs


def test_operating_md_names_every_variable_that_the_program_reads() -> None:
    read = set(re.findall(r'env\.get\("([A-Z_]+)"', text_of("shopfloor/config.py")))
    assert len(read) >= 6
    assert read == set(re.findall(r"\b(?:SHOPFLOOR_|DATABASE_)[A-Z_]*[A-Z]\b", text_of("docs/operating.md")))


def test_hardware_md_names_every_command_and_key_of_the_station_agent() -> None:
    text = text_of("docs/hardware.md")
    assert set(agent.commands) == set(re.findall(r"python -m hardware ([a-z]+)", text))
    keys = set(re.findall(r"^#?([a-z0-9_]+) =", text_of("hardware/linux/station.toml"), flags=re.MULTILINE))
    assert {key for key in keys if not re.search(rf"\b{key}\b", text)} == set()


# --- folders, files, pictures, links ---


def test_the_map_of_the_readme_names_every_package_and_nothing_else() -> None:
    section = text_of("README.md").partition("## Map of the code")[2].partition("\n## ")[0]
    named = set(re.findall(r"`((?:shopfloor/|bench|hardware|tests)[a-z_/]*)`", section))
    assert {path for path in named if not (ROOT / path).is_dir()} == set()
    packages = {f"shopfloor/{path.parent.name}" for path in (ROOT / "shopfloor").glob("*/__init__.py")}
    assert packages - {"shopfloor/audit"} | {"hardware"} <= named


def test_the_scan_that_is_followed_goes_through_files_that_exist() -> None:
    section = text_of("README.md").partition("## One scan, followed")[2].partition("\n## ")[0]
    files = re.findall(r"`([a-z0-9_/]+\.(?:py|js))`", section)
    assert len(files) >= 9
    assert [path for path in files if not (ROOT / "shopfloor" / path).is_file()] == []


@pytest.mark.parametrize("name", DOCS)
def test_links_and_pictures_lead_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    targets = re.findall(r"\]\(([^)#]+)\)", text_of(name))
    assert [target for target in targets if "://" not in target and not (folder / target).exists()] == []


def test_every_main_page_has_a_small_picture() -> None:
    pictures = {path.stem: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert set(pictures) == set(PICTURES)
    assert {name: size for name, size in pictures.items() if size >= LARGEST_BYTES} == {}


def test_the_changelog_mentions_the_version() -> None:
    assert f"## {shopfloor.__version__} " in text_of("CHANGELOG.md")


# --- the tour ---


def the_tour() -> str:
    return text_of("README.md").partition("## A tour")[2].partition("\n## ")[0]


def test_the_tour_scans_the_numbers_that_the_demo_plant_keeps_ready() -> None:
    unit = tour.UNITS[0]
    told = re.findall(r"`([A-Z0-9-]+)`", the_tour())
    first = [tour.BADGE, unit.product, unit.housing, *unit.modules[:2], tour.USED_ELSEWHERE, tour.EXPIRED_LOT]
    rest = [*unit.modules[2:], unit.controller, tour.PASTE_LOT, tour.SCREW_LOT, tour.SUPERVISOR_BADGE, unit.product, tour.BAD_LOT]
    assert told[: len(first) + len(rest)] == first + rest
    assert set(told[len(first) + len(rest) :]) <= set(tour.BAD_PACKS)


def test_the_tour_names_the_packs_and_customers_of_the_bad_lot() -> None:
    story = the_tour()
    assert f"order {tour.ORDER_NO}, {tour.ORDERED} packs" in story
    assert set(re.findall(r"PK-\d{6}", story)) == {*tour.BAD_PACKS, tour.UNITS[0].product}
    assert set(re.findall(r"C-\d{5}", story)) == set(tour.BAD_SHIPPED.values())
    assert {supply.BOATS, supply.MOBILITY} == set(tour.BAD_SHIPPED.values())
    assert "seven modules" in story
    assert len(tour.BAD_MODULES) == 7
    assert tour.BAD_IN_STOCK in story
