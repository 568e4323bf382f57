"""D24: a batch that is loaded at a station serves each unit registered there."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import update

from shopfloor.genealogy.inputs import LoadBatch, LoadedLine
from shopfloor.genealogy.loading import load_batch, loaded_at, unload_batch
from shopfloor.genealogy.models import AssociationEntry, ComponentAssociation
from shopfloor.items.inputs import HoldNumber
from shopfloor.items.number_information import hold_number
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.production.models import ProdOrderComponent
from tests.factories_genealogy import PAINT, PAINT_LINE, WHEEL_LINE, Station, bike_order, problems, stock
from tests.genealogy.test_associations import refused, stock_of

ORDER = {"order_no": "RPO-1"}
OTHER = Actor("E-2", "Olga Other", rights.RIGHTS[Role.WORKER], station_code="ST-2", time_zone="UTC")
NOWHERE = Actor("E-3", "Nils Nowhere", rights.RIGHTS[Role.WORKER], time_zone="UTC")


@pytest.fixture
def loadable(station, session):
    """Paint may be loaded on the order."""
    session.execute(update(ProdOrderComponent).where(ProdOrderComponent.line_no == PAINT_LINE).values(may_be_loaded=True))
    session.commit()
    return station


def load(run, lot_no="P-A", *people, line=PAINT_LINE, **order):
    return run(load_batch, *people, **(order or ORDER), given=LoadBatch(component_line_no=line, lot_no=lot_no))


def loaded(session, station_code="ST-1"):
    found = [(row.order_no, row.lot_no) for row in loaded_at(session, station_code)]
    session.rollback()
    return found


def notes(station):
    return [(note["code"], note["fields"]["number"]) for note in station.answer.notes]


def paint_of(session, match_id):
    found = session.query(ComponentAssociation).filter_by(match_id=match_id, item_no=PAINT).filter(ComponentAssociation.state != "Removed")
    rows = [(row.lot_no, row.quantity, row.from_loaded) for row in found]
    session.rollback()
    return rows


def test_d24_each_unit_gets_its_share_at_once_and_it_is_marked(loadable, session, run):
    assert load(run).code == "BATCH_LOADED"
    loadable.scan("BK-1")
    assert notes(loadable) == [("BATCH_TAKEN", "P-A")]
    assert paint_of(session, loadable.product) == [("P-A", Decimal("0.25"), True)]
    entry = session.query(AssociationEntry).filter_by(item_no=PAINT).one()
    assert (entry.reason, entry.match_id) == ("from loaded batch", loadable.product)
    assert stock_of(session, PAINT) == (Decimal("0.8"), Decimal("0.25"))
    assert loaded(session) == [("RPO-1", "P-A")]
    assert problems(session) == []


def test_d24_d7_a_line_that_asks_how_much_takes_its_share_of_a_loaded_batch(loadable, session, run):
    session.execute(update(ProdOrderComponent).where(ProdOrderComponent.line_no == PAINT_LINE).values(one_scan_is="Ask"))
    session.commit()
    load(run)
    loadable.scan("BK-1")
    assert paint_of(session, loadable.product) == [("P-A", Decimal("0.25"), True)]
    assert loaded(session) == [("RPO-1", "P-A")]


def test_d24_a_batch_that_runs_out_gives_what_it_has_and_is_unloaded(loadable, session, run):
    """EDG-11: 0.2 kg are there, 0.25 are needed; the rest is asked for as ever."""
    load(run, "P-B")
    loadable.scan("BK-1")
    assert notes(loadable) == [("BATCH_TAKEN", "P-B"), ("BATCH_UNLOADED", "P-B")]
    assert paint_of(session, loadable.product) == [("P-B", Decimal("0.2"), True)]
    assert loaded(session) == []
    loadable.send("mode", "Component")
    assert loadable.scan("P-A") == "LINE_COMPLETED"
    assert problems(session) == []


def test_d24_hold_expiry_and_no_stock_end_it_and_the_unit_is_registered_all_the_same(loadable, session, run):
    load(run)
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-A", reason="wrong colour"))
    assert loadable.scan("BK-1") == "PRODUCT_REGISTERED"
    assert notes(loadable) == [("BATCH_UNLOADED", "P-A")]
    assert "wrong colour" in loadable.answer.notes[0]["fields"]["why"]
    assert paint_of(session, loadable.product) == []
    assert loaded(session) == []
    assert problems(session) == []


def test_d24_another_batch_another_order_and_the_hand_end_it(loadable, session, run):
    load(run)
    load(run, "P-B")
    assert loaded(session) == [("RPO-1", "P-B")]
    run(unload_batch, **ORDER, given=LoadedLine(component_line_no=PAINT_LINE))
    refused("NOT_FOUND", run, unload_batch, **ORDER, given=LoadedLine(component_line_no=PAINT_LINE))
    assert loaded(session) == []
    load(run)
    bike_order(run, no="RPO-2")
    other = Station(session, "RPO-2")
    other.scan("BK-7")
    assert notes(other) == [("BATCH_UNLOADED", "P-A")]
    assert loaded(session) == []
    assert paint_of(session, other.product) == []
    assert problems(session) == []


def test_d24_it_belongs_to_one_station(loadable, session, run):
    load(run)
    away = Station(session, actor=OTHER)
    away.scan("BK-1")
    assert (notes(away), paint_of(session, away.product)) == ([], [])
    assert loaded(session) == [("RPO-1", "P-A")]


def test_d24_what_cannot_serve_is_not_loaded(loadable, session, run):
    stock(run, PAINT, "P-OLD", quantity="1", expiration_date="2020-01-31")
    refused("NOT_LOADABLE", load, run, "W-1", line=WHEEL_LINE)
    refused("NOT_LOADABLE", load, run, "P-A", NOWHERE)
    refused("NUMBER_UNKNOWN", load, run, "P-99")
    refused("BATCH_EXPIRED", load, run, "P-OLD")
    refused("NOT_FOUND", load, run, "P-A", line=99)
    run(hold_number, given=HoldNumber(item_no=PAINT, kind="Lot", number="P-B", reason="lumps"))
    refused("NUMBER_ON_HOLD", load, run, "P-B")
    assert loaded(session) == []


def test_d24_a_line_must_allow_it(station, session, run):
    """Off by default."""
    refused("NOT_LOADABLE", load, run)
    station.scan("BK-1")
    assert station.answer.notes == []


def test_d24_tcp_16_undo_takes_the_loaded_share_back_before_the_unit(loadable, session, run):
    load(run)
    loadable.scan("BK-1")
    unit = loadable.product
    assert loadable.send("undo") == "UNDONE"
    assert paint_of(session, unit) == []
    assert loadable.send("undo") == "UNDONE"
    assert stock_of(session, PAINT) == (Decimal("0.8"), Decimal(0))
    assert problems(session) == []


def test_d24_a_revived_unit_gets_its_share_too(loadable, session, run):
    """D39."""
    load(run)
    loadable.scan("BK-1")
    loadable.send("undo")
    loadable.send("undo")
    loadable.send("mode", "Product")
    assert loadable.scan("BK-1") == "PRODUCT_REVIVED"
    assert notes(loadable) == [("BATCH_TAKEN", "P-A")]
    assert problems(session) == []
