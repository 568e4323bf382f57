"""Vendors and customers."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shopfloor.errors import Refusal
from shopfloor.items.paging import Page
from shopfloor.orders import commands, queries
from shopfloor.orders.inputs import NewCustomer, NewVendor
from shopfloor.orders.party_queries import PartyCard, customer_card, vendor_card
from shopfloor.people import rights
from shopfloor.web.commands import run_command
from shopfloor.web.extensions import request_session
from shopfloor.web.forms import FormBuilder
from shopfloor.web.htmx import go
from shopfloor.web.inputs import argument, command_key, read_form
from shopfloor.web.lists import form_page, found, list_page
from shopfloor.web.navigation import may
from shopfloor.web.refusals import on_refusal
from shopfloor.web.tables import Cell, Column, Table, table

bp = Blueprint("parties", __name__)
COLUMNS = (Column(_l("No."), "number"), Column(_l("Name")), Column(_l("City")), Column(_l("Country")))
ORDER_COLUMNS = (Column(_l("Order"), "number"), Column(_l("Kind")), Column(_l("Status"), "status"), Column(_l("Order date"), "day"))


@bp.get("/vendors")
def vendors() -> Response:
    """All vendors."""
    page = queries.list_vendors(request_session(), after=argument("after"))
    return list_page(
        _("Vendors"),
        _table(page, "/vendors/"),
        empty=(_("No vendor yet"), _("Purchase orders need one.")),
        actions=((_("New vendor"), "/vendors/new", "plus"),) if may(rights.MASTERS) else (),
    )


@bp.get("/customers")
def customers() -> Response:
    """All customers."""
    page = queries.list_customers(request_session(), after=argument("after"))
    return list_page(
        _("Customers"),
        _table(page, "/customers/"),
        empty=(_("No customer yet"), _("Sales orders need one.")),
        actions=((_("New customer"), "/customers/new", "plus"),) if may(rights.MASTERS) else (),
    )


@bp.get("/vendors/new")
def new_vendor() -> Response:
    """The form of a new vendor."""
    return _show_vendor()


@bp.get("/customers/new")
def new_customer() -> Response:
    """The form of a new customer."""
    return _show_customer()


@bp.post("/vendors")
def create_vendor() -> Response:
    """Add a vendor."""
    on_refusal(_show_vendor)
    return go("/vendors", run_command(commands.create_vendor, key=command_key(), given=read_form(NewVendor)))


@bp.post("/customers")
def create_customer() -> Response:
    """Add a customer."""
    on_refusal(_show_customer)
    return go("/customers", run_command(commands.create_customer, key=command_key(), given=read_form(NewCustomer)))


@bp.get("/vendors/<no>")
def vendor(no: str) -> Response:
    """A vendor and what was ordered there."""
    return _show_card(found("vendor", no, vendor_card(request_session(), no)), ("/purchase-orders/", "/purchase-return-orders/"))


@bp.get("/customers/<no>")
def customer(no: str) -> Response:
    """A customer and what was sold."""
    return _show_card(found("customer", no, customer_card(request_session(), no)), ("/sales-orders/", "/sales-return-orders/"))


def _table(page: Page[queries.PartyRow], place: str) -> Table:
    rows = [(Cell(row.no, place + quote(row.no, safe="")), Cell(row.name), Cell(row.city), Cell(row.country)) for row in page.rows]
    return table(COLUMNS, rows, page)


def _show_card(card: PartyCard, place: tuple[str, str]) -> Response:
    """`place`: where its orders are, and where its return orders."""
    rows = [
        (
            Cell(order.no, (place[1] if order.returns else place[0]) + quote(order.no, safe="")),
            Cell(_("Return order") if order.returns else _("Order")),
            Cell(order.status),
            Cell(order.order_date),
        )
        for order in card.orders
    ]
    note = ", ".join(part for part in (card.no, card.city, card.country) if part)
    return list_page(card.name, table(ORDER_COLUMNS, rows), note=note, empty=(_("No order yet"), _("Orders of this party show here.")))


def _show_vendor(refusal: Refusal | None = None) -> Response:
    form = FormBuilder(NewVendor, action="/vendors", submit=_("Create vendor"), refusal=refusal).form()
    return form_page(_("New vendor"), form, crumbs=((_("Vendors"), "/vendors"),), refusal=refusal)


def _show_customer(refusal: Refusal | None = None) -> Response:
    form = FormBuilder(NewCustomer, action="/customers", submit=_("Create customer"), refusal=refusal).form()
    return form_page(_("New customer"), form, crumbs=((_("Customers"), "/customers"),), refusal=refusal)
