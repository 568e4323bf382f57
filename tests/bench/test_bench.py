"""The bench measures what it says: the real flow, through the real server. Its figures are judged nowhere here."""

import pytest

from bench import load, plant, report, service, web
from bench.databases import Database
from bench.server import BARE, SHOPFLOOR, server
from shopfloor.db import make_engine
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
        assert figures.report.statements <= 32
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
                figures = load.drive(running, database, parts, stations=3, seconds=0.5, warm=0.1)
            assert figures.refused == ()
            assert figures.per_second > 0
            assert 0 < figures.p50 <= figures.p99
        assert all(stock.next.values()), "every station built something"


def test_a_missed_target_is_called_missed():
    slow = service.Figures(runs=1, cpu=9.0, wall=[9.0], statements=13)
    quick = service.Figures(runs=1, cpu=1.0, wall=[1.0], statements=12)
    for figures, met in ((slow, False), (quick, True)):
        results = report.Results("sqlite", "SQLite", service.ServiceFigures(quick, figures, figures, figures), 20)
        verdicts = {verdict.target.split(":")[0]: verdict.met for verdict in report.verdicts(results)}
        assert verdicts["A35 scan of a part"] is met
        assert verdicts["G3 report of a unit with 10 serials"] is met
