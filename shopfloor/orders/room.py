"""What the lines of a posting take, for the look at others' reservations (AP-13)."""

from __future__ import annotations

from collections.abc import Sequence

from shopfloor.orders.documents import Goods
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.reservations.breaking import Needed


def needs_of(journal: Sequence[ItemJournalLine], goods: Goods) -> list[Needed]:
    """The lines that take from stock; what names its entry takes nothing else (AP-07)."""
    return [
        Needed(
            line.demand,
            (line.item_no, line.variant_code, line.location_code),
            goods.masters[line.item_no].rules.specific_part(line.tracking),
            -line.signed,
            goods.masters[line.item_no].base_unit_code,
            line.fixed_entry,
        )
        for line in journal
        if line.outbound
    ]
