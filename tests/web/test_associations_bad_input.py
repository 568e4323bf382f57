"""Bad input on the associations page: a refusal with the page, never a mistake."""

from __future__ import annotations

import itertools

import pytest

from tests.databases import ENGINES
from tests.web.bikes import bike_site, make_order

_keys = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def site(request, tmp_path_factory):
    with bike_site(request.param, tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.mark.parametrize("form", [
    {"selected.0": "x"}, {"selected.0": "-1"}, {"selected": "1"}, {"selected.0": "9" * 40}, {"surprise": "1"}, {"reason": "x" * 300},
    {"command_key": ""}, {"command_key": "a b"}, {"reason": "\x00"}, {"selected.x": "1"}, {"selected.0.1": "1"}, {"confirmed": "perhaps"},
], ids=str)
def test_bad_forms_are_refused_and_the_page_is_shown(any_order, form):
    client, order = any_order
    sent = {"command_key": f"bad-{next(_keys)}", "selected.0": "1"} | form
    for action in ("components/pick", "products/remove", "reverse"):
        answer = client.post(f"{order.associations}/{action}", data=sent)
        assert answer.status_code == 422 or "reason" in form, (action, answer.status_code)
        assert answer.status_code < 500


@pytest.fixture(scope="module")
def any_order(site):
    return site.client(), make_order(site)


@pytest.mark.parametrize("number", ["9" * 17, "9" * 19, "9" * 30])
def test_a_number_in_the_address_that_no_column_holds_is_404(any_order, number):
    client, order = any_order
    for action in (f"components/{number}", f"components/{number}/move", f"journal/{number}"):
        answer = client.post(f"{order.associations}/{action}", data={"command_key": f"huge-{next(_keys)}", "version": "1"})
        assert answer.status_code == 404, (action, answer.status_code)


@pytest.mark.parametrize("action", ["components/1", "components/1/move", "journal/1", "lines/1/end", "report", "products", "components"])
def test_actions_on_orders_that_are_not_there_are_404(site, action):
    answer = site.client().post(f"/production-orders/NOPE/associations/{action}", data={"command_key": f"none-{next(_keys)}"})
    assert answer.status_code in {404, 422}
