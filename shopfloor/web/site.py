"""The one search box, help, the list of all places, and the scanner's profile file."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, jsonify, redirect, request, send_from_directory
from flask_babel import gettext
from werkzeug.wrappers import Response

import shopfloor.scanning.pictures
from shopfloor.items import identification
from shopfloor.items.label_orders import read_known
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.scan import Scan, ScanKind
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond
from shopfloor.web.navigation import MORE
from shopfloor.web.scanner import scanner_profile
from shopfloor.web.searching import search
from shopfloor.web.texts import Message, message_of

bp = Blueprint("site", __name__)

@bp.get("/find")
def find() -> Response:
    """UI-1: one hit opens it, several are listed, none says so. Takes a search or any scan."""
    text = request.args.get("text", "")
    found = search(request_session(), text)
    if found.chosen is not None:
        return redirect(found.chosen.path)
    refusal = None
    if found.command is not None:
        refusal = Message("refused", gettext("This is a command. Open a page that scans, and scan it there."))
    elif found.refusal is not None:
        refusal = message_of(found.refusal)
    return respond("pages/find.html", text=_shown(text), hits=found.hits, refusal=refusal, status=422 if refusal else 200)


@bp.get("/scanned")
def scanned() -> Response:
    """What a label says, for the field of a form that it was scanned into; blank: it says nothing of the kind."""
    text = request.args.get("text", "")
    answer = {"text": _printable(text)}
    try:
        scan = read_known(request_session(), text, scanner_profile(), as_of=current_actor().work_date())
    except ScanRefused:
        return jsonify(answer)
    item = _item_of(scan)
    answer |= {"serial_no": scan.serial_no, "lot_no": scan.lot_no, "number": scan.serial_no or scan.lot_no}
    return jsonify(answer | {"item_no": item.item_no if item else scan.item_reference, "text": _printable(scan.text or text)})


def _item_of(scan: Scan) -> identification.IdentifiedItem | None:
    """By the GTIN of the label; a plain code may be a GTIN, too, or a reference (SCN-11): scanners may send no symbology identifier."""
    if scan.gtin:
        return identification.item_of_gtin(request_session(), scan.gtin)
    found = identification.items_of_code(request_session(), scan.text) if scan.kind is ScanKind.PLAIN else []
    return found[0] if len({item.item_no for item in found}) == 1 else None


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


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _shown(text: str) -> str:
    """What was asked, with invisible characters made visible."""
    return "".join(character if character.isprintable() else "␣" for character in text)[:200]
