"""Posting an order line with the numbers that were assigned to it beforehand (TL-04, TL-14, OT-01)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from shopfloor.items.tracking import Tracking
from shopfloor.orders.documents import Goods, OrderLine, tracking_of
from shopfloor.orders.inputs import (
    OutboundLine,
    PostReceipt,
    PostReturnReceipt,
    PostReturnShipment,
    PostShipment,
    PostTransfer,
    ReceiptLine,
)
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.quantity import ZERO, shown
from shopfloor.reservations.models import ReservationSource
from shopfloor.reservations.pairs import inbound_pairs
from shopfloor.reservations.queries import reservations_of
from shopfloor.reservations.rules import Demand
from shopfloor.reservations.tracking_errors import ToHandleDiffers, TrackingDoesNotMatch
from shopfloor.reservations.tracking_records import TrackingRecord, close_handled, tracking_records

NUMBERED_SUPPLY = ReservationSource.PURCHASE_LINE.value
Given = PostReceipt | PostShipment | PostReturnReceipt | PostReturnShipment | PostTransfer


@dataclass(frozen=True)
class TrackedOrder:
    """An order's lines with the numbers that they carry."""

    order_no: str
    source_type: str
    lines: Mapping[int, OrderLine]
    goods: Goods
    records: Sequence[TrackingRecord]
    reserved: Mapping[tuple[int, Tracking], Decimal]
    """Held by number: for the lines themselves, or of what they bring."""
    dates: Mapping[tuple[int, Tracking], date | None]
    """Expiration dates that were noted with the numbers."""
    inbound: bool
    """Whether the lines bring goods."""

    @classmethod
    def read(
        cls, session: Session, source_type: str, order_no: str, lines: Mapping[int, OrderLine], goods: Goods, *, inbound: bool
    ) -> TrackedOrder:
        """The numbers of all lines of a locked order. Three statements."""
        demands = [Demand(source_type, order_no, line_no) for line_no in lines]
        reserved: dict[tuple[int, Tracking], Decimal] = defaultdict(Decimal)
        dates: dict[tuple[int, Tracking], date | None] = {}
        if source_type == NUMBERED_SUPPLY:
            for pair in inbound_pairs(session, source_type, order_no):
                if pair.supply_tracking:
                    reserved[pair.source_line_no, pair.supply_tracking] += pair.quantity
                    dates[pair.source_line_no, pair.supply_tracking] = pair.expiration_date
        for piece in reservations_of(session, demands):
            if piece.specific:
                reserved[piece.demand.source_line_no, piece.tracking] += piece.quantity
        records = tracking_records(session, demands, inbound=inbound)
        dates |= {(one.line.source_line_no, one.tracking): one.expiration_date for one in records if one.expiration_date}
        return cls(order_no, source_type, lines, goods, records, reserved, dates, inbound)

    def with_numbers(self, given: Given) -> Given:
        """TL-04: a line that is posted without a number takes those that stand to be handled. Raises ToHandleDiffers."""
        return given.model_copy(update={"lines": tuple(self._filled(given.lines))})

    def _filled(self, given: Sequence[ReceiptLine | OutboundLine]) -> list[ReceiptLine | OutboundLine]:
        filled: list[ReceiptLine | OutboundLine] = []
        wanted: dict[int, Decimal] = defaultdict(Decimal)
        for line in given:
            if tracking_of(line) or not any(part > ZERO for part in self._to_handle.get(line.line_no, {}).values()):
                filled.append(line)
            else:
                ordered = self.lines[line.line_no]
                wanted[line.line_no] += self.goods.amount(ordered.item_no, line, ordered.unit_code).base
        for line_no, quantity in wanted.items():
            first = next(line for line in given if line.line_no == line_no)
            filled += self._handled(first, quantity)
        return filled

    def check(self, journal: Sequence[ItemJournalLine]) -> None:
        """WH-21: numbers that the line does not carry fit into what has none. Raises TrackingDoesNotMatch."""
        foreign: dict[int, Decimal] = defaultdict(Decimal)
        for (line_no, tracking), quantity in self._posted(journal).items():
            carried = self._carried.get(line_no, {})
            foreign[line_no] += max(quantity - carried.get(tracking, ZERO), ZERO) if carried else ZERO
            ordered = self.lines[line_no]
            untracked = max(ordered.ordered - ordered.handled - self._carried_in_all.get(line_no, ZERO), ZERO)
            if foreign[line_no] > untracked:
                raise TrackingDoesNotMatch(
                    document=self._label(line_no), item=ordered.item_no, number=tracking.label() or ordered.item_no,
                    untracked=shown(untracked), unit=self.goods.masters[ordered.item_no].base_unit_code,
                )

    def close(self, session: Session, journal: Sequence[ItemJournalLine]) -> None:
        """OT-01: what was posted leaves the lines' numbers; the door took what was held by name first."""
        if not self.records:
            return
        handled = {
            (self._demand(line_no), tracking): max(quantity - self.reserved.get((line_no, tracking), ZERO), ZERO)
            for (line_no, tracking), quantity in self._posted(journal).items()
        }
        close_handled(session, handled, {}, inbound=self.inbound)

    @staticmethod
    def _posted(journal: Sequence[ItemJournalLine]) -> dict[tuple[int, Tracking], Decimal]:
        """Base quantity by line and number; a number may stand in several rows."""
        posted: dict[tuple[int, Tracking], Decimal] = defaultdict(Decimal)
        for line in journal:
            posted[line.document_line_no, line.tracking] += abs(line.quantity)  # a return's is negative (DM-04)
        return posted

    def _handled(self, line: ReceiptLine | OutboundLine, quantity: Decimal) -> list[ReceiptLine | OutboundLine]:
        numbers = self._numbers(line.line_no)
        ordered = self.lines[line.line_no]
        unit = self.goods.masters[ordered.item_no].base_unit_code
        to_handle = sum((part for _, part in numbers), ZERO)
        if to_handle != quantity:
            raise ToHandleDiffers(
                document=self._label(line.line_no), item=ordered.item_no, to_handle=shown(to_handle), quantity=shown(quantity), unit=unit
            )
        return [
            line.model_copy(update={**vars(tracking), "quantity": part, "unit_code": unit} | self._date(line, tracking))
            for tracking, part in numbers
        ]

    def _numbers(self, line_no: int) -> list[tuple[Tracking, Decimal]]:
        """What stands to be handled: planned numbers and those that are held by name."""
        return [(tracking, part) for tracking, part in self._to_handle.get(line_no, {}).items() if part > ZERO]

    @cached_property
    def _to_handle(self) -> dict[int, dict[Tracking, Decimal]]:
        """By line and number. Put together once: a line may carry thousands."""
        return self._by_line((record, record.to_handle) for record in self.records)

    @cached_property
    def _carried(self) -> dict[int, dict[Tracking, Decimal]]:
        """The same, whether it stands to be handled or not."""
        return self._by_line((record, record.quantity) for record in self.records)

    @cached_property
    def _carried_in_all(self) -> dict[int, Decimal]:
        return {line_no: sum(numbers.values(), ZERO) for line_no, numbers in self._carried.items()}

    def _by_line(self, planned: Iterable[tuple[TrackingRecord, Decimal]]) -> dict[int, dict[Tracking, Decimal]]:
        parts: dict[int, dict[Tracking, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for record, quantity in planned:
            parts[record.line.source_line_no][record.tracking] += quantity
        for (line_no, tracking), quantity in self.reserved.items():
            parts[line_no][tracking] += quantity
        return {line_no: dict(numbers) for line_no, numbers in parts.items()}

    def _date(self, line: ReceiptLine | OutboundLine, tracking: Tracking) -> dict[str, object]:
        noted = self.dates.get((line.line_no, tracking))
        return {"expiration_date": noted} if isinstance(line, ReceiptLine) and noted else {}

    def _demand(self, line_no: int) -> Demand:
        return Demand(self.source_type, self.order_no, line_no)

    def _label(self, line_no: int) -> str:
        return f"{self.order_no}, line {line_no}"
