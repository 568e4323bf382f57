"""Open journals on their page: the reason of a posting, and what happens in two windows (LIF-11, D20, ASC-7). Both engines."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from shopfloor.genealogy.open_journal_queries import journal_version, open_lines
from tests.databases import ENGINES
from tests.web.bikes import bike_site, hidden, make_order

_keys = iter(range(10**6))
BELL_LINE, OUTPUT_LINE = "40", "10000"


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def order(site):
    return make_order(site)


@pytest.fixture
def client(order):
    return order.site.client("B-ADMIN")


def at(order, rest=""):
    return f"/production-orders/{order.no}/journals{rest}"


def send(client, address, **fields):
    data = {"command_key": f"open-{next(_keys)}", **{name.replace("__", "."): value for name, value in fields.items()}}
    return client.post(address, data=data)


def journal(client, order, **fields):
    """A picking list of one line, its number, and what it holds as a word."""
    fields = {"line_no": BELL_LINE, "quantity": "1", **fields}
    assert send(client, at(order, "/new/picking-list"), **{f"lines__0__{name}": value for name, value in fields.items()}).status_code == 303
    return state(order)


def state(order):
    with Session(order.site.engine) as session:
        lines = open_lines(session, order.no)
        return lines[0].journal_no, journal_version(lines)


def test_d20_the_page_asks_for_the_reason_of_scrap_and_keeps_it(client, order):
    no, version = journal(client, order, scrap_quantity="999999")
    page = client.get(at(order)).text
    assert f'action="{at(order)}/{no}/post"' in page
    assert 'name="reason"' in page
    refused = send(client, at(order, f"/{no}/post"), version=version, reason="fell down")
    assert refused.status_code == 422
    assert 'value="fell down"' in refused.text


def test_lif_11_scrap_has_its_unit_and_a_wrong_quantity_names_its_row(client, order):
    no, version = journal(client, order, scrap_quantity="0.3")
    assert "0.3 PCS" in " ".join(client.get(at(order)).text.split()).replace("&nbsp;", " ")
    refused = send(client, at(order, f"/{no}/post"), version=version)
    assert (refused.status_code, "Row 1" in refused.text) == (422, True)


def test_asc_7_a_journal_that_another_window_changed_is_not_deleted_unseen(client, order):
    no, _old = journal(client, order)
    question = client.get(at(order) + f"?delete={no}").text
    shown = hidden(question, "version", f'action="{at(order)}/{no}/delete"')
    version = hidden(client.get(at(order, f"/{no}")).text, "version")
    fields = {"lines__0__line_no": BELL_LINE, "lines__0__quantity": "2"}
    assert send(client, at(order, f"/{no}"), version=version, **fields).status_code == 303
    refused = send(client, at(order, f"/{no}/delete"), version=shown)
    assert (refused.status_code, "changed by somebody else" in refused.text) == (422, True)
    assert state(order)[0] == no
    assert send(client, at(order, f"/{no}/delete"), version=state(order)[1]).status_code == 303


def test_asc_7_a_program_that_tells_what_it_read_deletes_only_that(client, order):
    no, old = journal(client, order)
    fields = {"lines__0__line_no": BELL_LINE, "lines__0__quantity": "2"}
    assert send(client, at(order, f"/{no}"), version=old, **fields).status_code == 303

    def delete(**query):
        address = f"/api/v1/production-orders/{order.no}/open-journals/{no}/delete"
        return client.post(address, query_string=query, headers={"Idempotency-Key": f"open-{next(_keys)}"})

    refused = delete(version=old)
    assert (refused.status_code, refused.json["code"]) == (422, "STALE_ROW")
    assert state(order)[0] == no
    assert delete(version=state(order)[1]).status_code == 200


def test_asc_7_saving_a_journal_that_is_gone_leads_back_to_the_journals(client, order):
    no, version = journal(client, order)
    assert send(client, at(order, f"/{no}/delete")).status_code == 303
    gone = send(client, at(order, f"/{no}"), version=version, lines__0__line_no=BELL_LINE, lines__0__quantity="2")
    assert gone.status_code == 404
    assert "New picking list" in gone.text
    assert client.get(at(order, f"/{no}")).status_code == 404
