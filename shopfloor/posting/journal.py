"""What is posted, and what comes back: journal lines, posted lines, the posted register. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shopfloor.items.tracking import NO_TRACKING, Tracking
from shopfloor.ledger.entry_types import DocumentType, EntryType, OrderType, SourceType
from shopfloor.ledger.rules import signed_quantity, transaction_of
from shopfloor.quantity import ZERO, exact
from shopfloor.reservations.rules import Demand

LINE_LIMIT = 10_000
"""Lines in one posting: one transaction stays short, and no statement runs out of parameters."""


@dataclass(frozen=True)
class ItemJournalLine:
    """One quantity of one number combination to post (DM-05: one line for each serial, lot and package)."""

    entry_type: EntryType
    item_no: str
    quantity: Decimal
    """Base units, in the sign of journals (DM-04): negative means taken back."""
    location_code: str
    posting_date: date
    variant_code: str = ""
    tracking: Tracking = NO_TRACKING
    new_location_code: str | None = None
    """Transfer only: where it goes; None: it stays (reclassification)."""
    new_tracking: Tracking | None = None
    """Transfer only: its new numbers; None: the same."""
    unit_code: str = ""
    """Unit as entered; blank: the base unit."""
    quantity_in_unit: Decimal | None = None
    """Quantity as entered, in `unit_code` and in the sign of journals."""
    document_type: DocumentType = DocumentType.NONE
    document_no: str = ""
    document_line_no: int = 0
    external_document_no: str = ""
    source_type: SourceType = SourceType.NONE
    source_no: str = ""
    order_type: OrderType = OrderType.NONE
    order_no: str = ""
    order_line_no: int = 0
    component_line_no: int = 0
    match_id: int = 0
    """The row of tracked components; 0: order level (A17)."""
    demand: Demand | None = None
    """Whose reservations this line uses up (AP-05)."""
    applies_to_entry: int = 0
    """Fixed inbound entry to take from (AP-07)."""
    applies_from_entry: int = 0
    """Outbound entry that this line returns (AP-08)."""
    corrects_entry_no: int = 0
    """Entry that this line takes back (PR-04, AP-15)."""
    expiration_date: date | None = None
    changes_expiration: bool = False
    """Transfer only: `expiration_date` becomes the date of a number that keeps its name, all its open goods at once (EX-05, C15)."""
    warranty_date: date | None = None
    """As entered; None: by the tracking code's formula when goods go out (EX-07)."""
    scrap_quantity: Decimal = ZERO
    """Output only: made as error, so that it never becomes stock (C4). Base units, negative when taken back."""
    transaction: str | None = None
    """Transaction of the tracking code's flags; None: by entry type and direction (TC-02)."""
    passes_holds: bool = False
    """Reversals and returns go through holds and expiry (D20, D23)."""
    into_held_goods: bool = False
    """Consumption into a product that goes into stock on hold: what holds the part does not stop it, expiry does (D20)."""
    use_date: date | None = None
    """Date that expiry is judged by: the date of the scan for an association (D8); None: the posting date."""
    reason: str = ""

    def __post_init__(self) -> None:
        """Lines are made by our own use cases: a line that makes no sense is a mistake of ours."""
        exact(self.quantity)
        exact(self.scrap_quantity)
        assert self.quantity != ZERO or self.scrap_quantity != ZERO, "a line without a quantity"
        assert self.scrap_quantity == ZERO or self.entry_type == EntryType.OUTPUT, "only output has an error quantity"
        assert self.quantity * self.scrap_quantity >= ZERO, "good and error quantity in one direction"
        is_transfer = self.new_location_code is not None or self.new_tracking is not None
        assert is_transfer == (self.entry_type == EntryType.TRANSFER), "a transfer, and nothing else, says where to"
        assert not is_transfer or self.quantity > ZERO, "a transfer moves a positive quantity"
        assert not self.changes_expiration or (is_transfer and self.expiration_date), "a new date is given by a reclassification"
        assert (self.order_type == OrderType.NONE) == (not self.order_no), "order type and number go together"
        takes_output_back = self.entry_type == EntryType.OUTPUT and (self.quantity < ZERO or self.scrap_quantity < ZERO)
        assert not takes_output_back or self.corrects_entry_no, "negative output names the output entry (PR-04)"

    @property
    def signed(self) -> Decimal:
        """The quantity as the ledger stores it; 0 for a mere scrap report."""
        return signed_quantity(self.entry_type, self.quantity)

    @property
    def outbound(self) -> bool:
        """Takes from stock."""
        return self.signed < ZERO

    @property
    def inbound(self) -> bool:
        """Puts into stock by itself; the receiving half of a transfer follows its shipping half."""
        return self.signed > ZERO

    @property
    def returns_entry(self) -> int:
        """The outbound entry that an inbound line gives back; 0: none."""
        return (self.applies_from_entry or self.corrects_entry_no) if self.inbound else 0

    @property
    def takes_back(self) -> bool:
        """Undoes something, so that holds, expiry and number demands of today do not stand in its way (D20, D23)."""
        return self.passes_holds or bool(self.corrects_entry_no or self.applies_from_entry)

    @property
    def fixed_entry(self) -> int:
        """The inbound entry that an outbound line must take from; 0: free."""
        return (self.corrects_entry_no or self.applies_to_entry) if self.outbound else 0

    @property
    def sends_off(self) -> bool:
        """A transfer shipment: what it receives at the in-transit location belongs to its order until that is received (AP-09)."""
        return self.document_type == DocumentType.TRANSFER_SHIPMENT and not self.corrects_entry_no

    @property
    def from_transit(self) -> tuple[str, int] | None:
        """The transfer order line whose goods on their way this line takes: by receiving them, or by undoing their shipment (AP-09)."""
        takes = self.order_type == OrderType.TRANSFER and self.outbound and not self.sends_off
        return (self.order_no, self.order_line_no) if takes else None

    @property
    def received_tracking(self) -> Tracking:
        """Numbers of the receiving half of a transfer."""
        return self.tracking if self.new_tracking is None else self.new_tracking

    @property
    def received_location(self) -> str:
        """Location of the receiving half of a transfer."""
        return self.location_code if self.new_location_code is None else self.new_location_code

    @property
    def stays_as_it_is(self) -> bool:
        """A transfer that leaves goods where they are, under their numbers: only their date changes."""
        same_place = self.received_location == self.location_code
        return self.entry_type == EntryType.TRANSFER and same_place and self.received_tracking == self.tracking

    @property
    def transaction_kind(self) -> str:
        """What the tracking code's flags call this posting (TC-02)."""
        return self.transaction or transaction_of(self.entry_type, self.signed or self.scrap_quantity)


@dataclass(frozen=True)
class PostedLine:
    """What one line became."""

    entry_nos: tuple[int, ...]
    """Its item ledger entries: the first is the line's own; the rest receive a transfer."""
    applications: tuple[tuple[int, Decimal], ...]
    """(inbound entry, base quantity taken from it)."""


@dataclass(frozen=True)
class PostedRegister:
    """One posting."""

    register_no: int
    lines: tuple[PostedLine, ...]
    """In the order of the journal lines."""
