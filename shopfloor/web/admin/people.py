"""People and settings: what an administrator keeps."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import NotFound, Refusal
from shopfloor.people import commands, queries, rights
from shopfloor.people.errors import SettingsContradict
from shopfloor.people.inputs import ConsumptionSettings, NewOperator, SettingValue
from shopfloor.people.settings import CONSUMPTION_STAGES, SETTINGS, read_settings
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import command_key, read_form
from shopfloor.web.lists import form_page, list_page
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, table
from shopfloor.web.texts import message_of

bp = Blueprint("people", __name__)
PEOPLE = (Column(_l("No."), "number"), Column(_l("Name")), Column(_l("Role")), Column(_l("Language")), Column(_l("Status"), "status"))
LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("da", "Dansk"), ("zh", "中文"))


@bp.get("/people")
def index() -> Response:
    """Everybody; badges are not shown, because a badge is a key."""
    return _list_people(queries.list_operators(request_session()))


@bp.get("/people/new")
def new_operator() -> Response:
    """The form of a new person."""
    return _show_operator()


@bp.post("/people")
def create_operator() -> Response:
    """Add a person."""
    on_refusal(_show_operator)
    return go("/people", run_command(commands.create_operator, key=command_key(), given=read_form(NewOperator)))


@bp.get("/people/<operator_no>")
def operator(operator_no: str) -> Response:
    """One person."""
    rows = [row for row in queries.list_operators(request_session()) if row.no == operator_no]
    if not rows:
        raise NotFound(record="operator", number=operator_no)
    return _list_people(rows)


@bp.get("/settings")
def settings() -> Response:
    """Company settings with their meanings."""
    return _show_settings()


@bp.post("/settings/automatic-consumption")
def set_consumption() -> Response:
    """What each stage of production consumes by itself, together (LIF-13)."""
    on_refusal(_show_settings)
    return go("/settings", run_command(commands.set_consumption, key=command_key(), given=read_form(ConsumptionSettings)))


@bp.post("/settings/<name>")
def set_setting(name: str) -> Response:
    """Change one setting."""
    on_refusal(_show_settings)
    return go("/settings", run_command(commands.set_setting, key=command_key(), given=read_form(SettingValue, name=name)))


def _list_people(rows: list[queries.OperatorRow]) -> Response:
    cells = [
        (
            Cell(row.no, f"/people/{quote(row.no, safe='')}"),
            Cell(row.name),
            Cell(_(row.role)),
            Cell(row.language),
            Cell("Blocked" if row.blocked else ""),
        )
        for row in rows
    ]
    badges = "/badges" if len(rows) != 1 else f"/badges?no={quote(rows[0].no, safe='')}"
    return list_page(
        _("People"),
        table(PEOPLE, cells),
        empty=(_("Nobody yet"), _("Add a person with a badge.")),
        actions=((_("New person"), "/people/new", "plus"), (_("Print badges"), badges, "print")) if may(rights.SETTINGS) else (),
    )


def _show_operator(refusal: Refusal | None = None) -> Response:
    form = FormBuilder(NewOperator, action="/people", submit=_("Create person"), refusal=refusal, options={"language": LANGUAGES}).form()
    return form_page(_("New person"), form, crumbs=((_("People"), "/people"),), refusal=refusal)


def _show_settings(refusal: Refusal | None = None) -> Response:
    values = read_settings(request_session())
    rows = [(setting, values[name]) for name, setting in SETTINGS.items() if name not in CONSUMPTION_STAGES and not setting.own_form]
    consumption = FormBuilder(
        ConsumptionSettings, action="/settings/automatic-consumption", submit=_("Set"),
        refusal=refusal if isinstance(refusal, SettingsContradict) else None, values={name: values[name] for name in CONSUMPTION_STAGES},
    ).form()
    told = message_of(refusal) if refusal else None
    return respond("pages/settings.html", rows=rows, consumption=consumption, may_change=may(rights.SETTINGS), refusal=told)
