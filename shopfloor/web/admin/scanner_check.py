"""The station check: test symbols to scan, what arrived in words, and what the station knows of its scanner (R-23)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, partial

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from shopfloor.errors import InvalidInput, Refusal
from shopfloor.genealogy.station_scanner import StationCheck, examine_scans, keep_scanner, scanner_of_station
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.scanning.scanner_settings import ScannerSettings
from shopfloor.scanning.station_check import Examined, Finding, FindingKind, Level, conclude, frames_differ, test_symbols
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.filters import local_time
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import command_key
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of

bp = Blueprint("scanner_check", __name__)
LAYOUTS = {"us": _l("US English"), "gb": _l("British"), "de": _l("German"), "fr": _l("French")}
DOT_MM = 25.4 / 96
"""One dot of a screen. Modules are whole dots, or a camera finds bars of uneven width on the screen."""
DOTS = (4, 2, 3)
"""A module of each test symbol."""
WORDS = {
    FindingKind.NOT_A_TEST_SYMBOL: (
        _l("This is not one of the test symbols"),
        _l("Scan a symbol of this page. If you did, the scanner changes so much that nothing can be recognised: set it to its factory "
           "defaults, then to USB keyboard, US English."),
    ),
    FindingKind.IDENTIFIER: (_l("The symbology identifier arrives: %(detail)s"), ""),
    FindingKind.NO_IDENTIFIER: (
        _l("No symbology identifier"),
        _l("Switch it on in the scanner, as AIM identifier or Code ID of the AIM kind. It is the only sure sign that a code is GS1."),
    ),
    FindingKind.SEPARATOR: (_l("The separator between fields arrives, as %(detail)s"), ""),
    FindingKind.NO_SEPARATOR: (
        _l("The scanner drops the separator between fields"),
        _l("Fields run into each other, and lots become wrong. Let the scanner send FNC1 as the control character GS, code 29; "
           "for keyboards that is Ctrl and ]."),
    ),
    FindingKind.SEPARATOR_IS_TEXT: (
        _l("For the separator the scanner types %(detail)s"),
        _l("That works here as long as no number holds these characters. Better: the control character GS, code 29, as Ctrl and ]."),
    ),
    FindingKind.SEPARATOR_IS_ENTER: (
        _l("For the separator the scanner sends Enter"),
        _l("One label becomes two scans. They are joined here, but slowly: set the scanner to send GS, code 29, for FNC1."),
    ),
    FindingKind.LAYOUT: (_l("The scanner types %(detail)s"), ""),
    FindingKind.OTHER_LAYOUT: (
        _l("The scanner types %(detail)s"),
        _l("This station reads it so once the result is kept. Better: set the scanner to US English, then every computer reads it alike."),
    ),
    FindingKind.CAPS: (
        _l("Caps lock is on"),
        _l("The text is read from the keys and is right all the same. Switch caps lock off for what people type."),
    ),
    FindingKind.CASE_TURNED: (
        _l("The scanner exchanges capitals and small letters"),
        _l("Lots and serial numbers would be wrong. Switch off everything in the scanner about caps lock or converting case; nothing of it "
           "is needed here."),
    ),
    FindingKind.CASE_LOST: (
        _l("The scanner sends capitals only, or small letters only"),
        _l("Lots and serial numbers would be wrong. Switch off the conversion to upper or lower case in the scanner."),
    ),
    FindingKind.END: (_l("Each code ends with %(detail)s"), ""),
    FindingKind.NO_END: (
        _l("Nothing ends the code"),
        _l("Every scan waits half a second longer. Set the suffix of the scanner to Enter."),
    ),
    FindingKind.FRAME: (
        _l("The scanner puts characters around the code: %(detail)s"),
        _l("They are dropped once the result is kept. Better: no prefix, and no suffix but Enter."),
    ),
    FindingKind.SPEED: (_l("Quick enough: %(detail)s ms from key to key"), ""),
    FindingKind.SLOW: (
        _l("Too slow: up to %(detail)s ms from key to key"),
        _l("It cannot be told from a person who types. Set the delay between characters to 0 in the scanner."),
    ),
}
"""Title and what to do, by kind of finding."""
OTHER_FRAMES = _l(
    "They are others for each kind of symbol, so they cannot be dropped, and codes cannot be read. Switch off every prefix in the scanner "
    "and the code identifiers of its maker; switch on the AIM identifier instead."
)
"""What to do about characters around the code, where they differ."""


@dataclass(frozen=True)
class Line:
    """One finding in words."""

    level: str
    title: str
    text: str


@dataclass(frozen=True)
class Symbol:
    """One test symbol on the page."""

    title: str
    svg: Markup
    human_readable: str


@bp.get("/stations/<code>/scanner")
def page(code: str) -> Response:
    """Symbols, and what the station knows so far."""
    return _show(code)


@bp.post("/stations/<code>/scanner/examine")
def examine(code: str) -> Response:
    """What the scans of this check show. Changes nothing."""
    on_refusal(partial(_show, code))
    given = _given()
    return _show(code, examined=examine_scans(given), scans=request.form["scans"])


@bp.post("/stations/<code>/scanner")
def keep(code: str) -> Response:
    """The station knows its scanner from now on."""
    on_refusal(partial(_show, code))
    answer = run_command(keep_scanner, key=command_key(), station_code=code, given=_given())
    return go(request.path, answer)


def _show(code: str, refusal: Refusal | None = None, *, examined: list[Examined] | None = None, scans: str = "") -> Response:
    known = scanner_of_station(request_session(), code)
    actor = current_actor()
    return respond(
        "pages/scanner_check.html",
        known=known,
        missing_since=_since(known.settings),
        facts=_facts(known.settings) if known.checked_at else [],
        symbols=_symbols(actor.work_date()),
        scanned=_scanned(examined or []),
        outcome=_outcome(examined or []),
        scans=scans,
        may_keep=actor.may(rights.SETTINGS),
        refusal=message_of(refusal) if refusal else None,
    )


def _given() -> StationCheck:
    """The scans travel as one field of JSON. Raises InvalidInput."""
    try:
        scans = json.loads(request.form.get("scans", ""))
    except (ValueError, RecursionError):
        summary = "the scans are not JSON"
        raise InvalidInput(summary=summary, problems={"scans": summary}) from None
    return read_input(StationCheck, {"scans": scans})


def _scanned(examined: list[Examined]) -> list[list[Line]]:
    """The findings of each scan in words."""
    lines = [[_line(finding) for finding in one.findings] for one in examined]
    if not frames_differ(examined):
        return lines
    frames = [[finding.kind is FindingKind.FRAME for finding in one.findings] for one in examined]
    return [
        [replace(line, level="bad", text=str(OTHER_FRAMES)) if framed else line for line, framed in zip(found, marks, strict=True)]
        for found, marks in zip(lines, frames, strict=True)
    ]


def _line(finding: Finding) -> Line:
    title, text = WORDS[finding.kind]
    detail = LAYOUTS.get(finding.detail, finding.detail)
    return Line(finding.level.value, str(title) % {"detail": detail}, str(text))


def _outcome(examined: list[Examined]) -> Line | None:
    """The whole check in one sentence."""
    known = [one for one in examined if one.known]
    if not known:
        return None
    if conclude(examined).gs_verified:
        if frames_differ(known) or any(finding.level is Level.BAD for one in known for finding in one.findings):
            text = _("See what is wrong in the scans, set it right, and scan the symbols again.")
            return Line("bad", _("This scanner sends separators, and something else is wrong."), text)
        text = _("Keep the result, and codes without separators are no longer guessed at.")
        return Line("good", _("This scanner sends separators."), text)
    if all(one.spelling for one in known if one.carries_elements):
        text = _("Scan the first two symbols: many scanners send separators from matrix codes and drop them from GS1-128.")
        return Line("note", _("It is not proved yet that this scanner sends separators."), text)
    text = _("See what is wrong in the scans, set it right, and scan the first two symbols.")
    return Line("bad", _("It is not proved that this scanner sends separators."), text)


def _facts(settings: ScannerSettings) -> list[tuple[str, str]]:
    """What the station knows, as pairs of words."""
    return [
        (_("Separators"), _separators(settings)),
        (_("Types"), str(LAYOUTS[settings.layout or "us"])),
        (_("Enter for the separator"), _("Yes") if settings.fnc1_is_enter else _("No")),
        (_("Further spellings"), " ".join(settings.separators)),
        (_("Around the code"), f"{settings.prefix}…{settings.suffix}" if settings.prefix or settings.suffix else ""),
    ]


def _separators(settings: ScannerSettings) -> str:
    if settings.gs_verified and settings.gs_missing_since:
        return str(_("proved, and missing since %(time)s", time=_since(settings)))
    return str(_("proved") if settings.gs_verified else _("not proved"))


def _since(settings: ScannerSettings) -> str:
    return str(local_time(datetime.fromisoformat(settings.gs_missing_since))) if settings.gs_missing_since else ""


@lru_cache(maxsize=2)
def _symbols(as_of: date) -> tuple[Symbol, ...]:
    titles = ("GS1 DataMatrix", "GS1-128", "QR, GS1 Digital Link")
    return tuple(
        Symbol(title, Markup(replace(picture, module_mm=dots * DOT_MM).svg), picture.human_readable)  # noqa: S704  # drawn here
        for title, dots, picture in zip(titles, DOTS, test_symbols(as_of), strict=True)
    )
