"""IMG-15: the unused error correction of what cameras read, by day and by the printer that made the label."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import insert, select

from shopfloor.clock import now
from shopfloor.db import table
from shopfloor.genealogy.models import ScanEntry
from shopfloor.labels.inputs import PrintQualityFilter
from shopfloor.labels.models import LabelSending
from shopfloor.labels.trend_queries import MOST_DAYS, print_quality
from tests.factories_genealogy import GTINS, Station, bike_order, bike_plant, bike_stock
from tests.genealogy.test_scan_rules import counted
from tests.labels.factories import make, make_printer, of_number


@pytest.fixture
def tablet(run, session):
    bike_plant(run)
    bike_stock(run)
    bike_order(run)
    return Station(session)


def read(tablet, text, unused, **more):
    reading = {} if unused is None else {"reading": {"symbol": "Data Matrix", "unused_error_correction": unused}}
    return tablet.scan(text, source="camera", **reading, **more)


def sent(session, run, printer, *, state="Sent", days=0, **source):
    """Labels were made, and sent to the printer."""
    job_no = make(run, **source)
    values = {
        "plant_no": 1, "entry_no": 900 + job_no, "job_no": job_no, "printer_code": printer, "state": state, "operator_no": "E",
        "problem": "", "recorded_at": now() + timedelta(days=days),
    }
    session.execute(insert(table(LabelSending)).values(**values))
    session.commit()


def figures(session, **given):
    found = print_quality(session, PrintQualityFilter(**given))
    session.rollback()
    return [(one.printer, one.readings, one.average, one.least) for one in found.days]


def test_img_15_readings_are_counted_by_the_printer_of_their_label(run, session, tablet):
    make_printer(run, code="P1")
    make_printer(run, code="P2")
    sent(session, run, "P1", **of_number("F-1"))
    sent(session, run, "P2", **of_number("W-1", "WHEEL"))
    sent(session, run, "P2", state="Failed", **of_number("W-2", "WHEEL"))
    sent(session, run, "P2", days=1, **of_number("W-3", "WHEEL"))
    tablet.scan("BK-1")
    assert read(tablet, f"]d201{GTINS['FRAME']}21F-1", 0.9) == "LINE_COMPLETED"
    assert read(tablet, "W-1", 0.5) == "COMPONENT_REGISTERED"
    tablet.send("undo")
    assert read(tablet, "W-1", 0.25) == "COMPONENT_REGISTERED"
    assert read(tablet, "W-2", 0.75) == "LINE_COMPLETED"
    assert read(tablet, "NOBODY", 0.05) == "NUMBER_UNKNOWN"
    assert figures(session) == [("", 2, 40, 5), ("P1", 1, 90, 90), ("P2", 2, 38, 25)]
    assert figures(session, printer_code="P2") == [("P2", 2, 38, 25)]
    assert figures(session, item_no="WHEEL") == [("", 1, 75, 75), ("P2", 2, 38, 25)]
    assert figures(session, station_code="ELSEWHERE") == []


def test_img_15_a_refused_scan_is_not_counted_for_the_unit_that_is_current(run, session, tablet):
    make_printer(run, code="P1")
    tablet.scan("BK-1")
    sent(session, run, "P1", source="Production order", no="RPO-1")
    assert read(tablet, "NOBODY", 0.1) in {"SELECT_COMPONENT", "NUMBER_UNKNOWN"}
    assert figures(session) == [("", 1, 10, 10)]
    tablet.send("mode", "Product")
    assert read(tablet, "BK-1", 0.8) == "PRODUCT_SELECTED"
    assert figures(session) == [("", 1, 10, 10), ("P1", 1, 80, 80)]


def test_img_15_what_holds_no_figure_is_not_counted(session, tablet):
    """A linear code has none, and a scanner tells none."""
    tablet.scan("BK-1")
    read(tablet, "F-1", None)
    tablet.scan("W-1")
    assert figures(session) == []


def test_img_15_one_statement_whatever_the_number_of_readings(session, tablet):
    tablet.scan("BK-1")
    sizes = []
    for part in ("F-1", "W-1", "W-2"):
        read(tablet, part, 0.5)
        with counted(session) as seen:
            print_quality(session, PrintQualityFilter())
        session.rollback()
        sizes.append(len(seen))
    assert sizes == [1, 1, 1]


def test_img_15_days_and_ranges(session, tablet):
    tablet.scan("BK-1")
    read(tablet, "F-1", 0.5)
    (day,) = print_quality(session, PrintQualityFilter()).days
    recorded = max(session.scalars(select(ScanEntry.recorded_at)))
    assert day.day == recorded.astimezone(UTC).date()
    before = day.day - timedelta(days=1)
    assert print_quality(session, PrintQualityFilter(from_date=day.day, to_date=day.day)).days == (day,)
    assert print_quality(session, PrintQualityFilter(to_date=before)).days == ()
    long = print_quality(session, PrintQualityFilter(from_date=date(1, 1, 1)))
    assert (long.to_date - long.from_date).days == MOST_DAYS - 1
    for edge in (date.min, date.max):
        print_quality(session, PrintQualityFilter(to_date=edge, from_date=edge))
    session.rollback()
