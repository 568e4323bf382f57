"""Bills of material: what items are made of. Made one by one or many at once, in a number of statements that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Subquery, insert, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import InvalidInput
from shopfloor.items.master_table import ITEM_LOOKUP, counts_in_a_unit_of_the_item
from shopfloor.items.models import FlushingPrinciple, Item
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Created
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.master_commands import insert_drafts
from shopfloor.people.masters import AT_ONCE, Draft, Lookup, Master, Problem, problems_of
from shopfloor.production.errors import BomLoop
from shopfloor.production.inputs import BomHead, NewBom, NewBomLine, NewRouting, NewRoutingLine
from shopfloor.production.models import (
    BillOfMaterial,
    BomLine,
    BomVersion,
    ProductionOrder,
    Resource,
    Routing,
    RoutingLine,
    RoutingVersion,
    VersionStatus,
)

LINE_STEP = 10


def _one_for_each_item(model: type[BillOfMaterial | Routing], record: str, session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    """An item has one bill and one routing, in versions. A blank description becomes that of the item."""
    items = sorted({one.values["item_no"] for one in drafts})
    known: dict[str, str] = {}
    words: dict[str, str] = {}
    for start in range(0, len(items), AT_ONCE):
        part = items[start : start + AT_ONCE]
        known |= {row.item_no: row.no for row in session.execute(select(model.item_no, model.no).where(model.item_no.in_(part)))}
        words |= {row.no: row.description for row in session.execute(select(Item.no, Item.description).where(Item.no.in_(part)))}
    for one in drafts:
        item_no = one.values["item_no"]
        if known.setdefault(item_no, one.values["no"]) != one.values["no"]:
            yield Problem(one.place, "item_no", AlreadyExists(record=record, number=known[item_no]))
        one.values["description"] = one.values["description"] or words.get(item_no, "")


def _boms_once(session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    return _one_for_each_item(BillOfMaterial, "bill of material", session, drafts)


def _routings_once(session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    return _one_for_each_item(Routing, "routing", session, drafts)


def _orders_of(session: Session, values: Mapping[str, Any]) -> list[str]:
    """Orders say from which version they were made."""
    order = ProductionOrder
    made = session.connection().scalar(select(order.no).where(order.item_no == values["item_no"]).limit(1))
    return ["production order"] if made is not None else []


BOM = Master(
    "bill of material",
    BillOfMaterial,
    BomHead,
    lookups=(ITEM_LOOKUP,),
    fixed=("item_no",),
    columns=("no", "item_no", "description"),
    parts=(BomLine, BomVersion),
    owner="bom_no",
    check=_boms_once,
    used_by=_orders_of,
)
ROUTING = Master(
    "routing",
    Routing,
    BomHead,
    lookups=(ITEM_LOOKUP,),
    fixed=("item_no",),
    columns=("no", "item_no", "description"),
    parts=(RoutingLine, RoutingVersion),
    owner="routing_no",
    check=_routings_once,
    used_by=_orders_of,
)


def _as_the_item_says(session: Session, drafts: Sequence[Draft]) -> Iterator[Problem]:
    """A blank unit becomes the base unit, a blank flushing principle that of the item (LIF-12)."""
    yield from counts_in_a_unit_of_the_item(session, drafts)
    blank = [one for one in drafts if not one.values["flushing"]]
    items = sorted({one.values["item_no"] for one in blank})
    says: dict[str, str] = {}
    for start in range(0, len(items), AT_ONCE):
        part = items[start : start + AT_ONCE]
        says |= {row.no: row.flushing for row in session.execute(select(Item.no, Item.flushing).where(Item.no.in_(part)))}
    for one in blank:
        one.values["flushing"] = says.get(one.values["item_no"], FlushingPrinciple.FINISH.value)


_COMPONENT = Master("component", BomLine, NewBomLine, lookups=(ITEM_LOOKUP,), check=_as_the_item_says)
_OPERATION = Master("operation", RoutingLine, NewRoutingLine, lookups=(Lookup("resource", Resource, "resource"),))


@dataclass
class VersionDraft:
    """A bill or routing that somebody wants to have, with its first version."""

    head: Draft
    version: dict[str, Any]
    lines: list[Draft]


def create_bom(session: Session, actor: Actor, *, given: NewBom) -> Created:
    """Say what an item is made of; lines are numbered 10, 20, 30 (LIF-15).

    Raises NotAllowed, NotFound for an item, AlreadyExists for the item's second bill, UnitUnknown, BomLoop (EDG-22).
    """
    actor.require(rights.MASTERS)
    draft = bom_draft(given)
    problem = next(bom_problems(session, [draft]), None)
    if problem is not None:
        raise problem.refusal
    insert_boms(session, [draft])
    number = str(draft.head.values["no"])
    audit.record(session, "create bill of material", number, after=given.model_dump(mode="json"))
    return Created(record="Bill of material", number=number)


def create_routing(session: Session, actor: Actor, *, given: NewRouting) -> Created:
    """Say in which steps an item is made. Raises NotAllowed, NotFound, RecordBlocked, AlreadyExists for the item's second routing."""
    actor.require(rights.MASTERS)
    draft = routing_draft(given)
    problem = next(routing_problems(session, [draft]), None)
    if problem is not None:
        raise problem.refusal
    insert_routings(session, [draft])
    number = str(draft.head.values["no"])
    audit.record(session, "create routing", number, after=given.model_dump(mode="json"))
    return Created(record="Routing", number=number)


