"""Who may come in, from where (A28, A30), and what an error looks like."""

from __future__ import annotations

import pytest

from shopfloor.web import home, inputs
from shopfloor.web.guards import safe_next
from shopfloor.web.sign_in import STATION_COOKIE

ITEM = {"no": "ANY", "description": "Any", "base_unit_code": "PCS"}


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:81", "null", "http://localhost.evil.example", None])
@pytest.mark.parametrize("path", ["/items", "/sign-in", "/sign-out", "/api/v1/items"])
def test_a28_unsafe_requests_need_our_own_origin(site, origin, path):
    client = site.client()
    headers = {} if origin is None else {"Origin": origin}
    if origin is None:
        del client.environ_base["HTTP_ORIGIN"]
    answer = client.post(path, data=ITEM | {"command_key": "foreign", "badge": "B-WORK"}, headers=headers)
    assert answer.status_code == 403
    assert "FOREIGN_ORIGIN" in answer.text


def test_every_unsafe_route_is_behind_the_origin_check(site):
    """R-SE-4: walks the URL map."""
    client = site.client()
    for rule in site.app.url_map.iter_rules():
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", "X")
            if "<" in path:
                path = "/production-orders/X/release"
            assert client.open(path, method=method, headers={"Origin": "https://evil.example"}).status_code == 403, rule


def test_a30_unknown_and_blocked_badges_are_refused_on_the_same_page(site):
    client = site.client(badge="")
    answer = client.post("/sign-in", data={"badge": "NOBODY", "station": "ST-1", "next": "/items"})
    assert answer.status_code == 422
    assert "Nobody has the badge NOBODY" in answer.text
    assert 'value="/items"' in answer.text


@pytest.mark.parametrize("badge", ["BADGE:B-WORK", "badge: B-WORK", "B-WORK", "]C0BADGE:B-WORK", "]d1B-WORK", " BADGE:B-WORK "])
def test_printed_and_typed_badges_sign_in(site, badge):
    client = site.client(badge="")
    assert client.post("/sign-in", data={"badge": badge, "station": "ST-1"}).status_code == 303
    assert "Will Worker" in client.get("/").text
    found = site.client().get("/find", query_string={"text": badge})
    assert found.location == "/people/E-WORK"


@pytest.mark.parametrize("badge", ["4006381333931", "]E04006381333931", "]C04006381333931", "BADGE:4006381333931"])
def test_a_card_that_a_plant_has_may_be_an_ean(site, badge):
    """R-02: cards that are older than this program may be of any symbology; the identifier is no part of their number."""
    body = {"no": "E-CARD", "name": "Cara Card", "badge": "4006381333931", "role": "Worker"}
    made = site.client().post("/api/v1/operators", json=body, headers={"Idempotency-Key": "ean-card"})
    assert made.status_code == 200, made.text
    assert site.client(badge="").post("/sign-in", data={"badge": badge, "station": "ST-1"}).status_code == 303


@pytest.mark.parametrize("badge", ["", "BADGE:", "]C0", "x" * 200, "\x00", "\x1d", "B-ADMIN\n"])
def test_unreadable_badges_are_refused(site, badge):
    assert site.client(badge="").post("/sign-in", data={"badge": badge}).status_code == 422


@pytest.mark.parametrize("station", ["\x00", "ST\x00-1", "\x1d", "x" * 4000])
def test_a_station_that_cannot_be_is_refused_on_the_same_page(site, station):
    """Nobody chose it from the list; a database would not even take some of these characters."""
    client = site.client(badge="")
    assert client.post("/sign-in", data={"badge": "", "station": station}).status_code == 422
    client.set_cookie(STATION_COOKIE, station)
    assert client.get("/sign-in").status_code == 200


def test_r_se_3_signing_in_makes_a_new_session_and_the_station_stays(site):
    client = site.client()
    with client.session_transaction() as first:
        number = first["session_id"]
    client.post("/sign-in", data={"badge": "B-WORK", "station": "ST-1"})
    with client.session_transaction() as second:
        assert second["session_id"] != number
        assert (second["operator_no"], second["station_code"]) == ("E-WORK", "ST-1")
    client.post("/sign-out")
    assert client.get("/").status_code == 303
    assert "shopfloor_station=ST-1" in str(client.get("/sign-in").request.headers.get("Cookie"))


