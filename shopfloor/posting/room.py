"""What the lines of a posting take, and room for it among others' reservations (LB-03 c, AP-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from shopfloor.items.masters import ItemMaster
from shopfloor.people.actor import Actor
from shopfloor.posting.journal import ItemJournalLine
from shopfloor.reservations.breaking import Needed, make_room


def make_room_for(
    session: Session, actor: Actor, journal: Sequence[ItemJournalLine], masters: Mapping[str, ItemMaster], *, may_break: bool = False,
    confirmed: bool = False,
) -> str:
    """`make_room` for the lines that take goods away; what names its entry takes nothing else (AP-07).

    A line that only corrects a date leaves the goods and their reservations where they are. No statement without such a line.
    """
    needs = [
        Needed(
            line.demand,
            (line.item_no, line.variant_code, line.location_code),
            masters[line.item_no].rules.specific_part(line.tracking),
            -line.signed,
            masters[line.item_no].base_unit_code,
            line.fixed_entry,
        )
        for line in journal
        if line.outbound and not line.stays_as_it_is
    ]
    if not needs:
        return ""
    return make_room(session, actor, needs, may_break=may_break, confirmed=confirmed)
