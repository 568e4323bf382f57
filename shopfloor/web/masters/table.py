"""What pages know of each master beside its fields: words, where it is shown, and what stands beside its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from shopfloor.exchange.registry import MASTERS
from shopfloor.genealogy.number_queries import newest_match_ids
from shopfloor.genealogy.station_scanner import scanner_of_station
from shopfloor.items.number_series import MATCH_ID
from shopfloor.orders.party_queries import PartyCard, customer_card, vendor_card
from shopfloor.people.masters import Key, Master
from shopfloor.web.lists import Link
from shopfloor.web.tables import Cell, Column, Table, table

MATCH_COLUMNS = (Column(_l("Match ID"), "number"), Column(_l("Order"), "number"), Column(_l("Product"), "number"))
SCANNER_COLUMNS = (
    Column(_l("Checked by")), Column(_l("Checked"), "time"),
    Column(_l("Separators proved"), "flag"), Column(_l("Separators missing since"), "time"),
)
COPIED_OTHERWISE = frozenset({"number-series", "boms", "routings"})
"""Two series with one prefix would give the same numbers; a version of a bill or routing is copied to another item."""
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
    related: Callable[[Session, Key], tuple[Related, ...]] = _nothing
    links: Callable[[Key], tuple[Link, ...]] = _no_links

    @property
    def master(self) -> Master:
        return MASTERS[self.kind]

    @property
    def copies(self) -> bool:
        """Whether its card offers a copy under another number. A record of two names has nothing else to copy; bills go by version."""
        return len(self.master.key) == 1 and self.kind not in COPIED_OTHERWISE

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


def _match_ids(session: Session, key: Key) -> tuple[Related, ...]:
    """SET-3: match ids are counted by the database, so the last number of their series says nothing."""
    if key[0] != MATCH_ID:
        return ()
    rows = [
        (Cell(str(row.match_id)), Cell(row.order_no, f"/production-orders/{quote(row.order_no, safe='')}"), Cell(row.tracking.label()))
        for row in newest_match_ids(session)
    ]
    title = _("Last match IDs (one count for all plants; the last number above is not used)")
    return (Related(title, table(MATCH_COLUMNS, rows), _("No match ID is given yet")),)


def _scanner_of(session: Session, key: Key) -> tuple[Related, ...]:
    """What the station's scanner was found to be, and since when it leaves out separators (R-23)."""
    known = scanner_of_station(session, key[0])
    settings = known.settings
    instants = [datetime.fromisoformat(text) if text else None for text in (known.checked_at, settings.gs_missing_since)]
    row = (Cell(known.checked_by), Cell(instants[0]), Cell(settings.gs_verified), Cell(instants[1]))
    return (Related(_("Scanner"), table(SCANNER_COLUMNS, [row] if known.checked_at else []), _("The scanner was never checked")),)


def _stock_of(key: Key) -> tuple[Link, ...]:
    return ((_("Stock"), "/stock?" + urlencode({"location_code": key[0]}), "stock"),)


def _card_of_station(key: Key) -> tuple[Link, ...]:
    return (
        (_("Check the scanner"), f"/stations/{quote(key[0], safe='')}/scanner", "barcode"),
        (_("Command card"), "/command-card?" + urlencode({"station": key[0]}), "print"),
    )


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
        ),
        MasterPage("item-units", _l("Units of items"), _l("New unit of an item"), _l("A carton of 12 is a unit of its item.")),
        MasterPage("gtins", _l("GTINs"), _l("New GTIN"), _l("A scanned GTIN names an item and its packing unit.")),
        MasterPage("references", _l("Item references"), _l("New item reference"), _l("Another code of an item, our own or a vendor's.")),
        MasterPage(
            "number-series",
            _l("Number series"),
            _l("New number series"),
            _l("New serial and lot numbers come from the series of their item, document numbers from those of the plant."),
            related=_match_ids,
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
            "reason-codes",
            _l("Reason codes"),
            _l("New reason code"),
            _l("Whoever confirms what needs a right, such as more than planned, chooses one of these."),
        ),
        MasterPage(
            "inspection-tests",
            _l("Inspection tests"),
            _l("New inspection test"),
            _l("The tests of an item are its inspection plan: what is measured, within which limits, and whether a report waits for it."),
        ),
        MasterPage("stations", _l("Stations"), _l("New station"), _l("Add the places where people scan."), links=_card_of_station,
                   related=_scanner_of),
        MasterPage(
            "label-formats",
            _l("Label formats"),
            _l("New label format"),
            _l("A format says how large labels are, which symbol they carry, and on what they go. Without one: 50 × 25 mm, 203 dpi."),
        ),
        MasterPage(
            "item-labels",
            _l("Labels of items"),
            _l("New label of an item"),
            _l("An item can have a label format of its own; all others have the company's."),
        ),
        MasterPage("printers", _l("Printers"), _l("New printer"), _l("Label printers that take ZPL, by network or device file.")),
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
