"""Bills of material and routings: cards with versions, and the forms of both. Lists are those of every master."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal, StaleRow
from shopfloor.people import rights
from shopfloor.people.fields import read_input
from shopfloor.production import validity, version_queries, versions
from shopfloor.production.inputs import CopyVersion, NewBom, NewRouting, VersionKey
from shopfloor.production.version_queries import BomCard, BomCardLine, RoutingCard, RoutingCardLine
from shopfloor.production.versions import BOM_VERSIONS, ROUTING_VERSIONS, Versioned
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder
from shopfloor.web.guards import current_actor
from shopfloor.web.htmx import go, respond
from shopfloor.web.inputs import argument, command_key, form_values, read_form
from shopfloor.web.lists import form_page, found
from shopfloor.web.masters.table import PAGES, MasterPage
from shopfloor.web.masters.views import actions_of, found_record, has_own_card
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table
from shopfloor.web.texts import message_of

bp = Blueprint("boms", __name__)
VERSION_COLUMNS = (Column(_l("Version"), "number"), Column(_l("Status"), "status"), Column(_l("From"), "day"), Column(_l("Until"), "day"))
BOM_COLUMNS = (
    Column(_l("Line"), "number"),
    Column(_l("Item")),
    Column(_l("Description")),
    Column(_l("Quantity per"), "quantity"),
    Column(_l("Scrap %"), "quantity"),
    Column(_l("Round up to"), "quantity"),
    Column(_l("Constant"), "flag"),
    Column(_l("Flushing")),
    Column(_l("Operation")),
    Column(_l("Co-product"), "flag"),
)
ROUTING_COLUMNS = (
    Column(_l("Operation"), "number"), Column(_l("Description")), Column(_l("Resource")),
    Column(_l("Setup minutes"), "quantity"), Column(_l("Run minutes"), "quantity"), Column(_l("Flushing")),
)
MOVE_LABELS = {"certify": _l("Certify"), "reopen": _l("Reopen"), "close": _l("Close")}
MOVE_ICONS = {"certify": "accepted", "reopen": "undo", "close": "remove"}
ACTIONS = "certify, reopen, close"


@dataclass(frozen=True)
class Place:
    """One of the two, on pages."""

    kind: str
    versioned: Versioned
    new: type[NewBom | NewRouting]
    card: Callable[..., BomCard | RoutingCard | None]
    columns: Sequence[Column]
    cells: Callable[[Any], tuple[Cell, ...]]
    title: Any

    @property
    def page(self) -> MasterPage:
        return PAGES[self.kind]

    def address(self, no: str, version_code: str = "", action: str = "") -> str:
        rest = "?" + urlencode({"version_code": version_code}) if version_code else ""
        return f"/{self.kind}/{quote(no, safe='')}{'/version/' + action if action else ''}{rest}"


def _bom_cells(line: BomCardLine) -> tuple[Cell, ...]:
    return (
        Cell(str(line.line_no)),
        Cell(line.item_no, f"/items/{quote(line.item_no, safe='')}"),
        Cell(line.description),
        Cell(line.quantity_per, unit=line.unit_code),
        Cell(line.scrap_percent),
        Cell(line.round_up_to or "", unit=line.unit_code if line.round_up_to else ""),
        Cell(line.constant),
        Cell("" if line.co_product else _(line.flushing)),
        Cell(line.operation_no or ""),
        Cell(line.co_product),
    )


def _routing_cells(line: RoutingCardLine) -> tuple[Cell, ...]:
    resource = Cell(line.resource, f"/resources/{quote(line.resource, safe='')}" if line.resource else "")
    times = (Cell(line.setup_minutes), Cell(line.run_minutes))
    return (Cell(str(line.operation_no)), Cell(line.description), resource, *times, Cell(_(line.flushing)))


PLACES = (
    Place("boms", BOM_VERSIONS, NewBom, version_queries.bom_card, BOM_COLUMNS, _bom_cells, _l("Bill of material")),
    Place("routings", ROUTING_VERSIONS, NewRouting, version_queries.routing_card, ROUTING_COLUMNS, _routing_cells, _l("Routing")),
)


def show(place: Place, no: str, refusal: Refusal | None = None) -> Response:
    """One bill or routing with its versions, and the lines of one of them. Raises NotFound."""
    code = argument("version_code")
    card = found(place.versioned.head.record, no, place.card(request_session(), no, code, current_actor().work_date()))
    allowed = [name for name, (_to, beginnings) in validity.MOVES.items() if card.shown.status in beginnings]
    moves = [(name, str(MOVE_LABELS[name]), MOVE_ICONS[name]) for name in allowed]
    return respond(
        "pages/bom.html",
        title=str(place.title),
        list_title=str(place.page.title),
        list_place=place.page.place,
        card=card,
        versions=_versions_table(place, card),
        lines=table(place.columns, [place.cells(line) for line in card.lines]),
        address=partial(place.address, no),
        moves=moves if may(rights.MASTERS) else [],
        editable=card.shown.status == validity.NEW,
        may_change=may(rights.MASTERS),
        record=actions_of(place.kind, found_record(place.page, (no,))),
        refusal=message_of(refusal) if refusal else None,
    )


def show_new(place: Place, refusal: Refusal | None = None) -> Response:
    """The form of a new one with its first version."""
    values = {"item_no": argument("item_no"), "version_code": "1", "status": validity.CERTIFIED}
    form = FormBuilder(place.new, action=place.page.place, submit=_("Create"), refusal=refusal, values=values).form()
    return form_page(str(place.page.new), form, crumbs=((str(place.page.title), place.page.place),), refusal=refusal)


def create(place: Place) -> Response:
    """Make one and show it."""
    on_refusal(partial(show_new, place))
    answer = run_command(place.versioned.create, key=command_key(), given=read_form(place.new))
    return go(place.address(answer.number), answer)


def show_version(place: Place, action: str, no: str, refusal: Refusal | None = None) -> Response:
    """The form of a new version, filled with the lines of another one, or of one that is New."""
    if isinstance(refusal, StaleRow):
        return show(place, no, refusal)
    code = argument("version_code")
    head = found_record(place.page, (no,))
    values = versions.version_values(request_session(), place.versioned, no, code)
    new = action == "new"
    typed = form_values() if refusal else {}
    hidden = {"version": str(typed.get("version", head["version"]))} | ({} if new else {"version_code": code})
    form = FormBuilder(
        place.versioned.given,
        action=place.address(no, code, action),
        submit=_("Create version") if new else _("Save"),
        refusal=refusal,
        values={**values, **({"starting_date": "", "ending_date": "", "description": ""} if new else {})},
        without=("no", "version", *(() if new else ("version_code",))),
        hidden=hidden,
    ).form()
    title = _("New version of %(no)s", no=no) if new else _("Change version %(code)s of %(no)s", code=code, no=no)
    return form_page(title, form, crumbs=_crumbs(place, no), refusal=refusal)


def write_version(place: Place, action: str, no: str) -> Response:
    """Save a new or changed version."""
    on_refusal(partial(show_version, place, action, no))
    given = read_form(place.versioned.given, no=no)
    use_case = versions.create_version if action == "new" else versions.change_version
    answer = run_command(use_case, key=command_key(), kind=place.versioned, given=given)
    return go(place.address(no, str(form_values().get("version_code", ""))), answer)


def move(place: Place, no: str, action: str) -> Response:
    """Certify, reopen or close a version."""
    on_refusal(partial(show, place, no))
    given = read_form(VersionKey, no=no, version_code=argument("version_code"))
    answer = run_command(versions.move_version, key=command_key(), kind=place.versioned, given=given, action=action)
    return go(place.address(no, given.version_code), answer)


def delete(place: Place, no: str) -> Response:
    """Take a version away that nothing was made from."""
    on_refusal(partial(show, place, no))
    given = read_form(VersionKey, no=no, version_code=argument("version_code"))
    return go(place.address(no), run_command(versions.delete_version, key=command_key(), kind=place.versioned, given=given))


def show_copy(place: Place, no: str, refusal: Refusal | None = None) -> Response:
    """For which item the copy is."""
    code = argument("version_code")
    action = place.address(no, code, "copy")
    form = FormBuilder(CopyVersion, action=action, submit=_("Copy"), refusal=refusal, without=("no", "version_code")).form()
    note = _("The copy begins as New, so that somebody looks at it before orders take it.")
    title = _("Copy %(record)s to another item", record=f"{no} {code}")
    return form_page(title, form, crumbs=_crumbs(place, no), note=note, refusal=refusal)


def copy(place: Place, no: str) -> Response:
    """Make the copy and show it."""
    on_refusal(partial(show_copy, place, no))
    typed = {"no": no, "version_code": argument("version_code"), "item_no": form_values().get("item_no", "")}
    answer = run_command(versions.copy_version, key=command_key(), kind=place.versioned, given=read_input(CopyVersion, typed))
    return go(place.address(answer.number), answer)


def _versions_table(place: Place, card: BomCard | RoutingCard) -> Table:
    rows = [
        (
            Cell(version.code, place.address(card.no, version.code)),
            Cell(version.status),
            Cell(version.starting_date),
            Cell(version.ending_date),
        )
        for version in card.versions
    ]
    return table(VERSION_COLUMNS, rows)


def _crumbs(place: Place, no: str) -> tuple[tuple[str, str], ...]:
    return ((str(place.page.title), place.page.place), (no, place.address(no)))


def _register() -> None:
    for place in PLACES:
        start, name = f"/{place.kind}", place.kind
        for path, endpoint, view, method in (
            ("/new", "new", show_new, "GET"),
            ("", "create", create, "POST"),
            ("/<no>", "card", show, "GET"),
            ("/<no>/version/delete", "delete", delete, "POST"),
            ("/<no>/version/copy", "show_copy", show_copy, "GET"),
            ("/<no>/version/copy", "copy", copy, "POST"),
            (f"/<no>/version/<any({ACTIONS}):action>", "move", move, "POST"),
        ):
            bp.add_url_rule(start + path, f"{name}_{endpoint}", partial(view, place), methods=[method])
        for action in ("new", "change"):
            path = f"{start}/<no>/version/{action}"
            bp.add_url_rule(path, f"{name}_show_{action}_version", partial(show_version, place, action))
            bp.add_url_rule(path, f"{name}_{action}_version", partial(write_version, place, action), methods=["POST"])
        has_own_card(place.kind, partial(show, place))


_register()
