"""What pages know of each master beside its fields: words, where it is shown, and what stands beside its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from shopfloor.exchange.registry import MASTERS
from shopfloor.orders.party_queries import PartyCard, customer_card, vendor_card
from shopfloor.people.masters import Key, Master
from shopfloor.web.lists import Link
from shopfloor.web.tables import Cell, Column, Table, table

ORDER_COLUMNS = (Column(_l("Order"), "number"), Column(_l("Status"), "status"), Column(_l("Order date"), "day"))


@dataclass(frozen=True)
class Related:
    """A table under the card."""

    title: str
    table: Table
    empty: str


def _nothing(_session: Session, _key: Key) -> tuple[Related, ...]:
    return ()


def _no_links(_key: Key) -> tuple[Link, ...]:
    return ()


def _scanner_of(key: Key) -> tuple[Link, ...]:
    return ((_("Check the scanner"), f"/stations/{quote(key[0], safe='')}/scanner", "barcode"),)


@dataclass(frozen=True)
class MasterPage:
    """One kind of master data on pages."""

    kind: str
    title: Any
    """All of them, lazily translated: `Vendors`."""
    new: Any
    """`New vendor`."""
    empty: Any
    """What one is for, where the list is empty."""
    own: frozenset[str] = frozenset()
    """Of list, new and card what another module shows."""
    copies: bool = False
    related: Callable[[Session, Key], tuple[Related, ...]] = _nothing
    links: Callable[[Key], tuple[Link, ...]] = _no_links

    @property
    def master(self) -> Master:
        return MASTERS[self.kind]

    @property
    def place(self) -> str:
        return "/" + self.kind

    def address(self, key: Sequence[str], action: str = "") -> str:
        """Where one record is; further parts of its key follow the question mark."""
        rest = urlencode(dict(zip(self.master.key[1:], key[1:], strict=True)))
        return f"{self.place}/{quote(key[0], safe='')}{'/' + action if action else ''}{'?' + rest if rest else ''}"


def _orders_of_vendor(session: Session, key: Key) -> tuple[Related, ...]:
    return _party_orders(vendor_card(session, key[0]), ("/purchase-orders/", "/purchase-return-orders/"))


def _orders_of_customer(session: Session, key: Key) -> tuple[Related, ...]:
    return _party_orders(customer_card(session, key[0]), ("/sales-orders/", "/sales-return-orders/"))


def _party_orders(card: PartyCard | None, places: tuple[str, str]) -> tuple[Related, ...]:
    """`places`: where its orders are, and where its return orders."""
    orders = card.orders if card else ()
    rows = [
        (Cell(order.no, places[order.returns] + quote(order.no, safe="")), Cell(order.status), Cell(order.order_date)) for order in orders
    ]
    return (Related(_("Orders"), table(ORDER_COLUMNS, rows), _("No order yet")),)


def _stock_of(key: Key) -> tuple[Link, ...]:
    return ((_("Stock"), "/stock?" + urlencode({"location_code": key[0]}), "stock"),)


PAGES: dict[str, MasterPage] = {
    page.kind: page
    for page in (
        MasterPage("units", _l("Units of measure"), _l("New unit of measure"), _l("Items are counted in units.")),
        MasterPage(
            "items",
            _l("Items"),
            _l("New item"),
            _l("An item is anything that is bought, made, used or sold."),
            own=frozenset({"list", "card"}),
            copies=True,
        ),
        MasterPage("item-units", _l("Units of items"), _l("New unit of an item"), _l("A carton of 12 is a unit of its item.")),
        MasterPage("gtins", _l("GTINs"), _l("New GTIN"), _l("A scanned GTIN names an item and its packing unit.")),
        MasterPage("references", _l("Item references"), _l("New item reference"), _l("Another code of an item, our own or a vendor's.")),
        MasterPage(
            "number-series",
            _l("Number series"),
            _l("New number series"),
            _l("New serial and lot numbers come from the series of their item, document numbers from those of the plant."),
        ),
        MasterPage("locations", _l("Locations"), _l("New location"), _l("Stock lies at locations."), links=_stock_of),
        MasterPage("vendors", _l("Vendors"), _l("New vendor"), _l("Purchase orders need one."), related=_orders_of_vendor),
        MasterPage("customers", _l("Customers"), _l("New customer"), _l("Sales orders need one."), related=_orders_of_customer),
        MasterPage("resources", _l("Resources"), _l("New resource"), _l("Routings say on which machine or by whom a step is done.")),
        MasterPage(
            "disposition-codes",
            _l("Disposition codes"),
            _l("New disposition code"),
            _l("A code says what a batch must not be used for. One that blocks nothing means available."),
        ),
        MasterPage(
            "inspection-tests",
            _l("Inspection tests"),
            _l("New inspection test"),
            _l("The tests of an item are its inspection plan: what is measured, within which limits, and whether a report waits for it."),
        ),
        MasterPage("stations", _l("Stations"), _l("New station"), _l("Add the places where people scan."), links=_scanner_of),
        MasterPage(
            "boms",
            _l("Bills of material"),
            _l("New bill of material"),
            _l("A bill says what an item is made of; production orders copy it."),
            own=frozenset({"new", "card"}),
        ),
        MasterPage(
            "routings",
            _l("Routings"),
            _l("New routing"),
            _l("A routing says in which steps an item is made; production orders copy it."),
            own=frozenset({"new", "card"}),
        ),
    )
}