def test_the_demo_plant_shows_its_badges_and_a_real_one_never_does(site):
    """A badge is a key: only the setting `demo` puts them on the sign-in page, and a tap on one signs in at the chosen station."""
    page = "/sign-in"
    assert "B-WORK" not in site.client(badge="").get(page).text
    admin = site.client()
    admin.post("/settings/demo", data={"value": "on", "command_key": "demo-on"})
    client = site.client(badge="")
    assert '<button form="sign-in" name="badge" value="B-WORK"' in client.get(page).text
    assert client.post(page, data={"badge": ["", "B-WORK"], "station": "ST-1"}).status_code == 303
    admin.post("/settings/demo", data={"value": "off", "command_key": "demo-off"})
    assert "B-WORK" not in site.client(badge="").get(page).text


def test_session_cookie_is_http_only_and_lax(site):
    client = site.client(badge="")
    cookies = client.post("/sign-in", data={"badge": "B-ADMIN"}).headers.getlist("Set-Cookie")
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert len(cookies) == 2


def test_a_changed_cookie_is_nobody(site):
    client = site.client(badge="")
    client.set_cookie("shopfloor_session", "eyJvcGVyYXRvcl9ubyI6IkUtQURNSU4ifQ.aaaa.bbbb")
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/items?text=a", "/items?text=a"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("items", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("", "/"),
        ("/" + "x" * 3000, "/"),
        ("http://[bad", "/"),
        ("//[::1", "/"),
    ],
)
def test_signing_in_never_leads_to_another_server(target, expected):
    assert safe_next(target) == expected


def test_a_fragment_and_the_station_are_told_401(site):
    """A3: the queue of a station keeps its scans and says that nobody is signed in; htmx goes to the sign-in page."""
    client = site.client(badge="")
    answer = client.post(
        "/production-orders/RPO-C/start", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/production-orders/RPO-C"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Fproduction-orders%2FRPO-C"


@pytest.mark.parametrize("headers", [{"HX-Current-URL": "http://[bad"}, {"Referer": "http://[::1"}], ids=str)
def test_an_unreadable_address_of_the_page_before_leads_home(site, headers):
    """Bad input: nobody has to be signed in to send a header."""
    answer = site.client(badge="").post("/production-orders/RPO-C/start", headers={"HX-Request": "true", **headers})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2F"


def test_unknown_addresses_and_methods(client):
    assert client.get("/nowhere").status_code == 404
    assert "NO_SUCH_PAGE" in client.get("/nowhere").text
    assert client.get("/items/NOTHING").status_code == 404
    assert "There is no item NOTHING." in client.get("/items/NOTHING").text
    assert client.post("/help").status_code == 405
    assert client.get("/api/v1/nowhere").json["code"] == "NO_SUCH_PAGE"
    assert client.get("/api/v1/items/NOTHING").json["code"] == "NOT_FOUND"


def test_our_mistake_is_an_apology_with_a_number_and_no_trace(site, client, monkeypatch, caplog):
    def broken(*_arguments: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(home, "home_page", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    number = caplog.records[-1].getMessage().rpartition(" ")[2]
    assert number in answer.text
    assert caplog.records[-1].exc_info[1].args == ("secret detail",)


def test_too_much_at_once_is_refused(client):
    answer = client.post("/items", data={"description": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "INPUT_TOO_LARGE" in answer.text
    many = "&".join(f"f{number}=1" for number in range(70_000))
    answer = client.post("/items", data=many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {413, 422}


def test_one_statement_tells_who_acts(site):
    client = site.client()
    with site.statements() as statements:
        client.get("/static/base.css", buffered=True)
        site.client(badge="").get("/help")
    assert statements.count == 0
    with site.statements() as statements:
        client.get("/more")
    assert statements.count == 1


def test_form_names_that_contradict_each_other_are_refused(site):
    with site.app.test_request_context(
        "/items", method="POST", data={"lines.0.a": "1", "lines": "2", "lines.0.a.b": "3", "x.y.z.w.v.u": "4"}
    ):
        assert inputs.form_values()["x"] == {"y": {"z": {"w": {"v.u": "4"}}}}
