"""Which edges of the genealogy a journal line makes, and which tracking units it needs (A17, C4). Pure."""

from __future__ import annotations

from decimal import Decimal

from shopfloor.ledger.entry_types import REPAIRS, EntryType, OrderType
from shopfloor.ledger.units import UnitKey, number_unit, place
from shopfloor.posting.journal import ItemJournalLine


def edges_of(line: ItemJournalLine) -> list[tuple[UnitKey, UnitKey, Decimal]]:
    """A17, C4: the edges of one line as (parent, child, net quantity). Goods without numbers make none."""
    if not line.tracking:
        return []
    number = number_unit(line.item_no, line.variant_code, line.tracking)
    if line.entry_type == EntryType.TRANSFER:
        new = number_unit(line.item_no, line.variant_code, line.received_tracking)
        if new == number or not line.received_tracking:
            return []
        return [(number, new, line.signed)] if line.corrects_entry_no else [(new, number, -line.signed)]
    if line.order_type != OrderType.PRODUCTION:
        return []
    here = place(line.order_no, line.order_line_no, line.match_id)
    if line.entry_type == EntryType.CONSUMPTION:
        return [(here, number, line.quantity)]
    if line.entry_type in REPAIRS:
        return [(here, number, -line.signed)]
    if line.entry_type != EntryType.OUTPUT:
        return []
    made = line.quantity + line.scrap_quantity
    edges = [(number, here, made)]
    if line.match_id:
        edges.append((here, place(line.order_no, line.order_line_no), made))
    return edges


def units_of(line: ItemJournalLine) -> list[UnitKey]:
    """Tracking units that a line needs: those of its edges, and the number of what it opens."""
    units = [unit for parent, child, _ in edges_of(line) for unit in (parent, child)]
    if line.inbound and line.tracking:
        units.append(number_unit(line.item_no, line.variant_code, line.tracking))
    if line.entry_type == EntryType.TRANSFER and line.received_tracking:
        units.append(number_unit(line.item_no, line.variant_code, line.received_tracking))
    return units
