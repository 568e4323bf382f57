"""Files of master data: every list as CSV, and the import of a file with a dry run before it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.exchange.answers import FileChecked, Imported
from shopfloor.exchange.errors import FileUnreadable, RowsWrong
from shopfloor.exchange.exports import EXPORTED, export
from shopfloor.exchange.imports import IMPORTERS, ImportFile, decoded, import_file, importer_of
from shopfloor.people.fields import read_input
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import leave, respond
from shopfloor.web.inputs import argument, command_key, form_values
from shopfloor.web.masters.table import PAGES
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of

bp = Blueprint("files", __name__)
STOCK = "opening-stock"
AFTERWARDS = {STOCK: "/stock", "bom-lines": "/boms", "routing-lines": "/routings"}
TITLES = {
    STOCK: _l("Opening stock"),
    "tracking-codes": _l("Item tracking codes"),
    "bom-lines": _l("Lines of bills of material"),
    "routing-lines": _l("Operations of routings"),
}


@bp.get("/import")
def page() -> Response:
    """Choose a kind and a file."""
    return _show()


@bp.post("/import")
def check() -> Response:
    """The dry run: what is wrong, or a button that writes. The text of the file travels in the page."""
    on_refusal(_show)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise FileUnreadable(problem=_("none was chosen"))
    text = decoded(sent.stream.read())
    return _show(checked=run_command(import_file, key=command_key(), given=_given(text, dry_run=True)), text=text)


@bp.post("/import/run")
def run() -> Response:
    """Write the file that was checked."""
    on_refusal(_show)
    answer = run_command(import_file, key=command_key(), given=_given(request.form.get("text", ""), dry_run=False))
    return leave(AFTERWARDS.get(answer.kind, "/" + answer.kind), answer)


def send(kind: str) -> Response:
    """A list as a file."""
    response = Response("".join(export(request_session(), kind)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={kind}.csv"
    response.headers["Cache-Control"] = "no-store"
    return response


def _given(text: str, *, dry_run: bool) -> ImportFile:
    typed = form_values()
    values = {name: typed[name] for name in ("kind", "reason", "posting_date") if typed.get(name)}
    return read_input(ImportFile, {**values, "text": text, "dry_run": dry_run, "confirmed": bool(typed.get("confirmed"))})


def _show(refusal: Refusal | None = None, checked: FileChecked | Imported | None = None, text: str = "") -> Response:
    typed = form_values()
    kind = str(typed.get("kind") or argument("kind") or "items")
    kinds = [(name, _title(name)) for name, importer in IMPORTERS.items() if may(importer.right)]
    importer = importer_of(kind) if kind in IMPORTERS else None
    return respond(
        "pages/import.html",
        kind=kind,
        kinds=kinds,
        title=_title(kind) if importer else kind,
        stock=kind == STOCK,
        columns=importer.columns if importer else (),
        required=importer.required if importer else (),
        exported=kind in EXPORTED,
        typed={name: str(typed.get(name, "")) for name in ("reason", "posting_date", "confirmed")},
        checked=message_of(checked) if checked else None,
        rows=checked.row_count if checked else 0,
        text=text,
        problems=_problems(refusal) if isinstance(refusal, RowsWrong) else None,
        more=refusal.problem_count - len(refusal.problems) if isinstance(refusal, RowsWrong) else 0,
        refusal=message_of(refusal) if refusal else None,
    )


def _problems(refusal: RowsWrong) -> Table:
    columns = (Column(_("Line"), "number"), Column(_("Column")), Column(_("What is wrong")))
    return table(columns, [(Cell(str(one["line"])), Cell(one["column"]), Cell(one["words"])) for one in refusal.problems])


def _title(kind: str) -> str:
    return str(PAGES[kind].title if kind in PAGES else TITLES[kind])


def _register() -> None:
    for kind in EXPORTED:
        bp.add_url_rule(f"/{kind}.csv", f"{kind.replace('-', '_')}_csv", partial(send, kind))


_register()
