"""IMG-15: the page and the API of the trend of unused error correction."""

from __future__ import annotations

from datetime import UTC, date, datetime

from shopfloor.labels.trend_queries import DayQuality, PrintQuality
from shopfloor.web.printing.print_quality import HEIGHT, LEFT, TOP, WIDTH, lines_of
from tests.web.test_forms import words


def test_img_15_a_reading_with_its_figure_is_on_the_chart_and_in_the_api(client, key):
    assert "No matrix code was read by a camera" in words(client.get("/print-quality"))
    scan = {"text": "P-7003", "source": "camera", "reading": {"symbol": "Data Matrix", "unused_error_correction": 0.64}}
    scanned = client.post("/api/v1/production-orders/RPO-C/scans", json=scan, headers={"Idempotency-Key": key})
    assert scanned.json["code"] == "PRODUCT_REGISTERED", scanned.json
    page = client.get("/print-quality")
    assert page.status_code == 200
    assert page.text.count("<polyline") == 2, "the line, and the line of the legend"
    assert "64 % on average, worst 64 %, 1 readings" in page.text
    assert "Other symbols" in words(page)
    (day,) = client.get("/api/v1/print-quality").json["days"]
    assert {name: day[name] for name in ("printer", "readings", "average", "least")} == {
        "printer": "", "readings": 1, "average": 64, "least": 64,
    }
    assert client.get("/api/v1/print-quality?station_code=ELSEWHERE").json["days"] == []
    assert "No matrix code was read" in words(client.get("/print-quality?printer_code=P9"))


def test_img_15_what_is_no_day_is_refused(client):
    assert client.get("/print-quality?from_date=soon").status_code == 422
    assert client.get("/api/v1/print-quality?from_date=soon").status_code == 422


def test_img_15_the_chart_places_days_from_left_to_right_and_percent_from_below(site):
    first, last = date(2026, 11, 1), date(2026, 11, 21)
    days = (DayQuality(first, "P1", 1, 100, 100), DayQuality(date(2026, 11, 11), "P1", 3, 50, 10), DayQuality(last, "", 1, 0, 0))
    with site.app.test_request_context("/print-quality"):
        other, printer = lines_of(PrintQuality(first, last, days, datetime.now(UTC)))
    assert [point[:2] for point in printer.points] == [(LEFT, TOP), (LEFT + WIDTH / 2, TOP + HEIGHT / 2)]
    assert [point[:2] for point in other.points] == [(LEFT + WIDTH, TOP + HEIGHT)]
    assert printer.look != other.look
