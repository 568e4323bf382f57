"""What the pages of tracked components consist of, in the words of the manual (TCP-2, ASC-2)."""

from __future__ import annotations

import re

import pytest

from tests.web.bikes import bike_site, make_order


@pytest.fixture(scope="module")
def order(tmp_path_factory):
    """BK1 with its frame."""
    with bike_site("sqlite", tmp_path_factory.mktemp("data")) as site:
        made = make_order(site)
        made.station = made.built(parts=("F1",))
        yield made


def panels(order, path):
    """{title: text} of every section of the page that has a title."""
    html = order.station.client.get(f"{path}?product={order.station.state['product']}").text
    found = {}
    for section in re.findall(r"<section.*?</section>", html, re.DOTALL):
        title = re.search(r"<h2[^>]*>(.*?)</h2>", section, re.DOTALL)
        if title:
            found[" ".join(re.sub(r"<[^>]+>", " ", title[1]).split())] = section
    return html, found


def texts(html, element):
    """What elements of a kind say, marks and icons left out."""
    found = re.findall(rf"<{element}[ >].*?</{element}>", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def test_tcp_2_the_scan_page_has_field_submit_mode_and_two_tables(order):
    """TCP-2: the selected product's components with Status, Started, Consumption and Remaining; View associations beside the products."""
    html, found = panels(order, order.page)
    assert re.search(r'<input id="text" name="text" form="scan"', html)
    assert "Submit" in texts(re.search(r'<form id="scan".*?</form>', html, re.DOTALL)[0], "button")
    assert 'inputmode="none"' in html  # Peers 7: the field itself calls no screen keyboard
    assert re.search(r'data-mode="component" aria-label="Scan mode"', html)
    assert "Product mode" in texts(html, "button")
    products, parts = found["Finished products"], found[f"Components of {order.number('BK1')}"]
    assert "View associations" in texts(products, "a")
    assert "Status" in texts(products, "th")
    assert {"Status", "Started", "Consumption", "Remaining"} <= set(texts(parts, "th"))
    assert order.number("F1") in parts


def test_asc_2_both_toolbars_have_their_buttons(order):
    """ASC-2: Create, Remove, Report as finished; Create, Remove, Pick, Adjust consumption."""
    _, found = panels(order, order.associations)
    products, parts = found["Finished products"], found[f"Components of {order.number('BK1')}"]
    assert {"Create", "Remove", "Report as finished"} <= {*texts(products, "a"), *texts(products, "button")}
    assert {"Create", "Remove", "Pick", "Adjust consumption"} <= {*texts(parts, "a"), *texts(parts, "button")}
