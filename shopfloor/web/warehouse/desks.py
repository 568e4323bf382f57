"""What the pages of each kind of order say and call: words, input models and use cases in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from shopfloor.errors import Answer
from shopfloor.orders import commands, inputs
from shopfloor.orders.kinds import OrderKind
from shopfloor.orders.transfers import create_transfer_order, post_transfer_receipt, post_transfer_shipment
from shopfloor.people.fields import InputModel

UseCase = Callable[..., Answer]


@dataclass(frozen=True)
class Posting:
    """One form on the card that posts goods."""

    address: str
    """Last part of the address, such as `receipts`."""
    heading: Any
    note: Any
    submit: Any
    model: type[InputModel]
    use_case: UseCase
    assigns: bool = False
    """Whether rows may be filled with new serial numbers first (TL-13)."""
    may_break: bool = False
    """Whether it may take what is reserved for others, after a yes (AP-13)."""


@dataclass(frozen=True)
class Desk:
    """The pages of one kind of order. Texts are translated lazily."""

    kind: OrderKind
    title: Any
    """Of the list."""
    new_title: Any
    empty: tuple[Any, Any]
    party: Any
    """Heading of the vendor or customer; of a transfer order of where it begins."""
    party_name: Any
    party_place: str
    """Where the card of the party is; blank: it has none."""
    handled: Any
    """Heading of what was posted."""
    model: type[InputModel]
    create: UseCase
    postings: tuple[Posting, ...]
    completed: Any = ""
    """Heading of what arrived, if that is another quantity."""

    @property
    def place(self) -> str:
        """Where its pages are."""
        return f"/{self.kind.address}"


_IN = _l("Goods that came in: a row for each lot or serial. Rows without a quantity or number are left out.")
_OUT = _l("Goods that go out: a row for each lot or serial. Rows without a quantity or number are left out.")
_COPIED = _l("Numbers that were copied from the posted document are filled in. Empty the rows of goods that do not move.")
_ARRIVE = _l("What is on its way is filled in. Empty the rows of goods that did not arrive.")

_DESKS = (
    Desk(
        OrderKind.PURCHASE, _l("Purchase orders"), _l("New purchase order"),
        (_l("No purchase order fits"), _l("Goods of a released order come in by a receipt.")),
        _l("Vendor"), _l("Name"), "/vendors/", _l("Received"), inputs.NewPurchaseOrder, commands.create_purchase_order,
        (Posting("receipts", _l("Receive"), _IN, _l("Post the receipt"), inputs.PostReceipt, commands.post_receipt, assigns=True),),
    ),
    Desk(
        OrderKind.SALES, _l("Sales orders"), _l("New sales order"),
        (_l("No sales order fits"), _l("Goods of a released order go out by a shipment.")),
        _l("Customer"), _l("Name"), "/customers/", _l("Shipped"), inputs.NewSalesOrder, commands.create_sales_order,
        (Posting("shipments", _l("Ship"), _OUT, _l("Post the shipment"), inputs.PostShipment, commands.post_shipment, may_break=True),),
    ),
    Desk(
        OrderKind.PURCHASE_RETURN, _l("Purchase return orders"), _l("New purchase return order"),
        (_l("No purchase return order fits"), _l("Open a receipt and choose what goes back, or make a return order by hand.")),
        _l("Vendor"), _l("Name"), "/vendors/", _l("Sent back"), inputs.NewPurchaseReturn, commands.create_purchase_return,
        (
            Posting(
                "return-shipments", _l("Send back"), _COPIED, _l("Post the return shipment"), inputs.PostReturnShipment,
                commands.post_return_shipment, may_break=True,
            ),
        ),
    ),
    Desk(
        OrderKind.SALES_RETURN, _l("Sales return orders"), _l("New sales return order"),
        (_l("No sales return order fits"), _l("Open a shipment and choose what comes back, or make a return order by hand.")),
        _l("Customer"), _l("Name"), "/customers/", _l("Come back"), inputs.NewSalesReturn, commands.create_sales_return,
        (
            Posting(
                "return-receipts", _l("Take back"), _COPIED, _l("Post the return receipt"), inputs.PostReturnReceipt,
                commands.post_return_receipt,
            ),
        ),
    ),
    Desk(
        OrderKind.TRANSFER, _l("Transfer orders"), _l("New transfer order"),
        (_l("No transfer order fits"), _l("Goods go from one location to another and are on their way in between.")),
        _l("From"), _l("To"), "", _l("Shipped"), inputs.NewTransferOrder, create_transfer_order,
        (
            Posting(
                "transfer-shipments", _l("Ship"), _OUT, _l("Post the shipment"), inputs.PostTransfer, post_transfer_shipment,
                may_break=True,
            ),
            Posting("transfer-receipts", _l("Receive"), _ARRIVE, _l("Post the receipt"), inputs.PostTransfer, post_transfer_receipt),
        ),
        _l("Arrived"),
    ),
)
DESKS = {desk.kind.address: desk for desk in _DESKS}
"""By the first part of the address."""
PLACES = ",".join(f'"{place}"' for place in DESKS)
"""For the converter of the routes."""
