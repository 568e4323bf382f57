"""Proof that what orders count as received and shipped equals the ledger; part of `shopfloor check`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from shopfloor.db import QuantityType, plant, table
from shopfloor.ledger.check import LIMIT, Problem
from shopfloor.ledger.models import ItemLedgerEntry
from shopfloor.orders.kinds import SHAPES, Movement, Shape
from shopfloor.quantity import ZERO, shown

_entry = table(ItemLedgerEntry)
_zero = literal(ZERO, QuantityType)


def check_counters(session: Session) -> list[Problem]:
    """CI-03, AP-15: what a line says was posted is the net quantity of its entries, and entries have a line. Two statements a movement."""
    return [
        problem
        for shape in SHAPES.values()
        for movement in shape.movements
        for problem in (*_lines_that_differ(session, shape, movement), *_entries_without_line(session, shape, movement))
    ]


def _lines_that_differ(session: Session, shape: Shape, movement: Movement) -> list[Problem]:
    line, header, posted = table(shape.line), table(shape.header), _posted(session, shape, movement).subquery("posted")
    handled = line.c[movement.handled]
    statement = (
        select(line.c.order_no, line.c.line_no, handled.label("handled"), posted.c.quantity)
        .join_from(line, header, and_(header.c.plant_no == line.c.plant_no, header.c.no == line.c.order_no))
        .outerjoin(posted, and_(posted.c.order_no == line.c.order_no, posted.c.line_no == line.c.line_no))
        .where(plant(session, line, header), *_of_kind(shape), handled != func.coalesce(posted.c.quantity, _zero))
        .order_by(line.c.order_no, line.c.line_no)
    )
    rows = session.connection().execute(statement.limit(LIMIT))
    counted = movement.handled.removesuffix("_base")
    told = "{} {} line {}: {} is {}, its entries say {}."
    return [
        Problem(told.format(shape.record.capitalize(), r.order_no, r.line_no, counted, shown(r.handled), shown(r.quantity or ZERO)))
        for r in rows
    ]


def _entries_without_line(session: Session, shape: Shape, movement: Movement) -> list[Problem]:
    """Of every posted document: its order, and the line that each entry names. What is posted without a document is told here, too."""
    line, document = table(shape.line), table(movement.document)
    of_document = and_(document.c.plant_no == _entry.c.plant_no, document.c.no == _entry.c.document_no)
    of_line = and_(
        line.c.plant_no == document.c.plant_no, line.c.order_no == document.c.order_no, line.c.line_no == _entry.c.document_line_no
    )
    other_goods = or_(line.c.item_no != _entry.c.item_no, line.c.variant_code != _entry.c.variant_code)
    statement = (
        select(_entry.c.entry_no, _entry.c.document_no, _entry.c.document_line_no)
        .outerjoin_from(_entry, document, of_document)
        .outerjoin(line, of_line)
        .where(plant(session, _entry), _entry.c.document_type == movement.document_type.value)
        .where(or_(line.c.line_no.is_(None), other_goods))
        .order_by(_entry.c.entry_no)
    )
    told = "Entry {} of {} {} belongs to line {}, which its order does not have, or with other goods."
    rows = session.connection().execute(statement.limit(LIMIT))
    return [Problem(told.format(r.entry_no, movement.record, r.document_no, r.document_line_no)) for r in rows]


def _posted(session: Session, shape: Shape, movement: Movement) -> Select[Any]:
    """Net base quantity of each order line that went through a movement; what was undone counts against it."""
    document, header = table(movement.document), table(shape.header)
    goes_out = not shape.inbound
    statement = (
        select(document.c.order_no, _entry.c.document_line_no.label("line_no"))
        .join_from(_entry, document, and_(document.c.plant_no == _entry.c.plant_no, document.c.no == _entry.c.document_no))
        .where(plant(session, _entry, document), _entry.c.document_type == movement.document_type.value)
        .group_by(document.c.order_no, _entry.c.document_line_no)
    )
    if not shape.party:
        # A transfer has two entries for one quantity. The half at the in-transit location counts: it comes there, and leaves from there.
        goes_out = movement is not shape.movement
        on_its_way = and_(header.c.plant_no == document.c.plant_no, header.c.no == document.c.order_no)
        statement = statement.join(header, on_its_way).where(plant(session, header), _entry.c.location_code == header.c.in_transit_code)
    total = -_entry.c.quantity if goes_out else _entry.c.quantity
    return statement.add_columns(func.sum(total, type_=_entry.c.quantity.type).label("quantity"))


def _of_kind(shape: Shape) -> list[Any]:
    return [] if shape.document is None else [table(shape.header).c.document_type == shape.document.value]
