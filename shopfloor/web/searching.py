"""UI-1: the one search, below the box of every page and the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from shopfloor.genealogy import home_queries
from shopfloor.items import identification, tracking_code_queries
from shopfloor.items.label_orders import read_known
from shopfloor.ledger import register_queries as ledger
from shopfloor.orders import search as orders
from shopfloor.people import queries as people
from shopfloor.people.queries import Found
from shopfloor.production import queries as production
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.scan import Command, Scan
from shopfloor.web.guards import current_actor
from shopfloor.web.navigation import MORE, PLACES
from shopfloor.web.scanner import scanner_profile

FINDERS: tuple[Callable[..., list[Found]], ...] = (
    production.find, home_queries.find, orders.find, identification.find, people.find, ledger.find, tracking_code_queries.find,
    production.find_structure,
)
WIDE_FINDERS: tuple[Callable[..., list[Found]], ...] = (
    production.find_part, orders.find_part, people.find_part, partial(tracking_code_queries.find, part=True),
    partial(production.find_structure, part=True),
)
BESIDE_THE_ITEM = frozenset({"Bill of material", "Routing", "Item tracking code"})
"""Often named like an item, which is then what is meant; its card leads on to them."""
MOST_HITS = 20
SHORTEST_PART = 3


@dataclass(frozen=True)
class Searched:
    """What a text or a scan leads to."""

    hits: tuple[Found, ...] = ()
    chosen: Found | None = None
    """The one that is meant; None: there are several, or none."""
    refusal: ScanRefused | None = None
    """Why it cannot be read as a code, where nothing is found by it as a text either."""
    command: Command | None = None
    """A command bar code: only a page that scans can carry it out, and words that sound like it lead astray."""


def search(session: Session, text: str) -> Searched:
    """Takes a search or any scan, as the station of whoever asks reads it. Never refuses: a text that says nothing finds nothing."""
    if not text:
        return Searched()
    try:
        scan = read_known(session, text, scanner_profile(), as_of=current_actor().work_date())
    except ScanRefused as refusal:
        hits = _search(session, text)
        return _searched(hits, {text}) if hits else Searched(refusal=refusal)
    if scan.command is not None:
        return Searched(command=scan.command)
    return _searched(_hits(session, scan), {scan.serial_no, scan.lot_no, scan.text})


def _searched(hits: list[Found], wanted: set[str]) -> Searched:
    fitting = [hit for hit in hits if hit.number in wanted] or hits
    meant = [hit for hit in fitting if hit.kind not in BESIDE_THE_ITEM] or fitting
    return Searched(tuple(hits), meant[0] if len(meant) == 1 else None)


def _hits(session: Session, scan: Scan) -> list[Found]:
    """A GS1 code names its numbers, and the item only if none of them is known; anything else is searched as it is."""
    if not (scan.is_gs1 or scan.elements):
        return _search(session, scan.text)
    numbers = [hit for text in (scan.serial_no, scan.lot_no) if text for hit in _search(session, text) if hit.number == text]
    item = identification.item_of_gtin(session, scan.gtin) if scan.gtin else None
    if item is not None:
        mine = [hit for hit in numbers if hit.label.partition(" ")[0] == item.item_no]
        numbers = mine or numbers
    if numbers:
        return list(dict.fromkeys(numbers))
    return _search(session, scan.gtin or scan.item_reference or scan.sscc or scan.text)


def _search(session: Session, text: str) -> list[Found]:
    """What has this number; if nothing has, what has the text somewhere in its number or name."""
    found = [hit for finder in FINDERS for hit in finder(session, text)] + _pages(text)
    if not found and len(text) >= SHORTEST_PART:
        found = [hit for finder in WIDE_FINDERS for hit in finder(session, text)]
    return list(dict.fromkeys(found))[:MOST_HITS]


def _pages(text: str) -> list[Found]:
    """Places by their names, in the reader's language or in English."""
    wanted = text.casefold()
    if len(wanted) < SHORTEST_PART:
        return []
    places: tuple[tuple[str, Any], ...] = (*PLACES, *(place for _heading, group in MORE for place in group))
    return [Found(gettext("Page"), str(label), "", href) for href, label in places if wanted in str(label).casefold()]
