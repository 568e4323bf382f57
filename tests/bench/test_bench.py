"""The bench measures what it says: the real flow, through the real server. Its figures are judged nowhere here."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench import history, large_order, load, plant, posting_cost, reading_cost, report, scale, service, web
from bench.databases import Database
from bench.server import BARE, SHOPFLOOR, server
from shopfloor.cli.check import all_problems
from shopfloor.db import Base, make_engine
from tests.databases import ENGINES, fresh_url

UNITS = 2


@pytest.mark.parametrize("kind", ENGINES)
def test_a35_a_component_scan_takes_at_most_12_statements_and_a_report_takes_as_many_for_every_unit(kind, tmp_path):
    with fresh_url(kind) as url:
        database = Database(kind, url, kind)
        engine = make_engine(url)
        plant.furnish(engine, {1: service.WARM + UNITS, 2: 1})
        figures = service.measure(database, engine, UNITS)
        engine.dispose()
        assert figures.scan.statements <= 12
        assert figures.report.statements <= 34  # two of them: what the company settled, and what open picking lists hold (PST-12)
        assert figures.bare.statements == 1
        through_http = web.statements_of_a_scan(database, tmp_path, 2, 0)
        assert figures.scan.statements < through_http <= 24


def test_stations_scan_at_the_real_server_and_nothing_is_refused(tmp_path):
    with fresh_url("sqlite") as url:
        database = Database("sqlite", url, "SQLite")
        engine = make_engine(url)
        plant.furnish(engine, dict.fromkeys(range(1, 4), 20))
        service.prepare_bare(engine)
        engine.dispose()
        stock = load.Stock(dict.fromkeys(range(1, 4), 20))
        for program, parts in ((BARE, None), (SHOPFLOOR, stock)):
            with server(program, database, tmp_path) as running:
                figures = load.drive(running, database, parts, stations=3, seconds=1.5, warm=0.1)
            assert figures.refused == ()
            assert figures.per_second > 0
            assert 0 < figures.p50 <= figures.p99
        assert all(stock.next.values()), "every station built something"


@pytest.mark.parametrize("kind", ENGINES)
def test_a_copied_history_is_right_in_every_book(kind, monkeypatch):
    """`shopfloor check` finds nothing wrong in it, and what is built and posted afterwards gets numbers of its own."""
    monkeypatch.setattr(history, "LOTS", 20)
    monkeypatch.setattr(history, "FIRST_BLOCK", 25)
    monkeypatch.setattr(posting_cost, "SIZES", (1, 5))
    monkeypatch.setattr(posting_cost, "TIMES", {1: 2, 5: 2})
    monkeypatch.setattr(reading_cost, "UNITS", 2)
    monkeypatch.setattr(service, "WARM", 1)
    for often in ("LOOK_UPS", "PAGES", "WHOLE"):
        monkeypatch.setattr(reading_cost, often, 2)
    with fresh_url(kind) as url:
        database = Database(kind, url, kind)
        engine = make_engine(url)
        plant.furnish(engine, {1: reading_cost.units_needed(2), 2: 1})
        past = history.begin(engine)
        readings = []
        reading_cost.warm_up(database, engine)
        for turn, wanted in enumerate((300, 800), start=1):
            past.grow(wanted)
            readings.append(reading_cost.measure(database, engine, past, turn))
        costs = posting_cost.measure(database, engine)
        with Session(engine) as session:
            assert all_problems(session) == []
            ledger = Base.metadata.tables["item_ledger_entry"]
            copies = select(func.count()).where(ledger.c.serial_no.like("H-0-%"))
            assert session.connection().execute(copies).scalar_one() == 2 * past.productions == 2 * 80
        engine.dispose()
    assert {len({cost.statements for cost in costs if cost.use_case == name}) for name in posting_cost.USE_CASES} == {1}
    found = scale.verdicts(scale.Results(kind, kind, costs, [readings[0], *readings], None))
    assert {verdict.target.split(" ")[0] for verdict in found} >= {"receipt", "shipment", "output", "availability", "G2", "G9", "G10"}


def test_a_missed_target_is_called_missed():
    slow = service.Figures(runs=1, cpu=9.0, wall=[9.0], statements=13)
    quick = service.Figures(runs=1, cpu=1.0, wall=[1.0], statements=12)
    for figures, met in ((slow, False), (quick, True)):
        results = report.Results("sqlite", "SQLite", service.ServiceFigures(quick, figures, figures, figures), 20)
        verdicts = {verdict.target.split(":")[0]: verdict.met for verdict in report.verdicts(results)}
        assert verdicts["A35 scan of a part"] is met
        assert verdicts["G3 report of a unit with 10 serials"] is met


def test_a_large_order_is_scanned_through_the_real_server_and_reported_whole(capsys, monkeypatch):
    """Every scan is accepted, every unit reported; the answer's page stays small with 50 lines."""
    monkeypatch.setattr(large_order, "SMALL", 10)
    monkeypatch.setattr(large_order, "MEASURED", 2)
    large_order.main(["--built", "1", "--large", "20", "--database", "sqlite"])
    told = capsys.readouterr().out
    assert "50 lines, 1000 units: scan to answer p99" in told
    assert "its page under 150 kB" in told
    assert "order of     20" in told
