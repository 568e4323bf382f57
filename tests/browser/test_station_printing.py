"""Labels of a job on the printer of the station, through the real agent: once, and the server knows (R-25, IMG-13)."""

from __future__ import annotations

import dataclasses

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from hardware.spool import Spool
from shopfloor.app import create_app
from shopfloor.web.extensions import db
from tests.browser.harness.server import wait_until
from tests.browser.harness.serving import serving, sign_in
from tests.conftest import runner
from tests.databases import fresh_url, settings_for
from tests.factories_items import MODULE
from tests.factories_orders import make_purchase_order, receive
from tests.hardware.benches import Program
from tests.labels.factories import make, make_format, of_receipt
from tests.web.conftest import furnish


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two modules came in; their labels are made for two resolutions."""
    with fresh_url("sqlite") as url:
        app = create_app(settings_for(url, tmp_path_factory.mktemp("data")))
        with app.app_context():
            engine = db.engine
            with Session(engine) as session:
                run = runner(session)
                furnish(run)
                order = make_purchase_order(run, {"item_no": MODULE, "quantity": "2"}, no="PO-STATION")
                no = receive(run, order, *({"line_no": 10000, "quantity": "1", "serial_no": f"MB-{n}"} for n in (1, 2))).receipt_no
                fine = make_format(run, "FINE", resolution="300")
                jobs = {203: make(run, **of_receipt(no)), 300: make(run, **of_receipt(no), label_format=fine)}
        with serving(app) as address:
            yield app, address, jobs
        engine.dispose()


@pytest.fixture
def agent(tmp_path, site):
    app, address, _jobs = site
    made = Program(tmp_path, address, f'[[printer]]\nname = "bench printer"\ndevice = "{tmp_path / "lp0"}"')
    app.config["SHOPFLOOR_SETTINGS"] = dataclasses.replace(app.config["SHOPFLOOR_SETTINGS"], agent_port=made.port)
    yield made
    made.kill()
    made.line.unplug()


@pytest.fixture
def desk(page: Page, site, agent) -> Page:
    sign_in(page, site[1], more="#station-agent=on")
    return page


def test_r_25_labels_go_to_the_printer_of_the_station_once(desk, site, agent, tmp_path):
    _app, address, jobs = site
    desk.goto(f"{address}/label-jobs/{jobs[203]}")
    form = desk.locator("[data-station-printing]")
    expect(form.locator("option")).to_have_text(["bench printer"])
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_contain_text("lp0")  # away: it waits, and says why
    (tmp_path / "lp0").touch()
    wanted = desk.request.get(f"{address}/label-jobs/{jobs[203]}/labels.zpl").text()
    wait_until(lambda: len((tmp_path / "lp0").read_bytes()) >= len(wanted), "the labels at the printer", seconds=30.0)
    expect(desk.locator("main")).to_contain_text("Station printer")
    assert (tmp_path / "lp0").read_text(encoding="utf-8") == wanted
    assert wanted.count("^XA") == 2
    wait_until(lambda: [job.state for job in Spool(agent.spool, make=False).jobs()] == ["sent"], "the job to be sent")
    assert [job.state for job in Spool(agent.spool, make=False).jobs()] == ["sent"]


def test_r_25_a_job_that_waits_is_followed_after_a_reload_and_not_made_again(desk, site, agent, tmp_path):
    _app, address, jobs = site
    desk.goto(f"{address}/label-jobs/{jobs[203]}")
    form = desk.locator("[data-station-printing]")
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_contain_text("The labels wait")
    desk.goto(f"{address}/label-jobs")
    desk.goto(f"{address}/label-jobs/{jobs[203]}")
    expect(form.get_by_role("status")).to_contain_text("The labels wait")
    (tmp_path / "lp0").touch()
    with desk.expect_navigation():
        pass
    assert [job.state for job in Spool(agent.spool, make=False).jobs()] == ["sent"]
    expect(form.get_by_role("button")).to_be_enabled()
    expect(form.get_by_role("status")).to_be_hidden()


def test_r_25_a_job_that_waits_is_taken_back(desk, site, agent, tmp_path):
    """The printer is away and somebody thinks better of it: nothing comes out later, and the job can be printed in another way."""
    _app, address, jobs = site
    desk.goto(f"{address}/label-jobs/{jobs[203]}")
    form = desk.locator("[data-station-printing]")
    form.get_by_role("button", name="Print at this station").click()
    expect(form.get_by_role("status")).to_contain_text("The labels wait")
    form.get_by_role("button", name="Take back").click()
    expect(form.get_by_role("status")).to_contain_text("Taken back")
    expect(form.get_by_role("button", name="Take back")).to_be_hidden()
    assert Spool(agent.spool, make=False).jobs() == []
    (tmp_path / "lp0").touch()
    with desk.expect_navigation():
        form.get_by_role("button", name="Print at this station").click()
    assert (tmp_path / "lp0").read_text(encoding="utf-8").count("^XA") == 2


def test_r_25_a_lost_answer_prints_nothing_twice(desk, site, agent, tmp_path):
    _app, address, jobs = site
    (tmp_path / "lp0").touch()
    desk.goto(f"{address}/label-jobs/{jobs[203]}")
    form = desk.locator("[data-station-printing]")
    expect(form).to_be_visible()
    desk.route("**/jobs", lambda route: (route.fetch(), route.abort()))
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_contain_text("No answer")
    desk.unroute("**/jobs")
    with desk.expect_navigation():
        form.get_by_role("button").click()
    assert [job.state for job in Spool(agent.spool, make=False).jobs()] == ["sent"]
    assert (tmp_path / "lp0").read_text(encoding="utf-8").count("^XA") == 2


def test_img_13_a_printer_of_another_resolution_is_not_offered(desk, site, agent):
    _app, address, jobs = site
    with desk.expect_response("**/printers"):
        desk.goto(f"{address}/label-jobs/{jobs[300]}")
    expect(desk.locator("[data-station-printing]")).to_be_hidden()
    expect(desk.locator("[data-no-printer]")).to_be_visible()
