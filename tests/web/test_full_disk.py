"""A disk that is full gets one clear sentence, nothing is half-written, and work goes on when there is room again."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from tests.web.bikes import bike_site, make_order


@pytest.fixture
def full(tmp_path):
    """A site whose database may not grow any more while `limit[0]` says so."""
    with bike_site("sqlite", tmp_path) as site:
        limit = [2**31 - 2]
        # SQLite answers exactly as on a full disk when a file has reached its largest size.
        event.listen(site.engine, "checkout", lambda connection, *_: connection.execute(f"PRAGMA max_page_count = {limit[0]}"))
        yield site, limit


def until_refused(post):
    """Masters until the file has to grow; gives what was answered then, and how many were made."""
    for number in range(2000):
        answer = post(number)
        if answer.status_code not in {200, 303}:
            return answer, number
    raise AssertionError("the file never got full")


def test_a_full_disk_is_told_in_one_sentence_and_nothing_is_half_written(full):
    site, limit = full
    client, order = site.client(), make_order(site)
    station = order.station()
    station.scan(order.number("BK1"))
    limit[0] = 1  # it stays as large as it is
    words = {"name": "N" * 100, "city": "C" * 50}
    page, made = until_refused(lambda n: client.post("/vendors", data={"no": f"P{n}", "command_key": f"page-{n}", **words}))
    assert page.status_code == 503
    assert "disk is full" in page.text
    api = "/api/v1/vendors"
    told, _ = until_refused(lambda n: client.post(api, json={"no": f"A{n}", **words}, headers={"Idempotency-Key": f"api-{n}"}))
    assert (told.status_code, told.json["code"]) == (503, "DISK_UNUSABLE")
    limit[0] = 2**31 - 2
    assert client.get(f"/vendors/P{made}").status_code == 404
    again = client.post("/vendors", data={"no": f"P{made}", "command_key": f"page-{made}", **words})
    assert again.status_code == 303
    assert station.scan(order.number("F1")) in {"COMPONENT_REGISTERED", "LINE_COMPLETED"}
