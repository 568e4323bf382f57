"""Failure story 74 in Chromium: labels are scanned back as fast as a scanner types, in order, and nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from shopfloor.app import create_app
from shopfloor.web.extensions import db
from tests.browser.harness.accessibility import violations
from tests.browser.harness.serving import serving, sign_in
from tests.browser.harness.wedge import Wedge
from tests.conftest import runner
from tests.databases import fresh_url, settings_for
from tests.factories_items import CELL, MODULE
from tests.factories_orders import make_purchase_order, receive
from tests.labels.factories import make, of_receipt
from tests.web.conftest import furnish

CELLS = "04006381333931"
NUMBERS = [f"MB-{number}" for number in range(1, 7)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Six modules and a lot of cells came in; their labels are printed."""
    with fresh_url("sqlite") as url:
        app = create_app(settings_for(url, tmp_path_factory.mktemp("data")))
        with app.app_context():
            engine = db.engine
            with Session(engine) as session:
                run = runner(session)
                furnish(run)
                order = make_purchase_order(run, {"item_no": MODULE, "quantity": "6"}, {"item_no": CELL, "quantity": "9"}, no="PO-LABEL")
                modules = [{"line_no": 10000, "quantity": "1", "serial_no": number} for number in NUMBERS]
                no = receive(run, order, *modules, {"line_no": 20000, "quantity": "9", "lot_no": "L-1"}).receipt_no
                jobs = [make(run, **of_receipt(no)) for _job in range(2)]
        with serving(app) as address:
            yield address, jobs, no
        engine.dispose()


@pytest.fixture
def desk(page: Page, site) -> Page:
    """The administrator, signed in."""
    sign_in(page, site[0])
    return page


def opened(desk: Page, address: str) -> None:
    desk.goto(address)
    desk.wait_for_selector("html[data-capture=ready]", state="attached")


def codes(desk: Page, address: str, job: int) -> dict[str, str]:
    """What the scanner sends of every label, by number."""
    found = desk.request.get(f"{address}/api/v1/label-jobs/{job}").json()
    return {
        line["number"]: "]d2" + "".join(ai + value for ai, value in line["elements"]) if line["elements"] else "]d1" + line["number"]
        for line in found["lines"]
    }


def test_peers_74_a_burst_of_labels_is_proved_and_the_blank_one_stays_open(desk, site):
    address, (job, _second), _no = site
    opened(desk, f"{address}/label-jobs/{job}/verify")
    label = codes(desk, address, job)
    Wedge(desk).scan(*(label[number] for number in NUMBERS if number != "MB-4"), gap_ms=30)
    expect(desk.locator("#scan-title")).to_have_text("5 of 7 are proved")
    expect(desk.locator("main tbody tr")).to_have_count(2)
    expect(desk.locator("main tbody")).to_contain_text("MB-4")
    expect(desk.locator("#scan")).to_be_focused()
    Wedge(desk).scan(label["MB-2"])
    expect(desk.locator(".proving [data-result=refused]")).to_contain_text("was scanned back already")
    Wedge(desk).scan(label["L-1"], label["MB-4"])
    expect(desk.locator(".proving")).to_contain_text("All labels of job")
    expect(desk.locator("#scan-title")).to_have_text("7 of 7 are proved")


def test_peers_74_a_lost_answer_counts_once(desk, site):
    address, (_first, job), _no = site
    opened(desk, f"{address}/label-jobs/{job}/verify")
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch().status)
            return route.abort()
        return route.continue_()

    desk.route("**/verify", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    desk.fill("#scan", codes(desk, address, job)["MB-1"])
    desk.keyboard.press("Enter")
    expect(desk.locator("#scan-title")).to_have_text("1 of 7 are proved")
    expect(desk.locator(".proving [data-result=accepted]")).to_contain_text("MB-1")
    assert lost == [200]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation_of_wcag_22_aa(desk, site, scheme):
    address, (job, _second), no = site
    desk.emulate_media(color_scheme=scheme)
    source = f"/labels?source=Document&no={no}&document_type=Purchase+Receipt"
    card = f"/label-jobs/{job}"
    for path in (source, card, f"{card}/verify", f"{card}/print", "/label-jobs", "/command-card", "/badges"):
        desk.goto(address + path)
        assert violations(desk) == [], path


def test_the_button_of_a_receipt_leads_to_the_printed_page(desk, site):
    address, _jobs, no = site
    opened(desk, f"{address}/documents/purchase-receipts/{no}")
    desk.get_by_role("link", name="Labels", exact=True).click()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Make 7 labels").click()
    expect(desk.locator(".proof svg")).to_have_count(7)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Print here").click()
    boxes = [cell.bounding_box() for cell in desk.locator(".paper").all()]
    assert {(round(box["width"]), round(box["height"])) for box in boxes} == {(189, 94)}  # 50 × 25 mm at 96 dots an inch
