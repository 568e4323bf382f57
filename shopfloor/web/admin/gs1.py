"""GS1 bar codes: options of the company, its own identifiers, and the table of identifiers (GS1-1, GS1-4, GS1-9, GS1-10, GS1-21)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.genealogy.gs1_options import OWN, Gs1Mapping, Gs1Options, set_gs1_mapping, set_gs1_options
from shopfloor.people import rights
from shopfloor.people.settings import COUNT_USE, MEASURE_USE, OWN_IDENTIFIERS, SEPARATOR, read_settings
from shopfloor.scanning.gs1.identifiers import TABLE, Identifier
from shopfloor.scanning.gs1.mapping import STANDARD, Field, field_of, own_mapping
from shopfloor.scanning.gs1.spellings import can_stand_in_values
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import Form, FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.lists import list_page, text_filter
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of

bp = Blueprint("gs1", __name__, url_prefix="/gs1")
FIELDS = {
    Field.ITEM: _l("Item"), Field.BATCH_NUMBER: _l("Batch number"), Field.SERIAL_NUMBER: _l("Serial number"),
    Field.QUANTITY: _l("Quantity"),
    Field.MEASURE: _l("Measure"), Field.EXPIRY_DATE: _l("Expiry date"), Field.BEST_BEFORE: _l("Best before"),
    Field.PRODUCTION_DATE: _l("Production date"), Field.LICENSE_PLATE: _l("License plate"),
}
MEASURES = "310n … 369n"
USES = (("ignore", _l("Not used")), ("cap", _l("At most what remains")), ("exact", _l("To the letter")))
CHOICES = {
    "gs1_recognition": (("key_first", _l("By content or prefix")), ("prefix", _l("Only by prefix"))),
    "gs1_check_digit": (("refuse", _l("Refuse")), ("warn", _l("Take it and warn"))),
    "unknown_ai": (("refuse", _l("Refuse the code (Error)")), ("skip", _l("Skip the data element"))),
}
COLUMNS = (
    Column(_l("Identifier"), "number"), Column(_l("Title")), Column(_l("Type")), Column(_l("Length"), "quantity"),
    Column(_l("Fixed length"), "flag"), Column(_l("Decimals"), "quantity"), Column(_l("Field")), Column(_l("Description")),
)
TYPES = {"N": _l("Numeric"), "X": _l("Alphanumeric"), "Y": _l("Alphanumeric"), "Z": _l("Alphanumeric")}
WITH_DECIMALS = ("31", "32", "33", "34", "35", "36", "39")
"""Their fourth digit is the number of decimals (GS1-12, R-21)."""


@bp.get("")
def page() -> Response:
    """What the company settled."""
    return _show()


@bp.post("/options")
def options() -> Response:
    """Keep the options, all at once."""
    on_refusal(_show)
    return go("/gs1", run_command(set_gs1_options, key=command_key(), given=read_form(Gs1Options)))


@bp.post("/mapping")
def mapping() -> Response:
    """Keep what 90 to 99 mean, and the use of quantities."""
    on_refusal(_show)
    return go("/gs1", run_command(set_gs1_mapping, key=command_key(), given=read_form(Gs1Mapping)))


@bp.get("/identifiers")
def identifiers() -> Response:
    """GS1-4, D11: every application identifier of the standard; nothing here can be changed."""
    own = own_mapping(read_settings(request_session())[OWN_IDENTIFIERS])
    text = argument("text")
    wanted = text.casefold()
    rows = [
        (
            Cell(one.ai), Cell(one.title), Cell(type_of(one)), Cell(one.maximum), Cell(not one.separator_required), Cell(decimals_of(one)),
            Cell(_field_word(field_of(one.ai, own))), Cell(one.description),
        )
        for one in TABLE.values()
        if not wanted or one.ai.startswith(wanted) or wanted in f"{one.title} {one.description}".casefold()
    ]
    return list_page(
        _("GS1 application identifiers"),
        table(COLUMNS, rows),
        empty=(_("No such identifier"), _("Look for its first digits, or for a word of its title.")),
        actions=((_("Test a code"), "/gs1-test", "barcode"), (_("Options"), "/gs1", "edit")),
        filters=(text_filter("text", _("Identifier or word"), text),),
        note=_("The table is the one of GS1 and cannot be changed; 90 to 99 get their meaning on the page of options."),
    )


def type_of(one: Identifier) -> str:
    """GS1-4: numeric, alphanumeric or date."""
    if {"date", "date_or_month"} & set(one.checks):
        return str(_("Date"))
    return str(TYPES["N"] if {part.characters for part in one.parts} == {"N"} else TYPES["X"])


def decimals_of(one: Identifier) -> int | None:
    """GS1-12: decimals that the identifier itself says; none where it says none."""
    return int(one.ai[3]) if len(one.ai) == len("310n") and one.ai.startswith(WITH_DECIMALS) else None


def in_words(name: str, value: str) -> str:
    """The value of an option as the page of options says it."""
    return next((str(word) for key, word in CHOICES.get(name, ()) if key == value), value)


def _field_word(field: Field | None) -> str:
    return str(FIELDS[field]) if field else ""


def _show(refusal: Refusal | None = None) -> Response:
    values = read_settings(request_session())
    own = dict(own_mapping(values[OWN_IDENTIFIERS]))
    # Only the form that was sent keeps what was typed.
    sent = None if refusal is None else ("mapping" if _is_mapping() else "options")
    named = values | {f"{OWN}{ai}": field for ai, field in own.items()}
    return respond(
        "pages/gs1.html",
        options=_form(Gs1Options, "/gs1/options", named, refusal if sent == "options" else None),
        mapping=_form(Gs1Mapping, "/gs1/mapping", named, refusal if sent == "mapping" else None),
        standard=[(FIELDS[field], MEASURES if field is Field.MEASURE else " ".join(ais)) for field, ais in STANDARD.items()],
        separator=values[SEPARATOR],
        cuts=can_stand_in_values(values[SEPARATOR]),
        may_change=may(rights.SETTINGS),
        refusal=message_of(refusal) if refusal else None,
    )


def _is_mapping() -> bool:
    return request.path.endswith("/mapping")


def _form(model: type[Gs1Options | Gs1Mapping], action: str, values: dict[str, str], refusal: Refusal | None) -> Form:
    own = [("", "")] + [(field.value, word) for field, word in FIELDS.items() if field not in {Field.MEASURE, Field.LICENSE_PLATE}]
    choices = {name: [(key, str(word)) for key, word in words] for name, words in CHOICES.items()}
    choices |= {name: [(key, str(word)) for key, word in USES] for name in (COUNT_USE, MEASURE_USE)}
    choices |= {name: [(key, str(word)) for key, word in own] for name in Gs1Mapping.model_fields if name.startswith(OWN)}
    return FormBuilder(model, action=action, submit=_("Keep"), refusal=refusal, values=values, options=choices).form()