def bom_draft(given: NewBom, place: int = 0, line_places: Sequence[int] = ()) -> VersionDraft:
    """A bill from input; `line_places` are the rows of a file that its lines stand in."""
    return _draft(given, place, line_places)


def routing_draft(given: NewRouting, place: int = 0, line_places: Sequence[int] = ()) -> VersionDraft:
    """A routing from input; `line_places` as for a bill."""
    return _draft(given, place, line_places)


def _draft(given: NewBom | NewRouting, place: int, line_places: Sequence[int]) -> VersionDraft:
    head = {"no": given.no or given.item_no, "item_no": given.item_no, "description": given.description}
    places = line_places or [place] * len(given.lines)
    lines = [Draft(at, line.model_dump()) for at, line in zip(places, given.lines, strict=True)]
    return VersionDraft(Draft(place, head), _first_version(given), lines)


def bom_problems(session: Session, drafts: Sequence[VersionDraft]) -> Iterator[Problem]:
    """Everything that speaks against the bills but loops, which show when they stand beside each other."""
    yield from problems_of(session, BOM, [one.head for one in drafts])
    yield from line_problems(session, [line for one in drafts for line in one.lines])


def routing_problems(session: Session, drafts: Sequence[VersionDraft]) -> Iterator[Problem]:
    """Unknown or blocked items and resources, and operation numbers that come twice."""
    yield from problems_of(session, ROUTING, [one.head for one in drafts])
    yield from problems_of(session, _OPERATION, [line for one in drafts for line in one.lines], new=False)
    for one in drafts:
        seen: set[int] = set()
        for line in one.lines:
            number = line.values["operation_no"]
            if number in seen:
                words = f"operation {number} of {one.head.values['item_no']} stands there twice"
                yield Problem(line.place, "operation_no", InvalidInput(words, {"operation_no": words}))
            seen.add(number)


def line_problems(session: Session, lines: Sequence[Draft]) -> Iterator[Problem]:
    """Unknown items and units; a blank unit becomes the base unit."""
    yield from problems_of(session, _COMPONENT, lines, new=False)


def insert_boms(session: Session, drafts: Sequence[VersionDraft]) -> None:
    """Heads, versions and lines: three executemany. Raises BomLoop."""
    insert_drafts(session, BOM, [one.head for one in drafts])
    connection = session.connection()
    connection.execute(insert(BomVersion), [{"bom_no": one.head.values["no"], **one.version} for one in drafts])
    rows = [row for one in drafts for row in line_rows(one.head.values["no"], one.version["version_code"], one.lines)]
    connection.execute(insert(BomLine), rows)
    refuse_loops(session, [one.head.values["no"] for one in drafts])


def insert_routings(session: Session, drafts: Sequence[VersionDraft]) -> None:
    """Heads, versions and operations: three executemany."""
    insert_drafts(session, ROUTING, [one.head for one in drafts])
    connection = session.connection()
    connection.execute(insert(RoutingVersion), [{"routing_no": one.head.values["no"], **one.version} for one in drafts])
    rows = [
        {"routing_no": one.head.values["no"], "version_code": one.version["version_code"], **line.values}
        for one in drafts
        for line in one.lines
    ]
    connection.execute(insert(RoutingLine), rows)


def line_rows(bom_no: str, version_code: str, lines: Sequence[Draft]) -> list[dict[str, Any]]:
    """Lines of one version, numbered 10, 20, 30."""
    own = {"bom_no": bom_no, "version_code": version_code}
    return [{**own, "line_no": place * LINE_STEP, **line.values} for place, line in enumerate(lines, 1)]


def refuse_loops(session: Session, bom_nos: Sequence[str]) -> None:
    """EDG-22: no product of these bills is in itself, on any level. One statement for AT_ONCE bills; UNION ends on cycles.

    Closed versions do not count, because no order takes them; reopening one looks again.
    """
    contains = _contents()
    for start in range(0, len(bom_nos), AT_ONCE):
        first = select(contains.c.product.label("root"), contains.c.component, contains.c.component.label("part"))
        found = first.where(contains.c.bom_no.in_(bom_nos[start : start + AT_ONCE])).cte("below", recursive=True)
        deeper = _contents()
        found = found.union(select(found.c.root, found.c.component, deeper.c.component).join(deeper, deeper.c.product == found.c.part))
        statement = select(found.c.root, found.c.component).where(found.c.part == found.c.root).order_by(found.c.root).limit(1)
        looped = session.connection().execute(statement).one_or_none()
        if looped is not None:
            raise BomLoop(item_no=looped.root, component=looped.component)


def _contents() -> Subquery:
    """Product and component of every line that orders may take; a co-product is none, unless it is the product itself (D40)."""
    same = (BomVersion.bom_no == BomLine.bom_no) & (BomVersion.version_code == BomLine.version_code)
    return (
        select(BillOfMaterial.no.label("bom_no"), BillOfMaterial.item_no.label("product"), BomLine.item_no.label("component"))
        .join(BomLine, BomLine.bom_no == BillOfMaterial.no)
        .join(BomVersion, same & (BomVersion.status != VersionStatus.CLOSED))
        .where(~BomLine.co_product | (BomLine.item_no == BillOfMaterial.item_no))
        .subquery()
    )


def _first_version(given: NewBom | NewRouting) -> dict[str, Any]:
    return {
        "version_code": given.version_code,
        "description": "",
        "status": VersionStatus(given.status).value,
        "starting_date": given.starting_date,
        "ending_date": given.ending_date,
    }
