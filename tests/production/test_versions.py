"""Versions of bills and routings, and orders that take the one that is valid, on both engines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopfloor.errors import NotAllowed, NotFound, StaleRow
from shopfloor.items.errors import UnitUnknown
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.people.errors import AlreadyExists, RecordBlocked
from shopfloor.people.master_commands import block_record
from shopfloor.production import commands, queries, version_queries, versions
from shopfloor.production.bills import create_bom
from shopfloor.production.components import order_components
from shopfloor.production.errors import (
    BomLoop,
    BomMissing,
    NoValidVersion,
    OrderReserved,
    OrderStatus,
    VersionInUse,
    VersionSameStart,
    VersionStatusWrong,
)
from shopfloor.production.explosion import explode, needs_of
from shopfloor.production.inputs import (
    BomVersionInput,
    ChangeProductionOrder,
    CopyVersion,
    NewBom,
    OrderKey,
    RoutingVersionInput,
    VersionKey,
)
from shopfloor.production.resources import RESOURCE
from shopfloor.production.validity import CERTIFIED, CLOSED, NEW, Version, same_start, version_on
from shopfloor.production.versions import BOM_VERSIONS, ROUTING_VERSIONS
from tests.factories_items import CELL, LABEL, MODULE, PACK, PASTE, make_item
from tests.factories_production import counted, hold_for, make_order, make_pack_masters, receive, start

MAY, JUNE, JULY = date(2030, 5, 1), date(2030, 6, 1), date(2030, 7, 1)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2030, 4, 30), "1"), (MAY, "2"), (date(2030, 5, 31), "2"), (JUNE, "3"), (JULY, "3"), (date(2031, 1, 1), "2")],
)
def test_the_version_that_began_last_holds(day, code):
    known = (
        Version("1", CERTIFIED),
        Version("2", CERTIFIED, MAY),
        Version("3", CERTIFIED, JUNE, date(2030, 12, 31)),
        Version("4", NEW, MAY),
        Version("5", CLOSED, JULY),
    )
    assert version_on(known, day).code == code


def test_no_version_holds_outside_its_dates():
    assert version_on((Version("1", CERTIFIED, MAY, JUNE),), JULY) is None
    assert version_on((), MAY) is None
    assert same_start(Version("2", NEW, MAY), (Version("1", CERTIFIED, MAY),)).code == "1"
    assert same_start(Version("1", NEW, MAY), (Version("1", CERTIFIED, MAY), Version("3", NEW, MAY))) is None


@pytest.fixture
def masters(run):
    make_pack_masters(run)


def key(code, version, no=PACK):
    return VersionKey(no=no, version_code=code, version=version)


def second_bom(run, version=1, code="2", starting_date=JUNE, lines=({"item_no": CELL, "quantity_per": "9"},), **more):
    given = BomVersionInput(no=PACK, version=version, version_code=code, starting_date=starting_date, lines=lines, **more)
    return run(versions.create_version, kind=BOM_VERSIONS, given=given)


def parts(session, order_no):
    found = [(part.item_no, part.expected) for part in order_components(session, order_no)]
    session.rollback()
    return found


@pytest.mark.usefixtures("masters")
def test_an_order_takes_the_version_of_its_due_date_and_keeps_it(session, run):
    second_bom(run)
    make_order(run, no="BEFORE", due_date=JULY)  # version 2 is not certified yet
    run(versions.move_version, kind=BOM_VERSIONS, given=key("2", 2), action="certify")
    make_order(run, no="MAY", due_date=MAY)
    make_order(run, no="JULY", due_date=JULY)
    assert [len(parts(session, no)) for no in ("BEFORE", "MAY", "JULY")] == [6, 6, 1]
    assert parts(session, "JULY") == [(CELL, Decimal(18))]
    run(versions.move_version, kind=BOM_VERSIONS, given=key("2", 3), action="close")
    assert len(parts(session, "JULY")) == 1
    assert queries.order_card(session, "JULY").bom_version == "2"
    session.rollback()
    make_order(run, no="AFTER", due_date=JULY)
    assert len(parts(session, "AFTER")) == 6


@pytest.mark.usefixtures("masters")
def test_an_order_without_a_valid_version_is_refused(run):
    run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 1), action="close")
    with pytest.raises(NoValidVersion) as refused:
        make_order(run, no="X", due_date=MAY)
    assert (refused.value.number, refused.value.day) == (PACK, "2030-05-01")
    run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 2), action="certify")
    run(versions.move_version, kind=ROUTING_VERSIONS, given=key("1", 1), action="close")
    with pytest.raises(NoValidVersion, match="routing"):
        make_order(run, no="X", due_date=MAY)
    with pytest.raises(BomMissing):
        make_order(run, no="X", item_no=MODULE)


@pytest.mark.usefixtures("masters")
def test_what_is_certified_does_not_change(session, run):
    changed = BomVersionInput(no=PACK, version=1, version_code="1", lines=({"item_no": LABEL, "quantity_per": "1"},))
    with pytest.raises(VersionStatusWrong, match="Certified"):
        run(versions.change_version, kind=BOM_VERSIONS, given=changed)
    run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 1), action="reopen")
    run(versions.change_version, kind=BOM_VERSIONS, given=changed.model_copy(update={"version": 2, "ending_date": JUNE}))
    card = version_queries.bom_card(session, PACK, "1")
    assert ([line.item_no for line in card.lines], card.shown.ending_date, card.shown.status) == ([LABEL], JUNE, NEW)


@pytest.mark.usefixtures("masters")
def test_moves_of_a_version_are_a_closed_table(run):
    with pytest.raises(VersionStatusWrong):
        run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 1), action="certify")
    second_bom(run, starting_date=None)
    with pytest.raises(VersionSameStart) as refused:
        run(versions.move_version, kind=BOM_VERSIONS, given=key("2", 2), action="certify")
    assert refused.value.other == "1"
    with pytest.raises(NotFound):
        run(versions.move_version, kind=BOM_VERSIONS, given=key("7", 2), action="close")
    with pytest.raises(StaleRow):
        run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 1), action="close")


@pytest.mark.usefixtures("masters")
def test_a_version_goes_only_when_nothing_was_made_from_it(run):
    make_order(run, no="PO-1")
    for version, code, words in ((1, "1", "it is Certified"), (2, "1", "it is the only one")):
        if version == 2:
            run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 1), action="reopen")
        with pytest.raises(VersionInUse, match=words):
            run(versions.delete_version, kind=BOM_VERSIONS, given=key(code, version))
    second_bom(run, version=2)
    with pytest.raises(VersionInUse, match="production order PO-1 was made from it"):
        run(versions.delete_version, kind=BOM_VERSIONS, given=key("1", 3))
    run(versions.delete_version, kind=BOM_VERSIONS, given=key("2", 3))


@pytest.mark.usefixtures("masters")
def test_edg_22_a_version_makes_no_loop_either(run):
    run(create_bom, given=NewBom(item_no=MODULE, lines=({"item_no": CELL, "quantity_per": "4"},)))
    loop = BomVersionInput(no=MODULE, version=1, version_code="2", lines=({"item_no": PACK, "quantity_per": "1"},))
    with pytest.raises(BomLoop):
        run(versions.create_version, kind=BOM_VERSIONS, given=loop)
    run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 1), action="close")
    second_bom(run, version=2)
    run(versions.create_version, kind=BOM_VERSIONS, given=loop)
    with pytest.raises(BomLoop):  # the closed version comes back into a world that changed
        run(versions.move_version, kind=BOM_VERSIONS, given=key("1", 3), action="reopen")


@pytest.mark.usefixtures("masters")
def test_lines_of_a_version_are_checked_like_those_of_a_new_bill(run):
    with pytest.raises(NotFound, match="item NONE"):
        second_bom(run, lines=({"item_no": "NONE", "quantity_per": "1"},))
    with pytest.raises(UnitUnknown):
        second_bom(run, lines=({"item_no": LABEL, "quantity_per": "1", "unit_code": "BOX"},))
    with pytest.raises(AlreadyExists, match="version PACK 1"):
        second_bom(run, code="1")
    given = BomVersionInput(no=PACK, version=1, version_code="2", lines=({"item_no": CELL, "quantity_per": "1"},))
    with pytest.raises(NotAllowed):
        run(versions.create_version, Actor("N", "Nobody", frozenset()), kind=BOM_VERSIONS, given=given)


@pytest.mark.usefixtures("masters")
def test_a_routing_has_versions_too_and_no_blocked_resource(session, run):
    steps = ({"operation_no": 5, "description": "All at once", "resource": "Bench 2", "run_minutes": "3"},)
    given = RoutingVersionInput(no=PACK, version=1, version_code="2", starting_date=JUNE, lines=steps)
    run(block_record, master=RESOURCE, record_key=("Bench 2",), version=1, blocked=True)
    with pytest.raises(RecordBlocked):
        run(versions.create_version, kind=ROUTING_VERSIONS, given=given)
    run(block_record, master=RESOURCE, record_key=("Bench 2",), version=2, blocked=False)
    run(versions.create_version, kind=ROUTING_VERSIONS, given=given)
    run(versions.move_version, kind=ROUTING_VERSIONS, given=key("2", 2), action="certify")
    make_order(run, no="JULY", due_date=JULY)
    card = queries.order_card(session, "JULY")
    assert [(step.operation_no, step.description) for step in card.operations] == [(5, "All at once")]
    assert (card.bom_version, card.routing_version) == ("1", "2")
    assert version_queries.routing_card(session, PACK, "2").lines[0].run_minutes == 3


@pytest.mark.usefixtures("masters")
def test_a_copy_belongs_to_another_item_and_waits_for_somebody_to_look(session, run):
    make_item(run, "PACK-2", code="SN")
    for kind in (BOM_VERSIONS, ROUTING_VERSIONS):
        run(versions.copy_version, kind=kind, given=CopyVersion(no=PACK, version_code="1", item_no="PACK-2"))
    old, new = (version_queries.bom_card(session, no) for no in (PACK, "PACK-2"))
    assert new.lines == old.lines
    assert (new.shown.status, new.description) == (NEW, "PACK-2 of the test")
    session.rollback()
    with pytest.raises(AlreadyExists):
        run(versions.copy_version, kind=BOM_VERSIONS, given=CopyVersion(no=PACK, version_code="1", item_no="PACK-2"))
    with pytest.raises(NotFound):
        run(versions.copy_version, kind=BOM_VERSIONS, given=CopyVersion(no=PACK, version_code="8", item_no=LABEL))


# --- changing an order that has not started ---


def change(run, order_no="PO-1", version=1, quantity="4", location_code="MAIN", due_date=None):
    given = ChangeProductionOrder(order_no=order_no, version=version, quantity=quantity, location_code=location_code, due_date=due_date)
    return run(commands.change_order, given=given)


@pytest.mark.usefixtures("masters")
def test_an_order_that_has_not_started_is_exploded_anew(session, run):
    second_bom(run)
    run(versions.move_version, kind=BOM_VERSIONS, given=key("2", 2), action="certify")
    make_order(run, "2", no="PO-1", due_date=MAY)
    change(run)
    assert dict(parts(session, "PO-1"))[MODULE] == 8
    change(run, version=2, quantity="5", due_date=JULY, location_code="SIDE")
    assert parts(session, "PO-1") == [(CELL, Decimal(45))]
    card = queries.order_card(session, "PO-1")
    assert (card.order.quantity, card.order.due_date, card.order.location_code, card.bom_version) == (5, JULY, "SIDE", "2")
    session.rollback()
    with pytest.raises(StaleRow):
        change(run, version=2)


@pytest.mark.usefixtures("masters")
def test_pr_08_a_started_or_reserved_order_does_not_change(run):
    make_order(run, no="PO-1")
    entry_no = receive(run, MODULE, "1", serial_no="M-1")
    hold_for(run, entry_no, MODULE, Tracking("M-1"))
    with pytest.raises(OrderReserved, match=MODULE):
        change(run, version=1)
    make_order(run, no="PO-2")
    receive(run, PASTE, "5", lot_no="P-1")
    receive(run, "FOIL", "5")
    start(run, "PO-2")
    with pytest.raises(OrderStatus):
        change(run, "PO-2", version=2)
    with pytest.raises(NotAllowed):
        run(
            commands.change_order,
            Actor("N", "Nobody", frozenset()),
            given=ChangeProductionOrder(order_no="PO-1", version=1, quantity="1", location_code="MAIN"),
        )


@pytest.mark.usefixtures("masters")
def test_the_needs_of_an_order_show_what_is_free_before_it_is_made(session, run):
    entry_no = receive(run, MODULE, "1", serial_no="M-1")
    receive(run, MODULE, "1", serial_no="M-2")
    receive(run, MODULE, "1", serial_no="M-3", location="SIDE")
    make_order(run, no="PO-1")
    hold_for(run, entry_no, MODULE, Tracking("M-1"))
    exploded = explode(session, item_no=PACK, quantity=Decimal(2), location_code="MAIN", day=MAY)
    module = next(need for need in needs_of(session, exploded, "MAIN") if need.item_no == MODULE)
    assert (module.expected, module.on_hand, module.reserved, module.free, module.missing) == (4, 2, 1, 1, 3)


@pytest.mark.usefixtures("masters")
def test_failure_story_58_an_item_that_stands_twice_in_a_bill_is_not_promised_twice(session, run):
    """peers (d) 58: the same stock shown as there for two lines of one order."""
    twice = ({"item_no": LABEL, "quantity_per": "3"}, {"item_no": LABEL, "quantity_per": "2"})
    second_bom(run, lines=twice)
    run(versions.move_version, kind=BOM_VERSIONS, given=key("2", 2), action="certify")
    receive(run, LABEL, "4")
    exploded = explode(session, item_no=PACK, quantity=Decimal(1), location_code="MAIN", day=JULY)
    assert [(need.expected, need.free, need.missing) for need in needs_of(session, exploded, "MAIN")] == [(3, 4, 0), (2, 1, 1)]


def test_an_explosion_costs_the_same_whatever_the_number_of_lines(session, run):
    make_pack_masters(run)
    many = tuple({"item_no": (CELL, LABEL, PASTE)[number % 3], "quantity_per": "1"} for number in range(300))
    second_bom(run, lines=many)
    run(versions.move_version, kind=BOM_VERSIONS, given=key("2", 2), action="certify")
    counts = []
    for no, day in (("SMALL", MAY), ("LARGE", JULY)):
        with counted(session) as statements:
            make_order(run, no=no, due_date=day)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert queries.order_card(session, "LARGE").bom_version == "2"
    session.rollback()
    run(commands.release_order, given=OrderKey(order_no="LARGE"))
