"""The test bench: a code is decoded and mapped in front of everybody's eyes, and nothing is registered (GS1-24)."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.genealogy.code_bench import CodeToTest, ExaminedCode, examine_code, keyboard_of, settings_in_words
from shopfloor.people.queries import list_stations
from shopfloor.scanning.errors import Gs1Parse, ScanRefused
from shopfloor.scanning.scan import ScanKind
from shopfloor.web.admin.gs1 import FIELDS, in_words
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import argument, read_form
from shopfloor.web.labels import LABELS
from shopfloor.web.refusals import on_refusal
from shopfloor.web.texts import message_of, outcome_text

bp = Blueprint("gs1_test", __name__, url_prefix="/gs1-test")
SOURCES = (
    ("wedge", _l("Keyboard scanner")), ("typed", _l("Typed")), ("camera", _l("Camera")), ("serial", _l("Serial scanner, or a program")),
)
KINDS = {
    ScanKind.GS1: _l("GS1 element string"), ScanKind.EAN: _l("EAN, UPC or ITF-14"), ScanKind.DIGITAL_LINK: _l("GS1 Digital Link"),
    ScanKind.ISO15434: _l("ISO/IEC 15434 envelope"), ScanKind.PLAIN: _l("Plain number, no GS1"), ScanKind.COMMAND: _l("Command"),
    ScanKind.BADGE: _l("Badge"),
}
WARNINGS = {
    "leading_separator": _l("A separator stands at the beginning; it was dropped."),
    "redundant_separator": _l("Two separators follow each other; they count as one."),
    "caps_inverted": _l("Caps lock was on; capitals and small letters were turned back."),
    "separator_inferred": _l("The scanner sent no separator; there is one way to read the code, or one in the order of its label."),
    "separator_missing": _l("The scanner passed its check and sent no separator, although the label of this GTIN has one."),
    "gtin_zero_padded": _l("The GTIN is shorter than 14 digits; zeros were put in front."),
    "unusual_carrier": _l("The symbol is none that GS1 lists."),
    "ai_mutex": _l("It should not stand together with another element of this code."),
    "ai_requisite": _l("Another element that it needs is not in this code."),
    "digsig_serial": _l("A digital signature needs a key with a serial number."),
    "check_digit": _l("The check digit is wrong; the company's options let it pass."),
    "unknown_ai": _l("No application identifier; the element was skipped, as the company's options say."),
}


@bp.get("")
def page() -> Response:
    """The empty bench; the address may name an order."""
    return _show(CodeToTest(order_no=argument("order_no")[:20]), None)


@bp.post("")
def examine() -> Response:
    """One code, taken apart. Nothing is written."""
    on_refusal(_refused)
    given = read_form(CodeToTest)
    return _show(given, examine_code(request_session(), current_actor(), given=given))


def _refused(refusal: Refusal) -> Response:
    return _show(CodeToTest(), None, refusal)


def _show(given: CodeToTest, found: ExaminedCode | None, refusal: Refusal | None = None) -> Response:
    stations = [(row.code, f"{row.code} {row.name}") for row in list_stations(request_session())]
    return respond(
        "pages/gs1_test.html",
        given=given,
        sources=SOURCES,
        stations=[("", _("This station")), *stations],
        found=found,
        text=visible(found.text) if found else "",
        kind=KINDS[found.scan.kind] if found and found.scan else "",
        warnings=[(one.ai, WARNINGS[one.kind]) for one in found.scan.warnings] if found and found.scan else [],
        field_words={field.value: word for field, word in FIELDS.items()},
        error=outcome_text(found.error) if found and found.error else "",
        error_facts=facts_of(found.error) if found and found.error else (),
        place=place_of(found) if found else None,
        keyboard=_(keyboard_of(found.layout)) if found and found.layout else "",
        settings=_settings(found) if found else [],
        refusal=message_of(refusal) if refusal else None,
    )


def _settings(found: ExaminedCode) -> list[tuple[str, str]]:
    return [(str(LABELS[name]), in_words(name, value)) for name, value in settings_in_words(found.profile).items()]


def visible(text: str) -> str:
    """A text that can be shown: the separator as `{GS}`, which can be typed, others that nobody sees as a box."""
    return "".join("{GS}" if character == "\x1d" else character if character.isprintable() else "␣" for character in text)


def facts_of(error: ScanRefused) -> tuple[str, ...]:
    """Code, kind and possible readings of an error."""
    return (error.code, error.kind, *error.candidates) if isinstance(error, Gs1Parse) else (error.code,)


def place_of(found: ExaminedCode) -> tuple[str, str, str] | None:
    """Where the error is: text before the place, the character there, and the rest; None for an error without a place."""
    position = getattr(found.error, "position", None)
    if position is None or not getattr(found.error, "ai", "") or position > len(found.error_text):
        return None
    text = found.error_text
    return visible(text[:position]), visible(text[position : position + 1]), visible(text[position + 1 :])
