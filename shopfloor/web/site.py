"""The one search box, help, the list of all places, and the scanner's profile file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify, redirect, request, send_from_directory
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

import shopfloor.scanning.pictures
from shopfloor.genealogy import home_queries
from shopfloor.items import identification
from shopfloor.ledger import register_queries as ledger
from shopfloor.orders import search as orders
from shopfloor.people import queries as people
from shopfloor.people.queries import Found
from shopfloor.production import queries as production
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.gs1.read import read
from shopfloor.scanning.scan import Scan
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond
from shopfloor.web.navigation import MORE, PLACES
from shopfloor.web.scanner import scanner_profile
from shopfloor.web.texts import Message, message_of

bp = Blueprint("site", __name__)
FINDERS: tuple[Callable[..., list[Found]], ...] = (
    production.find, home_queries.find, orders.find, identification.find, people.find, ledger.find,
)
WIDE_FINDERS: tuple[Callable[..., list[Found]], ...] = (production.find_part, orders.find_part, people.find_part)
MOST_HITS = 20
SHORTEST_PART = 3


@bp.get("/find")
def find() -> Response:
    """UI-1: one hit opens it, several are listed, none says so. Takes a search or any scan."""
    text = request.args.get("text", "")
    if not text:
        return respond("pages/find.html", text="", hits=(), refusal=None)
    try:
        scan = read(text, scanner_profile(), as_of=current_actor().work_date())
    except ScanRefused as refusal:
        hits, wanted = _search(request_session(), text), {text}
        if not hits:
            return respond("pages/find.html", text=_shown(text), hits=(), refusal=message_of(refusal), status=422)
    else:
        if scan.command is not None:  # only a page that scans can carry it out; words that sound like it lead astray
            hint = Message("refused", gettext("This is a command. Open a page that scans, and scan it there."))
            return respond("pages/find.html", text=_shown(text), hits=(), refusal=hint, status=422)
        hits, wanted = _hits(request_session(), scan), {scan.serial_no, scan.lot_no, scan.text}
    exact = [hit for hit in hits if hit.number in wanted]
    chosen = exact if len(exact) == 1 else hits
    if len(chosen) == 1:
        return redirect(chosen[0].path)
    return respond("pages/find.html", text=_shown(text), hits=hits, refusal=None)


@bp.get("/scanned")
def scanned() -> Response:
    """What a label says, for the field of a form that it was scanned into; blank: it says nothing of the kind."""
    text = request.args.get("text", "")
    answer = {"text": _printable(text)}
    try:
        scan = read(text, as_of=current_actor().work_date())
    except ScanRefused:
        return jsonify(answer)
    item = identification.item_of_gtin(request_session(), scan.gtin) if scan.gtin else None
    answer |= {"serial_no": scan.serial_no, "lot_no": scan.lot_no, "number": scan.serial_no or scan.lot_no}
    return jsonify(answer | {"item_no": item.item_no if item else scan.item_reference, "text": _printable(scan.text or text)})


@bp.get("/help")
def help_page() -> Response:
    """Short help for operators."""
    return respond("pages/help.html")


@bp.get("/more")
def more() -> Response:
    """Every place that the header has no room for."""
    return respond("pages/more.html", groups=MORE)


@bp.get("/static/wedge.json")
def wedge() -> Response:
    """The one profile file that Python and the browser read."""
    return send_from_directory(Path(shopfloor.scanning.__file__).parent, "wedge.json", mimetype="application/json")


@bp.get("/static/acceptance.json")
def acceptance() -> Response:
    """What is believed of a reading: the one file that Python and the camera's script read (R-24)."""
    return send_from_directory(Path(shopfloor.scanning.pictures.__file__).parent, "acceptance.json", mimetype="application/json")


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


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _shown(text: str) -> str:
    """What was asked, with invisible characters made visible."""
    return "".join(character if character.isprintable() else "␣" for character in text)[:200]
