"""A scan on the page Item tracing: whatever code it is, the number in it is traced (UI-1, R-01)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy.orm import Session

from shopfloor.errors import NotFound
from shopfloor.genealogy import home_queries
from shopfloor.items import identification
from shopfloor.items.label_orders import read_known
from shopfloor.people.actor import Actor
from shopfloor.scanning.gs1.read import plain_candidate
from shopfloor.scanning.scan import ScanKind
from shopfloor.tracing.criteria import Criteria, quoted
from shopfloor.web.scanner import scanner_profile
from shopfloor.web.tracing.questions import FILTERS, filtered

NUMBER_KINDS = frozenset({"Serial", "Lot", "Package"})


@dataclass(frozen=True)
class Meant:
    """One thing that a scanned text may mean."""

    kind: str
    number: str
    label: str
    criteria: Criteria


def meanings(session: Session, actor: Actor, text: str, asked: Criteria) -> list[Meant]:
    """What a scan can mean, as questions with the method and choices of `asked`. Raises ScanRefused, and NotFound for nothing known.

    D11: a text that is exactly a known number is that number, even if it looks like GS1.
    """
    profile = scanner_profile()
    known = plain_candidate(text, profile)
    found = _known(session, known, asked) if known else []
    if found:
        return found
    scan = read_known(session, text, profile, as_of=actor.work_date())
    plain = scan.text if scan.kind is ScanKind.PLAIN else ""
    item = identification.item_of_gtin(session, scan.gtin) if scan.gtin else None
    item_no = quoted(item.item_no) if item else ""
    if scan.serial_no or scan.lot_no:
        number = scan.serial_no or scan.lot_no
        if item is None:
            found = _known(session, number, asked)
        else:
            named = {"serial_no": quoted(scan.serial_no)} if scan.serial_no else {"lot_no": quoted(scan.lot_no)}
            return [Meant("Serial" if scan.serial_no else "Lot", number, item.description, filtered(asked, item_no=item_no, **named))]
    elif item is not None:
        return [Meant("Item", item.item_no, item.description, filtered(asked, item_no=item_no))]
    elif plain and not known:  # with a symbology identifier, as cameras and scanners send it
        found = _known(session, plain, asked)
    if not found:
        shown = "".join(character if character.isprintable() else "␣" for character in plain or text)[:50]
        raise NotFound(record="serial, lot, package or item number", number=shown)
    return found


def _known(session: Session, number: str, asked: Criteria) -> list[Meant]:
    """Numbers and items of exactly this name; what only begins like it is not meant. Registered products are known by their row only."""
    hits = [hit for hit in identification.find(session, number) if hit.kind in NUMBER_KINDS]
    same = [hit for hit in hits if hit.number == number] or [hit for hit in hits if hit.number.casefold() == number.casefold()]
    if same:
        return [_meant(hit, asked) for hit in same]
    units = [hit for hit in home_queries.find(session, number) if hit.number == number]
    if units:
        return [Meant(units[0].kind, number, units[0].label, replace(filtered(asked, serial_no=quoted(number)), include_registered=True))]
    items = identification.items_of_code(session, number)
    return [Meant("Item", item.item_no, item.description, filtered(asked, item_no=quoted(item.item_no))) for item in items[:1]]


def _meant(hit: identification.Found, asked: Criteria) -> Meant:
    """A found number carries its item and kind in the address of its trace."""
    named = {FILTERS[name]: quoted(value) for name, value in parse_qsl(urlsplit(hit.path).query)}
    return Meant(hit.kind, hit.number, hit.label, filtered(asked, **named))
