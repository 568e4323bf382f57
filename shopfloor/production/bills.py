"""Bills of material and routings: what an item is made of, and in which steps."""

from __future__ import annotations

from sqlalchemy import Select, literal, or_, select
from sqlalchemy.orm import Session, aliased

from shopfloor import audit
from shopfloor.errors import NotFound
from shopfloor.items.errors import UnitUnknown
from shopfloor.items.models import ItemUnitOfMeasure
from shopfloor.items.queries import ItemMaster, item_masters
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import AlreadyExists
from shopfloor.production.errors import BomLoop
from shopfloor.production.inputs import NewBom, NewBomLine, NewRouting
from shopfloor.production.models import BillOfMaterial, BomLine, Routing, RoutingLine

LINE_STEP = 10


def create_bom(session: Session, actor: Actor, *, given: NewBom) -> Created:
    """Say what an item is made of; lines are numbered 10, 20, 30 (LIF-15).

    Raises NotAllowed, NotFound for an item, AlreadyExists for the item's second bill, UnitUnknown, BomLoop (EDG-22).
    """
    actor.require(rights.MASTERS)
    masters = item_masters(session, [given.item_no, *(line.item_no for line in given.lines)])
    product = _master(masters, given.item_no)
    bom_no = given.no or given.item_no
    bill = BillOfMaterial
    known = session.scalars(select(bill).where(or_(bill.no == bom_no, bill.item_no == given.item_no)).limit(1)).first()
    if known is not None:
        raise AlreadyExists(record="bill of material", number=known.no)
    lines = [_line(bom_no, place, line, _master(masters, line.item_no)) for place, line in enumerate(given.lines, 1)]
    _check_units(session, masters, lines)
    _refuse_loop(session, given)
    session.add(BillOfMaterial(no=bom_no, item_no=given.item_no, description=given.description or product.description))
    session.flush()
    session.add_all(lines)
    audit.record(session, "create bill of material", bom_no, after=given.model_dump(mode="json"))
    return Created(record="Bill of material", number=bom_no)


def create_routing(session: Session, actor: Actor, *, given: NewRouting) -> Created:
    """Say in which steps an item is made. Raises NotAllowed, NotFound, AlreadyExists for the item's second routing."""
    actor.require(rights.MASTERS)
    product = _master(item_masters(session, [given.item_no]), given.item_no)
    routing_no = given.no or given.item_no
    known = session.scalars(select(Routing).where(or_(Routing.no == routing_no, Routing.item_no == given.item_no)).limit(1)).first()
    if known is not None:
        raise AlreadyExists(record="routing", number=known.no)
    session.add(Routing(no=routing_no, item_no=given.item_no, description=given.description or product.description))
    session.flush()
    session.add_all(RoutingLine(routing_no=routing_no, **line.model_dump()) for line in given.lines)
    audit.record(session, "create routing", routing_no, after=given.model_dump(mode="json"))
    return Created(record="Routing", number=routing_no)


def _master(masters: dict[str, ItemMaster], item_no: str) -> ItemMaster:
    if item_no not in masters:
        raise NotFound(record="item", number=item_no)
    return masters[item_no]


def _line(bom_no: str, place: int, line: NewBomLine, master: ItemMaster) -> BomLine:
    values = line.model_dump(exclude={"unit_code"})
    return BomLine(bom_no=bom_no, line_no=place * LINE_STEP, unit_code=line.unit_code or master.base_unit_code, **values)


def _check_units(session: Session, masters: dict[str, ItemMaster], lines: list[BomLine]) -> None:
    unit = ItemUnitOfMeasure
    rows = session.execute(select(unit.item_no, unit.unit_code).where(unit.item_no.in_(sorted({line.item_no for line in lines}))))
    known = {(row.item_no, row.unit_code) for row in rows}
    for line in lines:
        if line.unit_code != masters[line.item_no].base_unit_code and (line.item_no, line.unit_code) not in known:
            raise UnitUnknown(item=line.item_no, unit=line.unit_code)


def _refuse_loop(session: Session, given: NewBom) -> None:
    """EDG-22: nothing that contains the product, on any level, may be a component of it. One statement."""
    components = sorted({line.item_no for line in given.lines})
    if given.item_no in components:
        raise BomLoop(item_no=given.item_no, component=given.item_no)
    above = set(session.scalars(_containing(given.item_no)))
    looped = next((component for component in components if component in above), None)
    if looped is not None:
        raise BomLoop(item_no=given.item_no, component=looped)


def _containing(item_no: str) -> Select[str]:
    """Every item that has `item_no` in it; UNION ends on cycles."""
    found = select(literal(item_no).label("item_no")).cte("above", recursive=True)
    line, bill = aliased(BomLine), aliased(BillOfMaterial)
    found = found.union(select(bill.item_no).join(line, line.bom_no == bill.no).join(found, found.c.item_no == line.item_no))
    return select(found.c.item_no)
